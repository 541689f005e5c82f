"""The answer to a command: its tagged response and what came untagged before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from conformance.wire.errors import UnexpectedResponse
from conformance.wire.grammar import (
    AppendUid,
    CapabilityData,
    Code,
    Condition,
    CopyUid,
    ESearchData,
    Exists,
    Expunge,
    FetchData,
    FlagsData,
    IdData,
    ListData,
    NamespaceData,
    Recent,
    Response,
    SearchData,
    StatusData,
    UidSet,
    VanishedData,
    response_name,
)
from conformance.wire.received import Received

Kind = TypeVar("Kind")


class Answer:
    """What a server answered to one command.

    ``tagged`` is the completion result; ``untagged`` are the responses that came before it and
    after the completion of the command before, in their order.
    """

    def __init__(self, command: str, tagged: Condition, untagged: Sequence[Response]) -> None:
        self.command = command
        self.tagged = tagged
        self.untagged = Received(untagged, "untagged response")

    @property
    def status(self) -> str:
        """``"OK"``, ``"NO"`` or ``"BAD"``."""
        return self.tagged.kind

    @property
    def text(self) -> str:
        """The human-readable text of the tagged response."""
        return self.tagged.text

    def __repr__(self) -> str:
        names = ", ".join(self.untagged_names()) or "nothing untagged"
        code = f"[{self.tagged.code.name}] " if self.tagged.code else ""
        return f"<{self.command!r} answered {self.status} {code}{self.text!r} after {names}>"

    def expect(self, *statuses: str) -> Answer:
        """This answer, if its status is one of ``statuses``; otherwise the case has failed."""
        if self.status not in statuses:
            wanted = " or ".join(statuses)
            raise UnexpectedResponse(
                f"{self.command!r} should be answered {wanted}; the server said "
                f"{self.status} {self.text!r}"
            )
        return self

    # Untagged responses

    def untagged_names(self) -> Received[str]:
        """The names of the untagged responses in order, e.g. ``["FLAGS", "EXISTS", "OK"]``."""
        return Received(map(response_name, self.untagged), "untagged response")

    def all(self, kind: type[Kind]) -> Received[Kind]:
        """The untagged responses of one class, in order."""
        found = (response for response in self.untagged if isinstance(response, kind))
        return Received(found, f"untagged {_name(kind)}")

    def only(self, kind: type[Kind]) -> Kind:
        """The one untagged response of a class; none or several fail the case."""
        found = self.all(kind)
        if len(found) != 1:
            raise UnexpectedResponse(
                f"{self.command!r} should bring exactly one untagged {_name(kind)}, it brought "
                f"{len(found)}; untagged were: {', '.join(self.untagged_names()) or 'none'}"
            )
        return found[0]

    def conditions(self, kind: str | None = None) -> Received[Condition]:
        """The untagged conditions, of one kind (``"OK"``, ``"NO"``, ``"BYE"`` ...) or all."""
        found = (one for one in self.all(Condition) if kind in (None, one.kind))
        return Received(found, f"untagged {kind or 'condition'}")

    def code(self, name: str) -> Code | None:
        """The response code of that name, in the tagged response or else the last untagged one."""
        for condition in (self.tagged, *reversed(self.all(Condition))):
            if condition.code is not None and condition.code.name == name.upper():
                return condition.code
        return None

    def number(self, name: str) -> int:
        """The number of a response code that must be there: UIDVALIDITY, UIDNEXT, UNSEEN."""
        code = self.code(name)
        if code is None or not isinstance(code.value, int):
            raise UnexpectedResponse(f"{self.command!r} should bring the response code {name}")
        return code.value

    @property
    def append_uid(self) -> AppendUid | None:
        """The arguments of APPENDUID (RFC 4315), if it came."""
        code = self.code("APPENDUID")
        return code.value if code and isinstance(code.value, AppendUid) else None

    @property
    def copy_uid(self) -> CopyUid | None:
        """The arguments of COPYUID (RFC 4315), if it came."""
        code = self.code("COPYUID")
        return code.value if code and isinstance(code.value, CopyUid) else None

    def fetches(self) -> Received[FetchData]:
        return self.all(FetchData)

    def fetch(self, number: int | None = None, *, uid: int | None = None) -> FetchData:
        """What was fetched of one message, all its FETCH responses taken together.

        The message is chosen by sequence number or UID; without either it is the only one.
        """
        wanted = [
            one
            for one in self.fetches()
            if number in (None, one.number) and (uid is None or one.items.get("UID") == uid)
        ]
        numbers = {one.number for one in wanted}
        if len(numbers) != 1:
            which = f"UID {uid}" if uid else f"message {number}" if number else "one message"
            raise UnexpectedResponse(
                f"{self.command!r} should bring FETCH for {which}; FETCH came for "
                f"{[one.number for one in self.fetches()] or 'no message'}, then "
                f"{self.status} {self.text!r}"
            )
        items = {name: value for one in wanted for name, value in one.items.items()}
        return FetchData(numbers.pop(), items)

    def search(self) -> Received[int]:
        """The numbers of the one SEARCH, or of ALL in the one ESEARCH, ascending.

        A repeated number fails the case.
        """
        if self.all(ESearchData):
            numbers = sorted(self.esearch().all or UidSet(()))
        else:
            numbers = sorted(self.only(SearchData).numbers)
        if len(set(numbers)) != len(numbers):
            raise UnexpectedResponse(f"SEARCH repeats a number: {numbers}")
        return Received(numbers, "number found")

    def esearch(self) -> ESearchData:
        """The one ESEARCH response."""
        return self.only(ESearchData)

    @property
    def vanished(self) -> Received[int]:
        """The UIDs of the VANISHED responses, not of the (EARLIER) ones, in order."""
        return self._vanished(earlier=False)

    @property
    def vanished_earlier(self) -> Received[int]:
        """The UIDs of the VANISHED (EARLIER) responses, in order."""
        return self._vanished(earlier=True)

    def _vanished(self, earlier: bool) -> Received[int]:
        found = [one for one in self.all(VanishedData) if one.earlier == earlier]
        return Received((uid for one in found for uid in one.uids), "UID of VANISHED")

    def status_data(self) -> StatusData:
        return self.only(StatusData)

    def namespace(self) -> NamespaceData:
        return self.only(NamespaceData)

    def id(self) -> IdData:
        return self.only(IdData)

    @property
    def flags(self) -> tuple[str, ...] | None:
        """The mailbox flags of the last FLAGS response."""
        found = self.all(FlagsData)
        return found[-1].flags if found else None

    @property
    def capabilities(self) -> tuple[str, ...] | None:
        """The last capabilities told, in upper case, by response or code."""
        code = self.code("CAPABILITY")
        if code is not None and isinstance(code.value, tuple):
            return code.value
        found = self.all(CapabilityData)
        return found[-1].capabilities if found else None

    @property
    def exists(self) -> int | None:
        """The number of the last EXISTS."""
        found = self.all(Exists)
        return found[-1].number if found else None

    @property
    def recent(self) -> int | None:
        """The number of the last RECENT."""
        found = self.all(Recent)
        return found[-1].number if found else None

    @property
    def expunged(self) -> Received[int]:
        """The numbers of the EXPUNGE responses, in order."""
        return Received((one.number for one in self.all(Expunge)), "number of EXPUNGE")

    # Last, as its name hides the builtin from annotations below it.
    def list(self, name: str = "LIST") -> Received[ListData]:
        """The LIST (or LSUB) responses."""
        return Received((one for one in self.all(ListData) if one.name == name), name)


def _name(kind: type) -> str:
    """The name of a class of responses on the wire."""
    return kind.__name__.removesuffix("Data").upper()
