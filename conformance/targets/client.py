"""A client on a target, outside of cases, and in words what keeps it from getting there."""

import contextlib
import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable
from imaplib import IMAP4
from pathlib import Path
from typing import TypeVar

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from conformance.targets.description import (
    Account,
    Address,
    Description,
    TargetError,
    UnreachableError,
)
from conformance.targets.exchange import Bounds, Client, TooLongError
from conformance.wire.endpoint import client_context

# imaplib refuses a server that offers neither of those it knows, so one of RFC 9051 alone.
imaplib.AllowedVersions = ("IMAP4REV1", "IMAP4REV2", "IMAP4")  # type: ignore[attr-defined]

SECONDS = 30
LONGEST = 8192  # octets of a greeting that are read
CAPABILITY = "command: CAPABILITY => "  # how imaplib begins what keeps it from asking
FAILURES = (IMAP4.error, IMAPClientError, OSError)
# PROXY protocol v2, command LOCAL: the proxy itself asks.
LOCAL = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"
OTHER_GREETINGS = {"220": "SMTP or FTP", "HTTP/": "HTTP", "SSH-": "SSH"}
CERTIFICATE_PROBLEMS = {  # by OpenSSL's codes, X509_V_ERR_...
    9: "the certificate is not valid yet",
    10: "the certificate has expired",
    18: "the certificate is self-signed",
    19: "the certificate is signed by an authority that is not trusted",
    20: "the certificate is signed by an authority that is not trusted",
    21: "the certificate is signed by an authority that is not trusted, or comes without its chain",
    23: "the certificate has been revoked",
    62: "the certificate is for another host name",
    64: "the certificate is for another address",
}
NOT_TRUSTED = (18, 19, 20, 21)
LIMIT = "LIMIT"  # the response code (RFC 5530) for more sessions than an account may have
COUNTED_LATE = 3.0  # seconds for which a server may count sessions that have ended
PAUSE = 0.5  # between two attempts to log in
Session = TypeVar("Session")


class LoginRefusedError(UnreachableError):
    """The target lets an account not in; the text says which, and why."""


class SessionsExceededError(LoginRefusedError):
    """The account has as many sessions as the target permits; no case is to blame for that."""


def tls_context(description: Description) -> ssl.SSLContext:
    """The TLS settings towards this target: verified unless it is declared insecure.

    Raises TargetError if the CA file holds no certificates.
    """
    ca_file = None if description.ca_file is None else Path(description.ca_file)
    try:
        return client_context(ca_file, description.insecure)
    except ssl.SSLError as error:
        raise TargetError(f"{description.ca_file}: no certificates in PEM: {error}") from None


def connect_client(description: Description, address: Address | None = None) -> IMAPClient:
    """An IMAPClient, not logged in, at an address, by default the main one of the target.

    UnreachableError says why not.
    """
    address = address or description.main
    where = place(address)
    context = tls_context(description)
    try:
        secure = address.kind == "imaps"
        client = Client(address.host, address.port, context if secure else None, SECONDS)
    except ssl.SSLError as error:
        hint = " (a port without TLS is imap://)" if "WRONG_VERSION" in str(error) else ""
        raise UnreachableError(f"TLS with {where} fails: {_of_tls(error)}{hint}") from error
    except (IMAP4.error, IMAPClientError) as error:
        raise UnreachableError(f"{where} {_of_greeting(error)}") from error
    except UnicodeError as error:
        raise UnreachableError(f"{where} offers capabilities that are not in ASCII") from error
    except OSError as error:
        raise UnreachableError(_of_network(error, address)) from error
    if client.connection.state == "AUTH":
        leave_client(client)
        raise UnreachableError(
            f"{where} greets with PREAUTH: it has logged somebody in already, and cases could not"
        )
    return client


def pass_proxy(address: Address) -> None:
    """See that an IMAP server greets behind a PROXY header; UnreachableError says why not."""
    where = place(address)
    try:
        with socket.create_connection((address.host, address.port), timeout=SECONDS) as connection:
            connection.sendall(LOCAL)
            greeting = _first_line(connection)
    except OSError as error:
        raise UnreachableError(_of_network(error, address)) from error
    if not greeting:
        raise UnreachableError(f"{where} closes the connection behind a PROXY header, version 2")
    if not greeting.upper().startswith(b"* OK"):
        raise UnreachableError(
            f"{where}, behind a PROXY header, does not greet as an IMAP server: "
            f"{in_text(greeting.strip())}"
        )


def _first_line(connection: socket.socket) -> bytes:
    bounds = Bounds(SECONDS, LONGEST)
    received = b""
    with contextlib.suppress(TooLongError):
        while b"\n" not in received and (octets := bounds.receive(connection)):
            received += octets
    return received.partition(b"\n")[0]


def place(address: Address) -> str:
    """An address as a URL, or as the endpoint of a target file that expects a PROXY header."""
    host = f"[{address.host}]" if ":" in address.host else address.host
    if address.kind == "proxy":
        return f"[endpoint.proxy] {host}:{address.port}"
    return f"{address.kind}://{host}:{address.port}"


def _of_network(error: OSError, address: Address) -> str:
    where = place(address)
    if isinstance(error, socket.gaierror):
        return f"{where}: there is no host {address.host}: {error.strerror}"
    if isinstance(error, TimeoutError):
        hint = {
            "imap": "; a port that begins with TLS is imaps://",
            "proxy": "; perhaps it expects no PROXY header",
        }.get(address.kind, "")
        return (
            f"{where} gives no greeting within {SECONDS:g} s (a firewall, or no IMAP server{hint})"
        )
    return f"{where} cannot be reached: {error.strerror or error}"


def _of_tls(error: ssl.SSLError) -> str:
    """What is wrong with TLS; of a certificate, in words and with what can be done."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return str(error)
    problem = CERTIFICATE_PROBLEMS.get(error.verify_code, "the certificate is not trusted")
    advice = "--insecure trusts any"
    if error.verify_code in NOT_TRUSTED:
        advice = f"--ca-file FILE trusts those in a file, {advice}"
    return f"{problem}: {error.verify_message} ({advice})"


def _of_greeting(error: Exception) -> str:
    """What is wrong with what came in place of a greeting, or of CAPABILITY behind it."""
    reason = _reason(error)
    if reason.upper().startswith("* BYE"):
        return f"takes no connection now: {reason.removeprefix('* ')}"
    if reason.endswith("EOF"):
        return "closes the connection before it has said what it is"
    if reason.startswith(CAPABILITY):
        return (
            f"greets, but cannot be asked for its capabilities: {reason.removeprefix(CAPABILITY)}"
        )
    if reason == "server not IMAP4 compliant":
        return "offers neither IMAP4rev1 nor IMAP4rev2"
    if reason == "None":  # imaplib keeps no line that begins with "+"
        return 'does not greet as an IMAP server but with "+" (POP3 does)'
    other = re.fullmatch(r"""unexpected response: b(['"])(.*)\1""", reason, re.DOTALL)
    if other is None:
        return f"does not greet as an IMAP server: {reason}"
    protocols = [name for start, name in OTHER_GREETINGS.items() if other[2].startswith(start)]
    perhaps = f" (it speaks {protocols[0]})" if protocols else ""
    return f"does not greet as an IMAP server{perhaps}: {other[2]}"


def start_tls(client: IMAPClient, description: Description) -> None:
    """STARTTLS, and the handshake; UnreachableError if TLS fails, e.g. by its certificate."""
    try:
        client.starttls(tls_context(description))
    except ssl.SSLError as error:
        where = place(description.addresses["imap"])
        raise UnreachableError(
            f"TLS after STARTTLS with {where} fails: {_of_tls(error)}"
        ) from error


def log_in_client(client: IMAPClient, account: Account, description: Description) -> None:
    """Log in, after STARTTLS where the server demands it; UnreachableError says why not.

    LoginRefusedError where it is for this account only.
    """
    try:
        offered = capabilities(client)
        if "LOGINDISABLED" in offered:
            if "STARTTLS" not in offered:
                raise UnreachableError(
                    f"{place(description.main)} permits no LOGIN (LOGINDISABLED) and offers no "
                    "STARTTLS: perhaps at a port with TLS, imaps://"
                )
            start_tls(client, description)
        client.connection.log_in(account.user, account.password)
    except FAILURES as error:
        reason = _reason(error)
        refused = SessionsExceededError if reason.startswith(f"[{LIMIT}]") else LoginRefusedError
        raise refused(
            f"the account {account.user} ({account.role}) cannot log in: {reason}"
        ) from error


def enter_client(description: Description, account: Account) -> IMAPClient:
    """A client that is logged in, at the main address; UnreachableError says why not."""
    client = connect_client(description)
    try:
        log_in_client(client, account, description)
    except BaseException:
        leave_client(client)
        raise
    return client


def patiently(log_in: Callable[[], Session]) -> Session:
    """What `log_in` returns; it is tried again while sessions that have ended may still count."""
    end = time.monotonic() + COUNTED_LATE
    while True:
        try:
            return log_in()
        except SessionsExceededError:
            if time.monotonic() > end:
                raise
            time.sleep(PAUSE)


def _reason(error: Exception) -> str:
    """What an exception says; IMAPClient hands on imaplib's octets as b'...'."""
    text = in_text(error.args[0]) if error.args else type(error).__name__
    octets = re.fullmatch(r"""b(['"])(.*)\1""", text, re.DOTALL)
    return octets[2] if octets else text


def capabilities(client: IMAPClient) -> tuple[str, ...]:
    """What the server offers now, in capitals; what it did before where it does not say that."""
    try:
        offered = client.capabilities()
    except FAILURES:
        raise
    except Exception:  # IMAPClient's reader, of an OK without CAPABILITY or with a strange one
        offered = client.connection.capabilities
    return tuple(in_text(name).upper() for name in offered)


def in_text(value: object) -> str:
    """Octets of a server as text, whatever they are; anything else as str() has it."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def leave_client(client: IMAPClient) -> None:
    """Log out, or just hang up where that fails."""
    try:
        client.logout()
    except FAILURES:
        with contextlib.suppress(OSError):
            client.shutdown()
