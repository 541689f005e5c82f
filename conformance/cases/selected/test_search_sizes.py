"""SEARCH by size: RFC 3501 section 6.4.4."""

from conformance.cases.selected._search import fill, found
from conformance.requirements import requirement


@requirement("RFC3501-6.4.4-LARGER", "RFC3501-6.4.4-SMALLER", "RFC3501-2.3.4-SIZE")
def test_excludes_the_size_itself(selected, messages):
    """LARGER and SMALLER exclude a message of just the size that they name."""
    message = messages["plain"]
    fill(selected, message.octets)
    assert found(selected, "LARGER", message.size - 1) == [1]
    assert found(selected, "LARGER", message.size) == []
    assert found(selected, "SMALLER", message.size) == []
    assert found(selected, "SMALLER", message.size + 1) == [1]


@requirement("RFC3501-6.4.4-LARGER", "RFC3501-6.4.4-SMALLER")
def test_ends_of_the_range_of_numbers(selected, messages):
    """Every message is larger than 0 octets and smaller than the greatest number, 4294967295."""
    fill(selected, messages["plain"].octets, messages["huge-header"].octets)
    assert found(selected, "LARGER", 0) == [1, 2]
    assert found(selected, "SMALLER", 0) == []
    assert found(selected, "SMALLER", 4294967295) == [1, 2]
    assert found(selected, "LARGER", 4294967295) == []


@requirement("RFC3501-6.4.4-LARGER", "RFC3501-6.4.4-SMALLER", "RFC3501-2.3.4-SIZE")
def test_counts_octets(selected):
    """The size counts octets, CRLF as two, and an 8-bit character as its octets."""
    message = b"Subject: size\r\n\r\n" + "äöü\r\n".encode()  # 15 + 2 + 8 octets
    fill(selected, message)
    assert found(selected, "LARGER 24 SMALLER 26") == [1]
