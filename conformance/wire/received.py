"""Collections of what a server sent: whatever is missing in one is a finding, and says what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, SupportsIndex, TypeVar, overload

from conformance.wire.errors import UnexpectedResponse

Value = TypeVar("Value")
Key = TypeVar("Key")


class Received(list[Value]):
    """A list of what came; ``what`` names one of its members, e.g. ``"UID"``.

    UnexpectedResponse where a list raises IndexError, or ValueError for ``index``.
    """

    def __init__(self, values: Iterable[Value] = (), what: str = "response") -> None:
        super().__init__(values)
        self.what = what

    @overload
    def __getitem__(self, at: SupportsIndex) -> Value: ...
    @overload
    def __getitem__(self, at: slice) -> Received[Value]: ...
    def __getitem__(self, at: SupportsIndex | slice) -> Value | Received[Value]:
        if isinstance(at, slice):
            return Received(super().__getitem__(at), self.what)
        try:
            return super().__getitem__(at)
        except IndexError:
            least = at.__index__() + 1 if at.__index__() >= 0 else -at.__index__()
            raise UnexpectedResponse(
                f"{least} of {self.what} or more were expected; the server sent {list(self)}"
            ) from None

    def __add__(self, other: list[Any]) -> Received[Any]:
        return Received([*self, *other], self.what)

    def index(self, value: Value, *bounds: Any) -> int:
        try:
            return super().index(value, *bounds)
        except ValueError:
            raise UnexpectedResponse(
                f"the {self.what} {value} was expected; the server sent {list(self)}"
            ) from None

    @property
    def single(self) -> Value:
        """The only member; UnexpectedResponse if there are none or several."""
        if len(self) != 1:
            raise UnexpectedResponse(
                f"exactly one {self.what} was expected; the server sent {list(self)}"
            )
        return super().__getitem__(0)


class ReceivedItems(dict[Key, Value]):
    """The data received, by name or number; ``what`` names the keys, e.g. ``"UID"``.

    UnexpectedResponse where a dict raises KeyError for ``items[key]``.
    """

    def __init__(self, items: Any = (), what: str = "item") -> None:
        super().__init__(items)
        self.what = what

    def __missing__(self, key: Key) -> Value:
        sent = ", ".join(map(str, self)) or "none"
        raise UnexpectedResponse(f"the {self.what} {key} was expected; the server sent {sent}")
