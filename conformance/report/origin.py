"""Whose fault an exception is: that of the server under test, or of the suite.

The frame in which it was raised decides, not the type alone: the same `assert` is a finding in a
case and a fault in a module of the suite. Of a chain of exceptions only the last one counts.
"""

import errno
import imaplib
import inspect
import socket
import ssl
import traceback
from imaplib import IMAP4
from pathlib import Path

import imapclient
import pytest
from imapclient.exceptions import IMAPClientError

import conformance
from conformance.targets.description import NotReadyError, UnreachableError
from conformance.wire import Deviation

SUITE = Path(conformance.__file__).parent
CASES = SUITE / "cases"
PYTEST = Path(inspect.getfile(pytest.Item)).parent
CLIENTS = (Path(imapclient.__file__).parent, Path(imaplib.__file__))
# The modules that hold a connection to the server under test.
CONNECTIONS = (
    CASES,
    SUITE / "wire",
    SUITE / "targets" / "client.py",
    SUITE / "targets" / "exchange.py",
    SUITE / "targets" / "life.py",
    Path(socket.__file__),
    Path(ssl.__file__),
    *CLIENTS,
)
# The errors of a socket when its peer, or the way to it, is gone.
OF_SOCKETS = {
    errno.ECONNABORTED,
    errno.ECONNREFUSED,
    errno.ECONNRESET,
    errno.EHOSTUNREACH,
    errno.ENETDOWN,
    errno.ENETRESET,
    errno.ENETUNREACH,
    errno.ENOTCONN,
    errno.EPIPE,
    errno.ESHUTDOWN,
    errno.ETIMEDOUT,
}


def accuses_server(error: BaseException, cases: Path) -> bool:
    """Whether the exception is a finding about the server; otherwise it is a fault of the suite.

    `cases`: the folder of the cases. Findings are: what the wire and the oracle raise; an
    assertion that failed in a module of cases; a socket or a client library that failed on a
    connection to the server.
    """
    if isinstance(error, NotReadyError):
        return False
    if isinstance(error, Deviation | UnreachableError | IMAP4.error | IMAPClientError):
        return True
    files = _files(error)
    if not files:
        return False
    if isinstance(error, AssertionError | pytest.fail.Exception):
        return _below(files[-1], cases, CASES)
    if isinstance(error, ssl.SSLError):
        return _below(files[-1], cases, *CONNECTIONS)
    if isinstance(error, OSError) and _of_socket(error):
        return _below(files[-1], cases, *CONNECTIONS)
    return isinstance(error, Exception) and _raised_by_client(files, cases)


def _files(error: BaseException) -> list[Path]:
    """The files of the frames that it passed, the innermost last; without pytest's own."""
    frames = traceback.extract_tb(error.__traceback__)
    files = [Path(frame.filename).resolve() for frame in frames]
    return [file for file in files if PYTEST not in file.parents]


def _below(file: Path, *places: Path) -> bool:
    """Whether the file is one of these, or in one of these folders."""
    return any(file.is_relative_to(place) for place in places)


def _of_socket(error: OSError) -> bool:
    return isinstance(error, TimeoutError | socket.gaierror) or error.errno in OF_SOCKETS


def _raised_by_client(files: list[Path], cases: Path) -> bool:
    """Whether a client library could not read an answer: its readers raise ValueError and others.

    What they call in the standard library may have raised it, but nothing of the suite.
    """
    libraries = [file for file in files if _below(file, cases, SUITE, *CLIENTS)]
    return bool(libraries) and _below(libraries[-1], *CLIENTS)
