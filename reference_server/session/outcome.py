"""How a command ends: what a handler returns, and what it raises."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Literal

from reference_server.protocol.responses import Code, Response


@dataclass(frozen=True, slots=True)
class Done:
    """The command succeeded: the tagged OK. An empty ``text`` becomes "NAME completed".

    ``after`` is called when the tagged response has been sent (STARTTLS).
    """

    text: str = ""
    code: Code | None = None
    after: Callable[[], None] | None = None


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The command failed: the tagged NO or BAD. ``after`` is as in Done."""

    kind: Literal["NO", "BAD"]

    def __init__(
        self,
        text: str,
        code: Code | str | None = None,
        after: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(text)
        self.text = text
        self.code = Code(code) if isinstance(code, str) else code
        self.after = after


class No(Refused):
    """The command is right, and cannot be done."""

    kind = "NO"


class Bad(Refused):
    """The command is wrong: syntax, arguments out of range, wrong state."""

    kind = "BAD"


Steps = Generator[Response, None, Done | None]
"""A handler's run: it yields untagged responses and returns the outcome."""
