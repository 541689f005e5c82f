"""Headers too long to be held: the same octets as of others, in chunks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server.message import find_section, header_contains, text_contains
from reference_server.message import header as header_module
from reference_server.message import search as search_module
from reference_server.message import sections as sections_module
from reference_server.message.header import Header, subset_of_long
from reference_server.message.parts import Reader
from reference_server.protocol.commands import Section

LINES = st.sampled_from(
    [
        b"A: one\r\n",
        b"B:\r\n",
        b"a:two\n",
        b" folded\r\n",
        b"\tfolded\n",
        b"no field\r\n",
        b"C: \r\n",
    ]
)


@pytest.fixture(params=[24, 40, 99])
def window(request, monkeypatch):
    for module in header_module, search_module, sections_module:
        monkeypatch.setattr(module, "WINDOW", request.param)


@pytest.mark.usefixtures("window")
@pytest.mark.parametrize("matching", [True, False])
def test_the_subset_is_that_of_a_short_header(matching):
    @given(st.lists(LINES, max_size=20), st.sampled_from([b"", b"\r\n", b"\n", b"B: cut o"]))
    def check(lines, ending):
        block = b"".join(lines) + ending
        message = b"before" + block + b"after"
        expected = Header(block).subset([b"a", b"c"], matching=matching)
        chunks = subset_of_long(message, 6, 6 + len(block), [b"a", b"c"], matching=matching)
        assert b"".join(chunks) == expected

    check()


@pytest.mark.usefixtures("window")
def test_chunks_of_a_long_field_are_short():
    block = b"A: " + b"x" * 1000 + b"\r\nB: y\r\n\r\n"
    found = find_section(Reader(block).read().part, Section((), "HEADER.FIELDS", (b"a",)), block)
    chunks = list(found.chunks())
    assert b"".join(chunks) == b"A: " + b"x" * 1000 + b"\r\n\r\n"
    assert max(map(len, chunks)) <= 100


@pytest.mark.usefixtures("window")
def test_text_is_found_wherever_it_is():
    message = (
        b"".join(b"X-%d: value %d\r\n and %d\r\n" % (n, n, n) for n in range(20)) + b"\r\nbody"
    )
    part = Reader(message).read().part
    for number in range(20):
        assert text_contains(part, message, f"x-{number}: value {number} and {number}")
    assert not text_contains(part, message, "value 20")


def test_the_beginning_of_a_long_header_is_searched_for_fields(monkeypatch):
    monkeypatch.setattr(search_module, "WINDOW", 20)
    message = b"A: first\r\n" * 5 + b"A: last\r\n\r\n"
    part = Reader(message).read().part
    assert header_contains(part, message, b"a", "first")
    assert not header_contains(part, message, b"a", "last")
