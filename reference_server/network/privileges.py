"""What the process may do: the account it runs as, and how many files it may have open."""

from __future__ import annotations

import contextlib
import logging
import os
import pwd
import resource
import stat
from collections.abc import Iterable
from pathlib import Path

from reference_server.config.levels import NOTICE
from reference_server.config.settings import Settings
from reference_server.storage.database import STORE_FILES

logger = logging.getLogger(__name__)

ROOT = 0


def switch_identity(settings: Settings) -> None:
    """Become ``running_identity`` for good, if started as root; "" stays root.

    The store and the log file are given to the account, as far as they are root's. The default
    account need not exist: the server stays root then, and says so. Raises ConfigurationError for
    any other account that does not exist, or that it cannot become.
    """
    name = settings.running_identity
    if not name:
        return
    if os.geteuid() != ROOT:
        logger.info("not started as root: running_identity has no effect")
        return
    try:
        account = pwd.getpwnam(name)
    except (KeyError, ValueError):
        if name != Settings().running_identity:
            raise settings.fault(
                "running_identity", "expected an account of this system, or nothing"
            ) from None
        logger.warning("no account %s (running_identity) here: running as root", name)
        return
    try:
        for path in _own_files(settings):
            _give(path, account)
        os.initgroups(account.pw_name, account.pw_gid)
        os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
        os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)
    except OSError as error:  # a root without root's rights, as some containers have
        raise settings.fault("running_identity", f"cannot become {name}: {error}") from error
    logger.log(NOTICE, "running as %s", name)


def _own_files(settings: Settings) -> Iterable[Path]:
    """What the server writes to. The store's folder is made if need be."""
    if settings.imap_log_file not in ("-", "syslog"):
        yield Path(settings.imap_log_file)
    if settings.reference_store is not None:
        folder = settings.reference_store.resolve()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files = set(folder.glob(STORE_FILES))
        if files == set(folder.iterdir()):  # what holds other things too keeps its owner
            yield folder
        yield from files


def _give(path: Path, account: pwd.struct_passwd) -> None:
    """Make a file or folder of root the account's; never a device, or what a link points to."""
    status = path.lstat()
    if status.st_uid == ROOT and (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def raise_descriptor_limit(wanted: int) -> None:
    """Have the table of file descriptors hold ``wanted`` at least; 0: as many as the system allows.

    Where that many cannot be had, it holds as many as can, and the log says so.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 < wanted <= soft:
        return
    if wanted > hard:  # root may raise that, too
        with contextlib.suppress(OSError, ValueError, OverflowError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
            return
        logger.warning("imap_fd_limit: %d file descriptors cannot be had, but %d", wanted, hard)
        wanted = hard
    with contextlib.suppress(ValueError):  # some systems name a hard limit they do not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted or hard, hard))
