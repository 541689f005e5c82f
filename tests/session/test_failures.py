"""A store that fails while sessions use it: NO [UNAVAILABLE], and one line a minute in the log."""

import logging

import pytest

from reference_server.session.failures import SECONDS, FailureLog
from reference_server.storage import StorageFailure, StoreDamaged

MESSAGE = b"Subject: one\r\nDate: Wed, 17 Jul 1996 02:23:25 -0700\r\n\r\nbody\r\n"
UNAVAILABLE = "t NO [UNAVAILABLE] the store failed"


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(caplog):
    caplog.set_level(logging.INFO)
    return Clock()


def lines(caplog):
    """The lines logged as errors; none has a traceback."""
    records = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert not any(record.exc_info for record in records), caplog.text
    return [record.getMessage() for record in records]


# The log


def test_one_line_a_minute_and_kind(clock, caplog):
    log = FailureLog(clock)
    full = StorageFailure("mail.sqlite: database or disk is full", "SQLITE_FULL")
    for _ in range(50):
        log.report(full, "APPEND of alice@x.test")
    log.report(StoreDamaged("x"), "FETCH")
    log.report(OSError(28, "No space left on device"), "APPEND")
    clock.now += SECONDS - 1
    log.report(full, "APPEND of bob@x.test")
    clock.now += 1
    log.report(full, "COPY of bob@x.test")
    clock.now += SECONDS
    log.report(full, "COPY of bob@x.test")
    text = "failed: mail.sqlite: database or disk is full"
    first, damage, system, second, third = lines(caplog)
    assert first == f"APPEND of alice@x.test {text}"
    assert damage.startswith("FETCH failed: the store is damaged: x; stop the server, and restore")
    assert system == "APPEND failed: [Errno 28] No space left on device"
    assert second == f"COPY of bob@x.test {text} (50 more since the last line about this)"
    assert third == f"COPY of bob@x.test {text}"


# A full disk


def test_a_full_disk(login, store, clock, caplog):
    """Reading goes on; when there is room again, so does writing."""
    client = login(failures=FailureLog(clock))
    client.append()
    writer = store._database._writer
    (pages,) = writer.execute("PRAGMA page_count").fetchone()
    writer.execute(f"PRAGMA max_page_count = {pages}")
    head = b"t APPEND INBOX {300000+}\r\n"
    for _ in range(5):
        assert client.send(head + b"x" * 300_000 + b"\r\n") == [UNAVAILABLE]
    assert lines(caplog) == [
        "APPEND of alice@x.test failed: the store in memory: database or disk is full"
    ]
    assert '* STATUS "INBOX" (MESSAGES 1)' in client.ok("STATUS INBOX (MESSAGES)")
    clock.now += SECONDS
    client.send(head + b"x" * 300_000 + b"\r\n")
    assert lines(caplog)[1].endswith("is full (4 more since the last line about this)")
    writer.execute("PRAGMA max_page_count = 1000000")
    client.append(message=b"x" * 300_000)
    assert '* STATUS "INBOX" (MESSAGES 2)' in client.ok("STATUS INBOX (MESSAGES)")


def test_no_room_for_temporary_files(login, caplog):
    """A message with NUL is written to one when it is encoded."""

    def refuse(_size):
        raise OSError(28, "No space left on device")

    client = login(open_spool=refuse)
    message = b"Content-Transfer-Encoding: binary\r\n\r\n\0"
    head = b"t APPEND INBOX ~{%d+}\r\n" % len(message)
    assert client.send(head + message + b"\r\n") == [UNAVAILABLE]
    assert lines(caplog) == ["APPEND of alice@x.test failed: [Errno 28] No space left on device"]


# Damage


def damage(store, statement):
    store._database._writer.execute("PRAGMA ignore_check_constraints = ON")
    store._database._writer.execute(statement)


@pytest.mark.parametrize(
    ("statement", "command"),
    [
        ("UPDATE message SET internal_date = 'yesterday'", "FETCH 1 INTERNALDATE"),
        ("UPDATE message SET internal_date = '2024-01-01'", "FETCH 1 INTERNALDATE"),
        ("UPDATE message SET internal_date = 17", "FETCH 1 (INTERNALDATE BODY.PEEK[])"),
        ("UPDATE message SET internal_date = ''", "SEARCH SINCE 1-Jan-2020"),
        ("UPDATE digest SET sent = 'yesterday'", "SEARCH SENTON 1-Jan-2020"),
        ("UPDATE digest SET sent = x'00'", "SEARCH SENTON 1-Jan-2020"),
        ("UPDATE digest SET subject = x'00'", "SEARCH SUBJECT one"),
        ("UPDATE digest SET subject = CAST(x'ff' AS TEXT)", "SEARCH SUBJECT one"),
        ("UPDATE message SET length = 'large'", "FETCH 1 RFC822.SIZE"),
        ("UPDATE message SET length = 'large'", "SEARCH LARGER 1"),
        ("UPDATE digest SET envelope = 'text'", "FETCH 1 ENVELOPE"),
        ("UPDATE digest SET body = 3.5", "FETCH 1 (FLAGS BODY)"),
        ("UPDATE digest SET structure = x'00'", "FETCH 1 BODY.PEEK[1]"),
        ("UPDATE digest SET structure = '[]'", "FETCH 1 BODY.PEEK[HEADER]"),
        ("UPDATE digest SET structure = CAST('[]' AS BLOB)", "FETCH 1 BODY.PEEK[HEADER]"),
        ("UPDATE digest SET structure = CAST('5' AS BLOB)", "FETCH 1 BINARY.PEEK[1]"),
        ("UPDATE digest SET structure = x'ff'", "FETCH 1 BINARY.SIZE[1]"),
        ("UPDATE digest SET structure = x''", "SEARCH BODY body"),
        ("UPDATE content SET octets = 'text'", "FETCH 1 BODY.PEEK[]"),
        ("UPDATE content SET octets = 5", "FETCH 1 BODY.PEEK[]"),
        ("DELETE FROM content", "FETCH 1 BODY.PEEK[]"),
        ("UPDATE message SET length = 'x'", "FETCH 1 BODY.PEEK[]"),
        ("DELETE FROM content", "SEARCH TEXT body"),
        ("UPDATE content SET octets = 'text'", "FETCH 1 ENVELOPE"),
        ("DELETE FROM content", "SEARCH SUBJECT one"),
        ("UPDATE message SET length = 'x'", "FETCH 1 BODYSTRUCTURE"),
        ("UPDATE placement SET modseq = 'x'", "FETCH 1 MODSEQ"),
        ("INSERT INTO expunged VALUES (1, 'x', 9)", "UID FETCH 1 FLAGS (CHANGEDSINCE 1 VANISHED)"),
        ("UPDATE mailbox SET expunged_rows = 1000000000", "MOVE 1 Drafts"),
        ("UPDATE mailbox SET highest_modseq = 'x'", r"STORE 1 +FLAGS (\Seen)"),
        ("UPDATE mailbox SET uid_next = 'x'", "COPY 1 INBOX"),
        ("UPDATE mailbox SET uid_next = x'00'", "STATUS INBOX (UIDNEXT)"),
        ("UPDATE mailbox SET special_use = x'00'", 'LIST "" *'),
        ("DROP TABLE subscription", 'LSUB "" *'),
    ],
)
def test_a_wrong_value(login, store, caplog, statement, command):
    """The command fails, the session goes on."""
    client = login()
    client.append(message=MESSAGE)
    client.ok("ENABLE QRESYNC" if "VANISHED" in command else "NOOP")
    client.ok("SELECT INBOX")
    client.ok("FETCH 1 BODY" if "digest" in statement else "NOOP")
    damage(store, statement)
    answers = client(f"t {command}")
    assert answers[-1] == UNAVAILABLE, answers
    (line,) = lines(caplog)
    assert line.startswith(f"{command.removeprefix('UID ').split()[0]} of alice@x.test failed: ")
    assert client("t NOOP") == ["t OK NOOP completed"]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE placement SET flags = x'00'", "UPDATE mailbox SET uid_validity = 'x'"],
)
def test_a_mailbox_that_cannot_be_opened(login, store, caplog, statement):
    client = login()
    client.append(message=MESSAGE)
    store._registry._kept.clear()
    damage(store, statement)
    assert client("t SELECT INBOX")[-1] == UNAVAILABLE
    assert len(lines(caplog)) == 1
    assert client("t NOOP") == ["t OK NOOP completed"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM content WHERE chunk = 2",
        "UPDATE content SET octets = x'00' WHERE chunk = 2",
        "UPDATE content SET octets = 'text' WHERE chunk = 2",
    ],
)
def test_a_literal_that_cannot_be_finished(login, store, caplog, statement):
    """Nothing else can be said then: the connection ends."""
    client = login()
    client.append(message=b"x" * 3_500_000)
    client.ok("SELECT INBOX")
    damage(store, statement)
    client.channel.feed(b"t FETCH 1 BODY.PEEK[]\r\n")
    client.thread.join(20)
    assert client.finished
    client.channel.sent = b""
    (line,) = lines(caplog)
    assert line.startswith("reading a message to its end failed: the store is damaged: chunk 2 of")
