"""The terminal, GitHub's annotations, Markdown."""

import io
import re

import pytest

from conformance.cli import main
from conformance.report.github import annotations
from conformance.report.markdown import LIMIT, markdown
from conformance.report.output import Output
from conformance.report.rerun import command, rerun
from conformance.report.results import Results
from conformance.report.summary import print_summary
from conformance.run import Options
from tests.fake_server import FakeServer
from tests.report.sample import case, deviation, hostile, huge, results

CASE = """
from conformance.requirements import requirement
@requirement("RFC3501-6.1.1-2")
def test_fails(connection):
    '''A case that fails.'''
    assert connection.command("CAPABILITY").status == "NO"
"""


def terminal(made, verbose=False):
    output = io.StringIO()
    print_summary(Output(output), made, verbose)
    return output.getvalue()


def test_terminal_shows_the_proof():
    text = terminal(results())
    assert (
        """
fail  any_state/noop/answers[a b'c]
  A title.
  RFC3501-6.1.2-OK (MUST): The NOOP command always succeeds.
    expected: OK
    seen:     BAD
      A C: a1 NOOP
      A S: a1 BAD no
"""
        in text
    )
    assert text.index("fail  selected") < text.index("warn  selected") < text.index("fixed  sel")
    assert "b1 LOGOUT" not in text
    assert "b1 LOGOUT" in terminal(results(), verbose=True)


def test_terminal_is_not_steered_by_a_server():
    for verbose in (False, True):
        assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f]", terminal(hostile(), verbose)) == []


def test_annotations():
    lines = list(annotations(results()))
    assert lines[0] == (
        "::error file=conformance/cases/any_state/test_noop.py,title=fail%3A A title.::"
        "any_state/noop/answers[a b'c]%0ARFC3501-6.1.2-OK: The NOOP command always succeeds."
        "%0Aexpected: OK%0Aseen:     BAD%0AA C: a1 NOOP%0AA S: a1 BAD no"
    )
    assert [line.split()[0] for line in lines] == [
        "::error", "::error", "::warning", "::notice", "::notice"
    ]  # fmt: skip
    assert lines[-1].startswith("::notice title=mail.example.com%3A 2 pass%2C 2 fail")


def test_annotations_are_one_line_each():
    for line in annotations(hostile()):
        assert re.match("::(error|warning|notice) ", line)
        assert re.search("[\x00-\x1f\x7f-\x9f\u2028\ud800]", line) is None
        assert "%0A%250A::x::" not in line.partition("::")[2].partition("::")[0]


def test_annotations_are_few():
    lines = list(annotations(huge(100)))
    assert len(lines) == 10 + 1 + 1 + 1
    assert "92 more are in the report" in lines[-1]
    assert all(len(line) < 10_000 for line in lines)


def test_markdown():
    text = markdown(results())
    assert text.startswith("### mail.example.com: deviations\n")
    assert "| group | pass | fail | warn | known | fixed | skip |" in text
    assert r"| any\_state |  | 1 |  |  |  |  |" in text
    assert "<b>fail</b> <code>any_state/noop/answers[a b'c]</code> A title.</summary>" in text
    assert "```text\nexpected: OK\nseen:     BAD\n\nA C: a1 NOOP\nA S: a1 BAD no\n```" in text
    assert "- 2: no MOVE here" in text
    assert "gximap-conformance run target.toml --select selected/fetch/bad\n" in text


def test_markdown_of_a_hostile_server():
    outside = []
    fence = None
    for line in markdown(hostile()).split("\n"):
        if fence is None and (opening := re.match("`{3,}", line)):
            fence = opening[0]
        elif line == fence:
            fence = None
        elif fence is None:
            outside.append(line)
    assert fence is None
    assert "`````text" in markdown(hostile())
    allowed = r"</?(details|summary|b|code)>|<!-- -->"
    assert [line for line in outside if "<" in re.sub(allowed, "", line)] == []
    assert [line for line in outside if re.search(r"[^\\]`", line.partition("</summary>")[2])] == []


def test_markdown_does_not_mention_or_refer():
    made = Results("1", target={"name": "@team #12"})
    made.add(case("a/b/c", title="for @team"), deviation(), 0, [])
    outside = re.sub("```.*?```", "", markdown(made), flags=re.DOTALL)
    assert re.findall(r"@\w|#\d", outside) == []


def test_markdown_has_its_limit():
    text = markdown(huge(500))
    assert LIMIT - 10_000 < len(text) <= LIMIT
    assert "more of them are in the report" in text
    made = Results("1", target={"name": "t" * 100})
    made.faults = ["x" * 100_000] * 100
    made.left_behind = ["x" * 100_000] * 100
    assert len(markdown(made)) <= LIMIT


def test_command_without_password():
    options = Options(
        target="imaps://alice%40x:se/c@ret@mail.example.com:993",
        profile="dovecot",
        strict=True,
        allow=("load",),
        insecure=True,
        ca_file="my ca.pem",
        report="elsewhere",
        select=("selected",),
    )
    words = command(options)
    assert words[2] == "imaps://alice%40x@mail.example.com:993"
    assert rerun(command(Options(target="imap://a:b@h")), "x/y/z[1 2]") == (
        "gximap-conformance run imap://a@h --select 'x/y/z[1 2]'"
    )
    assert " ".join(words[3:]) == (
        "--profile dovecot --allow load --strict --insecure --ca-file my ca.pem"
    )
    assert command(Options()) == ("gximap-conformance", "run")


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("imap://alice@example.test:se:c@ret@h:143", "imap://alice@example.test@h:143"),
        ("imap://alice/x:secret@h", "imap://alice/x@h"),
        ("IMAPS://alice:sec\nret@h", "IMAPS://alice@h"),
        ("imap://alice@example.test@h:143", "imap://alice@example.test@h:143"),
        ("imaps://alice@[::1]:993", "imaps://alice@[::1]:993"),
        ("target.toml", "target.toml"),
    ],
)
def test_command_without_password_whatever_the_user(target, shown):
    assert command(Options(target=target))[2] == shown


@pytest.mark.parametrize(
    ("form", "begins"), [("github", "::error file="), ("markdown", "### "), ("text", "target: ")]
)
def test_only_the_format_is_on_standard_output(tmp_path, capfd, form, begins):
    folder = tmp_path / "cases" / "any_state"
    folder.mkdir(parents=True)
    (folder / "test_it.py").write_text(CASE)
    with FakeServer() as server:
        password = server.password
        words = [server.url, "--format", form, "--jobs", "1", "--report", str(tmp_path / "report")]
        assert main(words, cases=tmp_path / "cases") == 1
    output = capfd.readouterr()
    assert output.out.startswith(begins)
    assert ("target: " in output.err) == (form != "text")
    page = (tmp_path / "report/index.html").read_text(encoding="utf-8")
    assert f":{password}@" not in page
    again = server.url.replace(f":{password}", "")
    assert f"gximap-conformance run {again} --select any_state/it/fails" in page
