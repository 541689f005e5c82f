"""What the process may do: the account it runs as, and how many files it may have open."""

from __future__ import annotations

import contextlib
import logging
import os
import pwd
import resource
import stat
from pathlib import Path

from reference_server.config.levels import NOTICE
from reference_server.config.private_files import (
    ROOT,
    make_private_folder,
    open_no_link,
    opened_folder,
)
from reference_server.config.settings import Settings
from reference_server.storage.database import STORE_FILES

logger = logging.getLogger(__name__)


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
        _give_files(settings, account)
        os.initgroups(account.pw_name, account.pw_gid)
        os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
        os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)
    except OSError as error:  # a root without root's rights, as some containers have
        raise settings.fault("running_identity", f"cannot become {name}: {error}") from error
    logger.log(NOTICE, "running as %s", name)


def _give_files(settings: Settings, account: pwd.struct_passwd) -> None:
    """Give the account what the server writes to. The store's folder is made if need be."""
    if settings.imap_log_file not in ("-", "syslog"):
        _give(Path(settings.imap_log_file), account)
    store = settings.reference_store
    if store is None:
        return
    make_private_folder(store, STORE_FILES)
    if store.is_symlink():  # what it points to may be another's, or be another by then
        logger.warning("%s (reference_store) is a symbolic link: root's files there stay so", store)
        return
    with opened_folder(store) as folder:
        for name in STORE_FILES:
            _give(Path(name), account, folder)
        # A folder that holds other things too keeps its owner.
        names = set(os.listdir(folder))  # noqa: PTH208 - by its descriptor
        if names.issubset(STORE_FILES) and os.fstat(folder).st_uid == ROOT:
            os.fchown(folder, account.pw_uid, account.pw_gid)


def _give(path: Path, account: pwd.struct_passwd, folder: int | None = None) -> None:
    """Make a file of root the account's, if there is such a file.

    Never a link's target, a device or a folder, nor a file that has a second name: whoever made a
    hard link to a file of root would be given that. ``folder``: a descriptor, see open_no_link.
    """
    try:
        file = open_no_link(path, os.O_RDONLY, folder)
    except OSError:  # missing, or a link
        return
    try:
        status = os.fstat(file)
        if status.st_uid != ROOT or not stat.S_ISREG(status.st_mode):
            return
        if status.st_nlink > 1:
            logger.warning("%s has a second name (hard link): it stays root's", path)
            return
        os.fchown(file, account.pw_uid, account.pw_gid)
    finally:
        os.close(file)


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
