"""What the suite does on a target outside of cases: look at it, and clear up.

Both go through IMAPClient, a forgiving client: a server with deviations is still to be probed
and cleaned, only a case judges it.
"""

import contextlib
import imaplib
import secrets
import socket
import ssl
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from imaplib import IMAP4
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from imapclient.imap_utf7 import encode

from conformance.targets.description import Account, Description, UnreachableError

# imaplib refuses a server that offers neither of those it knows, so one of RFC 9051 alone.
imaplib.AllowedVersions = ("IMAP4REV1", "IMAP4REV2", "IMAP4")  # type: ignore[attr-defined]

SECONDS = 30
FAILURES = (IMAP4.error, IMAPClientError, OSError)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a target says of itself.

    `capabilities` are those after login, `initial_capabilities` those before it, in capitals;
    `id` is its answer to ID (RFC 2971), empty without one; `prefix` and `delimiter` are those
    of the first personal namespace (RFC 2342), the delimiter empty where names are flat.
    """

    greeting: str
    capabilities: tuple[str, ...]
    initial_capabilities: tuple[str, ...]
    id: dict[str, str]
    prefix: str
    delimiter: str

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

    def offers(self, capability: str) -> bool:
        """Whether the capability is offered before or after login.

        One that is offered with a value (APPENDLIMIT=1000) is offered by its name alone, too.
        """
        offered = self.capabilities + self.initial_capabilities
        wanted = capability.upper()
        return wanted in offered or any(name.startswith(wanted + "=") for name in offered)


def tls_context(description: Description) -> ssl.SSLContext:
    """The TLS settings towards this target: verified unless it is declared insecure."""
    context = ssl.create_default_context(cafile=description.ca_file)
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
        identity = client.id_(None) if "ID" in capabilities else None
        prefix, delimiter = _namespace(client, capabilities)
    except FAILURES as error:
        raise UnreachableError(f"the target does not answer what it is: {error}") from error
    return Facts(
        greeting=_text(client.welcome),
        capabilities=capabilities,
        initial_capabilities=initial,
        id=_identity(identity),
        prefix=prefix,
        delimiter=delimiter,
    )


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
    except ssl.SSLError as error:
        raise UnreachableError(f"TLS with {where} fails: {error}") from error
    except (IMAP4.error, IMAPClientError) as error:
        raise UnreachableError(f"{where} does not greet as an IMAP server: {error}") from error
    except socket.gaierror as error:
        raise UnreachableError(f"there is no host {address.host}: {error.strerror}") from error
    except OSError as error:
        raise UnreachableError(f"{where} cannot be reached: {error}") from error


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
        raise UnreachableError(
            f"the account {account.user} ({account.role}) cannot log in: {_text(error.args[0])}"
            if error.args
            else f"the account {account.user} ({account.role}) cannot log in"
        ) from error


def _capabilities(client: IMAPClient) -> tuple[str, ...]:
    return tuple(_text(name).upper() for name in client.capabilities())


def _namespace(client: IMAPClient, capabilities: tuple[str, ...]) -> tuple[str, str]:
    if "NAMESPACE" in capabilities:
        personal = client.namespace().personal
        if personal:
            prefix, delimiter = personal[0]
            return _text(prefix), _text(delimiter or "")
    for _, delimiter, _ in client.list_folders("", ""):
        return "", _text(delimiter or "")
    return "", ""


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
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
    return "gximap-" + "".join(secrets.choice(alphabet) for _ in range(8))


class Housekeeper:
    """Removes the suite's own mailboxes from one account, over one session kept for that."""

    def __init__(self, description: Description, account: Account, facts: Facts) -> None:
        self._description = description
        self._account = account
        self._facts = facts
        self._client: IMAPClient | None = None

    def make(self, name: str) -> None:
        """Create the mailbox that is to hold all others, unless it is there.

        A name with the delimiter at its end announces inferiors (RFC 3501 6.3.3). A refusal
        shows when the first mailbox below it is created.
        """
        client = self._client = self._client or self._log_in()
        with contextlib.suppress(IMAPClientError):
            client.create_folder(encode(name + self._facts.delimiter))

    def remove(self, name: str) -> list[str]:
        """Remove the mailbox, its inferiors and their subscriptions.

        Returns what is left behind, with reasons; empty when all is gone.
        """
        for attempt in (1, 2):
            try:
                self._client = self._client or self._log_in()
                return self._sweep(self._client, name)
            except (UnreachableError, *FAILURES) as error:
                self.close()
                if attempt == 2:
                    return [f"{name}: {error}"]
        return []

    def _log_in(self) -> IMAPClient:
        client = connect_client(self._description)
        log_in_client(client, self._account, self._description)
        # A name that a server should not have taken may be no modified UTF-7: none is decoded.
        client.folder_encode = False
        return client

    def _sweep(self, client: IMAPClient, name: str) -> list[str]:
        reasons: dict[bytes, str] = {}
        for subscribed in self._names(client.list_sub_folders, name):
            with contextlib.suppress(IMAPClientError, UnicodeError):
                client.unsubscribe_folder(subscribed)
        # Deepest first; twice, since a name that keeps inferiors becomes \Noselect at first.
        for _ in range(2):
            for mailbox in sorted(self._names(client.list_folders, name), key=len, reverse=True):
                try:
                    client.delete_folder(mailbox)
                except (IMAPClientError, UnicodeError) as error:
                    reasons[mailbox] = str(error)
        left = self._names(client.list_folders, name)
        return [f"{_text(mailbox)}: {reasons.get(mailbox, 'still listed')}" for mailbox in left]

    def _names(self, command: Any, name: str) -> list[bytes]:
        """The names as the server has sent them, of the mailbox and of its inferiors."""
        patterns = (
            [name, f"{name}{self._facts.delimiter}*"] if self._facts.delimiter else [f"{name}*"]
        )
        listed = [entry for pattern in patterns for entry in command("", encode(pattern))]
        # IMAPClient gives a name of digits as text.
        return [name.encode() if isinstance(name, str) else name for _, _, name in listed]

    def close(self) -> None:
        if self._client is not None:
            leave_client(self._client)
            self._client = None


def remove_all(description: Description, facts: Facts, name: str) -> list[str]:
    """Remove everything below the scratch name from all accounts; what is left, with reasons."""
    left = []
    for account in description.accounts.values():
        housekeeper = Housekeeper(description, account, facts)
        left += [f"{account.user}: {reason}" for reason in housekeeper.remove(facts.prefix + name)]
        housekeeper.close()
    return left
