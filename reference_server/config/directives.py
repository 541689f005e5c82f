"""The table of directives. A new directive is one row: a field of ``Settings``.

``--help``, the manual and the reading of files all work from this table.
"""

# ruff: noqa: RUF009 - the calls in the defaults are dataclasses.field underneath

from __future__ import annotations

import dataclasses
import platform
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from reference_server.config.syntax import (
    ConfigurationError,
    Line,
    LineError,
    parse_address,
    parse_bool,
    parse_host,
    parse_language,
    parse_quantity,
    parse_span,
)

T = TypeVar("T")
FOREVER = Fraction(10**9)  # seconds, 31 years: a longer time span is this one, which clocks can add
FileName = Literal["gromox.cfg", "imap.cfg"]


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """How values are written: ``parse`` turns the text into the value or raises ValueError."""

    name: str
    accepted: str
    parse: Callable[[str], T]


@dataclass(frozen=True, slots=True)
class Directive:
    """A row of the table. ``default`` and ``minimum`` are written as in a file."""

    key: str
    kind: Kind[Any]
    default: str
    meaning: str
    file: FileName
    minimum: str | None
    aliases: tuple[str, ...]
    live: bool  # SIGHUP changes it


def _parse_port(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ValueError(text)
    return int(text)


class Place(NamedTuple):
    """Where to listen: a port of an address; port 0: any free one."""

    address: str
    port: int


_PLACE = re.compile(r"(?:\[([^][]+)\]|([^][:]+)):(\d{1,5})", re.ASCII)


def _parse_places(text: str) -> tuple[Place, ...]:
    return tuple(_parse_place(part) for part in text.split())


def _parse_place(text: str) -> Place:
    found = _PLACE.fullmatch(text)
    if found is None or int(found[3]) > 65535:
        raise ValueError(text)
    return Place(parse_address(found[1] or found[2]), int(found[3]))


def _one_of(*numbers: int) -> Callable[[str], int]:
    values = {str(number): number for number in numbers}

    def parse(text: str) -> int:
        try:
            return values[text]
        except KeyError:
            raise ValueError(text) from None

    return parse


_TLS_VERSIONS = {
    "tls1.0": ssl.TLSVersion.TLSv1,
    "tls1.1": ssl.TLSVersion.TLSv1_1,
    "tls1.2": ssl.TLSVersion.TLSv1_2,
    "tls1.3": ssl.TLSVersion.TLSv1_3,
}


def _parse_tls_version(text: str) -> ssl.TLSVersion:
    try:
        return _TLS_VERSIONS[text.lower()]
    except KeyError:
        raise ValueError(text) from None


def _parse_host_id(text: str) -> str:
    if text:
        return parse_host(text)
    try:
        return parse_host(platform.node())
    except ValueError:  # the machine has a strange name, or none
        return "localhost"


def _parse_files(text: str) -> tuple[Path, ...]:
    return tuple(Path(part) for part in text.split(":") if part)


def _parse_span(text: str) -> Fraction:
    return max(-FOREVER, min(parse_span(text), FOREVER))


def _parse_store(text: str) -> Path | None:
    return None if text == ":memory:" else _parse_path(text)


def _parse_path(text: str) -> Path:
    if not text:
        raise ValueError(text)
    return Path(text)


TEXT = Kind("text", "any text", str)
HOST = Kind(
    "host name", "a host name of letters, digits, dots and hyphens, or nothing", _parse_host_id
)
ADDRESS = Kind("address", "an address of IPv4 or IPv6, or a host name", parse_address)
LANGUAGE = Kind("language", 'a language such as "en" or "zh_TW"', parse_language)
BOOL = Kind("boolean", "yes or no", parse_bool)
QUANTITY = Kind("quantity", 'a quantity such as "200" or "4k"', parse_quantity)
SPAN = Kind(
    "time span", 'a time span such as "90s" or "1h 30min"', lambda text: float(_parse_span(text))
)
SECONDS = Kind("time span", f"{SPAN.accepted}, in whole seconds", lambda t: int(_parse_span(t)))
PORT = Kind("port", "a port from 0 to 65535 (0: any free one), or nothing", _parse_port)
PLACES = Kind(
    "addresses", "[address]:port, several with white space between, or nothing: none", _parse_places
)
LOG_LEVEL = Kind("log level", "a number from 1 to 6", _one_of(1, 2, 3, 4, 5, 6))
COMMANDS_LOGGED = Kind("number", "0, 1 or 2", _one_of(0, 1, 2))
PROXY_VERSION = Kind("number", "0 or 2", _one_of(0, 2))
TLS_VERSION = Kind("TLS version", "tls1.0, tls1.1, tls1.2 or tls1.3", _parse_tls_version)
PATH = Kind("path", "a path", _parse_path)
FILES = Kind("files", "paths separated by colons", _parse_files)
FOLDERS = Kind("folders", FILES.accepted, _parse_files)
STORE = Kind("folder", "a folder, or :memory:", _parse_store)


def _row(
    kind: Kind[T],
    default: str,
    meaning: str,
    *,
    file: FileName = "imap.cfg",
    minimum: str | None = None,
    aliases: tuple[str, ...] = (),
    live: bool = False,
) -> T:
    """A field whose value is of ``kind``; its name is the key."""
    metadata = {
        "kind": kind,
        "default": default,
        "meaning": meaning,
        "file": file,
        "minimum": minimum,
        "aliases": aliases,
        "live": live,
    }
    return dataclasses.field(default=kind.parse(default), metadata=metadata)


# fmt: off
@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the server is configured. Time spans are in seconds, sizes in octets.

    ``lines`` has the line of each directive that was read from a file.
    """

    auth_fail_delay: float = _row(SPAN, "1s",
        "The answer to a failed login waits that long", file="gromox.cfg", minimum="0")
    block_interval_auths: int = _row(SECONDS, "1min",
        "How long a user is blocked after too many failed logins", minimum="1s")
    context_average_mem: int = _row(QUANTITY, "128K",
        "Accepted and checked; no effect: memory is not set aside for sessions", minimum="0")
    context_average_mitem: int = _row(QUANTITY, "64K",
        "Accepted and checked; no effect: memory is not set aside for messages", minimum="1")
    context_max_mem: int = _row(QUANTITY, "2M",
        "What is held in memory of one command as sent: half of it an APPEND's message, whose rest"
        " is kept in a file (at most 1M), a quarter each its line and its other literals (8K to"
        " 64K)",
        minimum="0")
    config_file_path: tuple[Path, ...] = _row(FOLDERS, "/etc/gromox/imap:/etc/gromox",
        "Where reference_accounts is searched if it is a file name without a folder")
    context_num: int = _row(QUANTITY, "200",
        "Most concurrent sessions", minimum="1")
    data_file_path: tuple[Path, ...] = _row(FOLDERS, "/usr/share/gromox/imap",
        "Where folder_lang.txt and imap_code.txt are searched")
    default_lang: str = _row(LANGUAGE, "en",
        "Language of a mailbox that has none: names of the folders of a new one")
    enable_rfc2971_commands: bool = _row(BOOL, "no",
        "Answer the command ID with the server's name and version")
    host_id: str = _row(HOST, "",
        "Host name in greetings; nothing: this machine's")
    imap_accept_haproxy: int = _row(PROXY_VERSION, "0",
        "2: every connection begins with a PROXY protocol header, version 2; 0: none does",
        file="gromox.cfg", live=True)
    imap_auth_times: int = _row(QUANTITY, "10",
        "Failed logins, over all connections, that block a user", minimum="1")
    imap_autologout_time: int = _row(SECONDS, "30min",
        "An authenticated connection idle that long is ended, also by a command that works that"
        " long without sending anything", minimum="1s")
    imap_certificate_passwd: str = _row(TEXT, "",
        "Unlocks the private key")
    imap_certificate_path: tuple[Path, ...] = _row(FILES, "",
        "Certificate with its chain (PEM); several: one for each private key")
    imap_cmd_debug: int = _row(COMMANDS_LOGGED, "0",
        "1: log failed commands with their results to stderr; 2: all commands; no passwords",
        live=True)
    imap_conn_timeout: int = _row(SECONDS, "3min",
        "A connection is ended that stalls so long before login, or while being written to",
        minimum="1s")
    imap_expunge_on_delete: bool = _row(BOOL, "no",
        "STORE that sets \\Deleted expunges at once", live=True)
    imap_fd_limit: int = _row(QUANTITY, "0",
        "File descriptors that the process may have at least; 0: as many as the system allows",
        file="gromox.cfg", minimum="0", aliases=("daemons_fd_limit",))
    imap_force_tls: bool = _row(BOOL, "no",
        "Login only over TLS", aliases=("imap_force_starttls",))
    imap_listen: tuple[Place, ...] = _row(PLACES, "[::]:143",
        "Where to listen without TLS at first; goes before imap_listen_addr and imap_listen_port",
        file="gromox.cfg")
    imap_listen_addr: str = _row(ADDRESS, "::",
        "Address to listen on; :: is every address of IPv6 and IPv4")
    imap_listen_port: int | None = _row(PORT, "143",
        "Port without TLS at first; nothing: none", aliases=("listen_port",))
    imap_listen_tls: tuple[Place, ...] = _row(PLACES, "[::]:993",
        "Where to listen with TLS from the start; goes before imap_listen_tls_port; the default is"
        " for a configuration that does not say where to listen", file="gromox.cfg")
    imap_listen_tls_port: int | None = _row(PORT, "",
        "Port with TLS from the start; nothing: none", aliases=("listen_ssl_port",))
    imap_log_file: str = _row(TEXT, "-",
        "- (stderr, or syslog under a service manager), syslog, or a file", live=True)
    imap_log_level: int = _row(LOG_LEVEL, "4",
        "1 critical, 2 error, 3 warning, 4 notice, 5 information, 6 debugging", live=True)
    imap_private_key_path: tuple[Path, ...] = _row(FILES, "",
        "Private key (PEM); several: one for each certificate")
    imap_rfc9051: bool = _row(BOOL, "yes",
        "Offer IMAP4rev2 (RFC 9051) beside IMAP4rev1", live=True)
    imap_support_tls: bool = _row(BOOL, "no",
        "Offer TLS, implicit and STARTTLS", aliases=("imap_support_starttls",))
    imap_thread_charge_num: int = _row(QUANTITY, "40",
        "Accepted and checked; no effect: this server has one thread a connection",
        minimum="4", aliases=("thread_charge_num",))
    imap_thread_init_num: int = _row(QUANTITY, "5",
        "Accepted and checked; no effect: this server has one thread a connection",
        minimum="0", aliases=("thread_init_num",))
    running_identity: str = _row(TEXT, "gromox",
        "Account to run as when started as root: switched to before any client is served")
    tls_min_proto: ssl.TLSVersion = _row(TLS_VERSION, "tls1.2",
        "Oldest TLS version accepted")
    userfilter_icase: bool = _row(BOOL, "yes",
        "Names that differ in case are one user to be counted and blocked; no: several",
        file="gromox.cfg")
    userfilter_maxbans: int = _row(QUANTITY, "1000",
        "Most users blocked at a time; 0: nobody is ever blocked", file="gromox.cfg", minimum="0")
    userfilter_maxusers: int = _row(QUANTITY, "0",
        "Most users whose rate of logins is limited; 0: nobody's is", file="gromox.cfg",
        minimum="0")
    userfilter_rl_maxtries: int = _row(QUANTITY, "10",
        "Logins, failed or not, that such a user has in a window", file="gromox.cfg", minimum="0")
    userfilter_rl_window: float = _row(SPAN, "60s",
        "Length of the window, from its first login", file="gromox.cfg", minimum="0")
    reference_accounts: Path = _row(PATH, "reference_accounts.toml",
        "Accounts file (TOML); a name without a folder is searched in config_file_path")
    reference_store: Path | None = _row(STORE, "/var/lib/gximap",
        "Folder of the mail store, made if need be; :memory: keeps nothing")
    # fmt: on

    lines: Mapping[str, Line] = dataclasses.field(default_factory=dict, compare=False, repr=False)

    def fault(self, key: str, what: str) -> ConfigurationError:
        """The error that says what is wrong with a directive's value, and in which line it is."""
        line = self.lines.get(key)
        return LineError(line, what) if line else ConfigurationError(f"{key}: {what}")


DIRECTIVES = tuple(
    Directive(key=field.name, **field.metadata)
    for field in dataclasses.fields(Settings)
    if field.metadata
)
