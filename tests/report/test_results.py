import json
from xml.etree import ElementTree

import pytest

from conformance.plugin import CASES
from conformance.profiles.profile import (
    FOLDER,
    KnownDeviation,
    Profile,
    ProfileError,
    load_profile,
)
from conformance.quiet import collect
from conformance.report.files import write_files
from conformance.report.outcome import Finding, judge
from conformance.report.results import Results
from conformance.report.verdict import sentence, verdict
from conformance.requirements.case import Case
from conformance.requirements.catalogue import catalogue
from conformance.targets.guard import UnsafeError


def case(name, requirement="RFC3501-6.1.1-2", level="MUST"):
    return Case(f"group/file/{name}", name, "group", (requirement,), level)


def deviation(message="seen", level="MUST", requirement="RFC3501-6.1.1-2"):
    return Finding("deviation", message, level, (requirement,))


def known(**what):
    return KnownDeviation("why", "where", "1", **what)


def test_worst_finding_decides():
    results = Results("1")
    skip, error = Finding("skip", "s"), Finding("error", "e")
    should = deviation("weak", "SHOULD")
    assert results.decide(case("a"), [skip])[0] == "skip"
    assert results.decide(case("a"), [should])[0] == "warn"
    assert results.decide(case("a"), [should, deviation("strong")])[:2] == (
        "fail", "strong\nalso: weak"
    )  # fmt: skip
    assert results.decide(case("a"), [deviation(), error])[0] == "error"
    assert results.decide(case("a"), [deviation(level="MAY")])[0] == "warn"


def test_a_run_that_was_stopped_blames_no_sentence_of_the_case():
    (finding,) = judge(UnsafeError("mixed up"), "teardown", "SHOULD", ("RFC3501-9-NUMBER",), CASES)
    assert (finding.kind, finding.level, finding.requirements) == ("deviation", "MUST", ())
    results = Results("1")
    results.add(case("a", "RFC3501-9-NUMBER", "SHOULD"), [finding], 0.1, [])
    assert (results.cases[0].outcome, results.cases[0].concerned) == ("fail", ())
    results.add(case("b", "RFC3501-9-NUMBER", "SHOULD"), [], 0.1, [])
    assert results.cases[1].concerned == ("RFC3501-9-NUMBER",)


def test_known_only_if_every_deviation_is_explained():
    results = Results("1", Profile("P", (known(requirement="RFC3501-6.1.1-2"),)))
    other = deviation("other", requirement="RFC3501-7.4.1-1")
    assert results.decide(case("a"), [deviation()])[0] == "known"
    assert results.decide(case("a"), [deviation(), other])[0] == "fail"
    assert results.decide(case("a"), [deviation(), Finding("error", "e")])[0] == "error"


def test_requirement_is_fixed_only_if_all_its_cases_pass():
    profile = Profile("P", (known(requirement="RFC3501-6.1.1-2"),))
    results = Results("1", profile)
    results.add(case("a"), [], 0.1, [])
    results.add(case("b"), [deviation()], 0.1, [])
    results.finish(1)
    assert [each.outcome for each in results.cases] == ["pass", "known"]
    results = Results("1", profile)
    results.add(case("a"), [], 0.1, [])
    results.add(case("b"), [Finding("crash", "it is gone")], 0.1, [])
    results.finish(1)
    assert [each.outcome for each in results.cases] == ["pass", "crash"]
    results = Results("1", profile)
    results.add(case("a"), [], 0.1, [])
    results.add(case("b", "RFC3501-7.4.1-1"), [], 0.1, [])
    results.finish(1)
    assert [each.outcome for each in results.cases] == ["fixed", "pass"]


def test_exit_codes():
    results = Results("1")
    assert results.exit_code == 2
    results.add(case("a"), [], 0.1, [])
    assert results.exit_code == 0
    results.add(case("b"), [deviation()], 0.1, [])
    assert results.exit_code == 1
    results.interrupted = True
    assert results.exit_code == 130


@pytest.mark.parametrize(
    ("errors", "faults", "said"),
    [
        (0, 0, ""),
        (1, 0, ", but 1 case could not be judged, through a fault of the suite"),
        (2, 0, ", but 2 cases could not be judged, through a fault of the suite"),
        (0, 1, ", but the suite failed once outside of its cases"),
    ],
)
def test_faults_of_the_suite_void_no_other_result(errors, faults, said):
    results = Results("1", faults=["broken"] * faults)
    results.add(case("a"), [], 0.1, [])
    for number in range(errors):
        results.add(case(f"e{number}"), [Finding("error", "ours")], 0.1, [])
    assert results.exit_code == (4 if errors or faults else 0)
    assert verdict(results).words == f"no unknown deviation{said}"
    results.add(case("b"), [deviation()], 0.1, [])
    assert results.exit_code == 1
    assert verdict(results).words == f"deviations{said}"
    assert sentence(results).startswith("The server does not do all that it must.")
    assert ("could not be judged" in sentence(results)) == bool(errors)


def test_files_with_what_xml_cannot_carry(tmp_path):
    results = Results("1", target={"name": "t"})
    line = {"t": 0.5, "from": "S", "connection": "A", "text": "* OK \x00\x1b[2J<&]]>\ud800"}
    line["text"] = line["text"].replace("\ud800", "\N{SNOWMAN}")
    results.add(case("a"), [deviation("odd \x07 \ufffe")], 0.1, [line])
    write_files(results, tmp_path / "new" / "folder")
    data = json.loads((tmp_path / "new/folder/results.json").read_text(encoding="utf-8"))
    assert data["cases"][0]["transcript"] == [line]
    element = ElementTree.parse(tmp_path / "new/folder/junit.xml").find(".//failure")
    assert "<&]]>\N{SNOWMAN}" in element.text
    assert element.attrib["message"].startswith("odd ")


PROFILE = """
name = "P"
[match]
greeting = "^. OK Product"
id = { name = "^Product$", version = "2" }
[[deviation]]
requirement = "RFC3501-6.1.1-2"
reason = "r"
reference = "f"
versions = "v"
"""


@pytest.mark.parametrize(
    ("greeting", "identity", "fits"),
    [
        ("* OK Product ready", {}, True),
        ("* OK ready", {"name": "Product", "version": "2.3"}, True),
        ("* OK ready", {"name": "Product", "version": "3"}, False),
        ("* OK ready", {}, False),
    ],
)
def test_profile_fits(tmp_path, greeting, identity, fits):
    (tmp_path / "p.toml").write_text(PROFILE)
    profile = load_profile(str(tmp_path / "p.toml"), catalogue())
    assert profile.fits(greeting, identity) is fits


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('reason = "r"', "", "reason must be given"),
        ('requirement = "RFC3501-6.1.1-2"', "", "either a case or a requirement"),
        (
            "RFC3501-6.1.1-2",
            "RFC3501-6.1.1-22",
            "no such requirement; the nearest is RFC3501-6.1.1-2$",
        ),
        ('versions = "v"', 'versions = "v"\nmessage = "("', "not a regular expression"),
        ('versions = "v"', 'versions = "v"\nsince = "1"', "unknown key 'since'"),
        ('name = "P"', "", "name must be given"),
        ("[match]", "[match", "p.toml"),
    ],
)
def test_wrong_profile(tmp_path, old, new, problem):
    (tmp_path / "p.toml").write_text(PROFILE.replace(old, new, 1))
    with pytest.raises(ProfileError, match=problem):
        load_profile(str(tmp_path / "p.toml"), catalogue())


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.toml")))
def test_the_suites_own_profiles_can_be_read(name):
    assert load_profile(name, catalogue()).name


@pytest.mark.slow
def test_the_suites_own_profiles_name_cases_that_exist():
    cases = {case.id for case in collect(CASES, ()).cases}
    cases |= {case.partition("[")[0] for case in cases}
    for name in {path.stem for path in FOLDER.glob("*.toml")}:
        entries = load_profile(name, catalogue()).deviations
        named = {case for entry in entries for case in entry.cases}
        assert named - cases == set(), name
