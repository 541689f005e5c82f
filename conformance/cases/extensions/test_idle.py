"""IDLE: RFC 2177."""

import pytest

from conformance.cases._mailbox import fill, message, uids
from conformance.requirements import needs, requirement
from conformance.wire import Literal, Mailbox
from conformance.wire.grammar import Continuation, Exists, Expunge, FetchData

pytestmark = needs("IDLE")


@requirement("RFC2177-3-OK", "RFC2177-3-3", "RFC9051-6.3.13-2")
def test_lasts_until_done(selected):
    """IDLE is answered by a continuation request, and OK comes after DONE; again and again."""
    for _ in range(3):
        with selected.idle():
            pass
    selected.ok("NOOP")


@requirement("RFC2177-4-STATES")
def test_in_the_authenticated_state(authenticated):
    """IDLE is valid with no mailbox selected."""
    with authenticated.idle():
        pass
    authenticated.ok("NOOP")


@requirement("RFC2177-4-STATES", "RFC3501-3-STATE")
def test_before_login(connection):
    """Before login IDLE is answered BAD or NO, without a continuation request."""
    connection.command("IDLE").expect("BAD", "NO")


@requirement("RFC2177-3-UPDATES")
def test_tells_of_a_new_message(selected, second):
    """While IDLE is active a message that another session has added is told by EXISTS."""
    second.ok("NOOP")
    with selected.idle():
        for number in (1, 2):
            second.ok("APPEND", Mailbox(second.mailbox), Literal(message(number)))
            while selected.expect_untagged(Exists).number < number:
                pass
    assert len(uids(selected)) == 2


@requirement("RFC2177-3-UPDATES")
def test_tells_of_an_expunge(selected, second):
    """While IDLE is active messages that another session expunges are told by EXPUNGE."""
    present = fill(selected, 4)
    second.ok("NOOP")
    second.ok("STORE", "2:3", "+FLAGS.SILENT (\\Deleted)")
    with selected.idle():
        second.ok("EXPUNGE")
        numbers = [selected.expect_untagged(Expunge).number for _ in range(2)]
    assert numbers in ([2, 2], [3, 2])
    assert uids(selected) == [present[0], present[3]]


@requirement("RFC2177-3-UPDATES", "RFC3501-5.2-4")
def test_tells_of_changed_flags(selected, second):
    """While IDLE is active flags that another session changes are told by FETCH."""
    fill(selected, 2)
    second.ok("NOOP")
    selected.ok("NOOP")
    with selected.idle():
        second.ok("STORE", 2, "+FLAGS (\\Flagged)")
        told: dict[int, tuple[str, ...]] = {}
        while "\\Flagged" not in told.get(2, ()):
            fetched = selected.expect_untagged(FetchData)
            told[fetched.number] = fetched.flags
    assert "\\Flagged" not in told.get(1, ())


@requirement("RFC2177-3-UPDATES")
def test_tells_what_happened_before(selected, second):
    """What happened before IDLE, and was not told yet, is told when it begins."""
    fill(selected, 2)
    second.ok("NOOP")
    selected.ok("NOOP")
    second.append(message(3))
    tag = selected.send_command("IDLE")
    awaited = [Continuation, Exists]  # in either order
    while awaited:
        response = selected.read_response(awaited="a continuation request and EXISTS")
        awaited = [kind for kind in awaited if not isinstance(response, kind)]
    selected.send_line("DONE")
    selected.finish(tag).expect("OK")


@requirement("RFC2177-3-3", "RFC9051-6.3.13-2")
def test_next_command_may_follow_done_at_once(selected):
    """A command sent together with DONE is executed after IDLE is completed."""
    idle = selected.send_command("IDLE")
    selected.expect_continuation()
    selected.send(b"DONE\r\nnext NOOP\r\n")
    selected.finish(idle).expect("OK")
    selected.finish("next").expect("OK")


@requirement("RFC2177-3-OK")
def test_done_in_pieces(selected):
    """DONE is recognised when it comes octet by octet."""
    idle = selected.send_command("IDLE")
    selected.expect_continuation()
    selected.send(b"DONE\r\n", piece_size=1)
    selected.finish(idle).expect("OK")


@requirement("RFC2177-3-OK", "RFC3501-7.5-3")
def test_any_letter_case(selected):
    """IDLE and DONE are understood in any letter case."""
    selected.send_line("lower idle")
    selected.expect_continuation()
    selected.send_line("Done")
    selected.finish("lower").expect("OK")


@requirement("RFC2177-3-BAD", "RFC3501-2.2.2-3")
@pytest.mark.parametrize("line", ["", "DONE now", "other NOOP"], ids=["empty", "more", "command"])
def test_anything_but_done(selected, line):
    """IDLE that is continued by anything but DONE is answered BAD, and the session goes on."""
    idle = selected.send_command("IDLE")
    selected.expect_continuation()
    selected.send_line(line)
    assert selected.finish(idle).status == "BAD"
    selected.ok("NOOP")


@requirement("RFC2177-3-BAD", "RFC3501-2.2.2-3")
def test_takes_no_arguments(selected):
    """IDLE with an argument is answered BAD, without a continuation request."""
    assert selected.command("IDLE", "now").status == "BAD"
