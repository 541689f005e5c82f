"""Values as storage keeps them, decoded. One that cannot be decoded is damage of the store."""

from __future__ import annotations

from datetime import date

from reference_server.message import Part, load_structure
from reference_server.storage import StoreDamaged


def stored_structure(structure: bytes) -> Part:
    """The tree of a message's parts. Raises StoreDamaged."""
    try:
        return load_structure(structure)
    except (ValueError, TypeError, RecursionError) as error:
        raise StoreDamaged(f"structure of a message: {error}") from error


def stored_day(text: str) -> date:
    """The day of a message's Date: field. Raises StoreDamaged."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise StoreDamaged(f"sent of a message: {error}") from error
