"""What a server under test is: its address, its accounts, what is known of its configuration.

A description comes from a URL, from a target file (TOML) or, for a fresh reference server,
from the process that was started. It is plain data and travels to the worker processes.
"""

import difflib
import os
import re
import stat
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.targets.configuration import (
    DIRECTIVES,
    REFERENCE_DIRECTIVES,
    Settings,
    directive,
)

PORTS = {"imap": 143, "imaps": 993}
ENDPOINTS = {"imap": "", "imaps": "", "proxy": ", which expects a PROXY header,"}
ROLES = {
    "primary": "an ordinary one",
    "second": "another ordinary one",
    "shared": "whose mailbox primary owns",
    "stranger": "without rights over other mailboxes",
}
PASSWORD_VARIABLE = "GXIMAP_PASSWORD"
PASSWORD_KEYS = ("password", "password_env", "password_file")
KEYS = {"name", "profile", "ca_file", "endpoint", "account", "settings", "control"}


class TargetError(Exception):
    """The description of a target is wrong; the text says what and where."""


class NoAnswerError(Exception):
    """A password was asked for, and no one answers."""


class UnreachableError(Exception):
    """The target does not answer as an IMAP server that lets the accounts in."""


class NotReadyError(UnreachableError):
    """The suite's own server did not start in time: this machine is too busy, say."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who logs in. `role`: primary, second, shared (owned by primary) or stranger (no rights)."""

    role: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a listener is. `kind`: "imap" (plain, STARTTLS), "imaps" or "proxy" (PROXY v2)."""

    kind: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Description:
    """A target. `addresses` and `accounts` by kind and by role; `settings` are Gromox's directives.

    Without addresses it stands for a fresh reference server with these `settings`.
    `control` holds the argument lists of `apply` and `log` where the target can be reconfigured.
    `ca_file`: the certificates to trust, in place of the system's; `insecure`: trust any.
    """

    name: str
    addresses: dict[str, Address]
    accounts: dict[str, Account]
    settings: Settings = field(default_factory=dict)
    profile: str | None = None
    control: dict[str, list[str]] = field(default_factory=dict)
    ca_file: str | None = None
    insecure: bool = False

    @property
    def main(self) -> Address:
        """The address that cases use unless they ask for another: plain before implicit TLS."""
        return self.addresses.get("imap") or self.addresses["imaps"]

    def to_data(self) -> dict[str, Any]:
        """The description as built-in types, passwords included."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Description":
        """The inverse of `to_data`."""
        return cls(
            **{
                **data,
                "addresses": {kind: Address(**each) for kind, each in data["addresses"].items()},
                "accounts": {role: Account(**each) for role, each in data["accounts"].items()},
            }
        )


def lacking_role(role: str) -> str:
    """Why a case is skipped that needs an account with this role, and what to do."""
    return (
        f"no account with the role {role} is given for this target: "
        f'add an [[account]] with role = "{role}" ({ROLES[role]}) to the target file'
    )


def lacking_address(kind: str) -> str:
    """Why a case is skipped that needs an endpoint of this kind, and what to do."""
    return (
        f"the target has no address for {kind}: add [endpoint.{kind}]{ENDPOINTS[kind]} to the "
        "target file"
    )


class Passwords:
    """Where the passwords of a target file come from: a file, the environment, a prompt."""

    def __init__(
        self, folder: Path, ask: Callable[[str], str], environment: Mapping[str, str]
    ) -> None:
        self._folder = folder
        self._ask = ask
        self._environment = environment

    def of(self, entry: dict[str, Any], user: str, where: str) -> str:
        """The password of one [[account]]. Raises TargetError."""
        given = [key for key in PASSWORD_KEYS if key in entry]
        if len(given) > 1:
            raise TargetError(f"{where}: {given[0]} and {given[1]}: give only one of them")
        if not given:
            try:
                return self._ask(f"Password of {user}: ")
            except NoAnswerError:
                raise TargetError(
                    f"{where}: no one answers the prompt for the password of {user}; "
                    "password_env or password_file names where it is"
                ) from None
        value = _string(entry, given[0], where)
        if given == ["password"]:
            return value
        return self._variable(value, where) if given == ["password_env"] else self._file(value)

    def _variable(self, name: str, where: str) -> str:
        if name not in self._environment:
            raise TargetError(f"{where}: the environment variable {name} is not set")
        return self._environment[name]

    def _file(self, name: str) -> str:
        """The first line of a file that is its owner's alone."""
        path = self._folder / name
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                raise TargetError(f"{path}: others may use this file (mode {mode:04o}): chmod 600")
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise TargetError(f"password_file: {error}") from None
        if not lines or not lines[0]:
            raise TargetError(f"{path}: expected a password in the first line")
        return lines[0]


def describe(
    target: str,
    ask: Callable[[str], str],
    environment: Mapping[str, str] = os.environ,
    ca_file: str | None = None,
    insecure: bool = False,
) -> Description:
    """The description of TARGET, a URL or the path of a target file.

    `ask` is called with a prompt where a password is given nowhere else, and raises NoAnswerError
    where no one answers. Raises TargetError.
    """
    if ca_file is not None and not Path(ca_file).is_file():
        raise TargetError(f"there is no CA file {ca_file}")
    trust: dict[str, Any] = {"ca_file": ca_file, "insecure": insecure}
    if target.partition("://")[0].lower() in PORTS and "://" in target:
        return _from_url(target, ask, environment, trust)
    if not os.path.isfile(target):  # noqa: PTH113 - Path.is_file raises for what can be no name
        # A misspelt URL may hold a password.
        shown = "TARGET" if set(target) & set(":@") else target
        raise TargetError(
            f"{shown} is neither imap://USER:PASSWORD@HOST[:PORT], nor imaps://..., nor a file"
        )
    return _from_file(Path(target), ask, environment, trust)


def without_password(target: str) -> str:
    """The target as it was given; the password of a URL is cut out."""
    # The user ends at the first colon, as in _from_url, the password at the last @: either may
    # hold what should have been escaped in it.
    return re.sub(r"(:/+[^:]*):.*@", r"\1@", target, count=1, flags=re.DOTALL)


def _from_url(
    url: str, ask: Callable[[str], str], environment: Mapping[str, str], trust: dict[str, Any]
) -> Description:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # its text may hold a part of the password
        raise TargetError(
            "the URL is not well-formed: expected imap://USER:PASSWORD@HOST[:PORT] with a port up "
            "to 65535; in user and password / is written %2F, ? %3F, # %23, [ %5B, ] %5D, % %25"
        ) from None
    kind = parts.scheme
    if not parts.hostname:
        raise TargetError("the URL names no host")
    if not parts.username:
        raise TargetError(f"the URL names no user: {kind}://USER:PASSWORD@{parts.hostname}")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise TargetError("the URL has more than user, password, host and port")
    try:
        user = unquote(parts.username, errors="strict")
        password = None if parts.password is None else unquote(parts.password, errors="strict")
    except UnicodeDecodeError:
        raise TargetError("the URL: in user and password %... must be UTF-8") from None
    if password is None:
        password = environment.get(PASSWORD_VARIABLE)
    if password is None:
        try:
            password = ask(f"Password of {user} on {parts.hostname}: ")
        except NoAnswerError:
            raise TargetError(
                f"the password of {user} on {parts.hostname} is neither in the URL nor in the "
                f"environment ({PASSWORD_VARIABLE}), and no one answers the prompt"
            ) from None
    port = PORTS[kind] if port is None else port
    name = parts.hostname if port == PORTS[kind] else f"{parts.hostname}:{port}"
    return Description(
        name=name,
        addresses={kind: Address(kind, _host(parts.hostname, "the URL"), port)},
        accounts={"primary": _account("primary", user, password, "the URL")},
        **trust,
    )


def _from_file(
    path: Path, ask: Callable[[str], str], environment: Mapping[str, str], trust: dict[str, Any]
) -> Description:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TargetError(f"{path}: {error}") from None
    try:
        _only(data, KEYS, "the file")
        if "endpoint" not in data:
            return _of_reference_server(data)
        addresses = _addresses(_table(data, "endpoint"))
        if trust["ca_file"] is None and "ca_file" in data:
            ca_file = path.parent / _string(data, "ca_file", "the file")
            if not ca_file.is_file():
                raise TargetError(f"there is no CA file {ca_file}")
            trust["ca_file"] = str(ca_file)
        return Description(
            name=_string(data, "name", "the file", default=path.stem),
            addresses=addresses,
            accounts=_accounts(data.get("account"), Passwords(path.parent, ask, environment)),
            settings=_settings(data),
            profile=_string(data, "profile", "the file") if "profile" in data else None,
            control=_control(_table(data, "control")),
            **trust,
        )
    except TargetError as error:
        raise TargetError(f"{path}: {error}") from None


def _of_reference_server(data: dict[str, Any]) -> Description:
    """A file without [endpoint...]: how the fresh reference server is to be configured."""
    others = sorted(data.keys() - {"name", "settings"})
    if others or "settings" not in data:
        raise TargetError(
            "there must be an [endpoint.imap] or an [endpoint.imaps], or nothing but [settings], "
            "for a fresh reference server with these settings"
        )
    settings = _settings(data)
    default = f"reference server with {', '.join(f'{key}={settings[key]}' for key in settings)}"
    return Description(_string(data, "name", "the file", default), {}, {}, settings)


def _settings(data: dict[str, Any]) -> Settings:
    settings = {}
    known = DIRECTIVES | REFERENCE_DIRECTIVES
    for key, value in _table(data, "settings").items():
        if key not in known:
            near = difflib.get_close_matches(key, sorted(known), 1)
            perhaps = f"; perhaps {near[0]}" if near else ""
            raise TargetError(f"[settings]: Gromox has no directive {key!r}{perhaps}")
        try:
            settings[key] = directive(value)
        except TypeError:
            problem = "must be a string, a number, true or false"
            raise TargetError(f"[settings]: {key} {problem}") from None
    return settings


def _addresses(endpoints: dict[str, Any]) -> dict[str, Address]:
    addresses = {}
    for kind, table in endpoints.items():
        where = f"[endpoint.{kind}]"
        if kind not in ENDPOINTS:
            raise TargetError(f"{where}: an endpoint is one of {', '.join(ENDPOINTS)}")
        if not isinstance(table, dict):
            raise TargetError(f"{where} must be a table")
        _only(table, {"host", "port"}, where)
        port = table.get("port", PORTS.get(kind))
        if not isinstance(port, int) or isinstance(port, bool) or not 0 < port < 65536:
            raise TargetError(f"{where}: port must be a number from 1 to 65535")
        addresses[kind] = Address(kind, _host(_string(table, "host", where), where), port)
    if not addresses.keys() & PORTS.keys():
        raise TargetError("there must be an [endpoint.imap] or an [endpoint.imaps]")
    return addresses


def _accounts(entries: object, passwords: Passwords) -> dict[str, Account]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise TargetError("there must be [[account]] tables, at least one with role = 'primary'")
    accounts: dict[str, Account] = {}
    for entry in entries:
        role = _string(entry, "role", "[[account]]")
        where = f"[[account]] with role {role!r}"
        _only(entry, {"role", "user", *PASSWORD_KEYS}, where)
        if role not in ROLES:
            raise TargetError(f"{where}: a role is one of {', '.join(ROLES)}")
        if role in accounts:
            raise TargetError(f"{where} is there twice")
        user = _string(entry, "user", where)
        others = [one.role for one in accounts.values() if one.user == user]
        if others:
            raise TargetError(f"{where}: {user} is the {others[0]} account already")
        accounts[role] = _account(role, user, passwords.of(entry, user, where), where)
    if "primary" not in accounts:
        raise TargetError("there is no [[account]] with role 'primary'")
    return accounts


def _account(role: str, user: str, password: str, where: str) -> Account:
    """The account, if there are user and password that a server can take."""
    for name, text in ("user", user), ("password", password):
        if set(text) & set("\0\r\n"):
            raise TargetError(f"{where}: the {name} must not contain NUL, CR or LF")
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:  # from an environment or a command line in another charset
            raise TargetError(f"{where}: the {name} must be UTF-8") from None
    return Account(role, user, password)


def _host(name: str, where: str) -> str:
    """The name of a host, if it has the form of one."""
    try:
        octets = name.encode("idna")
    except UnicodeError as error:
        raise TargetError(f"{where}: {name!r} cannot be the name of a host: {error}") from None
    if any(octet <= 0x20 or octet == 0x7F for octet in octets):
        raise TargetError(f"{where}: {name!r} cannot be the name of a host")
    return name


def _control(table: dict[str, Any]) -> dict[str, list[str]]:
    _only(table, {"apply", "log"}, "[control]")
    for key, command in table.items():
        words = isinstance(command, list) and all(isinstance(word, str) for word in command)
        if not words or not command:
            raise TargetError(f"[control]: {key} must be a list of strings, a command")
    return table


def _only(table: dict[str, Any], keys: set[str], where: str) -> None:
    unknown = sorted(table.keys() - keys)
    if unknown:
        raise TargetError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(sorted(keys))}")


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    table = data.get(key, {})
    if not isinstance(table, dict):
        raise TargetError(f"[{key}] must be a table")
    return table


def _string(table: dict[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or not value:
        raise TargetError(f"{where}: {key} must be given, a string that is not empty")
    return value
