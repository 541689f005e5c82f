"""Messages as octets: parts with offsets, ENVELOPE, BODYSTRUCTURE, sections, text to search."""

from reference_server.message.decoding import decode_words, fold
from reference_server.message.digests import Digest, digest
from reference_server.message.parts import Part, load_structure
from reference_server.message.search import body_contains, header_contains, text_contains
from reference_server.message.sections import Extent, find_section

__all__ = [
    "Digest",
    "Extent",
    "Part",
    "body_contains",
    "decode_words",
    "digest",
    "find_section",
    "fold",
    "header_contains",
    "load_structure",
    "text_contains",
]
