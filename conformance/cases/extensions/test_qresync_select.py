"""SELECT and EXAMINE with QRESYNC (RFC 7162, sections 3.2.3 and 3.2.5)."""

import pytest

from conformance.cases._mailbox import fill, message, uids
from conformance.cases.extensions._condstore import Known, modseqs
from conformance.requirements import needs, requirement
from conformance.wire import Mailbox, Received


@pytest.fixture
def known(selected):
    """Eight messages that a client knew; then 2, 3 and 6 were expunged, and 5 got a flag."""
    known = Known(selected, 8)
    gone = ",".join(str(known.uids[index]) for index in (1, 2, 5))
    selected.ok("UID STORE", gone, "+FLAGS.SILENT (\\Deleted)")
    selected.ok("EXPUNGE")
    selected.ok("UID STORE", known.uids[4], "+FLAGS.SILENT (\\Flagged)")
    known.gone = [known.uids[index] for index in (1, 2, 5)]
    known.changed = known.uids[4]
    known.new_modseq = modseqs(selected)[known.changed]
    selected.ok("CLOSE")
    return known


@pytest.fixture
def client(login):
    """A session that enabled QRESYNC."""
    connection = login()
    connection.enable("QRESYNC")
    return connection


def changes(answer):
    """(UIDs vanished earlier, UIDs whose flags were told) of an answer to SELECT."""
    incomplete = [one for one in answer.fetches() if not {"UID", "FLAGS", "MODSEQ"} <= {*one.items}]
    assert not incomplete, "a FETCH response without UID, FLAGS or MODSEQ"
    return sorted(answer.vanished_earlier), sorted(one.uid for one in answer.fetches())


@requirement("RFC7162-3.2.5.1-CHANGES", "RFC7162-3.2-INCREMENT")
@needs("QRESYNC")
@pytest.mark.parametrize("command", ["SELECT", "EXAMINE"])
def test_changes(client, known, command):
    """What was expunged and what got other flags since then is told, and nothing else."""
    answer = known.select(client, command=command)
    assert changes(answer) == (known.gone, [known.changed])
    found = answer.fetch(4 - 1)
    assert (found.uid, found.modseq) == (known.changed, known.new_modseq)
    assert found.flags - {"\\Recent"} == {"\\Flagged"}
    assert answer.code("READ-WRITE" if command == "SELECT" else "READ-ONLY") is not None


@requirement("RFC7162-3.2.6-BEFORE")
@needs("QRESYNC")
def test_vanished_comes_first(client, known):
    """VANISHED (EARLIER) comes before any FETCH, and after EXISTS."""
    names = known.select(client).untagged_names()
    assert {"EXISTS", "VANISHED", "FETCH"} <= set(names)
    assert names.index("EXISTS") < names.index("VANISHED") < names.index("FETCH")


@requirement("RFC7162-3.2.5-OPENS", "RFC7162-3.1.2-CODE")
@needs("QRESYNC")
def test_opens_as_ever(client, known):
    """All that SELECT sends without the parameter comes too."""
    answer = known.select(client)
    assert answer.exists == 5
    assert answer.flags is not None
    assert answer.number("UIDVALIDITY") == known.uid_validity
    assert answer.number("UIDNEXT") > known.uids[-1]
    assert answer.number("HIGHESTMODSEQ") >= known.new_modseq
    assert answer.code("PERMANENTFLAGS") is not None
    assert uids(client) == [uid for uid in known.uids if uid not in known.gone]


@requirement("RFC7162-3.2.5.1-CHANGES")
@needs("QRESYNC")
def test_nothing_changed(client, known):
    """With the mod-sequence that the last SELECT told, nothing is told again."""
    modseq = known.select(client).number("HIGHESTMODSEQ")
    assert changes(known.select(client, modseq=modseq)) == ([], [])


@requirement("RFC7162-3.2.5.1-CHANGES")
@needs("QRESYNC")
def test_new_messages(client, known, selected):
    """Messages that came since then are among those whose flags are told."""
    selected.select(known.mailbox)
    new = selected.append(message(9), flags=("\\Seen",))
    answer = known.select(client)
    assert changes(answer) == (known.gone, [known.changed, new])
    assert "\\Seen" in answer.fetch(uid=new).flags


@requirement("RFC7162-3.2.5.1-KNOWN")
@needs("QRESYNC")
def test_known_uids(client, known):
    """With a list of known UIDs only those are told of."""
    first, second, third, *_ = known.uids
    last = known.uids[-1]
    assert changes(known.select(client, f"{first}:{second}")) == ([second], [])
    assert changes(known.select(client, f"{third},{last}")) == ([third], [])
    assert changes(known.select(client, known.changed)) == ([], [known.changed])
    assert changes(known.select(client, f"{first},{last}")) == ([], [])


@requirement("RFC7162-3.2.5-UIDVALIDITY")
@needs("QRESYNC")
@pytest.mark.parametrize("command", ["SELECT", "EXAMINE"])
def test_another_uid_validity(client, known, command):
    """With another UIDVALIDITY the parameter is ignored; the right one is told."""
    answer = known.select(client, command=command, uid_validity=known.uid_validity + 1)
    assert changes(answer) == ([], [])
    assert answer.number("UIDVALIDITY") == known.uid_validity
    assert answer.exists == 5


@requirement("RFC7162-3.2.5.2-MATCH")
@needs("QRESYNC")
def test_match_data(client, known):
    """With numbers and UIDs that match, at least what was removed behind them is told."""
    everything = f"{known.uids[0]}:{known.uids[-1]}"
    # The client knows that 2 and 3 are gone: 4 is the second message.
    pairs = (f"1,2 {known.uids[0]},{known.uids[3]}",)
    vanished, changed = changes(known.select(client, everything, pairs))
    # A server that remembers all removals may ignore the data (5.3).
    assert vanished in (known.gone, known.gone[2:])
    assert changed == [known.changed]


@requirement("RFC7162-3.2.5.2-MATCH", "RFC7162-3.2.5.1-CHANGES")
@needs("QRESYNC")
def test_match_data_that_does_not_match(client, known):
    """Behind the first number with another UID than the client thinks all removals are told."""
    pairs = (f"1,2,4:6 {known.uids[0]},{known.uids[1]},{known.uids[3]}:{known.uids[5]}",)
    assert changes(known.select(client, pairs)) == (known.gone, [known.changed])


@requirement("RFC7162-3.2.11-CLOSED", "RFC7162-3.2.5-OPENS")
@needs("QRESYNC")
def test_closes_another_mailbox(client, known, elsewhere):
    """What is told of the changes comes after CLOSED."""
    client.select(elsewhere)
    answer = known.select(client)
    names = (
        getattr(getattr(one, "code", None), "name", type(one).__name__) for one in answer.untagged
    )
    codes = Received(names, "code or response")
    assert {"CLOSED", "VanishedData", "FetchData"} <= set(codes)
    assert codes.index("CLOSED") < codes.index("VanishedData") < codes.index("FetchData")


@requirement("RFC7162-3.2.5.1-CHANGES", "RFC7162-3.2-INCREMENT")
@needs("QRESYNC")
@pytest.mark.parametrize("removal", ["EXPUNGE", "UID EXPUNGE", "CLOSE", "MOVE"])
def test_every_removal_is_remembered(server, login, client, selected, elsewhere, removal):
    """Messages removed by EXPUNGE, UID EXPUNGE, CLOSE and MOVE are told of."""
    needed = {"MOVE": "MOVE", "UID EXPUNGE": "UIDPLUS"}.get(removal)
    if needed is not None and not server.offers(needed):
        pytest.skip(f"{needed} is not offered")
    known = Known(selected, 3)
    other = login()
    other.select(known.mailbox)
    if removal == "MOVE":
        other.ok("MOVE", "2", Mailbox(elsewhere))
    else:
        other.ok("STORE", "2", "+FLAGS (\\Deleted)")
        other.ok(removal, *([known.uids[1]] if removal == "UID EXPUNGE" else []))
    answer = known.select(client)
    assert changes(answer) == ([known.uids[1]], [])
    assert answer.number("HIGHESTMODSEQ") > known.modseq


@requirement("RFC7162-3.2.5.1-CHANGES")
@needs("QRESYNC")
def test_all_removed(client, selected):
    """The mailbox may be empty now: all removals are told."""
    known = Known(selected, 3)
    selected.ok("STORE", "1:3", "+FLAGS.SILENT (\\Deleted)")
    selected.ok("EXPUNGE")
    answer = known.select(client)
    assert (answer.exists, changes(answer)) == (0, (known.uids, []))


@requirement("RFC7162-3.2.5.1-CHANGES")
@needs("QRESYNC")
def test_came_and_went(client, selected):
    """A message that came and was removed since then is told of at most as removed."""
    known = Known(selected, 1)
    new = fill(selected, 2)
    selected.ok("STORE", "2", "+FLAGS.SILENT (\\Deleted)")
    selected.ok("EXPUNGE")
    gone, changed = changes(known.select(client))
    assert (set(gone) <= {new[0]}, changed) == (True, [new[1]])


@requirement("RFC7162-3.2.3-BAD")
@needs("QRESYNC")
@pytest.mark.parametrize("command", ["SELECT", "EXAMINE"])
def test_without_enable(selected, command):
    """The parameter QRESYNC is answered BAD where QRESYNC was not enabled."""
    known = Known(selected, 1)
    parameter = f"(QRESYNC ({known.uid_validity} {known.modseq}))"
    assert selected.command(command, Mailbox(known.mailbox), parameter).status == "BAD"


@requirement("RFC7162-3.2.5-SYNTAX", "RFC7162-7-SYNTAX")
@needs("QRESYNC")
@pytest.mark.parametrize(
    "parameter",
    ["QRESYNC", "QRESYNC ()", "QRESYNC (1)", "QRESYNC (0 1)", "QRESYNC (1 0)", "QRESYNC 1 1",
     "QRESYNC (1 1 x)", "QRESYNC (1 1 1:*)", "QRESYNC (1 1 1:3 (1 1) 1)", "QRESYNC (1 1 (1))"],
)  # fmt: skip
def test_malformed(client, mailbox, parameter):
    """A parameter QRESYNC that breaks the syntax is answered BAD; nothing is selected."""
    assert client.command("SELECT", Mailbox(mailbox), f"({parameter})").status == "BAD"
    assert client.command("FETCH", "1", "UID").status in {"BAD", "NO"}
