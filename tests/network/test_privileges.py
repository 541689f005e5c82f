"""The account that the server runs as, and how many files it may have open."""

import imaplib
import os
import pwd
import resource
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

import pytest

from reference_server.config.settings import ConfigurationError, Settings
from reference_server.network import privileges
from reference_server.network.privileges import raise_descriptor_limit, switch_identity
from tests.conftest import ReferenceProcess, failed_start

ACCOUNT = "nobody"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")


# The account


@pytest.fixture
def folder():
    """A temporary folder that every account may enter."""
    with tempfile.TemporaryDirectory(prefix="gximap-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def start_as(certificate, folder):
    """Factory of servers with one store, whose key and accounts file only root may read."""
    processes = []
    key = folder / "key.pem"
    (folder / "server").mkdir()
    (folder / "server" / "accounts.toml").touch(mode=0o600)
    shutil.copy(certificate.key, key)
    key.chmod(0o600)

    def start(identity, program=(sys.executable, "-m", "reference_server"), **directives):
        process = ReferenceProcess(
            folder / "server",
            certificate,
            program,
            running_identity=identity,
            imap_private_key_path=str(key),
            **directives,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.end()


def status(process):
    """Of /proc: what the kernel says of a process; its values as lists of words."""
    lines = Path(f"/proc/{process.process.pid}/status").read_text().splitlines()
    return {key: value.split() for key, _, value in (line.partition(":") for line in lines)}


def append(server):
    client = imaplib.IMAP4(*server.imap, timeout=30)
    client.login(server.user, server.password)
    assert client.append("INBOX", None, None, b"Subject: kept\r\n\r\n.\r\n")[0] == "OK"
    _, (count,) = client.select()
    client.logout()
    return int(count)


@as_root
@pytest.mark.directive("running_identity")
def test_the_account_is_switched_to_for_good(start_as):
    """All user and group ids are the account's, and no right of root is left."""
    account = pwd.getpwnam(ACCOUNT)
    in_many_groups = (
        sys.executable,
        "-c",
        "import os, sys; os.setgroups([0, 4, 24]);"
        "os.execv(sys.executable, [sys.executable, '-m', 'reference_server', *sys.argv[1:]])",
    )
    server = start_as(ACCOUNT, in_many_groups)
    now = status(server)
    assert now["Uid"] == [str(account.pw_uid)] * 4
    assert now["Gid"] == [str(account.pw_gid)] * 4
    groups = os.getgrouplist(ACCOUNT, account.pw_gid)
    assert sorted(now["Groups"]) == sorted(str(group) for group in groups)
    assert int(now["CapEff"][0], 16) == int(now["CapPrm"][0], 16) == 0
    assert f"running as {ACCOUNT}" in server.log
    assert append(server) == 1


@as_root
@pytest.mark.directive("running_identity")
def test_what_root_has_written_goes_to_the_account(start_as, folder):
    """Store and log of earlier runs as root: the server still writes to them."""
    log = str(folder / "server.log")
    before = start_as("", imap_log_file=log)
    assert status(before)["Uid"] == ["0"] * 4
    assert append(before) == 1
    before.end(signal.SIGKILL)  # the files of an unfinished run lie there, too
    server = start_as(ACCOUNT, imap_log_file=log)
    assert append(server) == 2
    server.process.send_signal(signal.SIGHUP)  # opens the log file again
    assert append(server) == 3
    assert server.end() == 0
    uid = pwd.getpwnam(ACCOUNT).pw_uid
    store = server.folder / "store"
    assert {path.stat().st_uid for path in (store, *store.iterdir(), Path(log))} == {uid}
    lines = Path(log).read_text()
    assert "configuration read again" in lines
    (error,) = [line for line in lines.splitlines() if "ERROR" in line]
    assert "accounts.toml: cannot be read: Permission denied" in error  # it is root's alone


@as_root
@pytest.mark.directive("running_identity")
def test_ports_are_bound_before(start_as):
    """A port that only root may listen on."""
    port = privileged_port()
    server = start_as(ACCOUNT, imap_listen_port=str(port))
    assert server.imap == ("127.0.0.1", port)
    assert append(server) == 1


def privileged_port():
    """One that is free, below 1024."""
    for port in range(1023, 600, -1):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    pytest.fail("no port below 1024 is free")


@as_root
@pytest.mark.usefixtures("unmeasured")  # the account could write no figures
@pytest.mark.directive("running_identity")
def test_a_store_that_the_account_cannot_reach(tmp_path):
    """The server does not start, and names the file."""
    store = tmp_path / "closed" / "store"
    store.parent.mkdir(mode=0o700)
    errors = failed_start(tmp_path, running_identity=ACCOUNT, reference_store=store)
    last = errors.splitlines()[-1]
    assert "Permission denied" in last
    assert str(store) in last


@pytest.fixture
def switching(monkeypatch):
    """What would be switched to and given, in order, were this process root."""
    done = []
    monkeypatch.setattr(privileges, "ROOT", os.geteuid())  # what is this account's, is root's
    account = pwd.struct_passwd(("mail-account", "x", 7001, 7002, "", "/", "/bin/false"))

    def find(name):
        if name != account.pw_name:
            raise KeyError(name)
        return account

    def note(name):
        return lambda *arguments, **_: done.append((name, *arguments))

    monkeypatch.setattr(pwd, "getpwnam", find)
    for name in ("initgroups", "setresgid", "setresuid"):
        monkeypatch.setattr(os, name, note(name))
    for name in ("chown", "lchown"):  # what they change may be another file by then
        monkeypatch.delattr(os, name)
    monkeypatch.setattr(os, "fchown", lambda file, *ids: done.append(("chown", named(file), *ids)))
    return done


def named(descriptor):
    """The path of an open file."""
    return Path(f"/proc/self/fd/{descriptor}").readlink()


@pytest.mark.directive("running_identity")
def test_groups_go_before_the_user(switching):
    """Afterwards nothing could be changed any more."""
    switch_identity(Settings(running_identity="mail-account", reference_store=None))
    assert switching == [
        ("initgroups", "mail-account", 7002),
        ("setresgid", 7002, 7002, 7002),
        ("setresuid", 7001, 7001, 7001),
    ]


@pytest.mark.directive("running_identity")
def test_an_account_that_does_not_exist(switching):
    with pytest.raises(ConfigurationError, match="running_identity: expected an account"):
        switch_identity(Settings(running_identity="postman"))
    assert not switching


@pytest.mark.directive("running_identity")
def test_a_root_without_rights(switching, monkeypatch):
    """The server does not start: it would go on as root."""

    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "setresuid", refuse)
    with pytest.raises(ConfigurationError, match=r"cannot become mail-account: .* not permitted"):
        switch_identity(Settings(running_identity="mail-account", reference_store=None))
    assert switching


@pytest.mark.directive("running_identity")
def test_the_default_account_need_not_exist(switching, caplog):
    switch_identity(Settings())
    assert not switching
    assert "no account gromox (running_identity) here: running as root" in caplog.text


@pytest.mark.directive("running_identity")
def test_nothing_stays_root(switching, caplog):
    switch_identity(Settings(running_identity=""))
    assert not switching
    assert not caplog.records


@pytest.mark.directive("running_identity")
def test_who_is_not_root_stays(switching, monkeypatch):
    monkeypatch.setattr(privileges, "ROOT", os.geteuid() + 1)
    switch_identity(Settings(running_identity="postman"))
    assert not switching


def given(switching):
    return {path for name, path, *_ in switching if name == "chown"}


def test_the_store_is_made_and_given(switching, tmp_path):
    store = tmp_path / "new" / "store"
    switch_identity(Settings(running_identity="mail-account", reference_store=store))
    assert store.stat().st_mode & 0o777 == 0o700
    assert given(switching) == {store}


def test_what_is_not_the_stores_is_not_given(switching, tmp_path):
    """A folder that holds other things, and those."""
    for name in ("mail.sqlite", "mail.lock", "other"):
        (tmp_path / name).touch()
    switch_identity(Settings(running_identity="mail-account", reference_store=tmp_path))
    assert given(switching) == {tmp_path / "mail.sqlite", tmp_path / "mail.lock"}


def test_devices_and_links_are_not_given(switching, tmp_path):
    target, link = tmp_path / "passwords", tmp_path / "log"
    target.touch()
    link.symlink_to(target)
    for log in (link, "/dev/null", "-", "syslog"):
        settings = Settings(
            running_identity="mail-account", reference_store=None, imap_log_file=str(log)
        )
        switch_identity(settings)
    assert not given(switching)


def test_the_target_of_a_hard_link_is_not_given(switching, tmp_path, caplog):
    """An account that can write to the folder could be given any file of root's."""
    store, secret, log = tmp_path / "store", tmp_path / "secret", tmp_path / "log"
    store.mkdir(0o700)
    for link in (store / "mail.sqlite", log):
        secret.touch()
        link.hardlink_to(secret)
    switch_identity(
        Settings(running_identity="mail-account", reference_store=store, imap_log_file=str(log))
    )
    assert given(switching) == {store}
    assert caplog.text.count("has a second name (hard link): it stays root's") == 2


def test_links_in_the_store_are_not_followed(switching, tmp_path, caplog):
    store, secret = tmp_path / "store", tmp_path / "secret"
    store.mkdir(0o700)
    secret.touch()
    (store / "mail.sqlite").symlink_to(secret)
    switch_identity(Settings(running_identity="mail-account", reference_store=store))
    assert given(switching) == {store}
    away = tmp_path / "away"
    away.symlink_to(store)
    switching.clear()
    switch_identity(Settings(running_identity="mail-account", reference_store=away))
    assert not given(switching)
    assert f"{away} (reference_store) is a symbolic link" in caplog.text


def test_other_files_with_a_similar_name_are_not_given(switching, tmp_path):
    (tmp_path / "mail.rc").touch()
    switch_identity(Settings(running_identity="mail-account", reference_store=tmp_path))
    assert not given(switching)


def test_what_belongs_to_others_is_not_given(switching, tmp_path, monkeypatch):
    (tmp_path / "mail.sqlite").touch()
    monkeypatch.setattr(privileges, "ROOT", os.geteuid() + 1)
    monkeypatch.setattr(os, "geteuid", lambda: privileges.ROOT)
    switch_identity(Settings(running_identity="mail-account", reference_store=tmp_path))
    assert not given(switching)
    assert ("setresuid", 7001, 7001, 7001) in switching


# File descriptors


@pytest.fixture
def limits(monkeypatch):
    """A process that may have 256 files open and raise that to 1024, which root may change."""
    now = {"limits": (256, 1024), "root": False}

    def set_limits(_resource, wanted):
        soft, hard = wanted
        if hard >= 2**63:
            raise OverflowError("Python int too large to convert to C long")
        if soft > hard or (hard > now["limits"][1] and not now["root"]):
            raise ValueError("not allowed to raise maximum limit")
        now["limits"] = wanted

    monkeypatch.setattr(resource, "getrlimit", lambda _resource: now["limits"])
    monkeypatch.setattr(resource, "setrlimit", set_limits)
    return now


@pytest.mark.directive("imap_fd_limit", "daemons_fd_limit")
@pytest.mark.parametrize(
    ("wanted", "soft"), [(0, 1024), (100, 256), (256, 256), (257, 257), (512, 512), (1024, 1024)]
)
def test_at_least_so_many_descriptors(limits, caplog, wanted, soft):
    raise_descriptor_limit(wanted)
    assert limits["limits"] == (soft, 1024)
    assert not caplog.records


@pytest.mark.directive("imap_fd_limit", "daemons_fd_limit")
def test_more_descriptors_than_can_be_had(limits, caplog):
    raise_descriptor_limit(4096)
    assert limits["limits"] == (1024, 1024)
    assert "imap_fd_limit: 4096 file descriptors cannot be had, but 1024" in caplog.text


@pytest.mark.directive("imap_fd_limit", "daemons_fd_limit")
def test_root_may_have_more(limits, caplog):
    limits["root"] = True
    raise_descriptor_limit(4096)
    assert limits["limits"] == (4096, 4096)
    assert not caplog.records


@pytest.mark.directive("imap_fd_limit", "daemons_fd_limit")
def test_a_number_beyond_what_a_system_counts(limits):
    limits["root"] = True
    raise_descriptor_limit(10**30)
    assert limits["limits"] == (1024, 1024)


def limited_to(soft, hard):
    """The program, started with these limits."""
    return (
        sys.executable,
        "-c",
        f"import os, sys, resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}));"
        "os.execv(sys.executable, [sys.executable, '-m', 'reference_server', *sys.argv[1:]])",
    )


@pytest.mark.directive("imap_fd_limit", "daemons_fd_limit")
@pytest.mark.parametrize(
    ("directives", "soft"),
    [({}, 900), ({"imap_fd_limit": "700"}, 700), ({"daemons_fd_limit": "800"}, 800)],
)
def test_the_process_has_them(start_reference, directives, soft):
    """Started where 300 are usual, and 900 are possible."""
    server = start_reference(program=limited_to(300, 900), **directives)
    lines = Path(f"/proc/{server.process.pid}/limits").read_text().splitlines()
    (row,) = (line.split() for line in lines if line.startswith("Max open files"))
    assert row[3:5] == [str(soft), "900"]


def test_without_a_free_descriptor_clients_wait(start_reference):
    """The log says why; when others leave they are served."""
    server = start_reference(program=limited_to(64, 64))
    clients = [socket.create_connection(server.imap, timeout=30) for _ in range(64)]
    deadline = time.monotonic() + 30
    while "no file descriptor is free (imap_fd_limit)" not in server.log:
        assert time.monotonic() < deadline, server.log
    for client in clients:
        with client:
            assert client.recv(100).startswith(b"* OK ")  # one leaves, one is let in
    assert server.end() == 0
