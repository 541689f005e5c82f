"""Extensions whose responses are small: UIDPLUS, NAMESPACE, ID, ENABLE, the codes of RFC 5530.

IDLE (RFC 2177), LITERAL+ (RFC 7888) and UNSELECT (RFC 3691) add nothing to what a server sends.
"""

from __future__ import annotations

from conformance.wire.grammar import words
from conformance.wire.grammar.conditions import nothing
from conformance.wire.grammar.extension_values import (
    AppendUid,
    CopyUid,
    EnabledData,
    IdData,
    Namespace,
    NamespaceData,
)
from conformance.wire.grammar.scanner import Scanner
from conformance.wire.grammar.tables import Grammar
from conformance.wire.grammar.tagged import number_set
from conformance.wire.grammar.values import CodeValue, Response


def _append_uid(scanner: Scanner) -> CodeValue:
    scanner.space("resp-code-apnd")
    uid_validity = scanner.nz_number("resp-code-apnd")
    scanner.space("resp-code-apnd")
    start = scanner.position
    uids = number_set(scanner, "uniqueid")
    if len(uids) == 1 and b":" in scanner.octets[start : scanner.position]:
        raise scanner.error("append-uid", "a single UID, no range (RFC 4315, section 3)", start)
    return AppendUid(uid_validity, uids)


def _copy_uid(scanner: Scanner) -> CodeValue:
    scanner.space("resp-code-copy")
    uid_validity = scanner.nz_number("resp-code-copy")
    scanner.space("resp-code-copy")
    sources = number_set(scanner, "uniqueid")
    scanner.space("resp-code-copy")
    targets = number_set(scanner, "uniqueid")
    if len(sources) != len(targets):
        raise scanner.error("resp-code-copy", "as many target UIDs as source UIDs")
    return CopyUid(uid_validity, sources, targets)


UIDPLUS = Grammar(codes={"APPENDUID": _append_uid, "COPYUID": _copy_uid, "UIDNOTSTICKY": nothing})


def _namespaces(scanner: Scanner) -> tuple[Namespace, ...] | None:
    """``nil / "(" 1*("(" string SP delimiter *extension ")") ")"`` (RFC 2342, section 6)."""
    if scanner.nil():
        return None
    scanner.expect(b"(", "Namespace")
    namespaces = [_namespace_of_class(scanner)]
    while not scanner.accept(b")"):
        namespaces.append(_namespace_of_class(scanner))
    return tuple(namespaces)


def _namespace_of_class(scanner: Scanner) -> Namespace:
    scanner.expect(b"(", "Namespace")
    prefix = scanner.string("Namespace")
    scanner.space("Namespace")
    delimiter = words.delimiter(scanner, "Namespace")
    extensions = []
    while scanner.accept(b" "):
        name = scanner.string("Namespace_Response_Extension")
        scanner.space("Namespace_Response_Extension")
        values = words.parenthesised(
            scanner, scanner.string, "Namespace_Response_Extension", may_be_empty=False
        )
        extensions.append((name, values))
    scanner.expect(b")", "Namespace")
    return Namespace(prefix, delimiter, tuple(extensions))


def _namespace(scanner: Scanner, _grammar: Grammar) -> Response:
    classes = []
    for _ in range(3):
        scanner.space("Namespace_Response")
        classes.append(_namespaces(scanner))
    return NamespaceData(*classes)


NAMESPACE = Grammar(data={"NAMESPACE": _namespace})


def _id(scanner: Scanner, _grammar: Grammar) -> Response:
    """``"ID" SPACE ("(" #(string SPACE nstring) ")" / nil)`` (RFC 2971, section 4)."""
    scanner.space("id_response")
    if scanner.nil():
        return IdData(None)

    def pair() -> tuple[bytes, bytes | None]:
        name = scanner.string("id_params_list")
        scanner.space("id_params_list")
        return name, scanner.nstring("id_params_list")

    return IdData(words.parenthesised(scanner, pair, "id_params_list", may_be_empty=True))


ID = Grammar(data={"ID": _id})


def _enabled(scanner: Scanner, _grammar: Grammar) -> Response:
    """``"ENABLED" *(SP capability)`` (RFC 5161, section 4)."""
    names = []
    while scanner.accept(b" "):
        names.append(scanner.atom("capability").upper())
    return EnabledData(tuple(names))


ENABLE = Grammar(data={"ENABLED": _enabled})

RESPONSE_CODES = Grammar(
    codes=dict.fromkeys(
        (
            "UNAVAILABLE", "AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED",
            "PRIVACYREQUIRED", "CONTACTADMIN", "NOPERM", "INUSE", "EXPUNGEISSUED", "CORRUPTION",
            "SERVERBUG", "CLIENTBUG", "CANNOT", "LIMIT", "OVERQUOTA", "ALREADYEXISTS",
            "NONEXISTENT", "NOTSAVED", "HASCHILDREN", "CLOSED", "UNKNOWN-CTE", "USEATTR", "TOOBIG",
        ),
        nothing,
    )
)  # fmt: skip
"""Codes without arguments: RFC 5530, 5182, 7162, 3516, 6154, 4469 and RFC 9051, section 7.1."""
