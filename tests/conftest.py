"""A reference server as a process of its own, started with its command line."""

import contextlib
import functools
import gc
import os
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

ACCOUNTS = """
[[account]]
address = "alice@example.test"
password = "alicepw"

[[account]]
address = "bob@example.test"
password = "bobpw"

[[account]]
address = "carol@example.test"
password = "carolpw"
owners = ["alice@example.test"]

[[account]]
address = "dave@example.test"
password = "davepw"
"""
OWN_PROCESS = (sys.executable, "-m", "reference_server")


TESTS = Path(__file__).parent
# Below it: what takes seconds, or needs a real client, proxy, browser or far-away server.
SLOW = (
    "clients",
    "diff/test_diff.py",
    "grammar/test_against_abnf.py",
    "grammar/test_rev2_against_abnf.py",
    "network/test_fail2ban.py",
    "network/test_haproxy.py",
    "planted",
    "plugin/test_plain_pytest.py",
    "plugin/test_time_limit.py",
    "report/test_browser.py",
    "safety",
)
# Below it: the tests of the server, whose coverage is measured. Most others are tests of the suite,
# which take twice as long under measurement, and run no line of the server in their own process.
MEASURED = ("accounts", "config", "message", "network", "protocol", "session", "storage")
# A machine with other work is slow to make examples and to run them.
settings.register_profile(
    "busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy machine")


class Measurement:
    """The measurement of coverage, where there is one: it can be paused."""

    def __init__(self) -> None:
        coverage = sys.modules.get("coverage")  # loaded by `coverage run`
        self.coverage = coverage and coverage.Coverage.current()
        self.variables = {key: os.environ[key] for key in os.environ if key.startswith("COVERAGE_")}
        self.is_on = True

    def switch(self, on: bool) -> None:
        """Measure or not, in this process and in those that it starts."""
        if self.coverage is None or on == self.is_on:
            return
        self.is_on = on
        if on:
            os.environ.update(self.variables)
            self.coverage.start()
        else:
            self.coverage.stop()
            for key in self.variables:
                del os.environ[key]


measurement = Measurement()


def pytest_configure():
    # A shell starts what runs in its background with SIGINT ignored, and that is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@functools.cache
def _is_slow(path: Path) -> bool:
    return any(path.is_relative_to(TESTS / name) for name in SLOW)


@functools.cache
def _is_measured(path: Path) -> bool:
    return path.relative_to(TESTS).parts[0] in MEASURED


class OneBrowser(LoadScopeScheduling):
    """Each test goes to whichever worker is free, those that need the browser to the same one.

    pytest-xdist's own groups (--dist loadgroup) change the node ids, which pytest 9.2 no longer
    lets them do.
    """

    def _split_scope(self, nodeid):  # what pytest-xdist has its schedulings override
        file = nodeid.partition("::")[0]
        return file if file.endswith("/test_browser.py") else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return OneBrowser(config, log) if config.option.dist == "loadscope" else None


def pytest_ignore_collect(collection_path, config):
    """In the daily loop, ignore what has slow tests only: four workers would import all of it."""
    if config.option.markexpr == "not slow" and _is_slow(collection_path):
        return True
    return None


@pytest.hookimpl(tryfirst=True)  # before -m looks at the markers
def pytest_collection_modifyitems(items):
    for item in items:
        if _is_slow(item.path):
            item.add_marker("slow")
    # Hundreds of short ones come last, so that no worker is left with a long one at the end.
    items.sort(key=lambda item: "planted" in item.path.parts)


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    measurement.switch(False)
    yield
    gc.collect()
    gc.freeze()  # thousands of tests, which the garbage collector need not visit again


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item):
    measurement.switch(_is_measured(item.path))


@dataclass(frozen=True)
class Certificate:
    """PEM files: the server's chain and key, and the authority that signed them."""

    chain: Path
    key: Path
    authority: Path


class ReferenceProcess:
    """A running server. ``imap`` and ``imaps`` are (host, port), None where not listened on.

    Of several listeners of a kind these are the first; ``places`` has the parts of the ready line.

    Everything it has lies in ``folder``: imap.cfg, accounts.toml, store/, log (its stderr).
    """

    user = "alice@example.test"
    password = "alicepw"

    def __init__(
        self,
        folder: Path,
        certificate: Certificate,
        program: tuple[str, ...] = OWN_PROCESS,
        **directives: str,
    ) -> None:
        self.folder = folder
        self.program = program
        self.certificate = certificate
        values = {
            "host_id": "reference.example.test",
            "data_file_path": "",
            "imap_listen_addr": "127.0.0.1",
            "imap_listen_port": "0",
            "imap_listen_tls_port": "0",
            "imap_support_tls": "yes",
            "imap_certificate_path": str(certificate.chain),
            "imap_private_key_path": str(certificate.key),
            "imap_log_level": "6",
            "auth_fail_delay": "0",
            "imap_auth_times": "1M",  # cases fail many logins of the same names
            "running_identity": "",  # no other account may enter the temporary folder
            "reference_accounts": str(folder / "accounts.toml"),
            "reference_store": str(folder / "store"),
            **directives,
        }
        folder.mkdir(exist_ok=True)
        (folder / "accounts.toml").touch(mode=0o600)
        (folder / "accounts.toml").write_text(ACCOUNTS)
        lines = [f"{key}={value}\n" for key, value in values.items()]
        (folder / "imap.cfg").write_text("".join(lines))
        self.start()

    def start(self) -> None:
        """Start the server, and wait until it is ready. Its log goes on where it was."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.program, "-c", str(self.folder / "imap.cfg")],
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self.process.stdout is not None
        ready = self.process.stdout.readline().decode()
        assert ready.startswith("ready "), f"not ready: {ready!r}\n{self.log}"
        self.places = ready.split()[1:]
        places = dict(place.split("=") for place in reversed(self.places))
        self.imap = _host_and_port(places.get("imap"))
        self.imaps = _host_and_port(places.get("imaps"))

    def end(self, ending: signal.Signals = signal.SIGTERM) -> int:
        """End the server with a signal, if it still runs; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(ending)
        status = self.process.wait(timeout=30)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return status

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    @property
    def client_tls(self) -> ssl.SSLContext:
        """What a client needs to trust this server."""
        return ssl.create_default_context(cafile=str(self.certificate.authority))


def failed_start(folder: Path, program: tuple[str, ...] = OWN_PROCESS, **directives: object) -> str:
    """Start a server that cannot start, with all it needs in ``folder``; what stderr has then."""
    accounts, configuration = folder / "accounts.toml", folder / "imap.cfg"
    accounts.touch(mode=0o600)
    accounts.write_text(ACCOUNTS)
    values = {
        "imap_listen_addr": "127.0.0.1",
        "imap_listen_port": "0",
        "running_identity": "",
        "reference_accounts": accounts,
        "reference_store": folder / "store",
        **directives,
    }
    configuration.write_text("".join(f"{key}={value}\n" for key, value in values.items()))
    ended = subprocess.run(
        [*program, "-c", str(configuration)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    return ended.stderr


def _host_and_port(place: str | None) -> tuple[str, int] | None:
    if place is None:
        return None
    host, _, port = place.rpartition(":")
    return host.strip("[]"), int(port)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> Certificate:
    folder = tmp_path_factory.mktemp("certificate")
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1", "::1")
    certificate = Certificate(folder / "chain.pem", folder / "key.pem", folder / "authority.pem")
    certificate.chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    certificate.key.touch(mode=0o600)
    issued.private_key_pem.write_to_path(str(certificate.key))
    authority.cert_pem.write_to_path(str(certificate.authority))
    return certificate


@pytest.fixture
def program() -> tuple[str, ...]:
    """The command of the reference servers that the tests of a file start.

    A file that tests neither how a process starts nor how it ends has `forked` instead: a start
    that takes a tenth of the time.
    """
    return OWN_PROCESS


@pytest.fixture
def start_reference(tmp_path, certificate, program):
    """Factory of reference servers; directives as keyword arguments."""
    processes = []

    def start(program: tuple[str, ...] = program, **directives: str) -> ReferenceProcess:
        folder = tmp_path / f"server-{len(processes)}"
        processes.append(ReferenceProcess(folder, certificate, program, **directives))
        return processes[-1]

    yield start
    for process in processes:
        process.end()


@pytest.fixture
def reference_process(start_reference) -> ReferenceProcess:
    """A reference server with a fresh store on disk."""
    return start_reference()


@pytest.fixture(params=[0o000, 0o022, 0o277], ids=oct)
def umask(request, tmp_path):  # noqa: ARG001 - which is made before
    """Each of several umasks in turn."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.fixture
def unmeasured(monkeypatch):
    """Without coverage in the processes: of one that is no server of ours, or may write nowhere."""
    for variable in os.environ:
        if variable.startswith("COVERAGE_"):
            monkeypatch.delenv(variable)


@pytest.fixture(scope="session")
def planted(tmp_path_factory):
    """planted(defect): the command of a reference server that has it."""
    address = tmp_path_factory.mktemp("fork") / "socket"
    with fork_server(address):
        client = TESTS / "planted" / "forked.py"
        yield lambda defect: (sys.executable, "-IS", str(client), str(address), defect)


@pytest.fixture(scope="session")
def forked(planted) -> tuple[str, ...]:
    """The command of a reference server that starts by a fork, with everything imported."""
    return planted("")


@contextlib.contextmanager
def fork_server(address: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that starts servers with defects (see tests/planted) until its stdin ends."""
    command = [sys.executable, "-m", "tests.planted.fork_server", str(address)]
    if measurement.coverage is not None:
        command.append("coverage")  # it imports that, too
    environment = {key: os.environ[key] for key in os.environ if not key.startswith("COVERAGE_")}
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        process_group=0,  # Ctrl-C is for the tests, which then end their servers
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process


@pytest.fixture(autouse=True)
def _forget_made_up_cases():
    """Tests that run cases of their own give them the same names."""
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "any_state"]:
        del sys.modules[name]


@pytest.fixture(scope="session")
def required_tool():
    """Look for a program: without it the test is skipped, on a CI machine it fails."""

    def find(name: str, package: str) -> str:
        path = shutil.which(name)
        if path is None:
            reason = f"{name} is missing (Debian package {package})"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        return path

    return find
