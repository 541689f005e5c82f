"""Messages as octets: parts with offsets, ENVELOPE, BODYSTRUCTURE, sections, text to search."""

from reference_server.message.binary import (
    NoLeafError,
    UnknownEncodingError,
    binary_content,
    check_binary,
    encode_binary,
)
from reference_server.message.decoding import decode_words, fold
from reference_server.message.digests import Digest, digest
from reference_server.message.parts import Part, load_structure
from reference_server.message.search import body_contains, header_contains, text_contains
from reference_server.message.sections import Extent, LongSubset, find_section
from reference_server.message.windows import find_in_windows

__all__ = [
    "Digest",
    "Extent",
    "LongSubset",
    "NoLeafError",
    "Part",
    "UnknownEncodingError",
    "binary_content",
    "body_contains",
    "check_binary",
    "decode_words",
    "digest",
    "encode_binary",
    "find_in_windows",
    "find_section",
    "fold",
    "header_contains",
    "load_structure",
    "text_contains",
]
