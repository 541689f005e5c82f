"""--write-profile: what is drafted, and that a run with the draft finds nothing unknown."""

import json
import sys
import tomllib
from dataclasses import replace

import pytest

from conformance.cli import main
from conformance.profiles.profile import load_profile
from conformance.requirements.catalogue import catalogue
from tests.fake_server import FakeServer

CASES = '''
import pytest
from conformance.requirements import requirement

@requirement("RFC3501-6.1.1-2")
def test_passes(connection):
    """A case that passes."""
    assert connection.command("CAPABILITY").status == "OK"

@requirement("RFC3501-6.1.1-2")
@pytest.mark.parametrize("word", ["a", '"quoted" \\\\ slash', "tab\\t"])
def test_fails(connection, word):
    """A case that fails."""
    assert False, f"seen {word} and \\x1b[31m\\u2028 # = ]"

@requirement("RFC3501-6.1.1-2", level="SHOULD")
def test_warns(connection):
    """A case that warns."""
    assert connection.command("CHECK").status == "NO"

@requirement("RFC3501-6.1.1-2")
def test_broken(connection):
    """A case with a fault of its own."""
    raise KeyError("fault")
'''
WITHOUT_FAULT = CASES.partition('@requirement("RFC3501-6.1.1-2")\ndef test_broken')[0]
PASSES = CASES.partition('@requirement("RFC3501-6.1.1-2")\n@pytest')[0]


@pytest.fixture
def server():
    with FakeServer() as server:
        yield server


@pytest.fixture
def run(tmp_path, server, monkeypatch):
    """run(source, *options): exit code, and outcome by case."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def run(source, *options):
        path = tmp_path / "cases" / "any_state" / "test_it.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
        sys.modules.pop("any_state.test_it", None)
        report = tmp_path / "report"
        words = ["run", server.url, "--jobs", "1", "--report", str(report), *map(str, options)]
        code = main(words, cases=tmp_path / "cases")
        results = report / "results.json"
        cases = json.loads(results.read_text())["cases"] if results.exists() else []
        return code, {case["id"].removeprefix("any_state/it/"): case["outcome"] for case in cases}

    return run


def test_a_run_with_the_draft_finds_nothing_unknown(run, tmp_path, capfd):
    draft = tmp_path / "draft.toml"
    code, before = run(WITHOUT_FAULT, "--write-profile", draft)
    assert (code, sorted(before.values())) == (1, ["fail", "fail", "fail", "pass", "warn"])
    assert f"profile: {draft}, 4 entries to confirm (TODO)" in capfd.readouterr().out
    code, after = run(WITHOUT_FAULT, "--profile", draft)
    assert (code, sorted(after.values())) == (0, ["known"] * 4 + ["pass"])
    profile = load_profile(str(draft), catalogue())
    assert {known.cases[0].removeprefix("any_state/it/") for known in profile.deviations} == {
        case for case, outcome in before.items() if outcome != "pass"
    }
    for known in profile.deviations:
        assert known.reason.startswith("TODO: ")
        assert known.reference.startswith("RFC3501 section 6.1.1 (RFC3501-6.1.1-2): ")
        assert "\x1b" not in known.reason
    assert profile.deviations[3].reason.endswith(" does. Expected: NO, seen: OK")
    assert "seen tab\t and \\x1b[31m\\u2028 # = ]" in profile.deviations[2].reason


def test_fault_of_the_suite_is_no_entry(run, tmp_path):
    draft = tmp_path / "draft.toml"
    assert run(CASES, "--write-profile", draft)[0] == 1
    cases = [entry["case"] for entry in tomllib.loads(draft.read_text())["deviation"]]
    assert len(cases) == 4
    assert "any_state/it/broken" not in cases


def test_draft_goes_on_with_the_profile_of_the_run(run, tmp_path):
    entry = 'reason = "why"\nreference = "where"\nversions = "1"\n'
    first = tmp_path / "first.toml"
    first.write_text(
        'name = "Fake \\"server\\""\n[match]\ngreeting = "^fake\\\\b"\nid = { "a b" = "c" }\n'
        '[[deviation]]\ncase = ["any_state/it/warns", "any_state/it/passes"]\n'
        f'message = "NO"\n{entry}'
        f'[[deviation]]\ncase = "any_state/it/passes"\n{entry}'
        f'[[deviation]]\ncase = "selected/other/of_another_group"\n{entry}'
    )
    other = tmp_path / "cases" / "selected" / "test_other.py"
    other.parent.mkdir(parents=True)
    other.write_text(PASSES.replace("test_passes", "test_of_another_group"))
    draft = tmp_path / "draft.toml"
    words = ("--select", "any_state")
    _, outcomes = run(WITHOUT_FAULT, "--profile", first, "--write-profile", draft, *words)
    assert (outcomes["warns"], outcomes["passes"]) == ("known", "fixed")
    old, new = (load_profile(str(path), catalogue()) for path in (first, draft))
    assert (new.name, new.greeting, new.id) == (old.name, old.greeting, old.id)
    assert new.deviations[0] == replace(old.deviations[0], cases=("any_state/it/warns",))
    assert new.deviations[1] == old.deviations[2]
    assert len(new.deviations) == 5
    assert run(WITHOUT_FAULT, "--profile", draft, *words)[0] == 0


def test_nothing_to_draft(run, tmp_path, capfd):
    assert run(PASSES, "--write-profile", tmp_path / "draft.toml")[0] == 0
    assert "draft.toml was not written" in capfd.readouterr().out
    assert not (tmp_path / "draft.toml").exists()


@pytest.mark.parametrize(
    ("name", "said"), [("there.toml", "is not overwritten"), ("none/new.toml", "no file can be")]
)
def test_file_that_cannot_be_made_is_told_before_the_run(run, server, tmp_path, capfd, name, said):
    (tmp_path / "there.toml").write_text("mine")
    assert run(CASES, "--write-profile", tmp_path / name) == (2, {})
    assert said in capfd.readouterr().err
    assert (tmp_path / "there.toml").read_text() == "mine"
    assert server.commands == []
