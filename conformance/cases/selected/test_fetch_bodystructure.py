"""FETCH of BODYSTRUCTURE, and of BODY, its form without extension data (RFC 3501 7.4.2)."""

import pytest

from conformance.cases.selected._fetched import body_list
from conformance.requirements import requirement
from conformance.wire.grammar import Multipart, Part

MESSAGE = requirement("RFC3501-7.4.2-MESSAGE")
MULTIPART = requirement("RFC3501-7.4.2-MULTIPART")


@requirement("RFC3501-6.4.5-BODYSTRUCTURE", "RFC3501-7.4.2-BASIC", "RFC3501-7.4.2-LINES")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("rfc3501-7.4.2", marks=MULTIPART),
        pytest.param(
            "attachments",
            marks=requirement(
                "RFC3501-7.4.2-EXTENSION", "RFC3501-7.4.2-7", "RFC9051-7.5.2-12", "RFC9051-7.5.2-17"
            ),
        ),
        pytest.param("rfc822-nested", marks=MESSAGE),
        pytest.param("rfc822-alone", marks=MESSAGE),
        pytest.param("digest", marks=MESSAGE),
        pytest.param("empty-parts", marks=MULTIPART),
        pytest.param("boundary-quoted", marks=MULTIPART),
        "mime-comments",
    ],
)
def test_bodystructure_of(selected, messages, name):
    """BODYSTRUCTURE tells the parts of the message, their fields and sizes."""
    message = messages[name]
    selected.append(message.octets)
    found = selected.ok("FETCH", "1", "BODYSTRUCTURE").fetch(1).body_structure
    assert message.bodystructure_difference(body_list(found)) is None


@requirement(
    "RFC3501-6.4.5-BODY",
    "RFC3501-7.4.2-NOEXTENSION",
    "RFC3501-7.5-7",
    "RFC3501-7.5-8",
    "RFC9051-9-7",
    "RFC9051-9-8",
)
@pytest.mark.parametrize("name", ["rfc3501-6.4.5", "attachments"])
def test_body_of(selected, messages, name):
    """BODY tells the same as BODYSTRUCTURE, without extension data."""
    message = messages[name]
    selected.append(message.octets)
    found = selected.ok("FETCH", "1", "BODY").fetch(1).body
    assert message.body_difference(body_list(found)) is None


@requirement("RFC3501-6.4.5-BODYSTRUCTURE", level="SHOULD")
def test_missing_closing_delimiter(selected, messages):
    """A multipart that was cut off has the parts that came before its end."""
    selected.append(messages["missing-close"].octets)
    found = selected.ok("FETCH", "1", "BODYSTRUCTURE").fetch(1).body_structure
    assert isinstance(found, Multipart)
    assert [part.subtype for part in found.parts] == ["PLAIN", "PLAIN"]


@requirement("RFC3501-7.4.2-LINES", "RFC3501-7.4.2-BASIC")
def test_size_and_lines_are_those_of_the_section(selected, messages):
    """The size of a part in BODYSTRUCTURE is that of its section, its lines are those in it."""
    selected.append(messages["rfc3501-7.4.2"].octets)
    items = "(BODYSTRUCTURE BODY.PEEK[1] BODY.PEEK[2])"
    fetched = selected.ok("FETCH", "1", items).fetch(1)
    structure = fetched.body_structure
    assert isinstance(structure, Multipart)
    assert len(structure.parts) == 2
    for name, part in zip(("1", "2"), structure.parts, strict=True):
        assert isinstance(part, Part)
        octets = fetched.section(name) or b""
        assert (part.octets, part.lines) == (len(octets), octets.count(b"\r\n"))
