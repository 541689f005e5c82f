"""BODY and BODYSTRUCTURE (RFC 3501, 7.4.2)."""

from __future__ import annotations

from reference_server.message.envelope import encode_envelope, read_envelope
from reference_server.message.fields import Parameters, parse_disposition, parse_languages
from reference_server.message.header import Header
from reference_server.message.parameters import join_continuations
from reference_server.message.parts import Entity, count_lines
from reference_server.protocol.commands import Octets
from reference_server.protocol.encoder import encode_value
from reference_server.protocol.responses import Value


def encode_bodies(entity: Entity, message: Octets) -> tuple[bytes, bytes]:
    """BODY (without extension data) and BODYSTRUCTURE of ``entity``, in wire format."""
    writer = _Writer(message)
    writer.write(entity)
    return b"".join(writer.body), b"".join(writer.structure)


class _Writer:
    """Writes both forms at once; they differ by the extension data only."""

    def __init__(self, message: Octets) -> None:
        self._message = message
        self.body: list[bytes] = []
        self.structure: list[bytes] = []

    def write(self, entity: Entity) -> None:
        self._both(b"(")
        if entity.content.is_multipart:
            for inner in entity.parts:
                self.write(inner)
            self._both(b" " + encode_value(entity.content.subtype))
            self._extension(_parameters(entity.content.parameters), entity.header)
        else:
            self._one_part(entity)
            self._extension(entity.header.first(b"content-md5"), entity.header)
        self._both(b")")

    def _one_part(self, entity: Entity) -> None:
        part, header, content = entity.part, entity.header, entity.content
        fields: tuple[Value, ...] = (
            content.type,
            content.subtype,
            _parameters(content.parameters),
            header.first(b"content-id"),
            header.first(b"content-description"),
            part.encoding.encode("latin-1"),
            part.stop - part.body,
        )
        self._both(b" ".join(map(encode_value, fields)))
        if content.is_message:
            (inner,) = entity.parts
            self._both(b" %b " % encode_envelope(read_envelope(inner.header)))
            self.write(inner)
        if content.is_message or content.type == b"TEXT":
            self._both(b" %d" % count_lines(self._message, part.body, part.stop))

    def _extension(self, first: Value, header: Header) -> None:
        """Extension data: MD5 or parameters ``first``, then disposition, language, location."""
        disposition = header.first(b"content-disposition")
        language = header.first(b"content-language")
        fields: tuple[Value, ...] = (
            first,
            None if disposition is None else _disposition(disposition),
            None if language is None else parse_languages(language) or None,
            header.first(b"content-location"),
        )
        self.structure.append(b" " + b" ".join(map(encode_value, fields)))

    def _both(self, octets: bytes) -> None:
        self.body.append(octets)
        self.structure.append(octets)


def _parameters(parameters: Parameters) -> Value:
    """``("name" "value" ...)``, or NIL where there are none."""
    return tuple(text for pair in join_continuations(parameters) for text in pair) or None


def _disposition(value: bytes) -> Value:
    disposition = parse_disposition(value)
    return None if disposition is None else (disposition[0], _parameters(disposition[1]))
