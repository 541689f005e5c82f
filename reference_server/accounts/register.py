"""A bounded table of users, each kept for a time."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class User(NamedTuple):
    """Who is counted: a digest, so that names of any length take the same room."""

    digest: bytes
    exists: bool

    @classmethod
    def of(cls, name: str, exists: bool) -> User:
        octets = name.encode("utf-8", "surrogatepass")
        return cls(hashlib.blake2b(octets, digest_size=16).digest(), exists)


class Register(Generic[T]):
    """Up to ``size`` users with a value each, for ``seconds`` from when they came in.

    Where it is full, the user whose time ends first gives way to the new one: one that does not
    exist, as long as there is any. For one that does not exist no existing user gives way; the new
    one is left out then. So nobody can push an account out by inventing names.
    Not thread-safe.
    """

    def __init__(self, size: int, seconds: float, clock: Callable[[], float]) -> None:
        self._size = size
        self._seconds = seconds
        self._clock = clock
        # User: (end, value). All stay equally long, so the first one in is the first to end.
        self._existing: OrderedDict[User, tuple[float, T]] = OrderedDict()
        self._invented: OrderedDict[User, tuple[float, T]] = OrderedDict()

    def __len__(self) -> int:
        self._drop_ended()
        return len(self._existing) + len(self._invented)

    def __contains__(self, user: User) -> bool:
        self._drop_ended()
        return user in self._part(user)

    def get(self, user: User) -> T | None:
        """The value; None for a user who is not here."""
        self._drop_ended()
        entry = self._part(user).get(user)
        return None if entry is None else entry[1]

    def put(self, user: User, value: T) -> None:
        """Let the user in, or give one who is here another value; the time goes on then."""
        part = self._part(user)
        if user in self:
            part[user] = (part[user][0], value)
        elif len(self) < self._size or self._make_room(user):
            part[user] = (self._clock() + self._seconds, value)

    def remove(self, user: User) -> T | None:
        """Take the user out; the value, None for a user who is not here."""
        self._drop_ended()
        entry = self._part(user).pop(user, None)
        return None if entry is None else entry[1]

    def _part(self, user: User) -> OrderedDict[User, tuple[float, T]]:
        return self._existing if user.exists else self._invented

    def _make_room(self, user: User) -> bool:
        part = self._invented or (self._existing if user.exists else None)
        if not part:
            return False
        part.popitem(last=False)
        return True

    def _drop_ended(self) -> None:
        now = self._clock()
        for part in (self._existing, self._invented):
            while part and next(iter(part.values()))[0] <= now:
                part.popitem(last=False)
