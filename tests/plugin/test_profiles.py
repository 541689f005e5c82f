"""What a profile, or none, changes in a run."""

import json

import pytest

from conformance.cli import main
from tests.fake_server import FakeServer

IGNORED = "authenticated/arguments/malformed_is_bad[select]"
BY_PROFILE = ", and by its profile this is dovecot"
NOT_GROMOX = "the manual of Gromox binds no other server"

TARGET = """
name = "it"
profile = "{profile}"
endpoint.imap = {{ host = "127.0.0.1", port = {port} }}
[[account]]
role = "primary"
user = "alice"
password = "alicepw"
"""


@pytest.fixture
def run(tmp_path, capfd):
    """run(target, selector, *options) runs cases of the suite; the results, by id."""

    def run(target, select, *options):
        report = tmp_path / "report"
        words = [target, "--jobs", "1", "--report", str(report), "--select", select]
        code = main([*words, *options])
        output = capfd.readouterr()
        assert code in (0, 1), output
        data = json.loads((report / "results.json").read_text())
        return {case["id"]: case for case in data["cases"]}

    return run


@pytest.fixture
def target_file(tmp_path):
    """target_file(server, profile): its path."""

    def target_file(server, profile):
        file = tmp_path / "target.toml"
        file.write_text(TARGET.format(port=server.port, profile=profile))
        return str(file)

    return target_file


@pytest.mark.parametrize(
    ("greeting", "reason"),
    [
        ("* OK fake ready", "; if this is one, let --profile gromox or a target file say so"),
        ("* OK Dovecot ready.", BY_PROFILE),
    ],
)
def test_whether_it_is_a_gromox_is_asked_before_what_is_allowed(run, greeting, reason):
    with FakeServer(greeting=greeting) as server:
        cases = run(server.url, "gromox/timeouts")
    assert len(cases) > 10
    assert {case["message"] for case in cases.values()} == {NOT_GROMOX + reason}


def test_profile_none(run, target_file):
    """A deviation that is known of the product is a failure; the product is what it is."""
    with FakeServer(greeting="* OK Dovecot ready.") as server:
        assert outcome(run(server.url, IGNORED)) == "known"
        assert outcome(run(server.url, IGNORED, "--profile", "none")) == "warn"
        assert outcome(run(target_file(server, "none"), IGNORED)) == "warn"
        assert outcome(run(target_file(server, "none"), IGNORED, "--profile", "dovecot")) == "known"
        assert outcome(run(target_file(server, "dovecot"), IGNORED, "--profile", "none")) == "warn"
        cases = run(server.url, "gromox/timeouts", "--profile", "none")
    assert {case["message"] for case in cases.values()} == {f"{NOT_GROMOX}{BY_PROFILE}"}


def outcome(cases):
    return cases[IGNORED]["outcome"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("any_state/noop/suceeds[selected]", "any_state/noop/succeeds"),
        ("any_state/noop", "any_state/noop/"),
        ("any_stat/capability/says_the_same_again", "any_state/capability/says_the_same_again"),
    ],
)
def test_entry_for_a_case_that_there_is_not(tmp_path, capfd, name, meant):
    profile = tmp_path / "profile.toml"
    good = "any_state/capability/says_the_same_again[selected]"
    profile.write_text(f'''
name = "P"
[[deviation]]
case = ["{good}", "{name}"]
reason = "why"
reference = "where"
versions = "1"
''')
    report = str(tmp_path / "report")
    with FakeServer() as server:
        assert main([server.url, "--profile", str(profile), "--report", report]) == 2
    said = f"{profile}: [[deviation]] {name}: there is no such case; the nearest is {meant}"
    output = capfd.readouterr()
    assert said in output.err
    assert good not in output.err
