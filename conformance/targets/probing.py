"""What a target is, looked at before any case runs: once, with every account and at every endpoint.

What can be is taken from an answer that no one can read: a server with deviations is still to be
probed, only a case judges it.
"""

import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from imaplib import IMAP4
from typing import Any, TypeVar

from imapclient import IMAPClient

from conformance.targets.client import (
    FAILURES,
    LoginRefusedError,
    capabilities,
    connect_client,
    in_text,
    leave_client,
    log_in_client,
    pass_proxy,
    start_tls,
)
from conformance.targets.description import Description, UnreachableError
from conformance.targets.folders import folders

AT_ONCE = 2  # connections opened side by side
ROUND_TRIPS = 3  # measured; the shortest counts
PATIENCE = 10.0  # seconds that a server close by may take for whatever it is asked
TRIPS_ALLOWED = 50  # round trips that are added: a large answer needs many
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a target says of itself.

    `capabilities` are those after login, `initial_capabilities` those before it, in capitals;
    `id` is its answer to ID (RFC 2971), empty without one; `prefix` and `delimiter` are those
    of the first personal namespace (RFC 2342), the delimiter empty where names are flat;
    `round_trip` is how many seconds an answer to CAPABILITY takes.
    """

    greeting: str
    capabilities: tuple[str, ...]
    initial_capabilities: tuple[str, ...]
    id: dict[str, str]
    prefix: str
    delimiter: str
    round_trip: float = 0.0

    def to_data(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Facts":
        return cls(
            **{
                **data,
                "capabilities": tuple(data["capabilities"]),
                "initial_capabilities": tuple(data["initial_capabilities"]),
            }
        )

    @property
    def deadline(self) -> float:
        """How long, in seconds, a case waits for an answer that it needs."""
        return PATIENCE + TRIPS_ALLOWED * self.round_trip

    def offers(self, capability: str) -> bool:
        """Whether the capability is offered before or after login.

        One that is offered with a value (APPENDLIMIT=1000) is offered by its name alone, too.
        """
        offered = self.capabilities + self.initial_capabilities
        wanted = capability.upper()
        return wanted in offered or any(name.startswith(wanted + "=") for name in offered)


def check_addresses(description: Description) -> None:
    """See that an IMAP server greets at every address; UnreachableError says where none does."""
    for address in description.addresses.values():
        if address.kind == "proxy":
            pass_proxy(address)
        else:
            leave_client(connect_client(description, address))


def check_starttls(description: Description) -> None:
    """See that the certificate behind STARTTLS is trusted, which cases will use.

    UnreachableError says why not; whatever else is wrong with STARTTLS is for a case to judge.
    """
    if "imap" not in description.addresses:
        return
    client = connect_client(description, description.addresses["imap"])
    try:
        if "STARTTLS" in capabilities(client):
            start_tls(client, description)
    except UnreachableError as error:
        if isinstance(error.__cause__, ssl.SSLCertVerificationError):
            raise
    except FAILURES:
        pass
    finally:
        leave_client(client)


def probe(description: Description) -> Facts:
    """Look at the target with every account, at its main address.

    UnreachableError says what is wrong, of the accounts everything at once. Each account logs in
    once, so that a wrong password costs one failed login, not hundreds.
    """
    facts = None
    refused, admitted = [], []
    for account in description.accounts.values():
        client = connect_client(description)
        try:
            initial = capabilities(client)
            log_in_client(client, account, description)
            if facts is None:
                facts = _facts(client, initial)
            admitted.append(account)
        except LoginRefusedError as error:
            refused.append(str(error))
        finally:
            leave_client(client)
    if refused:
        others = ", ".join(f"{account.user} ({account.role})" for account in admitted)
        raise UnreachableError("\n".join(refused + [f"these can: {others}"] * bool(admitted)))
    assert facts is not None, "a description has at least the primary account"
    return facts


def sessions_permitted(description: Description, most: int) -> int:
    """How many sessions the primary account may have at once, from one address; `most` if more.

    Once one is refused no more are tried. They log in one after the other, for a server may admit
    too many that do so at once.
    """
    refused = threading.Event()
    turn = threading.Lock()

    def enter(_: int) -> IMAPClient | None:
        if refused.is_set():
            return None
        try:
            client = connect_client(description)
        except UnreachableError:
            refused.set()
            return None
        try:
            with turn:
                log_in_client(client, description.accounts["primary"], description)
        except UnreachableError:
            refused.set()
            leave_client(client)
            return None
        return client

    with ThreadPoolExecutor(AT_ONCE) as pool:
        clients = [client for client in pool.map(enter, range(most)) if client is not None]
        list(pool.map(leave_client, clients))
    return len(clients)


def _facts(client: IMAPClient, initial: tuple[str, ...]) -> Facts:
    try:
        offered = capabilities(client)
        offers_id = "ID" in offered
        identity = _if_understood(lambda: _identity(client.id_(None))) if offers_id else None
        prefix, delimiter = _namespace(client, offered)
        round_trip = min(_round_trip(client) for _ in range(ROUND_TRIPS))
    except FAILURES as error:
        raise UnreachableError(f"the target does not answer what it is: {error}") from error
    return Facts(
        greeting=in_text(client.welcome),
        capabilities=offered,
        initial_capabilities=initial,
        id=identity or {},
        prefix=prefix,
        delimiter=delimiter,
        round_trip=round_trip,
    )


def _round_trip(client: IMAPClient) -> float:
    begin = time.monotonic()
    _if_understood(client.connection.capability)
    return time.monotonic() - begin


def _if_understood(ask: Callable[[], Answer]) -> Answer | None:
    """What a command brings; None where it is refused, or answered so that no one can read it."""
    try:
        return ask()
    except (IMAP4.abort, OSError):
        raise
    except Exception:  # IMAPClient says nowhere what its readers raise
        return None


def _namespace(client: IMAPClient, offered: tuple[str, ...]) -> tuple[str, str]:
    if "NAMESPACE" in offered:
        first = _if_understood(lambda: _first_personal(client))
        if first is not None:
            return first
    for delimiter, _ in folders(client, "LIST", b""):
        return "", delimiter
    return "", ""


def _first_personal(client: IMAPClient) -> tuple[str, str] | None:
    for prefix, delimiter in client.namespace().personal or ():
        return in_text(prefix), in_text(delimiter or "")
    return None


def _identity(answer: object) -> dict[str, str]:
    if not isinstance(answer, tuple | list) or not answer:
        return {}
    pairs = answer[0] if isinstance(answer[0], tuple | list) else answer
    texts = [in_text(item) for item in pairs]
    return dict(zip(texts[::2], texts[1::2], strict=False))
