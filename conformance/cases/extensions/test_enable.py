"""ENABLE: RFC 5161; RFC 9051 section 6.3.1."""

import pytest

from conformance.cases._words import quotable
from conformance.requirements import needs, requirement
from conformance.wire import Mailbox, Quoted
from conformance.wire.arguments import encode_command
from conformance.wire.grammar import CapabilityData, EnabledData, ListData

pytestmark = needs("ENABLE")

UNKNOWN = "X-GXIMAP-UNKNOWN"
TO_ENABLE = ("IMAP4rev2", "CONDSTORE", "QRESYNC", "UTF8=ACCEPT")


def enabled(answer):
    """The names in the one ENABLED response."""
    return set(answer.expect("OK").only(EnabledData).capabilities)


@pytest.fixture
def extension(server, authenticated):
    """The name of an extension that ENABLE puts into use, and that is not in use yet."""
    for name in TO_ENABLE:
        if server.offers(name) and name.upper() not in authenticated.enabled:
            return name
    pytest.skip("the target offers no extension that has to be enabled")


@requirement("RFC5161-3.1-3", "RFC5161-3.1-4", "RFC5161-3.2-ENABLED", "RFC9051-6.3.1-3")
def test_tells_what_it_enabled(authenticated, extension):
    """ENABLE of an extension that the server offers is answered with ENABLED, which names it."""
    assert extension.upper() in enabled(authenticated.command("ENABLE", extension))


@requirement("RFC5161-3.1-1", "RFC5161-3.1-4", "RFC9051-6.3.1-1", "RFC9051-6.3.1-4")
def test_ignores_what_it_does_not_know(authenticated):
    """ENABLE of an unknown name is answered OK, after an ENABLED without names."""
    assert enabled(authenticated.command("ENABLE", UNKNOWN)) == set()


@requirement("RFC5161-3.1-1", "RFC5161-3.1-3", "RFC9051-6.3.1-1")
def test_ignores_only_what_it_does_not_know(authenticated, extension):
    """Between unknown names an extension is enabled nevertheless, and they are not told."""
    names = enabled(authenticated.command("ENABLE", UNKNOWN, extension, UNKNOWN + "2"))
    assert extension.upper() in names
    assert not names & {UNKNOWN, UNKNOWN + "2"}


@requirement("RFC5161-3.1-2", "RFC9051-6.3.1-2")
@pytest.mark.parametrize("name", ["ENABLE", "IDLE", "IMAP4rev1", "STARTTLS"])
def test_ignores_what_needs_no_enabling(authenticated, name):
    """ENABLE of a capability that is not made to be enabled is answered OK, and enables nothing."""
    assert enabled(authenticated.command("ENABLE", name)) == set()


@requirement("RFC5161-4-1", "RFC9051-9-3")
def test_any_letter_case(authenticated, extension):
    """Command and names are understood in any letter case."""
    assert extension.upper() in enabled(authenticated.command("eNaBlE", extension.swapcase()))


@requirement("RFC5161-3.1-7", "RFC9051-6.3.1-7")
def test_tells_only_what_this_command_enabled(authenticated, extension):
    """The ENABLED of a second ENABLE does not name what the first one enabled."""
    authenticated.ok("ENABLE", extension)
    assert enabled(authenticated.command("ENABLE", UNKNOWN)) == set()


@requirement("RFC5161-3.1-4", "RFC5161-3.1-ADDITIVE", "RFC9051-6.3.1-4")
def test_the_same_again(authenticated, extension):
    """ENABLE of what is enabled already is answered OK and with ENABLED, too."""
    for _ in range(2):
        enabled(authenticated.command("ENABLE", extension))
    enabled(authenticated.command("ENABLE", extension, extension))


@requirement("RFC5161-3.1-8", "RFC9051-6.3.1-8")
def test_does_not_change_the_capabilities(authenticated, extension):
    """CAPABILITY lists the same after ENABLE as before it."""
    before = authenticated.ok("CAPABILITY").only(CapabilityData).capabilities
    authenticated.ok("ENABLE", extension)
    after = authenticated.ok("CAPABILITY").only(CapabilityData).capabilities
    assert sorted(after) == sorted(before)


@requirement("RFC5161-3.1-PIPELINING")
def test_behind_a_login_in_progress(before_login, account, extension):
    """ENABLE may be sent right behind LOGIN, and SELECT right behind ENABLE.

    All three arrive at once.
    """
    connection = before_login()
    login = ("LOGIN", [Quoted(quotable(word)) for word in (account.user, account.password)])
    commands = {"p1": login, "p2": ("ENABLE", [extension]), "p3": ("EXAMINE", ["INBOX"])}
    pieces = [encode_command(tag, *command)[0] for tag, command in commands.items()]
    connection.send(b"".join(pieces))
    connection.finish("p1").expect("OK")
    assert extension.upper() in enabled(connection.finish("p2"))
    connection.finish("p3").expect("OK")


@needs("IMAP4rev2")
@requirement("RFC5161-3.1-PIPELINING", "RFC9051-6.3.2-LIST")
def test_is_in_effect_for_the_next_command(before_login, account, mailbox):
    """SELECT sent right behind ENABLE IMAP4rev2 is answered as IMAP4rev2 wants it: with LIST."""
    connection = before_login()
    connection.log_in(account)
    enable = connection.send_command("ENABLE", "IMAP4rev2")
    select = connection.send_command("SELECT", Mailbox(mailbox))
    connection.finish(enable).expect("OK")
    assert connection.finish(select).expect("OK").only(ListData).mailbox == mailbox


@requirement("RFC5161-3.1-STATES")
def test_before_login(connection):
    """Before login ENABLE is answered BAD or NO, and enables nothing."""
    answer = connection.command("ENABLE", "IMAP4rev2", "CONDSTORE").expect("BAD", "NO")
    assert answer.all(EnabledData) == []


@requirement("RFC5161-3.1-STATES", "RFC5161-3.1-4")
def test_with_a_mailbox_selected(selected):
    """With a mailbox selected ENABLE is either refused, or carried out and answered in full."""
    answer = selected.command("ENABLE", UNKNOWN)
    assert len(answer.all(EnabledData)) == (1 if answer.status == "OK" else 0)
    selected.ok("NOOP")


@requirement("RFC5161-3.1-BAD", "RFC9051-2.2.2-3")
@pytest.mark.parametrize(
    "arguments",
    ["", " ", " (IDLE)", ' "IDLE"', " IDLE ", " IDLE  ENABLE"],
    ids=["no-names", "space-only", "list", "quoted", "space-behind", "two-spaces"],
)
def test_malformed(authenticated, arguments):
    """ENABLE without names, or with anything but atoms with one space between, is answered BAD."""
    authenticated.send_line(f"bad ENABLE{arguments}")
    assert authenticated.finish("bad").status == "BAD"
