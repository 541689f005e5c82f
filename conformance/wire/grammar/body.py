"""ENVELOPE, BODY and BODYSTRUCTURE (RFC 3501, sections 7.4.2 and 9)."""

from __future__ import annotations

from conformance.wire.grammar import words
from conformance.wire.grammar.message_values import (
    Address,
    Body,
    BodyExtension,
    Disposition,
    Envelope,
    Extension,
    Multipart,
    Parameters,
    Part,
)
from conformance.wire.grammar.scanner import Scanner

DEEPEST = 200
"""Levels of nesting that are read; a deeper structure is refused, not followed without end."""
DEEPEST_EXTENSION = 100
"""The same for future extension data, of which each level takes four of Python's frames."""


def envelope(scanner: Scanner) -> Envelope:
    """Ten fields, each behind exactly one space."""
    scanner.expect(b"(", "envelope")
    date = scanner.nstring("env-date")
    scanner.space("envelope")
    subject = scanner.nstring("env-subject")
    sent_from = _addresses(scanner, "env-from")
    sender = _addresses(scanner, "env-sender")
    reply_to = _addresses(scanner, "env-reply-to")
    to = _addresses(scanner, "env-to")
    cc = _addresses(scanner, "env-cc")
    bcc = _addresses(scanner, "env-bcc")
    scanner.space("envelope")
    in_reply_to = scanner.nstring("env-in-reply-to")
    scanner.space("envelope")
    message_id = scanner.nstring("env-message-id")
    scanner.expect(b")", "envelope")
    return Envelope(
        date, subject, sent_from, sender, reply_to, to, cc, bcc, in_reply_to, message_id
    )


def _addresses(scanner: Scanner, rule: str) -> tuple[Address, ...] | None:
    """``SP ("(" 1*address ")" / nil)``: no space between addresses."""
    scanner.space("envelope")
    if scanner.nil():
        return None
    scanner.expect(b"(", rule)
    addresses = [_address(scanner)]
    while not scanner.accept(b")"):
        addresses.append(_address(scanner))
    return tuple(addresses)


def _address(scanner: Scanner) -> Address:
    scanner.expect(b"(", "address")
    name = scanner.nstring("addr-name")
    scanner.space("address")
    route = scanner.nstring("addr-adl")
    scanner.space("address")
    mailbox = scanner.nstring("addr-mailbox")
    scanner.space("address")
    host = scanner.nstring("addr-host")
    scanner.expect(b")", "address")
    return Address(name, route, mailbox, host)


def body(scanner: Scanner, *, extensible: bool, depth: int = 0) -> Body:
    """A body; extension data only where ``extensible`` (BODYSTRUCTURE, not BODY)."""
    if depth > DEEPEST:
        raise scanner.error("body", f"at most {DEEPEST} levels of nesting")
    scanner.expect(b"(", "body")
    found: Body
    if scanner.at(b"("):
        found = _multipart(scanner, extensible, depth)
    else:
        found = _part(scanner, extensible, depth)
    scanner.expect(b")", "body")
    return found


def _multipart(scanner: Scanner, extensible: bool, depth: int) -> Multipart:
    parts = []
    while scanner.at(b"("):
        parts.append(body(scanner, extensible=extensible, depth=depth + 1))
    scanner.space("body-type-mpart")
    subtype = _word(scanner.string("media-subtype"))
    if not (extensible and scanner.accept(b" ")):
        return Multipart(tuple(parts), subtype)
    parameters = _parameters(scanner)
    return Multipart(tuple(parts), subtype, parameters, _extension(scanner, None))


def _part(scanner: Scanner, extensible: bool, depth: int) -> Part:
    quoted = scanner.at(b'"')
    start = scanner.position
    kind = _word(scanner.string("media-basic"))
    scanner.space("media-basic")
    quoted_subtype = scanner.at(b'"')
    subtype = _word(scanner.string("media-subtype"))
    enclosing = ("RFC822", "GLOBAL") if scanner.revision2 else ("RFC822",)
    message = kind == "MESSAGE" and subtype in enclosing
    # media-text and media-message are spelled with DQUOTE, so a literal does not stand for them.
    if (kind == "TEXT" and not quoted) or (message and not (quoted and quoted_subtype)):
        raise scanner.error("media-text" if kind == "TEXT" else "media-message", "quotes", start)
    scanner.space("body-fields")
    parameters = _parameters(scanner)
    scanner.space("body-fields")
    identifier = scanner.nstring("body-fld-id")
    scanner.space("body-fields")
    description = scanner.nstring("body-fld-desc")
    scanner.space("body-fields")
    encoding = _word(scanner.string("body-fld-enc"))
    scanner.space("body-fields")
    octets = scanner.size("body-fld-octets")
    head: Envelope | None = None
    enclosed: Body | None = None
    if message:
        scanner.space("body-type-msg")
        head = envelope(scanner)
        scanner.space("body-type-msg")
        enclosed = body(scanner, extensible=extensible, depth=depth + 1)
    lines = None
    if message or kind == "TEXT":
        scanner.space("body-type-msg" if message else "body-type-text")
        lines = scanner.size("body-fld-lines")
    extension = None
    if extensible and scanner.accept(b" "):
        extension = _extension(scanner, scanner.nstring("body-fld-md5"))
    return Part(
        kind, subtype, parameters, identifier, description, encoding, octets, lines, head, enclosed,
        extension,
    )  # fmt: skip


def _parameters(scanner: Scanner) -> Parameters:
    """``"(" string SP string *(SP string SP string) ")" / nil``."""
    if scanner.nil():
        return ()

    def pair() -> tuple[str, bytes]:
        name = _word(scanner.string("body-fld-param"))
        scanner.space("body-fld-param")
        return name, scanner.string("body-fld-param")

    return words.parenthesised(scanner, pair, "body-fld-param", may_be_empty=False)


def _extension(scanner: Scanner, md5: bytes | None) -> Extension:
    """What may follow MD5 (of a part) or the parameters (of a multipart), each field optional."""
    if not scanner.accept(b" "):
        return Extension(1, md5)
    disposition = _disposition(scanner)
    if not scanner.accept(b" "):
        return Extension(2, md5, disposition)
    language = _language(scanner)
    if not scanner.accept(b" "):
        return Extension(3, md5, disposition, language)
    location = scanner.nstring("body-fld-loc")
    future: list[BodyExtension] = []
    while scanner.accept(b" "):
        future.append(_body_extension(scanner, 0))
    return Extension(4 + len(future), md5, disposition, language, location, tuple(future))


def _disposition(scanner: Scanner) -> Disposition | None:
    if scanner.nil():
        return None
    scanner.expect(b"(", "body-fld-dsp")
    kind = _word(scanner.string("body-fld-dsp"))
    scanner.space("body-fld-dsp")
    parameters = _parameters(scanner)
    scanner.expect(b")", "body-fld-dsp")
    return Disposition(kind, parameters)


def _language(scanner: Scanner) -> tuple[bytes, ...] | None:
    if scanner.at(b"("):
        return words.parenthesised(
            scanner, lambda: scanner.string("body-fld-lang"), "body-fld-lang", may_be_empty=False
        )
    language = scanner.nstring("body-fld-lang")
    return None if language is None else (language,)


def _body_extension(scanner: Scanner, depth: int) -> BodyExtension:
    if depth > DEEPEST_EXTENSION:
        raise scanner.error("body-extension", f"at most {DEEPEST_EXTENSION} levels of nesting")
    if scanner.at(b"("):
        return words.parenthesised(
            scanner,
            lambda: _body_extension(scanner, depth + 1),
            "body-extension",
            may_be_empty=False,
        )
    if scanner.octets[scanner.position : scanner.position + 1].isdigit():
        return scanner.size("body-extension")
    return scanner.nstring("body-extension")


def _word(octets: bytes) -> str:
    """A MIME word, which is compared without regard to case: in upper case."""
    return octets.decode("utf-8", "backslashreplace").upper()
