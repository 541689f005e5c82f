"""What the guard of a foreign target makes of what a server shows."""

import pytest

from conformance.targets.guard import ForeignMailboxError, Guard, UnsafeError, Watch
from conformance.targets.inventory import Changes, Counts, Inventory, compare
from conformance.targets.scratch_names import scratch_name
from conformance.wire.commands import CommandTracker
from conformance.wire.dialect import Dialect
from conformance.wire.grammar import parse_response
from conformance.wire.grammar.dialects import STANDARD

BEFORE = Inventory({"alice": {"INBOX": Counts(50, 51, 7), "Empty": Counts(0, 1, 1)}})
OURS = "gximap-x/1"


class Wire:
    """What goes over a connection, as the guard is told of it."""

    def __init__(self, guard):
        self.tracker = CommandTracker()
        self.watch = Watch(guard, Dialect())

    def send(self, command):
        earlier = tuple(self.tracker.outstanding)
        self.tracker.sent(command.encode() + b"\r\n")
        self.watch.sending(self.tracker.outstanding[-1], earlier)

    def hear(self, *lines):
        for line in lines:
            response = parse_response(line.encode() + b"\r\n", STANDARD)
            tag = getattr(response, "tag", None)
            self.watch.heard(response, self.tracker.answered(tag) if tag else None)

    def select(self, name=OURS, exists=0, uid_validity=9, uid_next=1, command="SELECT"):
        self.send(f"s {command} {name}")
        self.hear(
            f"* {exists} EXISTS",
            f"* OK [UIDVALIDITY {uid_validity}] .",
            f"* OK [UIDNEXT {uid_next}] .",
            "s OK done",
        )


@pytest.fixture
def guard(tmp_path):
    return Guard(BEFORE, "gximap-x", "/", tmp_path / "stopped")


@pytest.fixture
def wire(guard):
    return Wire(guard)


def test_an_empty_mailbox_may_be_changed(guard, wire):
    wire.select()
    wire.send("a STORE 1 FLAGS ()")
    assert guard.stopped is None


@pytest.mark.parametrize("uid_validity", [7, 9])
def test_messages_in_a_mailbox_just_created_stop_the_run(guard, wire, uid_validity):
    with pytest.raises(UnsafeError, match="shows 1 message, though the run has just created it"):
        wire.select(exists=1, uid_validity=uid_validity)
    assert OURS in guard.stopped


def test_the_mailbox_of_another_name_stops_the_run_though_it_is_empty(wire):
    with pytest.raises(UnsafeError, match="has the UIDVALIDITY 7 and the UIDNEXT of 'INBOX'"):
        wire.select(exists=0, uid_validity=7, uid_next=51)


def test_one_uidvalidity_for_all_does_not(guard, wire):
    wire.select(uid_validity=1)
    wire.send("a APPEND gximap-x/1 {1+}\r\nx")
    wire.hear("* 1 EXISTS", "a OK done")
    wire.select(exists=1, uid_validity=1, uid_next=2)
    wire.send("b EXPUNGE")
    assert guard.stopped is None


def test_one_uidvalidity_and_one_uidnext_for_all_does_not(tmp_path):
    """A server may count the UIDs of all mailboxes together, as Citadel does."""
    before = Inventory({"alice": {"INBOX": Counts(50, 900, 3), "Sent": Counts(2, 900, 3)}})
    guard = Guard(before, "gximap-x", "/", tmp_path / "stopped")
    Wire(guard).select(uid_validity=3, uid_next=900)
    assert guard.stopped is None


@pytest.mark.parametrize("earlier", [["INBOX", "Empty"], ["Empty"]])
@pytest.mark.parametrize("now", [["INBOX"], ["Empty"]])
def test_a_mailbox_that_goes_with_a_removal_stops_the_run(guard, earlier, now):
    lost = "INBOX" if now == ["Empty"] else "Empty"
    with pytest.raises(UnsafeError, match=f"'{lost}' of alice was there before the run"):
        guard.look_for("alice", earlier, now)


def test_a_mailbox_that_its_owner_has_removed_does_not(guard):
    guard.look_for("alice", ["INBOX"], ["INBOX"])
    assert guard.stopped is None


def test_a_mailbox_of_another_run_that_has_gone_does_not(tmp_path):
    other = f"{scratch_name()}/gw0-0-1"
    guard = Guard(Inventory({"alice": {other: Counts()}}), "gximap-x", "/", tmp_path / "stopped")
    guard.look_for("alice", [other], [])
    assert guard.stopped is None


def test_as_many_messages_as_were_put_there_are_no_surprise(guard, wire):
    wire.select()
    for tag in ("a", "b"):
        wire.send(f"{tag} APPEND gximap-x/1 {{1+}}\r\nx")
        wire.hear(f"{tag} OK done")
    wire.hear("* 2 EXISTS")
    wire.send("c COPY 1:2 gximap-x/2")
    wire.hear("c OK done")
    wire.send("d RENAME gximap-x/2 gximap-x/3")
    wire.hear("d OK done")
    wire.select("gximap-x/3", exists=2, uid_next=3)
    wire.send("e CLOSE")
    assert guard.stopped is None


def test_more_of_them_under_a_uidvalidity_of_before_stop_the_run(wire):
    wire.send("a APPEND gximap-x/1 {1+}\r\nx")
    with pytest.raises(UnsafeError, match="at most 1 there, and has the UIDVALIDITY of 'INBOX'"):
        wire.select(exists=51, uid_validity=7)


@pytest.mark.parametrize("command", ["STORE 1 FLAGS ()", "EXPUNGE", "CLOSE", "UID MOVE 1 x"])
def test_more_of_them_are_not_changed_but_the_run_goes_on(guard, wire, command):
    wire.select()
    wire.send("a APPEND gximap-x/1 {1+}\r\nx")
    wire.hear("* 2 EXISTS", "a OK done")
    with pytest.raises(UnsafeError, match="shows 2 messages, though at most 1 were put there"):
        wire.send(f"b {command}")
    assert guard.stopped is None


def test_a_mailbox_that_shows_nothing_is_not_changed(wire):
    wire.send("s SELECT gximap-x/1")
    wire.hear("s OK done")
    with pytest.raises(UnsafeError, match="was selected without an EXISTS"):
        wire.send("a EXPUNGE")


def test_nothing_is_changed_where_a_case_has_opened_another_mailbox(wire):
    wire.select("INBOX", exists=50, command="EXAMINE")
    with pytest.raises(ForeignMailboxError, match="'INBOX' may be selected"):
        wire.send("a EXPUNGE")


def test_all_workers_stop(guard, tmp_path):
    other = Wire(Guard(BEFORE, "gximap-x", "/", tmp_path / "stopped"))
    other.select("gximap-x/2")
    guard.stop("mail is in danger")
    for command in ("STORE 1 FLAGS ()", "EXPUNGE", "DELETE gximap-x/2", "CREATE gximap-x/3"):
        with pytest.raises(UnsafeError, match="mail is in danger"):
            other.send(f"a {command}")


def test_what_has_changed_is_named():
    after = Inventory(
        {"alice": {"INBOX": Counts(49, 51, 7), "New": Counts(), "gximap-x/1": Counts(1)}}
    )
    changes = compare(BEFORE, after, ["gximap-x"])
    assert changes == Changes(["alice: New"], ["alice: Empty"], ["alice: INBOX"])
    assert changes.harm


def test_new_mail_is_no_change():
    after = Inventory({"alice": {"INBOX": Counts(60, 61, 7), "Empty": Counts(0, 1, 1)}})
    changes = compare(BEFORE, after, ["gximap-x"])
    assert changes == Changes([], [], [])
    assert not changes.harm


def test_mailboxes_of_another_run_come_and_go():
    own, ended, begun = (scratch_name() for _ in range(3))
    before = Inventory({"alice": {"INBOX": Counts(), f"{ended}/gw0-0-1": Counts(1)}})
    strayed = f"Archive/{own}/gw0-0-1"
    after = Inventory({"alice": dict.fromkeys(("INBOX", f"{begun}/gw0-0-1", strayed), Counts())})
    assert compare(before, after, [own]) == Changes([f"alice: {strayed}"], [], [])
