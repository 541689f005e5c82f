"""ENABLE (RFC 5161; RFC 9051, 6.3.1) and the capability list."""

from reference_server.config.live import Live
from reference_server.config.settings import Settings
from tests.session.dialogue import play

SCRIPT = """
    C: a ENABLE
    S: a BAD <text>
    C: b ENABLE X-GOOD-IDEA UIDPLUS
    S: * ENABLED
    S: b OK <text>
    C: c ENABLE X-GOOD-IDEA imap4REV2 IMAP4rev2
    S: * ENABLED IMAP4rev2
    S: c OK <text>
    C: d ENABLE IMAP4rev2
    S: * ENABLED
    S: d OK <text>
    C: e ENABLE (IMAP4rev2)
    S: e BAD <text>
"""


def test_dialogue(alice, store):
    play(SCRIPT, {"C": alice}, store)
    assert alice.session.revision2


def test_only_in_the_authenticated_state(client):
    assert client("a ENABLE IMAP4rev2")[-1].startswith("a BAD")
    client.ok("LOGIN alice@x.test secret")
    client.ok("EXAMINE INBOX")
    assert client("b ENABLE IMAP4rev2")[-1].startswith("b BAD")
    client.ok("UNSELECT")
    assert client.ok("ENABLE IMAP4rev2") == ["* ENABLED IMAP4rev2"]


def test_what_is_turned_off_is_unknown(login):
    alice = login(live=Live(Settings(imap_rfc9051=False)))
    assert alice.ok("ENABLE IMAP4rev2") == ["* ENABLED"]
    assert not alice.session.revision2


def test_the_capabilities_stay_the_same(alice):
    before = alice.ok("CAPABILITY")
    alice.ok("ENABLE IMAP4rev2")
    assert alice.ok("CAPABILITY") == before
