"""The fixture messages, whose expectations were worked out by hand: fixtures/README.md."""

import re

import pytest

from conformance import messages
from reference_server.message import (
    Extent,
    body_contains,
    digest,
    find_section,
    fold,
    header_contains,
    load_structure,
    text_contains,
)
from reference_server.protocol.commands import Section

TOKEN = re.compile(rb'\(|\)|"((?:[^"\\]|\\.)*)"|\{(\d+)\}\r\n|NIL|(\d+)| ')


def read_value(octets):
    """A value in wire format as nested lists, strings as ISO 8859-1."""
    stack = [[]]
    position = 0
    while position < len(octets):
        found = TOKEN.match(octets, position)
        position = found.end()
        if found[0] == b"(":
            stack.append([])
        elif found[0] == b")":
            inner = stack.pop()
            stack[-1].append(inner)
        elif found[0] == b"NIL":
            stack[-1].append(None)
        elif found[3] is not None:
            stack[-1].append(int(found[3]))
        elif found[2] is not None:
            stack[-1].append(octets[position : position + int(found[2])].decode("latin-1"))
            position += int(found[2])
        elif found[1] is not None:
            stack[-1].append(re.sub(rb"\\(.)", rb"\1", found[1]).decode("latin-1"))
    ((value,),) = stack
    return value


def read_section(text):
    found = re.fullmatch(r"([\d.]*?)\.?([A-Z][A-Z.]*)?(?: \((.*)\))?", text)
    numbers = tuple(map(int, found[1].split("."))) if found[1] else ()
    fields = tuple(name.encode() for name in found[3].split()) if found[3] else ()
    return Section(numbers, found[2] or "", fields)


def matches(key, message, found):
    """A search key of one message; only keys about text and the Date: field are known here."""
    part = load_structure(found.structure)
    columns = {
        "SUBJECT": found.subject,
        "FROM": found.sender,
        "TO": found.to,
        "CC": found.cc,
        "BCC": found.bcc,
    }
    match key:
        case ("TEXT", value):
            return text_contains(part, message, fold(value))
        case ("BODY", value):
            return body_contains(part, message, fold(value))
        case ("HEADER", name, value):
            return header_contains(part, message, name.encode(), fold(value))
        case (name, value) if name in columns:
            column = columns[name]
            return column is not None and fold(value) in column
    return None


every_message = pytest.mark.parametrize("name", messages.names())


@every_message
def test_structures(name):
    fixture = messages.load(name)
    found = digest(fixture.octets)
    assert fixture.envelope_difference(read_value(found.envelope)) is None
    assert fixture.body_difference(read_value(found.body)) is None
    assert fixture.bodystructure_difference(read_value(found.bodystructure)) is None


@every_message
def test_sections(name):
    fixture = messages.load(name)
    part = load_structure(digest(fixture.octets).structure)
    for text, octets in fixture.sections.items():
        found = find_section(part, read_section(text), fixture.octets)
        if isinstance(found, Extent):
            found = fixture.octets[found.start : found.stop]
        assert found == octets, text


@every_message
def test_searches(name):
    fixture = messages.load(name)
    found = digest(fixture.octets)
    for key in fixture.hits:
        assert matches(key, fixture.octets, found) in (True, None), key
    for key in fixture.misses:
        assert matches(key, fixture.octets, found) in (False, None), key
