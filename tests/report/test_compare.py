"""Results of several runs side by side: what is read, what is told, what is refused."""

import json
import os
import re
import subprocess
import sys

import pytest

from conformance.cli import main
from conformance.report.compare_html import LETTERS, MEANINGS
from conformance.report.comparison import MISSING, Comparison, read_run
from conformance.report.outcome import OUTCOMES


def results(name, outcomes, version="1", started="2026-01-01T00:00:00+00:00"):
    """A results.json as the contract has it, of cases with these outcomes."""
    return {
        "suite": {"version": version},
        "target": {"name": name, "greeting": "", "capabilities": [], "id": {}},
        "started": started,
        "seconds": 1.5,
        "summary": {},
        "cases": [
            {
                "id": case,
                "title": f"What {case} is about",
                "group": case.partition("/")[0],
                "requirements": [],
                "level": "MUST",
                "outcome": outcome,
                "message": "" if outcome == "pass" else f"{name} does not",
                "seconds": 0.1,
                "transcript": [],
            }
            for case, outcome in outcomes.items()
        ],
    }


@pytest.fixture
def write(tmp_path):
    """Writes a results.json into a folder of its own; returns its path."""

    def write(folder, data):
        path = tmp_path / folder / "results.json"
        path.parent.mkdir()
        path.write_text(data if isinstance(data, str) else json.dumps(data))
        return path

    return write


def compare(tmp_path, *paths):
    """The exit code, and the page."""
    code = main(["compare", "--report", str(tmp_path / "out"), *map(str, paths)])
    page = tmp_path / "out" / "matrix.html"
    return code, page.read_text() if page.exists() else None


def cells(page, case):
    """The letters in the row of a case, whose last word is given."""
    row = page.partition(f"<summary>{case}</summary>")[2].partition("</tr>")[0]
    return re.findall(r"<td [^>]*>(.)</td>", row)


def test_every_outcome_has_a_letter_of_its_own():
    assert {*OUTCOMES, MISSING} == MEANINGS.keys() <= LETTERS.keys()
    assert len(set(LETTERS.values())) == len(LETTERS)


def test_rows_are_cases_and_columns_are_servers(tmp_path, write, capfd):
    one = write("one", results("One", {"any/a/x": "pass", "any/a/y": "fail", "some/b/z": "skip"}))
    two = write("two", results("Two", {"any/a/x": "pass", "any/a/y": "pass", "some/b/z": "skip"}))
    code, page = compare(tmp_path, one, two)
    assert code == 0
    assert [cells(page, case) for case in "xyz"] == [["P", "P"], ["F", "P"], ["S", "S"]]
    assert page.count("data-differs>") + page.count("data-differs ") == 1
    printed = capfd.readouterr().out
    assert re.search(r"any/a/y +F +P", printed)
    assert "1 of 3 cases differ" in printed
    assert "any/a/x" not in printed


def test_message_stands_beside_the_server_that_it_is_of(tmp_path, write):
    same = {"any/a/x": "fail"}
    one, two = results("One", same), results("Two", same)
    two["cases"][0]["message"] = one["cases"][0]["message"]  # word for word the same
    _, page = compare(tmp_path, write("one", one), write("two", two))
    assert re.findall(r"<b>(\w+)</b>: fail", page) == ["One", "Two"]


def test_case_that_a_run_lacks(tmp_path, write, capfd):
    one = write("one", results("One", {"any/a/x": "pass", "any/a/y": "pass"}, version="1"))
    two = write("two", results("Two", {"any/a/x": "pass"}, version="2"))
    code, page = compare(tmp_path, one, two)
    assert code == 0
    assert cells(page, "y") == ["P", "\N{EN DASH}"]
    for said in (capfd.readouterr().out, page):
        said = " ".join(said.split())
        assert "different versions of the suite: 1 (One), 2 (Two)" in said
        assert "Two lacks 1 of 2 cases" in said
    assert "data-differs>" not in page  # not to have a case is no outcome


def test_worst_differences_come_first_and_are_bounded(tmp_path, write, capfd):
    ordinary = {f"any/a/{number:03}": "skip" for number in range(100)}
    passing = dict.fromkeys([*ordinary, "z/z/last"], "pass")
    one = write("one", results("One", passing))
    two = write("two", results("Two", ordinary | {"z/z/last": "error"}))
    compare(tmp_path, one, two)
    printed = capfd.readouterr().out
    assert printed.index("z/z/last") < printed.index("any/a/000")
    assert "... and 61 more" in printed
    assert "any/a/050" not in printed


def test_two_runs_of_one_server_are_told_apart(write):
    before = results("mail", {"any/a/x": "pass"}, started="2026-01-01T00:00:00+00:00")
    after = results("mail", {"any/a/x": "fail"}, started="2026-02-01T00:00:00+00:00")
    comparison = Comparison([read_run(write("a", before)), read_run(write("b", after))])
    assert comparison.labels == [
        "mail, 2026-01-01T00:00:00+00:00",
        "mail, 2026-02-01T00:00:00+00:00",
    ]


def test_links_to_the_reports_beside(tmp_path, write):
    one = write("one's #1", results("One", {"any/a/x": "pass"}))
    two = write("two", results("Two", {"any/a/x": "pass"}))
    (one.parent / "index.html").write_text("the report")
    _, page = compare(tmp_path, one, two)
    report = "../one%27s%20%231/index.html"
    links = set(re.findall(r'href="([^"]*)"', page)) - {"#main"}
    assert links == {report, f"{report}#case=any/a/x"}


def test_hostile_text_is_escaped(tmp_path, write):
    hostile = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>\"'"
    data = results(hostile, {f"any/a/x[{hostile}]": "fail"}, version=hostile)
    data["cases"][0]["title"] = hostile
    other = write("other", results("Other", {"any/a/x": "pass"}))
    _, page = compare(tmp_path, write("one", data), other)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;img" in page


def test_nothing_comes_from_outside(tmp_path, write):
    _, page = compare(tmp_path, write("one", results("One", {"any/a/x": "pass"})))
    assert not re.search(r"https?:|//[a-z]|@import|url\(|\bsrc=", page)


CASE = results("One", {"any/a/x": "pass"})["cases"][0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not JSON"),
        ("<html>", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "the file must have 'cases', a list"),
        ('{"cases": []}', "there is no case in it"),
        (results("One", {"any/a/x": "good"}), "cases[0]: outcome is 'good', not one of pass"),
        (results(5, {"any/a/x": "pass"}), "target must have 'name', a string"),
        (results("One", {}) | {"cases": [CASE, 7]}, "cases[1] must have 'outcome', a string"),
        (results("One", {}) | {"cases": [CASE, CASE]}, "the case any/a/x is there twice"),
        (results("One", {"any/a/x": "pass"}) | {"seconds": "2"}, "must have 'seconds', a number"),
    ],
)
def test_file_that_is_no_results(tmp_path, write, capfd, content, said):
    path = write("bad", content)
    assert compare(tmp_path, path) == (2, None)
    error = capfd.readouterr().err
    assert str(path) in error
    assert said in error


def test_file_that_is_not_there(tmp_path, capfd):
    assert compare(tmp_path, tmp_path / "none.json") == (2, None)
    assert "none.json: No such file or directory; a results.json" in capfd.readouterr().err


def test_the_same_run_twice(tmp_path, write, capfd):
    path = write("one", results("One", {"any/a/x": "pass"}))
    assert compare(tmp_path, path, path) == (2, None)
    assert "is given twice" in capfd.readouterr().err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_terminal_that_cannot_show_every_letter(tmp_path, write, encoding):
    first = write("a", results("\N{SNOWMAN}", {"a/b/c": "pass"}))
    second = write("b", results("b", {"a/b/c": "fail", "a/b/d": "pass"}))
    third = write("c", results("c", {"a/b/d": "pass"}))
    words = [sys.executable, "-m", "conformance", "compare", "--report", str(tmp_path / "out")]
    done = subprocess.run(
        [*words, str(first), str(second), str(third)],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        encoding="ascii",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u2603" in done.stdout
    assert "\\u2013 missing" in done.stdout
