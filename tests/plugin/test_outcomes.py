"""What a case does, and the outcome, the message and the exit code that come of it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conformance.case_accounts import Scratch
from conformance.cli import main
from tests.fake_server import FakeServer

HEAD = """
import pytest
from conformance.requirements import allow, needs, requirement, revision
"""
PASS = """
@requirement("RFC3501-6.1.1-2")
def test_passes(connection):
    '''A case that passes.'''
    assert connection.command("CAPABILITY").status == "OK"
"""


@pytest.fixture
def server():
    with FakeServer() as server:
        yield server


@pytest.fixture
def run(tmp_path, server, capfd, monkeypatch):
    """run(case source, *options) runs the suite on the fake server; exit code, results, output."""
    # The runs of a test share a process and a file name, not the module.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def run(source, *options, target=None):
        cases = tmp_path / "cases"
        path = cases / "any_state" / "test_it.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + source)
        report = tmp_path / "report"
        (report / "results.json").unlink(missing_ok=True)
        sys.modules.pop("any_state.test_it", None)
        words = ["run", target or server.url, "--jobs", "1", "--report", str(report), *options]
        code = main(words, cases=cases)
        results = report / "results.json"
        data = json.loads(results.read_text()) if results.exists() else None
        return code, data, capfd.readouterr()

    return run


def only(data):
    (case,) = data["cases"]
    return case


def test_pass(run):
    code, data, output = run(PASS)
    assert code == 0
    case = only(data)
    assert case["id"] == "any_state/it/passes"
    assert case["title"] == "A case that passes."
    assert (case["group"], case["level"]) == ("any_state", "MUST")
    assert case["requirements"] == ["RFC3501-6.1.1-2"]
    assert (case["outcome"], case["message"], case["transcript"]) == ("pass", "", [])
    assert data["summary"] == {
        "pass": 1, "fail": 0, "warn": 0, "known": 0, "fixed": 0, "crash": 0, "skip": 0,
        "error": 0,
    }  # fmt: skip
    assert data["target"]["greeting"] == "* OK fake ready"
    assert data["target"]["capabilities"] == ["IMAP4REV1"]
    assert "no unknown deviation" in output.out
    assert "=====" not in output.out, "pytest's own output must not appear"


FAIL = """
@requirement("RFC3501-6.1.1-2")
def test_fails(connection):
    '''A case that fails.'''
    assert connection.command("NOOP").status == "NO", "the reason"
"""


def test_fail(run):
    code, data, output = run(FAIL)
    assert code == 1
    case = only(data)
    assert case["outcome"] == "fail"
    assert "the reason" in case["message"]
    assert [entry["from"] for entry in case["transcript"]] == ["S", "C", "S"]
    assert case["transcript"][1]["text"] == "a1 NOOP"
    assert "The server MUST send a single untagged CAPABILITY response" in output.out
    assert "a1 NOOP" in output.out


SHOULD = FAIL.replace("RFC3501-6.1.1-2", "RFC3501-2.2.2-3")


def test_should_is_a_warning(run):
    code, data, _ = run(SHOULD)
    assert (code, only(data)["outcome"], only(data)["level"]) == (0, "warn", "SHOULD")


def test_should_fails_when_strict(run):
    code, data, _ = run(SHOULD, "--strict")
    assert (code, only(data)["outcome"]) == (1, "fail")


def test_level_given_by_the_case(run):
    code, data, _ = run(FAIL.replace('6.1.1-2"', '6.1.1-2", level="SHOULD"'))
    assert (code, only(data)["outcome"]) == (0, "warn")


@pytest.mark.parametrize("fault", ["1 / 0", "[][0]", "{}['x']", "connection.no_such_thing()"])
def test_fault_of_a_case(run, fault):
    code, data, output = run(FAIL.replace("assert connection", f"{fault}; assert connection"))
    assert (code, only(data)["outcome"]) == (4, "error")
    assert "no unknown deviation, but 1 case could not be judged" in output.out


def test_fault_of_a_fixture(run):
    source = "@pytest.fixture\ndef broken():\n    raise TypeError('ours')\n"
    code, data, _ = run(source + PASS.replace("(connection)", "(connection, broken)"))
    assert (code, only(data)["outcome"]) == (4, "error")
    assert "TypeError: ours" in only(data)["message"]


OUTSIDE = """
import socket
import pytest
def asserts():
    assert 1 == 2, "not so"
def fails():
    pytest.fail("not so")
def resets():
    raise ConnectionResetError(104, "of another connection")
def raises_in_a_group():
    raise ExceptionGroup("several", [AssertionError("never raised alone")])
def deviates():
    from conformance.wire import Deviation
    raise Deviation("the server's")
"""
WITHIN = """
def asserts():
    assert 1 == 2, "not so"
"""
CALL = "assert connection.command"


@pytest.mark.parametrize(
    ("raised", "outcome"),
    [
        ("assert 1 == 2", "fail"),
        ("pytest.fail('not so')", "fail"),
        ("within.asserts()", "fail"),
        ("outside.asserts()", "error"),
        ("outside.fails()", "error"),
        ("outside.resets()", "error"),
        ("outside.raises_in_a_group()", "error"),
        ("outside.deviates()", "fail"),
        ("pool.submit(within.asserts).result()", "fail"),
        ("pool.submit(outside.asserts).result()", "error"),
        ("Future().result(timeout=0)", "error"),
        ("open('/no/such/file')", "error"),
        ("connection.channel.socket.shutdown(2); connection.channel.socket.getpeername()", "fail"),
        ("with pytest.raises(KeyError): pass", "fail"),
        ("raised(KeyError('ours'), AssertionError('the cause'))", "error"),
        ("raised(AssertionError('the finding'), KeyError('the cause'))", "fail"),
        ("raised(ExceptionGroup('two', [AssertionError('a'), AssertionError('b')]))", "fail"),
        ("raised(ExceptionGroup('two', [AssertionError('a'), KeyError('b')]))", "error"),
    ],
)
def test_where_it_was_raised_decides(run, tmp_path, monkeypatch, raised, outcome):
    """An assertion accuses the server in a module of cases, a socket on a connection to it."""
    (tmp_path / "outside.py").write_text(OUTSIDE)
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "within.py").write_text(WITHIN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.syspath_prepend(tmp_path / "cases")
    for module in ("outside", "within"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    source = (
        "import outside, within\nfrom concurrent.futures import Future, ThreadPoolExecutor\n"
        "pool = ThreadPoolExecutor(1)\n"
        "def raised(error, cause=None):\n    raise error from cause\n"
    ) + FAIL.replace("    assert connection", f"    {raised}\n    assert connection")
    code, data, _ = run(source)
    assert (code, only(data)["outcome"]) == (1 if outcome == "fail" else 4, outcome)


def test_assertion_of_a_fixture_of_the_suite(run, monkeypatch):
    def broken(*_):
        raise AssertionError("ours")

    monkeypatch.setattr(Scratch, "name", broken)
    code, data, _ = run(PASS.replace("connection", "selected"))
    assert (code, only(data)["outcome"]) == (4, "error")


def test_fault_of_a_case_voids_no_other(run):
    broken = FAIL.replace("test_fails(connection):", "test_broken():")
    code, data, output = run(PASS + FAIL + broken)
    assert code == 1
    assert {case["id"].rpartition("/")[2]: case["outcome"] for case in data["cases"]} == {
        "passes": "pass", "fails": "fail", "broken": "error"
    }  # fmt: skip
    assert "deviations, but 1 case could not be judged" in output.out


def test_skip(run):
    code, data, output = run(PASS.replace("assert", "pytest.skip('no reason')\n    assert"))
    assert (code, only(data)["outcome"]) == (0, "skip")
    assert only(data)["message"] == "no reason"
    assert "skipped 1: no reason [any_state/it 1]" in output.out


def test_capability_not_offered(run):
    code, data, _ = run("@needs('UIDPLUS')" + PASS)
    assert (code, only(data)["outcome"]) == (0, "skip")
    assert only(data)["message"] == "the server does not offer UIDPLUS"


REV1 = "@revision('IMAP4rev1')" + PASS
REV2 = "@revision('IMAP4rev2')" + PASS.replace("connection", "authenticated")


def offering(server, capabilities):
    """Let the fake server offer these; ENABLE enables what it is asked for."""
    server.script["CAPABILITY"] = [f"* CAPABILITY {capabilities}", "OK done"]
    server.script["ENABLE"] = ["* ENABLED IMAP4rev2", "OK done"]


def enabled(server):
    return "ENABLE IMAP4rev2" in [line.partition(" ")[2] for line in server.commands]


def test_revision_not_offered(run, server):
    _, data, _ = run(REV2)
    assert only(data)["message"] == "the server does not offer IMAP4rev2"
    offering(server, "IMAP4rev2")
    _, data, _ = run(REV1)
    assert only(data)["message"] == "the server does not offer IMAP4rev1"


@pytest.mark.parametrize(
    ("source", "capabilities", "expected"),
    [
        (REV2, "IMAP4rev1 IMAP4rev2", True),
        (REV2, "IMAP4rev2", False),
        (REV1, "IMAP4rev1 IMAP4rev2", False),
        ("@needs('MOVE')\n" + REV2, "IMAP4rev1 IMAP4rev2", True),
        ("@needs('MOVE')\n" + REV2.replace("rev2", "rev1"), "IMAP4rev1 IMAP4rev2 MOVE", False),
        (
            "@needs('MOVE')" + PASS.replace("conn", "authenticated, conn"),
            "IMAP4rev1 IMAP4rev2",
            True,
        ),
        ("@needs('MOVE')" + PASS, "IMAP4rev1 IMAP4rev2 MOVE", False),
        ("@needs('APPENDLIMIT')" + PASS, "IMAP4rev1 APPENDLIMIT=1000", False),
    ],
)
def test_sessions_of_a_case_enable_its_revision(run, server, source, capabilities, expected):
    offering(server, capabilities)
    code, data, _ = run(source)
    assert (code, only(data)["outcome"]) == (0, "pass")
    assert enabled(server) is expected


@pytest.mark.parametrize(
    ("source", "lacking"),
    [
        ("@needs('CONDSTORE')" + PASS, "CONDSTORE"),
        ("@needs('MOVE')\n" + REV1, "MOVE"),
        ("@needs('BINARY', advertised=True)" + PASS, "BINARY"),
    ],
)
def test_revision_2_does_not_stand_in(run, server, source, lacking):
    offering(server, "IMAP4rev1 IMAP4rev2")
    _, data, _ = run(source)
    assert only(data)["message"] == f"the server does not offer {lacking}"


def test_revision_offered_but_not_enabled(run, server):
    offering(server, "IMAP4rev1 IMAP4rev2")
    server.script["ENABLE"] = ["* ENABLED", "OK done"]
    code, data, _ = run(REV2)
    assert (code, only(data)["outcome"]) == (1, "fail")
    assert "not enabled by ENABLE: IMAP4REV2" in only(data)["message"]


def test_group_not_allowed(run):
    _, data, _ = run("@allow('lockout')" + PASS)
    assert only(data)["outcome"] == "skip"
    assert "--allow lockout" in only(data)["message"]
    _, data, _ = run("@allow('lockout')" + PASS, "--allow", "lockout")
    assert only(data)["outcome"] == "pass"


def test_account_not_given(run):
    _, data, _ = run(PASS.replace("(connection)", "(connection, accounts)").replace(
        "assert", "accounts['stranger']\n    assert"))  # fmt: skip
    assert only(data)["message"] == (
        "no account with the role stranger is given for this target: add an [[account]] with role "
        '= "stranger" (without rights over other mailboxes) to the target file'
    )


def test_connection_closed_by_the_server(run, server):
    server.script["NOOP"] = []
    code, data, _ = run(FAIL)
    assert (code, only(data)["outcome"]) == (1, "fail")
    assert "closed the connection without BYE" in only(data)["message"]


def test_grammar_fails_at_must_level(run, server):
    server.script["NOOP"] = ["* 1 EXISTS extra", "OK done"]
    code, data, _ = run(SHOULD)
    assert (code, only(data)["outcome"]) == (1, "fail")
    assert "syntax error" in only(data)["message"]


def test_invariant_fails_a_case_that_asserts_nothing(run, server):
    server.script["NOOP"] = ["* 5 EXPUNGE", "OK done"]
    source = """
@requirement("RFC3501-6.1.1-2")
def test_asserts_nothing(selected):
    '''A case that asserts nothing.'''
    selected.command("NOOP")
"""
    code, data, _ = run(source)
    assert (code, only(data)["outcome"]) == (1, "fail")
    assert "EXPUNGE" in only(data)["message"]


def test_set_up_refused(run, server):
    server.script["CREATE"] = ["NO not today"]
    code, data, _ = run(SHOULD.replace("connection", "selected"))
    assert (code, only(data)["outcome"]) == (1, "fail")
    assert "could not be set up" in only(data)["message"]
    assert "CREATE was answered NO not today" in only(data)["message"]


def test_nothing_is_left_behind(run, server):
    source = PASS.replace("(connection)", "(selected, elsewhere)").replace("connection", "selected")
    code, data, _ = run(source)
    assert (code, only(data)["outcome"]) == (0, "pass")
    created = [line.split()[2] for line in server.commands if " CREATE " in line]
    assert len(created) == 4  # the scratch name, the trial below it, and those of the case
    assert all(name.strip('"').startswith("gximap-") for name in created)
    assert server.mailboxes == ["INBOX", "Private"]


def test_what_is_left_behind_is_said(run, server):
    server.script["DELETE"] = ["NO mine now"]
    _, _, output = run(PASS.replace("connection", "selected"))
    assert "could not be removed: alice: gximap-" in output.out


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (PASS.replace("RFC3501-6.1.1-2", "RFC3501-6.1.1-99"), "no requirement RFC3501-6.1.1-99"),
        (PASS.replace("@requirement", "# "), "names no requirement"),
        ("@revision('IMAP4rev3')" + PASS, "a revision is one of"),
        (PASS.replace("'''A case that passes.'''", ""), "has no docstring"),
        ("import no_such_module\n", "no_such_module"),
    ],
)
def test_file_of_cases_with_a_fault(run, source, problem):
    code, _, output = run(source)
    assert code == 4
    assert problem in output.out


def test_known_and_fixed(run, tmp_path):
    profile = tmp_path / "profile.toml"
    entry = '[[deviation]]\nreason = "why"\nreference = "where"\nversions = "1"\n'
    profile.write_text(f'name = "P"\n{entry}case = "any_state/it/fails"\n')
    code, data, _ = run(FAIL, "--profile", str(profile))
    assert (code, only(data)["outcome"]) == (0, "known")
    assert only(data)["message"].startswith("why\n")

    profile.write_text(f'name = "P"\n{entry}case = "any_state/it/fails"\nmessage = "other"\n')
    code, data, _ = run(FAIL, "--profile", str(profile))
    assert (code, only(data)["outcome"]) == (1, "fail")

    both = '["any_state/it/fails", "any_state/it/passes"]'
    profile.write_text(f'name = "P"\n{entry}case = {both}\n')
    _, data, _ = run(FAIL + PASS, "--profile", str(profile))
    assert [case["outcome"] for case in data["cases"]] == ["known", "fixed"]
    profile.write_text(f'name = "P"\n{entry}case = []\n')
    code, _, output = run(FAIL, "--profile", str(profile))
    assert (code, "case must be" in output.err) == (2, True)

    profile.write_text(f'name = "P"\n{entry}requirement = "RFC3501-6.1.1-2"\n')
    code, data, _ = run(FAIL, "--profile", str(profile))
    assert (code, only(data)["outcome"]) == (0, "known")
    code, data, output = run(PASS, "--profile", str(profile))
    assert (code, only(data)["outcome"]) == (0, "fixed")
    assert "fixed" in output.out


def test_known_deviation_does_not_hide_a_broken_rule(run, server, tmp_path):
    server.script["NOOP"] = ["* 5 EXPUNGE", "OK done"]
    profile = tmp_path / "profile.toml"
    profile.write_text(
        'name = "P"\n[[deviation]]\nreason = "why"\nreference = "where"\nversions = "1"\n'
        'requirement = "RFC3501-6.1.1-2"\n'
    )
    code, data, _ = run(FAIL.replace("connection", "selected"), "--profile", str(profile))
    assert (code, only(data)["outcome"]) == (1, "fail")


def test_junit(run, tmp_path):
    run(PASS + FAIL + SHOULD.replace("test_fails", "test_warns") + "@needs('X')" + PASS.replace(
        "test_passes", "test_skips"))  # fmt: skip
    suite = ElementTree.parse(tmp_path / "report" / "junit.xml").getroot()[0]
    assert suite.attrib["tests"] == "4"
    assert suite.attrib["failures"] == "1"
    assert suite.attrib["skipped"] == "1"
    kinds = {case.attrib["name"]: [child.tag for child in case] for case in suite}
    assert kinds == {
        "passes": [], "fails": ["failure"], "warns": ["system-out"], "skips": ["skipped"]
    }  # fmt: skip


def test_workers_give_the_same(run):
    code, data, _ = run(PASS + FAIL, "--jobs", "2")
    assert code == 1
    assert {case["id"]: case["outcome"] for case in data["cases"]} == {
        "any_state/it/passes": "pass",
        "any_state/it/fails": "fail",
    }


def test_verbose_keeps_the_dialogue_of_every_case(run):
    _, data, output = run(PASS, "-v")
    assert len(only(data)["transcript"]) == 4
    assert "a1 CAPABILITY" in output.out


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        ("rfc3501", ["fails", "passes"]),
        ("rfc3501/6", ["passes"]),
        ("RFC3501/6.1.1", ["passes"]),
        ("RFC3501-2.2.2-3", ["fails"]),
        ("any_state", ["fails", "passes"]),
        ("any_state/it/fails", ["fails"]),
        ("any_state/test_it.py::test_fails", ["fails"]),
    ],
)
def test_selection(run, selector, chosen):
    _, data, _ = run(PASS + SHOULD, "--select", selector)
    assert [case["id"].rpartition("/")[2] for case in data["cases"]] == chosen


@pytest.mark.parametrize("selector", ["selected", "any_state/i"])
def test_nothing_selected(run, selector):
    code, data, _ = run(PASS, "--select", selector)
    assert code == 2
    assert data is None or data["cases"] == []


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--select", "rfc1"], "no document RFC1"),
        (["--select", "rfc3501/99"], "no section 99"),
        (["--select", "RFC3501-1-1"], "no such requirement"),
        (["--profile", "nobody"], "no profile nobody"),
        (["--ca-file", "/no/such/file"], "no CA file"),
    ],
)
def test_wrong_options(run, options, problem):
    code, data, output = run(PASS, *options)
    assert (code, data) == (2, None)
    assert problem in output.err


def test_wrong_password_is_tried_once(run, server):
    target = f"imap://alice:wrong@127.0.0.1:{server.port}"
    code, _, output = run(PASS, target=target)
    assert code == 3
    assert "alice" in output.err
    assert server.failed_logins == 1


def test_nobody_listens(run):
    with FakeServer() as gone:
        target = gone.url
    code, _, output = run(PASS, target=target)
    assert code == 3
    assert "cannot be reached" in output.err


def test_server_that_answers_ok_to_everything(run, server):
    """It sends no data; what it offers its greeting says."""
    server.greeting = "* OK [CAPABILITY IMAP4rev1 ID NAMESPACE] ready"
    server.answer = lambda *_: ["OK done"]
    code, data, _ = run(PASS + FAIL.replace("connection", "selected"))
    assert code == 1
    assert [case["outcome"] for case in data["cases"]] == ["fail", "pass"]
    assert data["target"]["capabilities"] == ["IMAP4REV1", "ID", "NAMESPACE"]


def test_capabilities_that_no_one_can_read(run, server):
    server.script["CAPABILITY"] = ["* CAPABILITY IMAP4rev1 Gr\u00fc\u00dfe", "OK done"]
    code, _, output = run(PASS)
    assert code == 3
    assert "offers capabilities that are not in ASCII" in output.err


def test_greeting_that_is_not_imap(run, server):
    server.greeting = "220 smtp.example.test ESMTP"
    code, _, output = run(PASS)
    assert code == 3
    assert "does not greet as an IMAP server" in output.err


def test_greeting_with_controls_is_spelled_out(run, server):
    """What a server says commands no terminal."""
    server.greeting = "220 \x1b[2Jsmtp"
    _, _, output = run(PASS)
    assert "220 \\x1b[2Jsmtp" in output.err


def test_list_and_requirements(tmp_path, capfd):
    cases = tmp_path / "cases"
    (cases / "any_state").mkdir(parents=True)
    (cases / "any_state" / "test_it.py").write_text(HEAD + PASS)
    assert main(["list"], cases=cases) == 0
    assert "any_state/it/passes  (MUST)" in capfd.readouterr().out
    assert main(["list", "selected"], cases=cases) == 2
    assert main(["requirements"], cases=cases) == 0
    assert "      any_state/it/passes" in capfd.readouterr().out
    assert main(["requirements", "--uncovered"], cases=cases) == 0
    uncovered = capfd.readouterr().out
    assert "RFC3501-6.1.1-2 " not in uncovered
    assert "RFC3501-6.1.3-2 " in uncovered


def test_interrupted_run_clears_up(tmp_path, server):
    server.script["NOOP"] = ["* 5 EXPUNGE", "OK done"]  # so that even the tear-down finds fault
    (tmp_path / "any_state").mkdir()
    (tmp_path / "any_state" / "test_it.py").write_text(
        f"import time\n{HEAD}{PASS}"
        "@requirement('RFC3501-6.1.1-2')\n"
        "def test_takes_its_time(selected):\n"
        "    '''A case that waits.'''\n"
        "    selected.command('NOOP', 'waiting')\n"
        "    time.sleep(600)\n"
    )
    driver = (
        "import sys; from pathlib import Path; from conformance.cli import main;"
        f"sys.exit(main(['run', '{server.url}', '--jobs', '1', '--report', '{tmp_path}/report'],"
        f" cases=Path('{tmp_path}')))"
    )
    waiting = server.expect("NOOP waiting")
    process = subprocess.Popen(
        [sys.executable, "-c", driver],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=Path(__file__).parents[2],
    )
    assert waiting.wait(60)
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "1 pass" in output
    assert "interrupted" in output
    assert server.mailboxes == ["INBOX", "Private"]
    results = json.loads((tmp_path / "report" / "results.json").read_text())
    assert [case["outcome"] for case in results["cases"]] == ["pass"]
