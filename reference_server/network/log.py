"""Where log lines go, and their form: time, level, the client's address, the text."""

from __future__ import annotations

import contextlib
import errno
import logging
import logging.handlers
import os
import re
import stat
import sys
import threading
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from reference_server.config.levels import NOTICE
from reference_server.config.private_files import ROOT, open_no_link
from reference_server.config.settings import Settings
from reference_server.session.command_log import logger as command_logger

LEVELS = {
    1: logging.CRITICAL,
    2: logging.ERROR,
    3: logging.WARNING,
    4: NOTICE,
    5: logging.INFO,
    6: logging.DEBUG,
}
SYSLOG_SOCKET = "/dev/log"
_LINE = "%(levelname)s %(client)s%(message)s"

# With what no encoding has: octets of a file or a client that are not UTF-8.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CLAIM = re.compile(r"(?<!^)rhost=", re.IGNORECASE)
_client = threading.local()


def name_client(peer: str, port: int) -> None:
    """From now on lines logged in this thread begin with the client's address."""
    _client.prefix = f"[{peer}]:{port} "


class ClientFormatter(logging.Formatter):
    """One line an event; only a traceback adds lines.

    What comes from a client cannot forge a line: control characters become ``\\xHH``, and
    ``rhost=``, which fail2ban looks for, stays only where a message begins with it.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        record.client = getattr(_client, "prefix", "")
        record.message = _CONTROL.sub(lambda found: _escape(found[0]), record.message)
        record.message = _CLAIM.sub(r"rhost\\x3d", record.message)
        return super().formatMessage(record)


class SystemLog(logging.handlers.SysLogHandler):
    """With the severity of NOTICE, which the library takes for a warning."""

    priority_map = logging.handlers.SysLogHandler.priority_map | {"NOTICE": "notice"}


class StandardError(logging.StreamHandler[TextIO]):
    """stderr. Once nobody reads it its lines are lost, and the exit status is what it was."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        if isinstance(sys.exception(), BrokenPipeError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())  # what is still in its buffer goes there, too
            os.close(nowhere)
        super().handleError(record)


class LogFile(logging.FileHandler):
    """A file that is no symbolic link: a new one is the server's alone.

    To root a hard link is suspicious as well, and so is all but a file or a terminal. Raises
    OSError.
    """

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        descriptor = open_no_link(Path(self.baseFilename), flags)
        status = os.fstat(descriptor)
        usual = stat.S_ISREG(status.st_mode) or stat.S_ISCHR(status.st_mode)
        if os.geteuid() == ROOT and (not usual or status.st_nlink > 1):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "has a second name (hard link), or is not a regular file")
        return os.fdopen(descriptor, "a", encoding=self.encoding, errors=self.errors)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def start_logging(settings: Settings) -> None:
    """Send the package's log where the settings say, from now on. Raises ConfigurationError.

    A file is opened anew, so that one that was moved away is let go. Lines that cannot be written
    (disk full) are lost; nothing else depends on them.
    """
    handler = _handler(settings)
    stamp = "" if isinstance(handler, logging.handlers.SysLogHandler) else "%(asctime)s "
    handler.setFormatter(ClientFormatter(stamp + _LINE))
    commands = StandardError()  # wherever the rest goes, and at any level
    commands.setFormatter(ClientFormatter(f"%(asctime)s {_LINE}"))
    command_logger.handlers = [commands]
    command_logger.setLevel(logging.DEBUG)
    command_logger.propagate = False
    logging.raiseExceptions = False  # else each line that is lost shows a traceback on stderr
    logger = logging.getLogger("reference_server")
    logger.setLevel(LEVELS[settings.imap_log_level])
    logger.propagate = False
    before, logger.handlers = logger.handlers, [handler]
    for old in before:
        with contextlib.suppress(OSError):
            old.close()


def _handler(settings: Settings) -> logging.Handler:
    name = settings.imap_log_file
    try:
        if name == "syslog" or (name == "-" and _under_service_manager()):
            handler = SystemLog(SYSLOG_SOCKET, SystemLog.LOG_MAIL)
            handler.ident = "gximap-server: "
            return handler
        if name == "-":
            return StandardError()
        return LogFile(Path(name), encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        link = "a symbolic link; accepted: the file itself, - or syslog"
        reason = link if error.errno == errno.ELOOP else error.strerror
        raise settings.fault("imap_log_file", f"{name}: {reason}") from error


def _under_service_manager() -> bool:
    """Whether stderr is connected to a service manager's journal, and syslog is there instead."""
    status = os.fstat(sys.stderr.fileno())
    journal = os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
    return journal and Path(SYSLOG_SOCKET).exists()
