"""FETCH of the sections of a message: parts, HEADER, MIME, TEXT (RFC 3501 6.4.5)."""

import re

import pytest

from conformance.cases.selected._fetched import check_sections, fetch_sections
from conformance.requirements import requirement

PART = re.compile(r"[0-9.]+")


@requirement("RFC3501-6.4.5-WHOLE", "RFC3501-7.4.2-SECTION", "RFC3501-7.4.2-2")
@pytest.mark.parametrize("name", ["header-only", "no-final-crlf", "protocol-lookalikes"])
def test_empty_section_is_the_whole_message(selected, messages, name):
    """BODY[] is the message, octet for octet as it was appended."""
    message = messages[name]
    assert fetch_sections(selected, message, [""]).section("") == message.octets


@requirement("RFC3501-6.4.5-PARTS", "RFC3501-6.4.5-3", "RFC9051-6.4.5.1-1")
@pytest.mark.parametrize("name", ["nested", "preamble-epilogue", "empty-parts"])
def test_part_of_a_multipart(selected, messages, name):
    """The parts of a multipart are numbered from 1, nested ones below the number of theirs."""
    check_sections(selected, messages[name], filter(PART.fullmatch, _there(messages[name])))


@requirement("RFC3501-6.4.5-NESTED", "RFC3501-6.4.5-3", "RFC9051-6.4.5.1-1")
@pytest.mark.parametrize("name", ["rfc3501-6.4.5", "rfc822-alone", "digest"])
def test_part_of_a_message_in_the_message(selected, messages, name):
    """A part of type MESSAGE/RFC822 has part numbers below its own, for parts of its body."""
    check_sections(selected, messages[name], filter(PART.fullmatch, _there(messages[name])))


@requirement("RFC3501-6.4.5-PART1")
@pytest.mark.parametrize("name", ["plain", "empty-body"])
def test_message_without_parts_has_part_1(selected, messages, name):
    """Part 1 of a message that is not a multipart is its body, as encoded for transfer."""
    check_sections(selected, messages[name], ["1", "TEXT"])


@requirement("RFC3501-6.4.5-HEADER", "RFC3501-6.4.5-BLANK")
@pytest.mark.parametrize("name", ["folded", "header-only", "huge-header"])
def test_header(selected, messages, name):
    """HEADER is the header as it is, folds included, with the blank line if there is one."""
    check_sections(selected, messages[name], ["HEADER"])


@requirement("RFC3501-6.4.5-TEXT")
@pytest.mark.parametrize("name", ["preamble-epilogue", "blank-lines"])
def test_text(selected, messages, name):
    """TEXT is all that follows the header, preamble and epilogue included."""
    check_sections(selected, messages[name], ["TEXT"])


@requirement("RFC3501-6.4.5-MIME")
@pytest.mark.parametrize("name", ["rfc3501-6.4.5", "empty-parts"])
def test_mime(selected, messages, name):
    """MIME is the header of the part, its blank line included; also where it has no fields."""
    names = [section for section in _there(messages[name]) if section.endswith(".MIME")]
    check_sections(selected, messages[name], names)


@requirement("RFC3501-6.4.5-HEADER", "RFC3501-6.4.5-TEXT", "RFC3501-6.4.5-HEADERPREFIX")
@pytest.mark.parametrize("name", ["rfc3501-6.4.5", "rfc822-alone"])
def test_header_and_text_of_a_message_in_the_message(selected, messages, name):
    """HEADER and TEXT behind a part number are those of the message in that part."""
    names = [
        section
        for section in _there(messages[name])
        if re.fullmatch(r"[0-9.]+\.(HEADER|TEXT)", section)
    ]
    check_sections(selected, messages[name], names)


@requirement("RFC3501-6.4.5-PARTS", "RFC3501-7.4.2-SECTION")
@pytest.mark.parametrize("name", ["plain", "rfc822-nested"])
def test_part_that_does_not_exist(selected, messages, name):
    """A part that does not exist brings nothing: NIL, an empty string or a tagged NO."""
    message = messages[name]
    selected.append(message.octets)
    for section in (key for key, octets in message.sections.items() if octets is None):
        answer = selected.command("FETCH", "1", f"BODY.PEEK[{section}]").expect("OK", "NO")
        found = answer.fetch(1).section(section) if answer.status == "OK" else None
        assert not found, f"BODY[{section}] of {name} should be nothing, it was {found!r}"


@requirement("RFC3501-6.4.5-HEADERPREFIX")
@pytest.mark.parametrize("section", ["1.HEADER", "4.TEXT"])
def test_no_header_in_a_part_that_is_no_message(selected, messages, section):
    """HEADER or TEXT of a part other than MESSAGE/RFC822 brings nothing, or is refused."""
    selected.append(messages["rfc3501-6.4.5"].octets)
    answer = selected.command("FETCH", "1", f"BODY.PEEK[{section}]")
    found = answer.fetch(1).section(section) if answer.status == "OK" else None
    assert not found, f"part {section[0]} is no message, but its {section[2:]} was {found!r}"


@requirement("RFC3501-7.4.2-SECTION")
def test_sections_of_several_messages(selected, messages):
    """Each message of a sequence set brings its own sections."""
    names = ["plain", "rfc822-nested", "header-only", "attachments"]
    for name in names:
        selected.append(messages[name].octets)
    answer = selected.ok("FETCH", "1:*", "(BODY.PEEK[HEADER] BODY.PEEK[TEXT] BODY.PEEK[])")
    for number, name in enumerate(names, 1):
        fetched = answer.fetch(number)
        for section in ("HEADER", "TEXT"):
            assert fetched.section(section) == messages[name].sections[section]
        assert fetched.section("") == messages[name].octets


def _there(message):
    """The names of the sections that the message has."""
    return [name for name, octets in message.sections.items() if octets is not None]
