"""BODY and BODYSTRUCTURE (RFC 3501, 7.4.2)."""

from __future__ import annotations

from reference_server.message.envelope import encode_envelope, read_envelope
from reference_server.message.fields import (
    ContentType,
    Parameters,
    parse_disposition,
    parse_encoding,
    parse_languages,
)
from reference_server.message.header import Header
from reference_server.message.parameters import join_continuations
from reference_server.message.parts import Description, Entity
from reference_server.protocol.encoder import encode_value
from reference_server.protocol.responses import Value


def describe(header: Header, content: ContentType, is_message: bool) -> Description:
    """The part of a header that both forms have: everything but the sizes and the parts."""
    parameters = _parameters(content.parameters)
    envelope = encode_envelope(read_envelope(header)) if is_message else b""
    if content.is_multipart:
        return Description(encode_value(content.subtype), envelope, _extension(parameters, header))
    encoding = header.first(b"content-transfer-encoding")
    basic: tuple[Value, ...] = (
        content.type,
        content.subtype,
        parameters,
        header.first(b"content-id"),
        header.first(b"content-description"),
        b"7BIT" if encoding is None else parse_encoding(encoding),
    )
    return Description(
        b" ".join(map(encode_value, basic)),
        envelope,
        _extension(header.first(b"content-md5"), header),
    )


def encode_bodies(entity: Entity) -> tuple[bytes, bytes]:
    """BODY (without extension data) and BODYSTRUCTURE of ``entity``, in wire format."""
    body: list[bytes] = []
    structure: list[bytes] = []
    _write(entity, body, structure)
    return b"".join(body), b"".join(structure)


def _write(entity: Entity, body: list[bytes], structure: list[bytes]) -> None:
    """Write both forms at once; they differ by the extension data only."""
    part, description = entity.part, entity.description
    if part.is_multipart:
        pieces = [b" ", description.basic]
        body.append(b"(")
        structure.append(b"(")
        for inner in entity.parts:
            _write(inner, body, structure)
    else:
        pieces = [b"(", description.basic, b" %d" % (part.stop - part.body)]
        if part.is_message:
            (message,) = entity.parts
            pieces += [b" ", message.description.envelope, b" "]
            body += pieces
            structure += pieces
            _write(message, body, structure)
            pieces = [b" %d" % entity.lines]
        elif part.type == "TEXT":
            pieces.append(b" %d" % entity.lines)
    body += pieces
    body.append(b")")
    structure += pieces
    structure += [b" ", description.extension, b")"]


def _extension(first: Value, header: Header) -> bytes:
    """Extension data: MD5 or parameters ``first``, then disposition, language, location."""
    disposition = header.first(b"content-disposition")
    language = header.first(b"content-language")
    fields: tuple[Value, ...] = (
        first,
        None if disposition is None else _disposition(disposition),
        None if language is None else parse_languages(language) or None,
        header.first(b"content-location"),
    )
    return b" ".join(map(encode_value, fields))


def _parameters(parameters: Parameters) -> Value:
    """``("name" "value" ...)``, or NIL where there are none."""
    return tuple(text for pair in join_continuations(parameters) for text in pair) or None


def _disposition(value: bytes) -> Value:
    disposition = parse_disposition(value)
    return None if disposition is None else (disposition[0], _parameters(disposition[1]))
