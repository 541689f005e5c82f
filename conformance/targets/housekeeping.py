"""What the suite does on a target outside of cases: look at it, and clear up.

Both go through IMAPClient, and take what they can from an answer that it cannot read: a server
with deviations is still to be probed and cleaned, only a case judges it.
"""

import contextlib
import imaplib
import re
import secrets
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from imaplib import IMAP4
from typing import Any, TypeVar

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from imapclient.imap_utf7 import encode

from conformance.targets.description import (
    Account,
    Description,
    TargetError,
    UnreachableError,
)
from conformance.targets.folders import folders, quoted

# imaplib refuses a server that offers neither of those it knows, so one of RFC 9051 alone.
imaplib.AllowedVersions = ("IMAP4REV1", "IMAP4REV2", "IMAP4")  # type: ignore[attr-defined]

SECONDS = 30
ROUND_TRIPS = 3  # measured; the shortest counts
PATIENCE = 10.0  # seconds that a server close by may take for whatever it is asked
TRIPS_ALLOWED = 50  # round trips that are added: a large answer needs many
AT_ONCE = 50  # commands in flight: their answers fit into any buffer
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # without those that are mistaken for one another
SCRATCH = f"gximap-[{ALPHABET}]{{8}}"  # the form of a scratch name
FAILURES = (IMAP4.error, IMAPClientError, OSError)
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


def tls_context(description: Description) -> ssl.SSLContext:
    """The TLS settings towards this target: verified unless it is declared insecure.

    Raises TargetError if the CA file holds no certificates.
    """
    try:
        context = ssl.create_default_context(cafile=description.ca_file)
    except ssl.SSLError as error:
        raise TargetError(f"{description.ca_file}: no certificates in PEM: {error}") from None
    if description.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def probe(description: Description) -> Facts:
    """Look at the target with every account; UnreachableError says which step failed.

    Each account logs in once, so that a wrong password costs one failed login, not hundreds.
    """
    facts = None
    for account in description.accounts.values():
        client = connect_client(description)
        try:
            initial = _capabilities(client)
            log_in_client(client, account, description)
            if facts is None:
                facts = _facts(client, initial)
        finally:
            leave_client(client)
    assert facts is not None, "a description has at least the primary account"
    return facts


def _facts(client: IMAPClient, initial: tuple[str, ...]) -> Facts:
    try:
        capabilities = _capabilities(client)
        offers_id = "ID" in capabilities
        identity = _if_understood(lambda: _identity(client.id_(None))) if offers_id else None
        prefix, delimiter = _namespace(client, capabilities)
        round_trip = min(_round_trip(client) for _ in range(ROUND_TRIPS))
    except FAILURES as error:
        raise UnreachableError(f"the target does not answer what it is: {error}") from error
    return Facts(
        greeting=_text(client.welcome),
        capabilities=capabilities,
        initial_capabilities=initial,
        id=identity or {},
        prefix=prefix,
        delimiter=delimiter,
        round_trip=round_trip,
    )


def _round_trip(client: IMAPClient) -> float:
    begin = time.monotonic()
    _if_understood(client._imap.capability)
    return time.monotonic() - begin


def _if_understood(ask: Callable[[], Answer]) -> Answer | None:
    """What a command brings; None where it is refused, or answered so that no one can read it."""
    try:
        return ask()
    except (IMAP4.abort, OSError):
        raise
    except Exception:  # IMAPClient says nowhere what its readers raise
        return None


def connect_client(description: Description) -> IMAPClient:
    """An IMAPClient on the target's main address, not logged in; UnreachableError says why not."""
    address = description.main
    where = f"{address.host}:{address.port}"
    context = tls_context(description)
    try:
        return IMAPClient(
            address.host,
            address.port,
            ssl=address.kind == "imaps",
            ssl_context=context if address.kind == "imaps" else None,
            timeout=SECONDS,
        )
    except ssl.SSLCertVerificationError as error:
        raise UnreachableError(
            f"the certificate of {where} is not trusted: {error.verify_message} "
            "(--ca-file FILE trusts those in a file, --insecure any)"
        ) from error
    except ssl.SSLError as error:
        raise UnreachableError(
            f"TLS with {where} fails: {error} (a port without TLS is imap://)"
        ) from error
    except (IMAP4.error, IMAPClientError) as error:
        raise UnreachableError(f"{where} does not greet as an IMAP server: {error}") from error
    except socket.gaierror as error:
        raise UnreachableError(f"there is no host {address.host}: {error.strerror}") from error
    except TimeoutError as error:
        hint = "" if address.kind == "imaps" else " (a port that begins with TLS is imaps://)"
        raise UnreachableError(f"{where} says nothing for {SECONDS} s{hint}") from error
    except OSError as error:
        raise UnreachableError(f"{where} cannot be reached: {error.strerror or error}") from error


def log_in_client(client: IMAPClient, account: Account, description: Description) -> None:
    """Log in, after STARTTLS where the server demands it; UnreachableError says why not."""
    try:
        capabilities = _capabilities(client)
        if "LOGINDISABLED" in capabilities and "STARTTLS" in capabilities:
            client.starttls(tls_context(description))
        client.login(account.user, account.password)
    except ssl.SSLError as error:
        raise UnreachableError(f"TLS after STARTTLS fails: {error}") from error
    except FAILURES as error:
        reason = _reason(error)
        raise UnreachableError(
            f"the account {account.user} ({account.role}) cannot log in: {reason}"
        ) from error


def _reason(error: Exception) -> str:
    """What an exception says; IMAPClient hands on imaplib's octets as b'...'."""
    text = _text(error.args[0]) if error.args else type(error).__name__
    octets = re.fullmatch(r"""b(['"])(.*)\1""", text, re.DOTALL)
    return octets[2] if octets else text


def _capabilities(client: IMAPClient) -> tuple[str, ...]:
    return tuple(_text(name).upper() for name in client.capabilities())


def _namespace(client: IMAPClient, capabilities: tuple[str, ...]) -> tuple[str, str]:
    if "NAMESPACE" in capabilities:
        first = _if_understood(lambda: _first_personal(client))
        if first is not None:
            return first
    for delimiter, _ in folders(client, "LIST", b""):
        return "", delimiter
    return "", ""


def _first_personal(client: IMAPClient) -> tuple[str, str] | None:
    for prefix, delimiter in client.namespace().personal or ():
        return _text(prefix), _text(delimiter or "")
    return None


def _identity(answer: object) -> dict[str, str]:
    if not isinstance(answer, tuple | list) or not answer:
        return {}
    pairs = answer[0] if isinstance(answer[0], tuple | list) else answer
    texts = [_text(item) for item in pairs]
    return dict(zip(texts[::2], texts[1::2], strict=False))


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def leave_client(client: IMAPClient) -> None:
    """Log out, or just hang up where that fails."""
    try:
        client.logout()
    except FAILURES:
        with contextlib.suppress(OSError):
            client.shutdown()


def scratch_name() -> str:
    """A name for everything that one run creates: `gximap-` and random letters."""
    return "gximap-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


class Housekeeper:
    """Removes the suite's own mailboxes from one account, over one session kept for that."""

    def __init__(self, description: Description, account: Account, facts: Facts) -> None:
        self._description = description
        self._account = account
        self._facts = facts
        self._client: IMAPClient | None = None

    def make(self, name: str) -> None:
        """Create the mailbox that is to hold all others, unless it is there.

        A name with the delimiter at its end announces inferiors (RFC 3501 6.3.3). A server that
        takes the delimiter for a part of the name is asked without. A refusal shows when the first
        mailbox below it is created.
        """
        client = self._client = self._client or self._log_in()
        announced, plain = encode(name + self._facts.delimiter), encode(name)
        with contextlib.suppress(IMAPClientError):
            client.create_folder(announced)
            if plain not in [found for _, found in folders(client, "LIST", plain)]:
                client.delete_folder(announced)
                client.create_folder(plain)

    def remove(self, names: list[str]) -> list[str]:
        """Remove the mailboxes, their inferiors and their subscriptions.

        Returns what is left behind, with reasons; empty when all is gone.
        """
        for attempt in (1, 2):
            try:
                self._client = self._client or self._log_in()
                return self._sweep(self._client, [encode(name) for name in names])
            except (UnreachableError, *FAILURES) as error:
                self.close()
                if attempt == 2:
                    return [f"{', '.join(names)}: {error}"]
        return []

    def _log_in(self) -> IMAPClient:
        client = connect_client(self._description)
        log_in_client(client, self._account, self._description)
        # A name that a server should not have taken may be no modified UTF-7: none is decoded.
        client.folder_encode = False
        return client

    def _sweep(self, client: IMAPClient, names: list[bytes]) -> list[str]:
        _each(client, "UNSUBSCRIBE", self._listed(client, "LSUB", names))
        reasons: dict[bytes, str] = {}
        # Deepest first; twice, since a name that keeps inferiors becomes \Noselect at first.
        left = self._listed(client, "LIST", names)
        for _ in range(2):
            if left:
                reasons |= _each(client, "DELETE", sorted(left, key=len, reverse=True))
                left = self._listed(client, "LIST", names)
        return [f"{_text(mailbox)}: {reasons.get(mailbox, 'still listed')}" for mailbox in left]

    def _listed(self, client: IMAPClient, command: str, names: list[bytes]) -> list[bytes]:
        """The names as the server has sent them, of these mailboxes and of their inferiors.

        No others, whatever the server takes the pattern for: what is listed here gets deleted.
        """
        delimiter = self._facts.delimiter.encode()
        found = {name for _, name in folders(client, command, _common(names) + b"*")}
        return [
            name
            for name in found
            if any(name == own or name.startswith(own + delimiter) for own in names)
        ]

    def close(self) -> None:
        if self._client is not None:
            leave_client(self._client)
            self._client = None


def _common(names: list[bytes]) -> bytes:
    """What all these names begin with."""
    first, last = min(names), max(names)
    size = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    return first[: len(first) if size is None else size]


def _each(client: IMAPClient, command: str, names: list[bytes]) -> dict[bytes, str]:
    """Carry out a command for each name, AT_ONCE of them in flight; the reasons for refusals."""
    connection = client._imap
    refused = {}
    for start in range(0, len(names), AT_ONCE):
        tags = {
            name: connection._command(command, quoted(name))
            for name in names[start : start + AT_ONCE]
        }
        for name, tag in tags.items():
            try:
                status, data = connection._command_complete(command, tag)
            except connection.abort:
                raise
            except connection.error as error:
                refused[name] = str(error)
            else:
                if status != "OK":
                    refused[name] = _text(data[0])
    return refused


def remove_all(description: Description, facts: Facts, name: str) -> list[str]:
    """Remove everything below the scratch name from all accounts; what is left, with reasons."""
    left = []
    for account in description.accounts.values():
        housekeeper = Housekeeper(description, account, facts)
        left += [
            f"{account.user}: {reason}" for reason in housekeeper.remove([facts.prefix + name])
        ]
        housekeeper.close()
    return left
