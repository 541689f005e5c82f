"""The accounts file (TOML): a list of ``[[account]]`` tables, checked key by key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reference_server.accounts.account import Account, fold
from reference_server.accounts.passwords import Plain, Verifier, parse_hash
from reference_server.config.syntax import parse_language

_TOML_LINE = re.compile(r"\(at line (\d+), ")
_ADDRESS = re.compile(r"[^\s@!\x00-\x1f\x7f]+@[^\s@!\x00-\x1f\x7f]+")


class AccountsError(Exception):
    """The accounts file cannot be used; the message names file, line, entry and accepted form."""


@dataclass(frozen=True, slots=True)
class _Key:
    accepted: str
    valid: Callable[[Any], bool]


def _is_address(value: object) -> bool:
    return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None


def _is_language(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(parse_language(value))
    except ValueError:
        return False


def _is_addresses(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_address, value))


_KEYS = {
    "address": _Key("a string local-part@domain without white space or '!'", _is_address),
    "password": _Key(
        "a non-empty string without NUL",
        lambda value: isinstance(value, str) and value != "" and "\0" not in value,
    ),
    "password_hash": _Key(
        "a string, an scrypt or crypt(3) hash", lambda value: isinstance(value, str)
    ),
    "owners": _Key("a list of addresses", _is_addresses),
    "aliases": _Key("a list of addresses", _is_addresses),
    "lang": _Key(
        "a language tag such as 'en'",
        _is_language,
    ),
    "imap": _Key("true or false", lambda value: isinstance(value, bool)),
}


def read_accounts(path: Path) -> list[Account]:
    """The accounts of the file, in its order. Raises AccountsError."""
    try:
        octets = path.read_bytes()
        text = octets.decode("utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        raise AccountsError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        number = octets.count(b"\n", 0, error.start) + 1
        raise AccountsError(f"{path}:{number}: not UTF-8: octet {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        number = int(found[1]) if found else text.count("\n") + 1
        raise AccountsError(f"{path}:{number}: not TOML: {error}") from error
    for key in document:
        if key != "account":
            place = next(iter(_places(path, text, 1, re.escape(key))))
            raise AccountsError(f"{place}: unknown key {key!r}; accepted: [[account]] tables")
    tables = document.get("account", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise AccountsError(f"{path}: account is not a list; accepted: [[account]] tables")
    if not tables:
        raise AccountsError(f"{path}: no account; accepted: one or more [[account]] tables")
    places = _places(path, text, len(tables))
    wheres = [
        f"{p}: {_title(n, t)}" for n, (p, t) in enumerate(zip(places, tables, strict=True), 1)
    ]
    accounts = [_account(where, table) for where, table in zip(wheres, tables, strict=True)]
    _check_names(wheres, accounts)
    return accounts


def _places(path: Path, text: str, count: int, key: str = "account") -> list[str]:
    """File and line of each ``[[key]]`` or ``key =``; no line where there are not ``count``."""
    begin = re.compile(rf"^[ \t]*(\[\[?[ \t]*)?[\"']?{key}[\"']?[ \t]*[]=.]", re.MULTILINE)
    starts = [text.count("\n", 0, found.start()) + 1 for found in begin.finditer(text)]
    if len(starts) != count:
        return [str(path)] * count
    return [f"{path}:{start}" for start in starts]


def _title(number: int, table: dict[str, Any]) -> str:
    address = table.get("address")
    return f"account {number}" + (f" ({address})" if isinstance(address, str) else "")


def _account(where: str, table: dict[str, Any]) -> Account:
    for key, value in table.items():
        known = _KEYS.get(key)
        if known is None:
            raise AccountsError(f"{where}: unknown key {key!r}; accepted: {', '.join(_KEYS)}")
        if not known.valid(value):
            shown = "" if key.startswith("password") else f" {value!r}"
            raise AccountsError(f"{where}: {key}{shown}: accepted is {known.accepted}")
    if "address" not in table:
        raise AccountsError(f"{where}: address missing; accepted is {_KEYS['address'].accepted}")
    return Account(
        address=table["address"],
        verifier=_verifier(where, table),
        owners=frozenset(map(fold, table.get("owners", []))),
        aliases=tuple(table.get("aliases", [])),
        lang=table.get("lang"),
        imap=table.get("imap", True),
    )


def _verifier(where: str, table: dict[str, Any]) -> Verifier:
    if ("password" in table) == ("password_hash" in table):
        raise AccountsError(f"{where}: exactly one of password and password_hash is needed")
    if "password" in table:
        return Plain.of(table["password"])
    try:
        return parse_hash(table["password_hash"])
    except ValueError as error:
        raise AccountsError(f"{where}: password_hash: {error}") from error


def _check_names(wheres: list[str], accounts: list[Account]) -> None:
    """Every name stands for one account, and every owner is one."""
    taken: dict[str, str] = {}
    for number, (where, account) in enumerate(zip(wheres, accounts, strict=True), 1):
        for key, name in [
            ("address", account.address),
            *(("aliases", alias) for alias in account.aliases),
        ]:
            if fold(name) in taken:
                raise AccountsError(
                    f"{where}: {key}: {name!r} is taken by {taken[fold(name)]}; "
                    f"accepted is an address that stands only once in the file"
                )
            taken[fold(name)] = f"account {number} ({account.address})"
    addresses = {fold(account.address) for account in accounts}
    for where, account in zip(wheres, accounts, strict=True):
        for owner in sorted(account.owners - addresses):
            raise AccountsError(
                f"{where}: owners: no account has the address "
                f"{owner!r}; accepted are addresses of accounts in this file"
            )
