"""ENABLED, and what a session that has enabled something may rely on in FETCH responses."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.oracle import rules
from conformance.oracle.view import Finding, View
from conformance.wire.commands import SentCommand
from conformance.wire.dialect import Dialect
from conformance.wire.grammar import FetchData

CONDSTORE = {"CONDSTORE", "QRESYNC"}
"""What makes a client aware of mod-sequences when it is enabled (RFC 7162, section 3.1)."""

_FETCHING = {"FETCH", "UID FETCH"}
_STORING = {"STORE", "UID STORE"}


def not_asked_for(capabilities: tuple[str, ...], current: SentCommand | None) -> Iterator[Finding]:
    """ENABLED has come while ``current`` was the oldest command."""
    if current is None or current.name != "ENABLE":
        yield rules.ENABLED, "it came where no ENABLE was in progress"
        return
    asked = set(current.octets.decode("ascii", "replace").upper().split()[2:])
    if "QRESYNC" in asked:
        asked.add("CONDSTORE")  # enabled along with it (RFC 7162, 3.2.3)
    others = [name for name in capabilities if name not in asked]
    if others:
        yield rules.ENABLED, f"{current.text!r} did not ask for {', '.join(others)}"


def what_is_missing(
    response: FetchData, commands: set[str], dialect: Dialect, view: View | None
) -> Iterator[Finding]:
    """What a FETCH response has to include if none of the commands in progress asked for it."""
    if not commands.isdisjoint(_FETCHING):
        return
    aware = not CONDSTORE.isdisjoint(dialect.enabled) and (view is None or view.has_modseqs)
    if aware and "MODSEQ" not in response:
        yield rules.FETCH_MODSEQ, f"FETCH {response.number} came without"
    unsolicited = commands.isdisjoint(_STORING)
    due = "QRESYNC" in dialect.enabled or (dialect.revision2 and unsolicited)
    if due and "UID" not in response:
        yield rules.FETCH_UID, f"FETCH {response.number} came without"
