"""Only its account may read the store, whatever the umask and whoever made the folder."""

import errno
import logging
import os
import pwd
import tempfile
from pathlib import Path

import pytest

from reference_server.session.spool import FileSpool
from reference_server.storage import StorageFailure, Store
from tests.storage.support import message

pytestmark = pytest.mark.directive("reference_store")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")


def mode(path):
    return path.stat().st_mode & 0o7777


def modes(folder):
    """Of the folder (""), and of each file in it."""
    return {"": mode(folder)} | {file.name: mode(file) for file in folder.iterdir()}


def use(folder):
    """Have a store write to all its files; their modes meanwhile."""
    store = Store(folder)
    try:
        store.account("alice@example.test").append("INBOX", [message(size=3_000_000)])
        return modes(folder)
    finally:
        store.close()


PRIVATE = {
    "": 0o700,
    "mail.lock": 0o600,
    "mail.sqlite": 0o600,
    "mail.sqlite-wal": 0o600,
    "mail.sqlite-shm": 0o600,
}


@pytest.mark.usefixtures("umask")
def test_a_new_store(tmp_path):
    assert use(tmp_path / "store") == PRIVATE


@pytest.mark.usefixtures("umask")
def test_a_folder_that_was_there_before(tmp_path, caplog):
    folder = tmp_path / "store"
    folder.mkdir()
    folder.chmod(0o2775)
    assert use(folder) == PRIVATE
    assert not caplog.records


def test_files_that_were_there_before(tmp_path, caplog):
    """Those of an earlier version, a killed one's among them."""
    folder = tmp_path / "store"
    store = Store(folder)
    try:
        for file in folder.iterdir():
            file.chmod(0o666)
            (tmp_path / file.name).write_bytes(file.read_bytes())
    finally:
        store.close()
    for name in PRIVATE.keys() - {""}:
        (folder / name).write_bytes((tmp_path / name).read_bytes())
        (folder / name).chmod(0o666)
    assert use(folder) == PRIVATE
    assert not caplog.records


def test_a_folder_that_holds_other_things(tmp_path, caplog):
    """It is not for us to shut them away; the log says how to."""
    (tmp_path / "page.html").touch(0o644)
    (tmp_path / "page.html").chmod(0o644)
    tmp_path.chmod(0o755)
    assert use(tmp_path) == PRIVATE | {"": 0o755, "page.html": 0o644}
    assert f"other users may enter {tmp_path} (mode 0755)" in caplog.text
    assert f"holds other files too): chmod 700 {tmp_path}" in caplog.text


def test_a_folder_for_everyone(tmp_path, caplog):
    tmp_path.chmod(0o1777)
    assert use(tmp_path)[""] == 0o1777
    assert f"other users may enter {tmp_path} (mode 1777)" in caplog.text


def test_a_folder_behind_a_link(tmp_path, caplog):
    folder, link = tmp_path / "store", tmp_path / "link"
    folder.mkdir()
    folder.chmod(0o755)
    link.symlink_to(folder)
    assert use(link) == PRIVATE | {"": 0o755}
    assert f"(it is a symbolic link): chmod 700 {link}" in caplog.text


@as_root
def test_a_folder_of_another_account(caplog):
    """Its mode cannot be changed, which the log says; the files are private all the same."""
    account = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory(prefix="gximap-") as name:
        Path(name).chmod(0o711)
        folder = Path(name) / "store"
        folder.mkdir()
        folder.chmod(0o777)
        os.setegid(account.pw_gid)
        os.seteuid(account.pw_uid)
        try:
            found = use(folder)
        finally:
            os.seteuid(0)
            os.setegid(0)
        assert found == PRIVATE | {"": 0o777}
        assert f"other users may enter {folder} (mode 0777)" in caplog.text
        assert "(Operation not permitted)" in caplog.text


def refuse(*_):
    raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))


@pytest.mark.parametrize(
    ("change", "why"),
    [(refuse, os.strerror(errno.ENOTSUP)), (lambda *_: None, "its file system has no modes")],
)
def test_a_file_system_without_modes(tmp_path, monkeypatch, caplog, change, why):
    """The store is used all the same; the log says that others may read it."""
    folder = tmp_path / "store"
    folder.mkdir()
    (folder / "mail.lock").touch()
    for path in (folder / "mail.lock", folder):
        path.chmod(0o777)
    monkeypatch.setattr(os, "fchmod", change)
    assert use(folder)[""] == 0o777
    assert f"other users may enter {folder} (mode 0777)" in caplog.text
    assert f"({why})" in caplog.text
    assert f"other users may read or change {folder / 'mail.lock'} (mode 0777)" in caplog.text


@pytest.mark.parametrize("name", ["mail.lock", "mail.sqlite", "mail.sqlite-wal"])
def test_links_are_not_followed(tmp_path, name):
    """What is behind one keeps its mode and its content."""
    folder, other = tmp_path / "store", tmp_path / "other"
    folder.mkdir()
    other.write_bytes(b"not ours")
    other.chmod(0o644)
    (folder / name).symlink_to(other)
    with pytest.raises(StorageFailure, match=f"{name}"):
        Store(folder)
    assert mode(other) == 0o644
    assert other.read_bytes() == b"not ours"


def test_a_file_with_a_second_name_keeps_its_mode(tmp_path, caplog):
    folder, other = tmp_path / "store", tmp_path / "other"
    folder.mkdir()
    other.touch()
    other.chmod(0o644)
    (folder / "mail.lock").hardlink_to(other)
    caplog.set_level(logging.WARNING)
    assert use(folder)["mail.lock"] == 0o644
    assert f"other users may read or change {folder / 'mail.lock'} (mode 0644)" in caplog.text


def test_a_large_message_on_its_way_in(umask):
    """Nobody else can open the file, as it has no name, nor could they read it."""
    spool = FileSpool()
    spool.write(b"secret")
    status = os.fstat(spool._file.fileno())
    assert status.st_mode & 0o777 == 0o600 & ~umask
    assert status.st_nlink == 0
    assert spool.finish()[:] == b"secret"
