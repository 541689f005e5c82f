"""Files that others may not read: of --dev, the log, and those that the operator made."""

import os

import pytest

from reference_server.config import development, private_files
from reference_server.config.private_files import exposure
from reference_server.config.settings import ConfigurationError, Settings, load_settings
from reference_server.network import log
from reference_server.network.log import LogFile, start_logging
from reference_server.network.tls import tls_context


def mode(path):
    return path.stat().st_mode & 0o7777


# --dev


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("exists", [False, True])
def test_what_dev_makes(tmp_path, exists):
    """Also where an earlier version made it, or the folder was made by hand."""
    folder = tmp_path / "gximap-data"
    if exists:
        folder.mkdir()
        folder.chmod(0o755)
        for name in ("accounts.toml", "key.pem", "certificate.pem", "notes"):
            (folder / name).write_text("# as it was, and longer than what is written next" * 99)
            (folder / name).chmod(0o644)
    development.prepare(folder)
    files = {file.name: mode(file) for file in folder.iterdir()}
    assert files.pop("notes", 0o644) == 0o644
    assert files == dict.fromkeys(("accounts.toml", "key.pem", "certificate.pem"), 0o600)
    assert mode(folder) == 0o700
    assert ("# as it was" in (folder / "accounts.toml").read_text()) is exists
    assert (folder / "key.pem").read_text().endswith("-----END PRIVATE KEY-----\n")


def test_dev_writes_through_no_link(tmp_path):
    other = tmp_path / "other"
    other.write_text("not ours")
    (tmp_path / "gximap-data").mkdir()
    (tmp_path / "gximap-data" / "key.pem").symlink_to(other)
    with pytest.raises(OSError, match=r"key\.pem"):
        development.prepare(tmp_path / "gximap-data")
    assert other.read_text() == "not ours"


# The log


@pytest.fixture(autouse=True)
def _package_log():
    """Put the package's logger back as it was."""
    before = log.logging.getLogger("reference_server")
    handlers, level, propagate = before.handlers, before.level, before.propagate
    yield
    for handler in before.handlers:
        if isinstance(handler, LogFile):
            handler.close()
    before.handlers, before.propagate = handlers, propagate
    before.setLevel(level)


@pytest.mark.usefixtures("umask")
@pytest.mark.directive("imap_log_file")
def test_a_new_log_file(tmp_path):
    file = tmp_path / "imap.log"
    start_logging(Settings(imap_log_file=str(file)))
    assert mode(file) & 0o077 == 0


@pytest.mark.directive("imap_log_file")
def test_a_log_file_that_the_operator_made_keeps_its_mode(tmp_path):
    file = tmp_path / "imap.log"
    file.touch()
    file.chmod(0o640)
    start_logging(Settings(imap_log_file=str(file)))
    assert mode(file) == 0o640


@pytest.mark.directive("imap_log_file")
@pytest.mark.parametrize("target", ["other", "absent"])
def test_a_log_file_behind_a_symbolic_link(tmp_path, target):
    (tmp_path / "other").touch()
    (tmp_path / "imap.log").symlink_to(tmp_path / target)
    with pytest.raises(ConfigurationError, match=r"imap_log_file: .*imap\.log: a symbolic link"):
        start_logging(Settings(imap_log_file=str(tmp_path / "imap.log")))
    assert not (tmp_path / "absent").exists()


@pytest.mark.directive("imap_log_file")
@pytest.mark.parametrize("root", [True, False])
def test_a_log_file_with_a_second_name(tmp_path, monkeypatch, root):
    """An account that may write to the folder of the log could have root write to any file."""
    other, file = tmp_path / "other", tmp_path / "imap.log"
    other.touch()
    file.hardlink_to(other)
    monkeypatch.setattr(log, "ROOT", os.geteuid() + (not root))
    if not root:
        start_logging(Settings(imap_log_file=str(file)))
        return
    with pytest.raises(ConfigurationError, match=r"imap\.log: has a second name \(hard link\)"):
        start_logging(Settings(imap_log_file=str(file)))


@pytest.mark.directive("imap_log_file")
def test_a_log_file_that_is_a_pipe(tmp_path):
    """Nobody reads it: the server does not wait for that."""
    os.mkfifo(tmp_path / "imap.log")
    with pytest.raises(ConfigurationError, match=r"imap_log_file: .*imap\.log: "):
        start_logging(Settings(imap_log_file=str(tmp_path / "imap.log")))


# Files that the operator made


@pytest.mark.parametrize("owner", ["root", "another"])
@pytest.mark.parametrize(
    ("bits", "root_may", "another_may"),
    [
        (0o600, True, True),
        (0o400, True, True),
        (0o700, True, True),
        (0o640, True, False),
        (0o440, True, False),
        (0o660, False, False),
        (0o604, False, False),
        (0o644, False, False),
        (0o602, False, False),
    ],
)
def test_modes_that_are_warned_of(tmp_path, monkeypatch, owner, bits, root_may, another_may):
    """A group may read what is root's: so the account gets at it that the server switches to."""
    file = tmp_path / "key.pem"
    file.touch()
    file.chmod(bits)
    monkeypatch.setattr(private_files, "ROOT", os.geteuid() + (owner != "root"))
    silent = root_may if owner == "root" else another_may
    warning = f"other users may read or change {file} (mode {bits:04o}): chmod 600 {file}"
    assert exposure(file) == (None if silent else warning)


def test_a_file_that_is_missing(tmp_path):
    assert exposure(tmp_path / "absent") is None


@pytest.mark.directive("imap_private_key_path")
def test_a_key_that_others_can_read(certificate, tmp_path, caplog):
    key = tmp_path / "key.pem"
    key.write_bytes(certificate.key.read_bytes())
    settings = Settings(
        imap_support_tls=True,
        imap_certificate_path=(certificate.chain,),
        imap_private_key_path=(key,),
    )
    key.chmod(0o600)
    tls_context(settings)
    assert not caplog.records
    key.chmod(0o644)
    tls_context(settings)
    assert caplog.messages == [f"imap_private_key_path: {exposure(key)}"]


@pytest.mark.directive("imap_certificate_passwd")
@pytest.mark.parametrize("passphrase", ["open sesame", ""])
def test_a_configuration_with_a_passphrase_that_others_can_read(
    certificate, tmp_path, caplog, passphrase
):
    file = tmp_path / "imap.cfg"
    file.write_text(
        f"imap_support_tls=yes\nimap_certificate_path={certificate.chain}\n"
        f"imap_private_key_path={certificate.key}\nimap_certificate_passwd={passphrase}\n"
    )
    file.chmod(0o644)
    tls_context(load_settings([file])[0])
    warning = f"imap_certificate_passwd: {exposure(file)}"
    assert caplog.messages == ([warning] if passphrase else [])


@pytest.mark.directive("reference_accounts")
def test_an_accounts_file_that_others_can_read(start_reference):
    server = start_reference()
    accounts = server.folder / "accounts.toml"
    warning = "WARNING reference_accounts: other users may read or change"
    assert warning not in server.log
    server.end()
    accounts.chmod(0o644)
    server.start()
    assert server.log.count(warning) == 1
    assert f"{accounts} (mode 0644): chmod 600 {accounts}" in server.log
