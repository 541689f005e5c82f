"""Commands sent without waiting, while others work on the mailbox (RFC 3501, section 5.5)."""

from conformance.cases._mailbox import after_expunges, fill, message, uids
from conformance.requirements import requirement

LARGE = b"Subject: large\r\n\r\n" + b"".join(b"line %07d\r\n" % n for n in range(75_000))


@requirement("RFC3501-5.5-ANSWERS")
def test_many_fetches_in_flight(selected):
    """Each of many FETCHes sent at once brings its own message."""
    fill(selected, 10)
    tags = [selected.send_command("FETCH", 1 + n % 10, "BODY.PEEK[]") for n in range(50)]
    found = [selected.finish(tag).expect("OK").fetches() for tag in tags]
    texts = [(one.number, one.text()) for each in found for one in each if "BODY[]" in one]
    assert sorted(texts) == sorted((1 + n % 10, message(1 + n % 10)) for n in range(50))


@requirement("RFC3501-5.5-5", "RFC9051-5.5-4")
def test_ambiguous_commands_are_executed_in_order(selected):
    """FETCH, STORE, FETCH, STORE, FETCH of one message's flags are executed in this order."""
    fill(selected, 1)
    lines = [
        "FETCH 1 (UID FLAGS)",
        "STORE 1 FLAGS.SILENT (\\Seen)",
        "FETCH 1 (UID FLAGS)",
        "STORE 1 FLAGS.SILENT (\\Draft)",
        "FETCH 1 (UID FLAGS)",
    ]
    selected.send("".join(f"p{at} {line}\r\n" for at, line in enumerate(lines)).encode())
    answers = [selected.finish(f"p{at}").expect("OK") for at in range(len(lines))]
    fetched = [one for answer in answers for one in answer.fetches() if "UID" in one]
    shown = [one.flags - {"\\Recent"} for one in fetched]
    assert shown == [set(), {"\\Seen"}, {"\\Draft"}]


@requirement("RFC3501-5.5-EXPUNGE", "RFC3501-7.4.1-1", "RFC9051-7.5.1-1")
def test_numbers_hold_in_a_row_of_commands(selected, second):
    """While FETCH, STORE and SEARCH follow each other without a pause no number moves."""
    known = fill(selected, 6)
    assert second.ok("NOOP").exists == 6
    second.ok("STORE", "1:2", "+FLAGS.SILENT (\\Deleted)")
    second.ok("EXPUNGE")
    lines = ["FETCH 5 UID", "SEARCH ALL", "STORE 4 +FLAGS (\\Flagged)", "FETCH 6 UID"] * 5
    selected.send("".join(f"p{at} {line}\r\n" for at, line in enumerate(lines)).encode())
    answers = [selected.finish(f"p{at}").expect("OK") for at in range(len(lines))]
    assert not [number for answer in answers for number in answer.expunged]
    told = {(one.number, one.uid) for each in answers for one in each.fetches() if "UID" in one}
    assert told >= {(5, known[4]), (6, known[5])}
    assert all(known[number - 1] == uid for number, uid in told)
    left = after_expunges(known, selected.ok("NOOP").expunged)
    assert left == known[2:]
    flagged = selected.ok("UID SEARCH", "FLAGGED").search()
    assert flagged == [known[3]]


@requirement("RFC3501-5.5-ANSWERS", "RFC3501-5.2-2")
def test_slow_reader_holds_up_nobody(selected, second):
    """While one session does not read what it fetches, the other changes the mailbox."""
    large = selected.append(LARGE)
    small = selected.append(message(2))
    second.ok("NOOP")
    tags = [selected.send_command("FETCH", 1, "BODY.PEEK[]") for _ in range(8)]
    third = second.append(message(3))
    second.ok("STORE", "1:2", "+FLAGS (\\Deleted)")
    second.ok("EXPUNGE")
    for tag in tags:
        answer = selected.finish(tag)
        assert answer.status in ("OK", "NO")
        texts = [one.section("") for one in answer.fetches() if "BODY[]" in one]
        assert set(texts) <= {LARGE, b"", None}
    told = selected.ok("NOOP").expunged
    assert after_expunges([large, small, third], told) == [third]
    assert uids(selected) == [third]
