"""What FETCH brought, in the form in which the fixture messages state what is expected."""

from collections.abc import Iterable
from typing import Any

from conformance.case_connection import CaseConnection
from conformance.messages import FixtureMessage
from conformance.wire import Deviation
from conformance.wire.grammar import Address, Body, Envelope, Extension, FetchData, Multipart


def envelope_list(envelope: Envelope) -> list[Any]:
    """An envelope as its ten members, an address as its four."""

    def addresses(found: tuple[Address, ...] | None) -> list[list[bytes | None]] | None:
        if found is None:
            return None
        return [[one.name, one.route, one.mailbox, one.host] for one in found]

    return [
        envelope.date,
        envelope.subject,
        addresses(envelope.sent_from),
        addresses(envelope.sender),
        addresses(envelope.reply_to),
        addresses(envelope.to),
        addresses(envelope.cc),
        addresses(envelope.bcc),
        envelope.in_reply_to,
        envelope.message_id,
    ]


def body_list(body: Body) -> list[Any]:
    """A body structure as nested lists, field by field; a multipart's parts stand first."""
    if isinstance(body, Multipart):
        fields: list[Any] = [*map(body_list, body.parts), body.subtype]
        if body.extension is not None:
            fields += [_parameters(body.parameters), *_extension(body.extension)]
        return fields
    fields = [
        body.type,
        body.subtype,
        _parameters(body.parameters),
        body.id,
        body.description,
        body.encoding,
        body.octets,
    ]
    if body.envelope is not None and body.body is not None:
        fields += [envelope_list(body.envelope), body_list(body.body)]
    if body.lines is not None:
        fields.append(body.lines)
    if body.extension is not None:
        fields += [body.extension.md5, *_extension(body.extension)]
    return fields


def _parameters(pairs: Iterable[tuple[str, bytes]]) -> list[Any] | None:
    return [word for pair in pairs for word in pair] or None


def _extension(extension: Extension) -> list[Any]:
    disposition = extension.disposition
    return [
        None if disposition is None else [disposition.kind, _parameters(disposition.parameters)],
        extension.language,
        extension.location,
    ]


def fetch_sections(
    connection: CaseConnection, message: FixtureMessage, names: Iterable[str]
) -> FetchData:
    """Append the message and fetch these sections of it with BODY.PEEK, in one command."""
    connection.append(message.octets)
    items = " ".join(f"BODY.PEEK[{name}]" for name in names)
    return connection.ok("FETCH", "1", f"({items})").fetch(1)


def check_sections(
    connection: CaseConnection, message: FixtureMessage, names: Iterable[str]
) -> None:
    """Fetch these sections of the message; the case has failed if any is not as expected."""
    wanted = list(names)
    assert wanted, f"the fixture message {message.name} has no such sections"
    fetched = fetch_sections(connection, message, wanted)
    wrong = [name for name in wanted if fetched.section(name) != message.sections[name]]
    if wrong:
        first = wrong[0]
        raise Deviation(
            f"{message.name}: {', '.join(wrong)} of {len(wanted)} sections are wrong; "
            f"BODY[{first}] is {fetched.section(first)!r}, not {message.sections[first]!r}"
        )
