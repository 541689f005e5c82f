"""Log lines: where they go, and that no client can forge one."""

import logging
import os
import socket
import threading
from types import SimpleNamespace

import pytest

from reference_server.config.levels import NOTICE
from reference_server.config.settings import ConfigurationError, Settings
from reference_server.network.log import ClientFormatter, name_client, start_logging
from reference_server.session import command_log


@pytest.fixture(autouse=True)
def _restore_logging():
    logger = logging.getLogger("reference_server")
    before = (list(logger.handlers), logger.level, logger.propagate)
    yield
    for handler in logger.handlers:
        if handler not in before[0]:
            handler.close()
    logger.handlers[:], logger.level, logger.propagate = before


@pytest.fixture
def log_to(tmp_path):
    """Factory: log with that level to a file; gives a function that reads it."""

    def start(level):
        file = tmp_path / "imap.log"
        start_logging(Settings(imap_log_file=str(file), imap_log_level=level))
        return file.read_text

    return start


@pytest.mark.directive("imap_log_level")
@pytest.mark.parametrize(("level", "count"), [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6)])
def test_levels(log_to, level, count):
    read = log_to(level)
    logger = logging.getLogger("reference_server.anything")
    for severity in (50, 40, 30, NOTICE, 20, 10):
        logger.log(severity, "event")
    assert len(read().splitlines()) == count


def test_the_clients_address_is_in_lines_of_its_thread_only(log_to):
    read = log_to(5)
    logger = logging.getLogger("reference_server.anything")

    def talk():
        name_client("2001:db8::1", 50432)
        logger.info("from a client")

    thread = threading.Thread(target=talk)
    thread.start()
    thread.join()
    logger.info("from nobody")
    first, second = read().splitlines()
    assert first.endswith("INFO [2001:db8::1]:50432 from a client")
    assert second.endswith("INFO from nobody")


def test_control_characters_cannot_forge_a_line(log_to):
    read = log_to(5)
    name = "x\r\nFORGED\x1b[2J\x85\u2028\u00e9\udcff"
    logging.getLogger("reference_server").info("user=%s", name)
    assert read().splitlines()[0].endswith("user=x\\r\\nFORGED\\x1b[2J\\x85\\u2028\u00e9\\udcff")


def test_a_traceback_keeps_its_lines():
    try:
        raise RuntimeError("fault")
    except RuntimeError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "", 0, "text", (), (type(error), error, error.__traceback__)
        )
    lines = ClientFormatter("%(client)s%(message)s").format(record).splitlines()
    assert lines[0] == "text"
    assert lines[-1] == "RuntimeError: fault"


@pytest.mark.directive("imap_log_file")
def test_a_file_that_cannot_be_written(tmp_path):
    with pytest.raises(ConfigurationError, match=r"imap_log_file: .*/absent/imap\.log: No such"):
        start_logging(Settings(imap_log_file=str(tmp_path / "absent" / "imap.log")))


@pytest.mark.directive("imap_log_file")
def test_a_file_is_opened_anew_and_the_old_one_closed(log_to, tmp_path):
    read = log_to(5)
    logger = logging.getLogger("reference_server")
    (old,) = logger.handlers
    (tmp_path / "imap.log").rename(tmp_path / "imap.log.1")
    logger.info("first")
    read = log_to(5)
    logger.info("second")
    assert old.stream is None
    assert (tmp_path / "imap.log.1").read_text().endswith(" first\n")
    assert read().endswith(" second\n")


@pytest.mark.directive("imap_log_file")
def test_a_file_that_cannot_be_opened_leaves_the_log_as_it_is(log_to, tmp_path):
    read = log_to(5)
    with pytest.raises(ConfigurationError):
        start_logging(Settings(imap_log_file=str(tmp_path), imap_log_level=1))
    logging.getLogger("reference_server").info("event")
    assert read().endswith(" event\n")


@pytest.mark.directive("imap_log_file")
def test_a_full_disk_costs_only_the_lines(capsys):
    start_logging(Settings(imap_log_file="/dev/full"))
    logger = logging.getLogger("reference_server")
    for _ in range(3):
        logger.error("lost %s", "x" * 20000)
    start_logging(Settings(imap_log_file="/dev/null"))
    assert capsys.readouterr().err == ""


@pytest.mark.directive("imap_cmd_debug")
@pytest.mark.parametrize("file", ["-", "/dev/null"])
def test_the_command_log_goes_to_stderr(stderr, file):
    """Wherever the log goes, and at any level."""
    start_logging(Settings(imap_log_file=file, imap_log_level=1))
    command_log.logger.debug("user=%s", "x\nFORGED rhost=[1.2.3.4]")
    stderr[0].seek(0)
    assert stderr[0].read().endswith(" DEBUG user=x\\nFORGED rhost\\x3d[1.2.3.4]\n")


@pytest.fixture
def syslog(monkeypatch, tmp_path):
    """A socket in place of the system's /dev/log."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as system_log:
        system_log.bind(str(tmp_path / "log"))
        system_log.settimeout(20)
        monkeypatch.setattr("reference_server.network.log.SYSLOG_SOCKET", str(tmp_path / "log"))
        yield system_log


@pytest.mark.directive("imap_log_file")
@pytest.mark.parametrize(
    ("level", "line"),
    [  # the facility is mail, 2 * 8; the severities are those of RFC 5424
        (logging.CRITICAL, b"<18>gximap-server: CRITICAL event"),
        (logging.ERROR, b"<19>gximap-server: ERROR event"),
        (logging.WARNING, b"<20>gximap-server: WARNING event"),
        (NOTICE, b"<21>gximap-server: NOTICE event"),
        (logging.INFO, b"<22>gximap-server: INFO event"),
        (logging.DEBUG, b"<23>gximap-server: DEBUG event"),
    ],
)
def test_syslog(syslog, level, line):
    start_logging(Settings(imap_log_file="syslog", imap_log_level=6))
    logging.getLogger("reference_server").log(level, "event")
    assert syslog.recv(1000).rstrip(b"\0") == line


@pytest.fixture
def stderr(monkeypatch, tmp_path):
    """A file in place of stderr, and the name that a service manager would give to it."""
    with (tmp_path / "stderr").open("w+") as stderr:
        monkeypatch.setattr("reference_server.network.log.sys", SimpleNamespace(stderr=stderr))
        status = os.fstat(stderr.fileno())
        yield stderr, f"{status.st_dev}:{status.st_ino}"


@pytest.mark.directive("imap_log_file")
def test_under_a_service_manager_syslog_stands_for_stderr(syslog, stderr, monkeypatch):
    monkeypatch.setenv("JOURNAL_STREAM", stderr[1])
    start_logging(Settings(imap_log_file="-"))
    logging.getLogger("reference_server").warning("event")
    assert b"gximap-server: WARNING event" in syslog.recv(1000)


@pytest.mark.usefixtures("syslog")
@pytest.mark.parametrize("journal", [None, "1:1"])
def test_stderr_otherwise(stderr, monkeypatch, journal):
    """Also when the journal is the one of a service that stderr was redirected away from."""
    if journal is None:
        monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    else:
        monkeypatch.setenv("JOURNAL_STREAM", journal)
    start_logging(Settings(imap_log_file="-"))
    logging.getLogger("reference_server").warning("event")
    stderr[0].seek(0)
    assert stderr[0].read().endswith(" WARNING event\n")
