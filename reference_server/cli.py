"""The command ``gximap-server``."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from reference_server.accounts import AccountsError, Directory, Throttle
from reference_server.config import development
from reference_server.config.data_files import find_accounts_file
from reference_server.config.directives import DIRECTIVES
from reference_server.config.levels import NOTICE
from reference_server.config.live import Live
from reference_server.config.private_files import exposure
from reference_server.config.settings import (
    ConfigurationError,
    Settings,
    load_settings,
    system_files,
)
from reference_server.network.log import start_logging
from reference_server.network.privileges import raise_descriptor_limit, switch_identity
from reference_server.network.server import Server, is_given
from reference_server.network.tls import tls_context
from reference_server.protocol.framing import Limits
from reference_server.session.folder_names import read_folder_names
from reference_server.session.service import Service
from reference_server.session.session import Session
from reference_server.session.texts import read_texts
from reference_server.storage import StorageError, Store

PROGRAM = "gximap-server"
ENDINGS = {signal.SIGTERM, signal.SIGINT}
SIGNALS = {*ENDINGS, signal.SIGHUP}

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until SIGTERM or SIGINT. The exit status: 0, or 1 if it could not start."""
    options = _parser().parse_args(arguments)
    try:
        _run(options)
    except (ConfigurationError, AccountsError, StorageError, OSError) as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        if not (options.dev or options.file):
            print(f"{PROGRAM} --dev needs no files", file=sys.stderr)
        return 1
    return 0


def _run(options: argparse.Namespace) -> None:
    # Every thread inherits this; the main thread takes the signal with sigwait. One that comes
    # during the start is kept until then.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    base = development.prepare(development.FOLDER) if options.dev else None
    settings, warnings = _settings(options, base)
    start_logging(settings)
    for warning in warnings:
        logger.warning("%s", warning)
    live = Live(settings)
    raise_descriptor_limit(settings.imap_fd_limit)
    tls = tls_context(settings)
    if tls is None:
        _warn_of_no_tls(settings)
    directory = _directory(settings)
    texts, text_warnings = read_texts(settings.data_file_path)
    names, name_warnings = read_folder_names(settings.data_file_path, settings.default_lang)
    for warning in (*text_warnings, *name_warnings):
        logger.warning("%s", warning)
    server = Server(live, tls)
    switch_identity(settings)
    store = Store(settings.reference_store)
    try:
        service = Service(
            store=store,
            directory=directory,
            live=live,
            host_id=settings.host_id,
            texts=texts,
            folder_names=names,
            tls_available=tls is not None,
            force_tls=settings.imap_force_tls,
            throttle=Throttle.of(settings),
            auth_fail_delay=settings.auth_fail_delay,
            limits=Limits.within(settings.context_max_mem),
            identification=(("name", PROGRAM), ("version", _version()))
            if settings.enable_rfc2971_commands
            else (),
        )
        server.serve(lambda channel: Session(channel, service))
        places = server.places()
        if options.dev:
            # Of several listeners of a kind the first is shown.
            first = dict(place.split("=") for place in reversed(places))
            print(development.guide(settings, first))
        print("ready", *places, flush=True)
        logger.log(NOTICE, "listening: %s", ", ".join(places))
        endings = SIGNALS if options.dev else ENDINGS  # a developer who closes the terminal is done
        while (received := signal.sigwait(SIGNALS)) not in endings:
            _reload(options, base, live)
            _reload_accounts(live.settings, directory)
        logger.log(NOTICE, "ending: %s", signal.Signals(received).name)
        server.shut_down()
    finally:
        store.close()


def _warn_of_no_tls(settings: Settings) -> None:
    """Name the directives that turn TLS on, if any directive shows that it is wanted."""
    given = is_given(settings, "imap_listen_tls") and settings.imap_listen_tls
    listens = given or settings.imap_listen_tls_port is not None
    effect = "; imap_listen_tls and imap_listen_tls_port have no effect" if listens else ""
    certificate = settings.imap_certificate_path and settings.imap_private_key_path
    needed = [] if settings.imap_support_tls else ["imap_support_tls=yes"]
    if not certificate:
        needed.append("imap_certificate_path and imap_private_key_path")
    if listens or certificate or settings.imap_support_tls:
        logger.warning("TLS is off: it needs %s%s", ", ".join(needed), effect)


def _directory(settings: Settings) -> Directory:
    """The accounts. Where others may read their file, the log says so.

    Raises ConfigurationError, AccountsError, OSError.
    """
    file = find_accounts_file(settings)
    directory = Directory.load(file)
    warning = exposure(file)
    if warning is not None:
        logger.warning("reference_accounts: %s", warning)
    return directory


def _settings(options: argparse.Namespace, base: Settings | None) -> tuple[Settings, list[str]]:
    if options.file is not None:
        return load_settings([options.file], base=base)
    return load_settings([] if options.dev else system_files(), base=base, by_file=True)


def _reload(options: argparse.Namespace, base: Settings | None, live: Live) -> None:
    """Read the configuration again, and open the log file again, which may have been moved away.

    Where anything is wrong everything stays as it is.
    """
    try:
        settings, warnings = _settings(options, base)
        start_logging(settings)
    except (ConfigurationError, OSError) as error:
        logger.error("configuration not read again: %s", error)
        return
    for warning in warnings:
        logger.warning("%s", warning)
    for key in live.renew(settings):
        logger.warning("%s has changed: that takes effect when the server is restarted", key)
    logger.log(NOTICE, "configuration read again")


def _reload_accounts(settings: Settings, directory: Directory) -> None:
    """Read the accounts file again. Where anything is wrong with it the accounts stay."""
    try:
        directory.renew(_directory(settings))
    except (ConfigurationError, AccountsError, OSError) as error:
        logger.error("accounts not read again: %s", error)
        return
    logger.log(NOTICE, "accounts read again: %d", len(directory.accounts))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="An IMAP server for developing and testing IMAP clients.",
        epilog=_table(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
        allow_abbrev=False,
    )
    parser.add_argument(
        "-c",
        dest="file",
        metavar="FILE",
        type=Path,
        help="read all directives from FILE, not from /etc/gromox/gromox.cfg and imap.cfg",
    )
    parser.add_argument(
        "--dev",
        action="store_true",
        help=f"no configuration needed: ports {development.PORT} and {development.TLS_PORT} on"
        f" loopback, demo accounts, all in ./{development.FOLDER}; -c FILE may change parts of it",
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {_version()}")
    parser.add_argument("-?", "-h", "--help", action="help", help="this summary")
    return parser


def _version() -> str:
    """The package's version; in a checkout that is not installed nobody knows it."""
    try:
        return metadata.version("gximap")
    except metadata.PackageNotFoundError:
        return "0+unknown"


def _table() -> str:
    """The directives, for people."""
    lines = ["directives (key=value in FILE):"]
    for directive in DIRECTIVES:
        notes = [directive.kind.name, f"default {directive.default or 'nothing'}"]
        if directive.minimum is not None:
            notes.append(f"at least {directive.minimum}")
        if directive.live:
            notes.append("SIGHUP changes it")
        if directive.aliases:
            notes.append(f"also called {', '.join(directive.aliases)}")
        lines += [f"  {directive.key} ({'; '.join(notes)})", f"      {directive.meaning}"]
    return "\n".join(lines)
