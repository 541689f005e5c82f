"""Result options of SEARCH and the ESEARCH response: RFC 4731, RFC 4466 section 2.6."""

import pytest

from conformance.cases._mailbox import message
from conformance.cases.extensions._results import FLAGGED, esearch
from conformance.requirements import needs, requirement, revision
from conformance.wire import Literal, Mailbox
from conformance.wire.grammar import ESearchData, SearchData

pytestmark = needs("ESEARCH")

COMMANDS = pytest.mark.parametrize("command", ["SEARCH", "UID SEARCH"], ids=["search", "uid"])


def expected(session, command):
    """The numbers or the UIDs of the flagged messages."""
    if command == "SEARCH":
        return list(FLAGGED)
    return [session.uids[number - 1] for number in FLAGGED]


@COMMANDS
@requirement("RFC4731-3.1-MIN", "RFC4731-3.1-6")
def test_min(five, command):
    """MIN is the lowest number, in UID SEARCH the lowest UID, that matches."""
    assert esearch(five, command, "RETURN (MIN)", "FLAGGED").min == expected(five, command)[0]


@COMMANDS
@requirement("RFC4731-3.1-MAX", "RFC4731-3.1-6")
def test_max(five, command):
    """MAX is the highest number, in UID SEARCH the highest UID, that matches."""
    assert esearch(five, command, "RETURN (MAX)", "FLAGGED").max == expected(five, command)[-1]


@COMMANDS
@requirement("RFC4731-3.1-5", "RFC4731-3.1-6", "RFC9051-7.3.4-7")
def test_count(five, command):
    """COUNT is the number of messages that match, whatever the form of the command."""
    assert esearch(five, command, "RETURN (COUNT)", "FLAGGED").count == len(FLAGGED)


@COMMANDS
@requirement("RFC4731-3.1-ALL", "RFC4731-3.1-6")
def test_all(five, command):
    """ALL is the set of all numbers, in UID SEARCH of all UIDs, that match."""
    found = esearch(five, command, "RETURN (ALL)", "FLAGGED").all
    assert found is not None
    assert sorted(found) == expected(five, command)


@COMMANDS
@requirement("RFC4731-3.1-6", "RFC9051-6.4.4-11")
def test_all_options_together(five, command):
    """Several options together bring one ESEARCH response with all that was asked for."""
    result = esearch(five, command, "RETURN (MIN MAX COUNT ALL)", "FLAGGED")
    numbers = expected(five, command)
    assert (result.min, result.max, result.count) == (numbers[0], numbers[-1], 3)
    assert sorted(result.all or ()) == numbers


@requirement("RFC4731-3.1-6", "RFC4466-2.6.1-ORDER")
@pytest.mark.parametrize("options", ["COUNT MIN", "ALL MAX MIN", "MAX COUNT ALL"])
def test_options_in_any_order(five, options):
    """The order of the options is free, and only what was asked for is told."""
    result = esearch(five, "SEARCH", f"RETURN ({options})", "FLAGGED")
    told = {"MIN": 2, "MAX": 5, "COUNT": 3, "ALL": list(FLAGGED)}
    assert set(options.split()) <= set(result.items)
    assert set(result.items) - set(options.split()) <= {"COUNT"}
    for name in set(options.split()) - {"ALL"}:
        assert result.items[name] == told[name], name


@requirement("RFC4731-4-1")
def test_options_in_any_letter_case(five):
    """RETURN and its options are understood in any letter case."""
    result = esearch(five, "search", "return (Min mAX count)", "flagged")
    assert (result.min, result.max, result.count) == (2, 5, 3)


@COMMANDS
@requirement("RFC4731-3.1-EMPTY")
def test_empty_list_of_options(five, command):
    """An empty list of options is equivalent to (ALL)."""
    result = esearch(five, command, "RETURN ()", "FLAGGED")
    assert sorted(result.all or ()) == expected(five, command)
    assert {"MIN", "MAX"}.isdisjoint(result.items)


@COMMANDS
@pytest.mark.parametrize(
    "option",
    [
        pytest.param(
            "MIN", marks=requirement("RFC4731-3.1-1", "RFC9051-6.4.4-6", "RFC9051-7.3.4-2")
        ),
        pytest.param(
            "MAX", marks=requirement("RFC4731-3.1-2", "RFC9051-6.4.4-7", "RFC9051-7.3.4-3")
        ),
        pytest.param("ALL", marks=requirement("RFC4731-3.1-4", "RFC9051-6.4.4-9")),
        pytest.param(
            "MIN MAX ALL", marks=requirement("RFC4731-3.1-1", "RFC4731-3.1-4", "RFC9051-7.3.4-2")
        ),
        pytest.param("", marks=requirement("RFC4731-3.1-4", "RFC4731-3.1-EMPTY")),
    ],
    ids=["min", "max", "all", "together", "none"],
)
def test_nothing_found(five, command, option):
    """Where nothing matches ESEARCH still comes, without MIN, MAX and ALL."""
    result = esearch(five, command, f"RETURN ({option})", "ANSWERED")
    assert set(result.items) <= {"COUNT"}


@COMMANDS
@requirement("RFC4731-3.1-5", "RFC9051-6.4.4-10", "RFC9051-7.3.4-7")
def test_count_of_nothing(five, command):
    """Where nothing matches COUNT is 0, not left out."""
    assert dict(esearch(five, command, "RETURN (COUNT)", "ANSWERED").items) == {"COUNT": 0}


@requirement("RFC4731-3.1-5", "RFC4731-3.1-1", "RFC9051-7.3.4-7", "RFC9051-7.3.4-2")
def test_empty_mailbox(selected):
    """In an empty mailbox COUNT is 0 and there is no MIN, MAX or ALL."""
    result = esearch(selected, "SEARCH", "RETURN (MIN MAX ALL COUNT)", "ALL")
    assert dict(result.items) == {"COUNT": 0}


@requirement("RFC9051-7.3.4-4", "RFC4731-3.1-ALL")
def test_uid_sets_are_complete(selected):
    """A range of UIDs in ALL holds no UID that does not exist or does not match."""
    uids = [selected.append(message(number)) for number in range(8)]
    selected.ok("STORE", "2,5:6", "+FLAGS.SILENT", "(\\Deleted)")
    selected.ok("EXPUNGE")
    left = [uid for index, uid in enumerate(uids, 1) if index not in (2, 5, 6)]
    found = esearch(selected, "UID SEARCH", "RETURN (ALL COUNT)", "ALL")
    assert sorted(found.all or ()) == left
    assert found.count == len(left)


@requirement("RFC4466-2.6.2-TAG")
@pytest.mark.parametrize("tag", ["0.1-;:/$", "A" * 60], ids=["signs", "long"])
def test_tag_of_any_form(five, tag):
    """ESEARCH repeats the tag of the command, whatever characters it has."""
    five.send_line(f"{tag} SEARCH RETURN (COUNT) ALL")
    answer = five.finish(tag).expect("OK")
    assert (answer.esearch().tag, answer.esearch().count) == (tag, 5)


@requirement("RFC4466-2.6.2-TAG")
def test_pipelined_searches(five):
    """Of searches sent together each gets an ESEARCH response with its own tag."""
    five.send(b"p1 SEARCH RETURN (COUNT) FLAGGED\r\np2 UID SEARCH RETURN (COUNT) ALL\r\n")
    counts: dict[str | None, int | None] = {}
    answers = [five.finish(tag).expect("OK") for tag in ("p1", "p2")]
    for answer in answers:
        counts |= {result.tag: result.count for result in answer.all(ESearchData)}
    assert counts == {"p1": 3, "p2": 5}


@requirement("RFC4731-3.1-6", "RFC4466-2.6.1-CHARSET")
def test_with_a_charset(selected):
    """CHARSET stands behind the result options, and means what it means without them."""
    selected.append(b"Subject: =?utf-8?q?caf=C3=A9?=\r\n\r\n.\r\n")
    selected.append(message(2))
    needle = Literal("café".encode())
    result = esearch(selected, "SEARCH", "RETURN (ALL)", "CHARSET UTF-8", "SUBJECT", needle)
    assert sorted(result.all or ()) == [1]


@requirement("RFC3501-6.4.4-7", "RFC9051-6.4.4-18")
def test_unknown_charset(five):
    """A charset that the server does not support is answered NO, and no ESEARCH comes."""
    answer = five.command("SEARCH", "RETURN (COUNT)", "CHARSET X-NO-SUCH", "SUBJECT", "x")
    assert answer.expect("NO").untagged_names().count("ESEARCH") == 0


@requirement("RFC9051-6.4.4-4", "RFC4466-2.6.1-UNKNOWN")
@pytest.mark.parametrize("options", ["FIRST", "MIN FIRST"])
def test_unknown_option(five, options):
    """An option that no extension of the server defines is answered BAD."""
    five.command("SEARCH", f"RETURN ({options})", "ALL").expect("BAD")
    assert esearch(five, "SEARCH", "RETURN (COUNT)", "ALL").count == 5


@requirement("RFC3501-2.2.2-3")
@pytest.mark.parametrize(
    "arguments",
    ["RETURN MIN ALL", "RETURN (MIN", "RETURN (MIN)", "RETURN", "CHARSET UTF-8 RETURN (MIN) ALL",
     "RETURN (MIN) RETURN (MAX) ALL", "ALL RETURN (MIN)"],
    ids=["no-parentheses", "open", "no-key", "no-list", "behind-charset", "twice", "behind-key"],
)  # fmt: skip
def test_malformed(five, arguments):
    """Result options that break the syntax are answered BAD."""
    five.command("SEARCH", arguments).expect("BAD")


@revision("IMAP4rev1")
@COMMANDS
@requirement("RFC3501-7.2.5-NUMBERS", "RFC4731-3.1-6")
def test_search_without_options(five, command):
    """SEARCH without RETURN is answered with SEARCH, as without the extension."""
    answer = five.ok(command, "FLAGGED")
    assert sorted(answer.only(SearchData).numbers) == expected(five, command)
    assert "ESEARCH" not in answer.untagged_names()


@requirement("RFC4731-3.1-6")
def test_read_only_mailbox(five):
    """A mailbox opened by EXAMINE is searched in the same way."""
    five.ok("EXAMINE", Mailbox(five.mailbox))
    assert esearch(five, "SEARCH", "RETURN (MIN COUNT)", "FLAGGED").count == 3


@requirement("RFC3501-3.2-1", "RFC9051-3.2-1")
def test_needs_a_selected_mailbox(authenticated):
    """Without a selected mailbox SEARCH RETURN is refused."""
    authenticated.command("SEARCH", "RETURN (COUNT)", "ALL").expect("BAD", "NO")


@requirement("RFC4731-3.1-6", "RFC3501-7.4.1-1", "RFC9051-7.5.1-1")
def test_after_an_expunge_by_another_session(five, second):
    """Numbers in ESEARCH are those of the client's view until EXPUNGE has been told."""
    second.ok("UID STORE", five.uids[0], "+FLAGS.SILENT", "(\\Deleted)")
    second.ok("EXPUNGE")
    answer = five.ok("SEARCH", "RETURN (MAX)", "FLAGGED")
    assert answer.esearch().max == (4 if answer.expunged else 5)
    five.ok("NOOP")
    assert esearch(five, "SEARCH", "RETURN (MIN MAX)", "FLAGGED").max == 4
