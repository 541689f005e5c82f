"""VANISHED, UID FETCH with VANISHED, and HIGHESTMODSEQ after removals (RFC 7162, section 3.2)."""

import pytest

from conformance.cases._mailbox import fill, message, uids
from conformance.cases.extensions._condstore import modseqs, status, tagged_modseq, told
from conformance.requirements import needs, requirement
from conformance.wire import Literal, Mailbox
from conformance.wire.grammar import VanishedData


@pytest.fixture
def client(login, mailbox):
    """A session that enabled QRESYNC, with a fresh mailbox selected."""
    connection = login()
    connection.enable("QRESYNC")
    connection.select(mailbox)
    return connection


@pytest.fixture
def other(login, client):
    """A session on the same mailbox that enabled nothing."""
    connection = login()
    connection.select(client.mailbox)
    return connection


def expunge(connection, numbers):
    connection.ok("STORE", numbers, "+FLAGS.SILENT (\\Deleted)")
    return connection.ok("EXPUNGE")


@requirement("RFC7162-3.2.3-ENABLE")
@needs("QRESYNC", "ENABLE")
@pytest.mark.parametrize("names", ["QRESYNC", "QRESYNC CONDSTORE", "CONDSTORE QRESYNC", "qresync"])
def test_enable(authenticated, mailbox, names):
    """ENABLE QRESYNC, with or without CONDSTORE, enables both."""
    authenticated.ok("ENABLE", names)
    assert "QRESYNC" in authenticated.enabled
    assert authenticated.select(mailbox).number("HIGHESTMODSEQ") > 0
    authenticated.append(message(1))
    told(authenticated.ok("STORE", "1", "+FLAGS (\\Seen)"), 1)
    assert len(expunge(authenticated, "1").vanished) == 1


@requirement("RFC7162-3.2.10.2-INSTEAD", "RFC7162-3.2.7-CODE")
@needs("QRESYNC")
def test_expunge(client):
    """EXPUNGE brings VANISHED with the UIDs, and HIGHESTMODSEQ in the tagged OK."""
    present = fill(client, 5)
    before = max(modseqs(client).values())
    answer = expunge(client, "2:3,5")
    assert sorted(answer.vanished) == [present[1], present[2], present[4]]
    assert "EXPUNGE" not in answer.untagged_names()
    assert tagged_modseq(answer) > before
    assert tagged_modseq(answer) == status(client, client.mailbox)
    assert uids(client) == [present[0], present[3]]


@requirement("RFC7162-3.2.10.2-INSTEAD", "RFC7162-3.2.7-CODE")
@needs("QRESYNC", "UIDPLUS")
def test_uid_expunge(client):
    """UID EXPUNGE brings VANISHED with the UIDs, and HIGHESTMODSEQ in the tagged OK."""
    present = fill(client, 3)
    client.ok("STORE", "1:2", "+FLAGS.SILENT (\\Deleted)")
    answer = client.ok("UID EXPUNGE", f"{present[1]}:{present[2]}")
    assert answer.vanished == [present[1]]
    assert tagged_modseq(answer) > max(modseqs(client).values())


@requirement("RFC7162-3.2.7-CODE", level="MUST")
@needs("QRESYNC")
def test_expunge_of_nothing(client):
    """EXPUNGE where nothing is to be removed brings no VANISHED, and leaves HIGHESTMODSEQ."""
    fill(client, 1)
    before = status(client, client.mailbox)
    assert client.ok("EXPUNGE").vanished == []
    assert status(client, client.mailbox) == before


@requirement("RFC6851-4.4-1", "RFC6851-4.4-4", "RFC6851-4.4-5", level="MUST")
@needs("QRESYNC", "MOVE")
@pytest.mark.parametrize("command", ["MOVE", "UID MOVE"])
def test_move(client, elsewhere, command):
    """MOVE brings VANISHED and HIGHESTMODSEQ; in the other mailbox the modseqs are new."""
    present = fill(client, 3)
    client.ok("STORE", "1:3", "+FLAGS (\\Seen)")
    before = status(client, client.mailbox)
    which = "1:2" if command == "MOVE" else f"{present[0]}:{present[1]}"
    there = status(client, elsewhere)
    answer = client.ok(command, which, Mailbox(elsewhere))
    assert sorted(answer.vanished) == present[:2]
    assert answer.number("HIGHESTMODSEQ") > before
    client.select(elsewhere)
    assert min(modseqs(client).values()) > there


@requirement("RFC7162-3.2.8-NONE", "RFC7162-3.2-INCREMENT")
@needs("QRESYNC")
def test_close(client):
    """CLOSE removes messages without VANISHED and without HIGHESTMODSEQ, which rises."""
    fill(client, 2)
    client.ok("STORE", "1", "+FLAGS.SILENT (\\Deleted)")
    before = status(client, client.mailbox)
    answer = client.ok("CLOSE")
    assert answer.vanished == []
    assert answer.code("HIGHESTMODSEQ") is None
    assert status(client, client.mailbox) > before


@requirement("RFC7162-3.2.10.2-INSTEAD", "RFC7162-3.2.10.2-VISIBLE")
@needs("QRESYNC")
@pytest.mark.parametrize("command", ["NOOP", "UID FETCH 1:* UID", "UID SEARCH ALL"])
def test_removed_by_another_session(client, other, command):
    """What another session removes is told by VANISHED too, once."""
    present = fill(client, 4)
    other.ok("NOOP")
    expunge(other, "1,3")
    told_of = client.ok(command).vanished + client.ok("NOOP").vanished
    assert sorted(told_of) == [present[0], present[2]]
    assert client.ok("NOOP").vanished == []
    assert uids(client) == [present[1], present[3]]


# IDLE lets the server send at any time; how soon, it does not say.
@requirement("RFC7162-3.2.10.2-INSTEAD", level="SHOULD")
@needs("QRESYNC", "IDLE")
def test_idle(client, other):
    """IDLE tells removals by VANISHED as they happen."""
    present = fill(client, 2)
    other.ok("NOOP")
    with client.idle():
        expunge(other, "2")
        assert list(client.expect_untagged(VanishedData).uids) == [present[1]]
    assert uids(client) == present[:1]


@requirement("RFC7162-3.2.10.2-INSTEAD")
@needs("QRESYNC")
def test_others_get_expunge(client, other):
    """A session that did not enable QRESYNC is told by EXPUNGE as ever."""
    fill(client, 3)
    other.ok("NOOP")
    expunge(client, "1,3")
    answer = other.ok("NOOP")
    assert len(answer.expunged) == 2
    assert answer.vanished == []


@requirement("RFC7162-3.2.10.2-VISIBLE")
@needs("QRESYNC")
def test_never_seen(client, other):
    """A message that came and went before the session was told of it is not in VANISHED."""
    (uid,) = fill(client, 1)
    client.ok("NOOP")
    other.ok("APPEND", Mailbox(client.mailbox), "(\\Deleted)", Literal(message(2)))
    other.ok("NOOP")
    other.ok("EXPUNGE")
    answer = client.ok("NOOP")
    assert len(answer.vanished) == (1 if answer.exists == 2 else 0)
    assert uids(client) == [uid]


@requirement("RFC3501-7.4.1-1", "RFC7162-3.2-DELAYED")
@needs("QRESYNC")
@pytest.mark.parametrize("command", ["FETCH", "STORE", "SEARCH"])
def test_delayed(client, other, command):
    """FETCH, STORE, SEARCH bring no VANISHED; a later MODSEQ comes with a lower HIGHESTMODSEQ."""
    present = fill(client, 3)
    other.ok("NOOP")
    expunge(other, "1")
    removal = status(other, client.mailbox)
    other.ok("STORE", "1", "+FLAGS (\\Flagged)")
    arguments = {"FETCH": ["2", "(FLAGS MODSEQ)"], "STORE": ["2", "+FLAGS (\\Seen)"]}
    answer = client.ok(command, *arguments.get(command, ["ALL"]))
    assert answer.vanished == []
    if any("MODSEQ" in one and one.modseq >= removal for one in answer.fetches()):
        assert answer.code("HIGHESTMODSEQ"), "MODSEQ came without a HIGHESTMODSEQ"
        assert answer.number("HIGHESTMODSEQ") < removal
    assert client.ok("NOOP").vanished == [present[0]]


@requirement("RFC7162-3.2.6-REPORTS", "RFC7162-3.2.6-BEFORE")
@needs("QRESYNC")
def test_uid_fetch(client):
    """UID FETCH with VANISHED tells removals of the set since then, before the changes."""
    present = fill(client, 6)
    since = max(modseqs(client).values())
    expunge(client, "2:3,5")
    client.ok("UID STORE", present[3], "+FLAGS (\\Seen)")
    modifier = f"(CHANGEDSINCE {since} VANISHED)"
    answer = client.ok("UID FETCH", f"1:{present[-1]}", "(FLAGS)", modifier)
    assert sorted(answer.vanished_earlier) == [present[1], present[2], present[4]]
    assert [found.uid for found in answer.fetches()] == [present[3]]
    assert answer.untagged_names() == ["VANISHED", "FETCH"]
    answer = client.ok("UID FETCH", f"{present[2]}:{present[3]}", "(FLAGS)", modifier)
    assert answer.vanished_earlier == [present[2]]


@requirement("RFC7162-3.2.6-REPORTS")
@needs("QRESYNC")
def test_uid_fetch_since_then(client):
    """Removals up to the mod-sequence are not told, those after it are."""
    present = fill(client, 4)
    between = expunge(client, "1").number("HIGHESTMODSEQ")
    last = expunge(client, "1").number("HIGHESTMODSEQ")
    assert between < last
    for since, expected in ((between, [present[1]]), (last, [])):
        modifier = f"(VANISHED CHANGEDSINCE {since})"
        answer = client.ok("UID FETCH", f"1:{present[-1]}", "(UID)", modifier)
        assert answer.vanished_earlier == expected


@requirement("RFC7162-3.2.6-REPORTS", "RFC7162-3.2.10.2-INSTEAD")
@needs("QRESYNC")
def test_uid_fetch_and_news(client, other):
    """A removal that is news comes by VANISHED without (EARLIER), once, also in this command."""
    present = fill(client, 3)
    since = max(modseqs(client).values())
    other.ok("NOOP")
    expunge(other, "2")
    modifier = f"(CHANGEDSINCE {since} VANISHED)"
    answer = client.ok("UID FETCH", f"1:{present[-1]}", "(UID)", modifier)
    assert answer.vanished_earlier in ([], [present[1]])
    assert sorted(answer.vanished + client.ok("NOOP").vanished) == [present[1]]
    assert uids(client) == [present[0], present[2]]


@requirement("RFC7162-3.2.6-REPORTS")
@needs("QRESYNC")
def test_uid_fetch_without_the_modifier(client):
    """UID FETCH with CHANGEDSINCE alone tells no removals."""
    present = fill(client, 2)
    since = max(modseqs(client).values())
    expunge(client, "1")
    answer = client.ok("UID FETCH", f"1:{present[-1]}", "(UID)", f"(CHANGEDSINCE {since})")
    assert (answer.vanished_earlier, answer.fetches()) == ([], [])


@requirement("RFC7162-3.2.6-FETCH", "RFC7162-3.2.6-ALONE")
@needs("QRESYNC")
@pytest.mark.parametrize(
    ("command", "modifiers"),
    [
        ("FETCH", "(CHANGEDSINCE 1 VANISHED)"),
        ("UID FETCH", "(VANISHED)"),
        ("UID FETCH", "(CHANGEDSINCE 1 VANISHED 1)"),
    ],
    ids=["by-number", "alone", "with-a-value"],
)
def test_wrong_modifier(client, command, modifiers):
    """VANISHED with FETCH, or without CHANGEDSINCE, is answered BAD."""
    fill(client, 1)
    assert client.command(command, "1:*", "(FLAGS)", modifiers).status == "BAD"


@requirement("RFC7162-3.2.3-BAD")
@needs("QRESYNC")
def test_modifier_without_enable(selected):
    """The modifier VANISHED is answered BAD where QRESYNC was not enabled."""
    selected.append(message(1))
    answer = selected.command("UID FETCH", "1:*", "(FLAGS)", "(CHANGEDSINCE 1 VANISHED)")
    assert answer.status == "BAD"


@requirement("RFC7162-3.2.4-UID", "RFC7162-3.1-AWARE")
@needs("QRESYNC")
def test_unsolicited_fetch_has_uid(client, other):
    """A change of flags by another session is told with UID and MODSEQ."""
    (uid,) = fill(client, 1)
    other.ok("NOOP")
    other.ok("STORE", "1", "+FLAGS (\\Flagged)")
    found = told(client.ok("NOOP"), 1)
    assert found.uid == uid
    assert found.modseq == modseqs(client)[uid]
