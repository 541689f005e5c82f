"""Each case gets a server with the directives that it asks for."""

import sys
from dataclasses import replace

import pytest

from conformance.run import Target
from conformance.targets.configuration import directives, group
from conformance.targets.control import Control, ControlError
from conformance.targets.description import Account, Address, Description
from conformance.targets.fleet import CannotConfigureError, Fleet
from conformance.targets.probing import Facts, probe
from conformance.targets.reference import ReferenceServer

FACTS = Facts("* OK", ("IMAP4REV1",), ("IMAP4REV1",), {}, "", "/")


@pytest.fixture
def program(forked):
    return forked


@pytest.fixture
def foreign(tmp_path, reference_process):
    """A target of an operator; what is applied goes, one after the other, to the file `applied`."""
    record = (
        f"import sys; open({str(tmp_path / 'applied')!r}, 'a').write(sys.stdin.read() + '--\\n')"
    )
    host, port = reference_process.imap
    description = Description(
        name="foreign",
        addresses={"imap": Address("imap", host, port)},
        accounts={
            "primary": Account("primary", reference_process.user, reference_process.password)
        },
        settings={"imap_auth_times": "3"},
        control={"apply": [sys.executable, "-c", record]},
    )
    return Target(description, FACTS, "gximap-test", "foreign")


def applied(tmp_path):
    return (tmp_path / "applied").read_text().split("--\n")[:-1]


def fleet(target, *cases):
    return Fleet(target, cases, "gw0")


def test_values_as_a_file_has_them():
    settings = directives({"a": True, "b": False, "c": 3, "d": "2s"})
    assert settings == {"a": "yes", "b": "no", "c": "3", "d": "2s"}
    assert group({"b": "2", "a": "1"}) == group({"a": "1", "b": "2"}) != group({"a": "1"})


def test_reference_servers_are_started_once_for_a_configuration():
    wanted = {"enable_rfc2971_commands": "yes"}
    server = ReferenceServer(1)
    target = Target(None, probe(server.description), "gximap-test")
    server.stop()
    servers = fleet(target, {}, wanted, wanted)
    try:
        plain, configured = servers.server({}), servers.server(wanted)
        assert not plain.offers("ID")
        assert configured.offers("ID")
        assert servers.server(wanted) is configured
        assert servers.server({}) is plain
        assert "listening" in configured.log_text()
    finally:
        servers.close()


def test_foreign_target_is_reconfigured_and_restored(foreign, tmp_path):
    servers = fleet(foreign, {}, {"imap_rfc9051": "no"}, {"imap_auth_times": "3"})
    assert not servers.server({}).is_reference
    assert servers.server({"imap_auth_times": "3"}) is servers.server({})
    assert servers.server({"imap_rfc9051": "no"}).settings["imap_rfc9051"] == "no"
    servers.server({"imap_rfc9051": "no"})
    servers.close()
    own = "imap_auth_times=3\n"
    assert applied(tmp_path) == [own + "imap_rfc9051=no\n", own]


def test_configurations_of_a_foreign_target_share_no_name(foreign):
    servers = fleet(foreign, {}, {"imap_rfc9051": "no"}, {"imap_rfc9051": "yes"})
    names = set()
    for wanted in ({}, {"imap_rfc9051": "no"}, {"imap_rfc9051": "yes"}):
        server = servers.server(wanted)
        for _ in range(3):
            names.add(server.scratch_name(1))
            server.begin_case()
    assert len(names) == 9


def test_foreign_target_gets_its_own_configuration_for_the_next_case(foreign, tmp_path):
    servers = fleet(foreign)
    servers.server({"imap_auth_times": "4"})
    assert servers.server({}).settings == {"imap_auth_times": "3"}
    servers.close()
    assert applied(tmp_path) == ["imap_auth_times=4\n", "imap_auth_times=3\n"]


def test_endpoint_for_the_proxy_is_enough(foreign):
    addresses = foreign.description.addresses | {"proxy": Address("proxy", "127.0.0.1", 1)}
    target = replace(foreign, description=replace(foreign.description, addresses=addresses))
    server = fleet(target).server({"imap_accept_haproxy": "2"})
    assert server.address("proxy") == addresses["proxy"]
    assert server.address() == addresses["imap"]


def test_demanded_header_makes_the_main_address_the_one_for_the_proxy(foreign):
    server = fleet(foreign).server({"imap_accept_haproxy": "2"})
    assert server.address("proxy") == server.address() == foreign.description.main


def test_without_control_the_reason_names_what_is_missing(foreign):
    target = replace(foreign, description=replace(foreign.description, control={}))
    with pytest.raises(CannotConfigureError, match=r"imap_auth_times=5.*\[settings\].*\[control\]"):
        fleet(target).server({"imap_auth_times": "5"})


def test_configuration_that_cannot_be_applied_is_tried_once(foreign, tmp_path):
    record = f"open({str(tmp_path / 'tried')!r}, 'a').write('x'); raise SystemExit('bad value')"
    control = {"apply": [sys.executable, "-c", record]}
    target = replace(foreign, description=replace(foreign.description, control=control))
    servers = fleet(target)
    for _ in range(2):
        with pytest.raises(CannotConfigureError, match=r"imap_auth_times=5.*bad value"):
            servers.server({"imap_auth_times": "5"})
    assert (tmp_path / "tried").read_text() == "x"
    assert servers.not_restored is None
    servers.close()
    assert servers.not_restored == (
        "foreign did not get its own configuration back: [control].apply ended with 1: bad value"
    )


def test_own_configuration_that_fails_between_cases_is_tried_again_at_the_end(foreign, tmp_path):
    """`apply` refuses what does not say imap_auth_times=4, but only once."""
    refuse = (
        "import pathlib, sys\n"
        f"once = pathlib.Path({str(tmp_path / 'once')!r})\n"
        "if 'times=4' not in sys.stdin.read() and not once.exists():\n"
        "    once.touch()\n"
        "    sys.exit('not now')\n"
        f"open({str(tmp_path / 'applied')!r}, 'a').write('it ')\n"
    )
    control = {"apply": [sys.executable, "-c", refuse]}
    target = replace(foreign, description=replace(foreign.description, control=control))
    servers = fleet(target, {"imap_auth_times": "4"}, {})
    servers.server({"imap_auth_times": "4"})
    with pytest.raises(CannotConfigureError, match="could not be given its own configuration"):
        servers.server({})
    servers.close()
    assert (tmp_path / "applied").read_text() == "it it "
    assert servers.not_restored is None


def test_missing_program_is_found_before_it_is_needed():
    with pytest.raises(ControlError, match="log: there is no program /nonexistent/log"):
        Control({"apply": ["true"], "log": ["/nonexistent/log"]}).check()


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (["/nonexistent/apply"], "apply: /nonexistent/apply: No such file"),
        ([sys.executable, "-c", "import sys; sys.exit('no such host')"], "ended with 1: no such"),
    ],
)
def test_failing_control_says_what_failed(command, problem):
    with pytest.raises(ControlError, match=problem):
        Control({"apply": command}).apply({})


def test_log_is_what_the_command_prints():
    assert Control({}).log() is None
    assert Control({"log": [sys.executable, "-c", "print('a line')"]}).log() == "a line\n"


def test_commands_have_a_session_of_their_own():
    """A terminal's Ctrl-C does not reach them."""
    command = [sys.executable, "-c", "import os; print(os.getsid(0) == os.getpid())"]
    assert Control({"log": command}).log() == "True\n"


INTERRUPT = "import os, signal, sys, time; os.kill(os.getppid(), signal.SIGINT); "


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("time.sleep(1)", ""),
        ("time.sleep(1); sys.exit('too bad')", "[control].apply ended with 1: too bad"),
        (
            "time.sleep(1); os.kill(os.getppid(), signal.SIGINT); time.sleep(60)",
            "[control].apply was interrupted, and killed",
        ),
    ],
)
def test_interrupt_waits_for_the_command(then, said):
    with pytest.raises(KeyboardInterrupt) as interrupt:
        Control({"apply": [sys.executable, "-c", INTERRUPT + then]}).apply({})
    assert str(interrupt.value) == said
