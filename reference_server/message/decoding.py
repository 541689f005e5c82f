"""From octets to text: transfer encodings, encoded words, charsets. Nothing here fails.

What cannot be decoded is read as something close to it, because a search must not break on
a message that is damaged.
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from reference_server.message.parts import Part
from reference_server.protocol.commands import Octets

CHUNK = 1 << 20
(_QUESTION_MARK,) = b"?"  # an octet as a number is found much faster

_ENCODED_WORD = re.compile(rb"=\?([!->@-~]{1,40}?)(?:\*[!->@-~]{0,40})?\?([BbQq])\?([!->@-~]*)\?=")
_NOT_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
)
# Codecs of Python that are no charset of a message; some take quadratic time.
_NO_CHARSETS = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"}


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


_ERRORS = "reference_server.latin_1"
codecs.register_error(_ERRORS, _as_latin_1)


def fold(text: str) -> str:
    """``text`` as it is compared: without regard to case."""
    return text.casefold()


@lru_cache(maxsize=256)
def find_codec(charset: str) -> str | None:
    """The Python codec for a charset name; UTF-8, which contains it, for US-ASCII."""
    try:
        name = codecs.lookup(charset).name
        b"a".decode(name, "replace")  # LookupError for codecs that do not give text
    except (LookupError, ValueError):
        return None
    if name.replace("_", "-") in _NO_CHARSETS:
        return None
    return "utf-8" if name == "ascii" else name


def decode_charset(octets: bytes, charset: str) -> str:
    """``octets`` as text; those that are wrong in ``charset`` are read as ISO 8859-1.

    An unknown charset is read as UTF-8.
    """
    if charset == "utf-8" and octets.isascii():
        return octets.decode("ascii")
    try:
        return octets.decode(find_codec(charset) or "utf-8", _ERRORS)
    except ValueError:
        return octets.decode("latin-1")


def decode_words(value: bytes) -> str:
    """A header field's value with its encoded words decoded (RFC 2047).

    White space between two encoded words is dropped (6.2). Words of one charset are put
    together before they are decoded, since some senders split characters.
    """
    if _QUESTION_MARK not in value or b"=?" not in value:
        return decode_charset(value, "utf-8")
    text: list[str] = []
    position = 0
    charset = ""
    pending: list[bytes] = []
    for found in _ENCODED_WORD.finditer(value):
        between = value[position : found.start()]
        position = found.end()
        name = found[1].decode("ascii").lower()
        if not pending or between.strip(b" \t") or name != charset:
            text.append(decode_charset(b"".join(pending), charset))
            if not pending or between.strip(b" \t"):
                text.append(decode_charset(between, "utf-8"))
            pending = []
        charset = name
        if found[2] in b"Bb":
            pending.append(_decode_base64(found[3]))
        else:
            pending.append(binascii.a2b_qp(found[3], header=True))
    text.append(decode_charset(b"".join(pending), charset))
    text.append(decode_charset(value[position:], "utf-8"))
    return "".join(text)


def body_text(part: Part, message: Octets) -> Iterator[str]:
    """The decoded text of a part's body, in chunks of about 1 MiB of its octets."""
    chunks = transfer_decoded(part, message)
    if part.stop - part.body <= CHUNK:
        yield decode_charset(b"".join(chunks), part.charset)
        return
    decoder = codecs.getincrementaldecoder(find_codec(part.charset) or "utf-8")(_ERRORS)
    for chunk, final in chain(((chunk, False) for chunk in chunks), [(b"", True)]):
        try:
            yield decoder.decode(chunk, final)
        except ValueError:
            # Some decoders give up for good, e.g. on UTF-16 that has no byte order mark.
            decoder.reset()
            yield chunk.decode("latin-1")


def transfer_decoded(part: Part, message: Octets) -> Iterator[bytes]:
    """The octets of a part's body without base64 or quoted-printable, in chunks."""
    chunks = (
        message[start : min(start + CHUNK, part.stop)]
        for start in range(part.body, part.stop, CHUNK)
    )
    match part.encoding:
        case "BASE64":
            return _base64_chunks(chunks)
        case "QUOTED-PRINTABLE":
            return _quoted_printable_chunks(chunks)
    return chunks


def _decode_base64(octets: bytes) -> bytes:
    return b"".join(_base64_chunks(iter([octets])))


def _base64_chunks(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """RFC 2045, 6.8: other characters are ignored, "=" ends the data."""
    rest = b""
    for chunk in chunks:
        digits, end, _ = (rest + chunk.translate(None, _NOT_BASE64)).partition(b"=")
        whole = len(digits) & ~3
        rest = digits[whole:]
        yield binascii.a2b_base64(digits[:whole])
        if end:
            break
    if len(rest) > 1:
        yield binascii.a2b_base64(rest + b"==")


def _quoted_printable_chunks(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """RFC 2045, 6.7: white space at the end of a line goes, soft line breaks, too."""
    rest = b""
    for chunk in chunks:
        octets = rest + chunk
        cut = octets.rfind(b"\n") + 1
        if not cut:
            # A line without end, longer than a chunk: only "=XX" must stay whole.
            cut = octets.rfind(b"=", -2)
            cut = len(octets) if cut < 0 else cut
        rest = octets[cut:]
        yield _decode_quoted_printable(octets[:cut])
    yield _decode_quoted_printable(rest)


def _decode_quoted_printable(octets: bytes) -> bytes:
    if b" \r\n" in octets or b"\t\r\n" in octets:
        octets = b"\r\n".join([line.rstrip(b" \t") for line in octets.split(b"\r\n")])
    return binascii.a2b_qp(octets)
