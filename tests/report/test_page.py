"""The HTML report without a browser: what stands in it, and that nothing in it is alive."""

import json
import re
from html.parser import HTMLParser

import pytest

from conformance.report.files import write_files
from conformance.report.html_report import report_page
from conformance.report.page import anchor, embedded_json, visible
from conformance.report.results import Results
from tests.report.sample import HOSTILE, case, hostile, huge, results

VOID = {"meta", "input", "br"}


class Elements(HTMLParser):
    """The elements of a page as (name, attributes, text before any child); checks the nesting."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self._open = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, name, attributes):
        self.found.append([name, dict(attributes), ""])
        if name not in VOID:
            self._open.append((name, self.found[-1]))

    def handle_endtag(self, name):
        assert self._open.pop()[0] == name

    def handle_data(self, text):
        if self._open:
            self._open[-1][1][2] += text

    def all(self, name):
        return [each for each in self.found if each[0] == name]


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_what_it_tells():
    page = report_page(results(interrupted=True, faults=["broken"], left_behind=["a mailbox"]))
    text = text_of(page)
    for words in (
        "mail.example.com", "* OK &lt;b&gt;ready&lt;/b&gt;", "12.3 s", "profile: P",
        "The run was interrupted. Of 7 cases that ran, 2 failed against a MUST, "
        "1 failed against a SHOULD, 1 passed though the profile expects a failure "
        "and 1 failed as the profile expects.",
        "Exit code 130", "Faults of the suite broken", "a mailbox",
        "expected: OK seen: BAD", "The NOOP command always succeeds.",
        "2 : no MOVE here", "1 : no second account",
    ):  # fmt: skip
        assert words in text, words
    assert (
        """target.toml --select &#39;any_state/noop/answers[a b&#39;&#34;&#39;&#34;&#39;c]&#39;"""
        in page
    )


def test_worst_come_first():
    page = Elements(report_page(results()))
    cases = [attributes for _, attributes, _ in page.all("details") if "data-ids" in attributes]
    outcomes = [attributes["data-outcome"] for attributes in cases]
    assert outcomes == ["fail", "fail", "warn", "fixed", "known", *["skip"] * 3, "pass", "pass"]


def test_nothing_is_loaded_and_nothing_hostile_is_alive():
    page = report_page(hostile())
    elements = Elements(page)
    assert len(elements.all("script")) == 2
    assert not elements.all("img")
    for name, attributes, _ in elements.found:
        assert not {"src", "style", "srcset"} & attributes.keys(), name
        assert not any(key.startswith("on") for key in attributes), name
        assert name in ("a", "meta") or "href" not in attributes, name
    links = [attributes["href"] for _, attributes, _ in elements.all("a")]
    assert all(link.startswith(("#", "https://www.rfc-editor.org/rfc/rfc")) for link in links)
    policy = elements.all("meta")[1][1]["content"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    # neither a character that cannot be seen, nor one that UTF-8 cannot carry
    assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\ud800-\udfff]", page) == []


def test_hostile_files_can_be_written_and_read(tmp_path):
    write_files(hostile(), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "index.html", "junit.xml", "results.json"
    ]  # fmt: skip
    data = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert HOSTILE in [each["message"] for each in data["cases"]]


def test_embedded_json():
    text = embedded_json({HOSTILE: "<!--"})
    assert json.loads(text) == {HOSTILE: "<!--"}
    assert text.isascii()
    assert "<" not in text


def test_visible():
    assert visible("a\tb\nc\r\x00\x1b\x7f\x9b\u2028\u202e\ud800\ufeffä\N{SNOWMAN}") == (
        "a\tb\nc\\x0d\\x00\\x1b\\x7f\\x9b\\u2028\\u202e\\ud800\\ufeffä\N{SNOWMAN}"
    )


def test_anchor():
    assert anchor("selected/fetch/x[a +&#=%<ä]") == (
        "case=selected/fetch/x[a%20%2B%26%23%3D%25%3C%C3%A4]"
    )


@pytest.mark.parametrize("changes", [{}, {"interrupted": True}, {"faults": ["x"]}])
def test_empty_run(changes):
    page = text_of(report_page(Results("1", target={"name": "t"}, **changes)))
    assert "No case ran." in page


def test_run_without_deviation():
    made = results()
    made.cases = [each for each in made.cases if each.outcome == "pass"]
    page = text_of(report_page(made))
    assert "Verdict: no unknown deviation" in page
    assert "The server does all that was asked of it." in page
    assert "No deviation to show." in page


def test_size_where_everything_fails():
    page = report_page(huge())
    assert len(page.encode()) < 7_000_000
    assert "results.json has it" in page
    assert "entries left out" in page


def test_size_of_a_pass():
    few, many = results(), results()
    for number in range(1000):
        many.add(case(f"selected/a_file_of_cases/what_is_observed[{number}]"), [], 0.1, [])
    assert (len(report_page(many)) - len(report_page(few))) / 1000 < 500
