"""The command line: its options, and one clear line for everything that prevents the start."""

import imaplib
import signal
import ssl
import subprocess
import sys
from importlib import metadata

import pytest

from reference_server import cli
from reference_server.config import development, settings
from reference_server.config.directives import DIRECTIVES
from tests.conftest import failed_start

pytestmark = pytest.mark.directive("command line")


@pytest.fixture
def run(tmp_path):
    """Factory: run the command to its end."""

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "reference_server", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def program(forked):
    return forked


@pytest.fixture
def refused(tmp_path, certificate, program):
    """Factory: start with good directives but for those given; the only line on stderr."""

    def start(**directives):
        values = {
            "imap_support_tls": "yes",
            "imap_certificate_path": certificate.chain,
            "imap_private_key_path": certificate.key,
            **directives,
        }
        line = failed_start(tmp_path, program, **values)
        assert line.startswith("gximap-server: ")
        assert line.count("\n") == 1
        return line

    return start


def test_version(run):
    ended = run("--version")
    assert (ended.returncode, ended.stdout) == (0, f"gximap-server {metadata.version('gximap')}\n")


@pytest.mark.parametrize("option", ["-?", "--help"])
def test_help_names_every_directive(run, option):
    ended = run(option)
    assert ended.returncode == 0
    for directive in DIRECTIVES:
        for name in (directive.key, *directive.aliases, directive.meaning):
            assert name in ended.stdout


def test_usage_errors(run):
    ended = run("--colour")
    assert ended.returncode == 2
    assert "usage: gximap-server" in ended.stderr


def test_no_such_configuration_file(run):
    ended = run("-c", "absent.cfg")
    assert ended.returncode == 1
    assert ended.stderr == "gximap-server: absent.cfg: cannot be read: No such file or directory\n"


@pytest.fixture
def system_folder(tmp_path, monkeypatch):
    """The folder of the files that are read without -c; signals are as they were afterwards."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    monkeypatch.setattr(settings, "SYSTEM_FOLDER", tmp_path)
    yield tmp_path
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


@pytest.mark.parametrize(
    ("name", "line"), [("gromox.cfg", "auth_fail_delay=soon"), ("imap.cfg", "context_num=few")]
)
def test_without_c_both_files_of_the_system_are_read(system_folder, capsys, name, line):
    (system_folder / "gromox.cfg").write_text("userfilter_maxbans=7\n")
    (system_folder / "imap.cfg").write_text("imap_listen_addr=127.0.0.1\n")
    (system_folder / name).write_text(f"{line}\n")
    assert cli.main([]) == 1
    assert f"{system_folder / name}:1: " in capsys.readouterr().err


def test_with_c_the_files_of_the_system_are_not_read(system_folder, capsys):
    (system_folder / "imap.cfg").write_text("context_num=few\n")
    (system_folder / "own.cfg").write_text("imap_cmd_debug=no\n")
    assert cli.main(["-c", str(system_folder / "own.cfg")]) == 1
    error = capsys.readouterr().err
    assert "own.cfg:1: " in error
    assert "context_num" not in error


def test_a_bad_value(refused):
    assert 'imap_conn_timeout = "soon": expected a time span' in refused(imap_conn_timeout="soon")


@pytest.mark.directive("imap_log_file")
def test_a_log_file_that_cannot_be_written(refused):
    line = refused(imap_log_file="/absent/imap.log")
    assert 'imap.cfg:9: imap_log_file = "/absent/imap.log": /absent/imap.log: No such file' in line


@pytest.mark.directive("imap_cmd_debug")
@pytest.mark.parametrize("value", ["3", "-1", "", "yes", "2k"])
def test_a_bad_number(refused, value):
    assert f'imap_cmd_debug = "{value}": expected 0, 1 or 2' in refused(imap_cmd_debug=value)


def test_a_bad_certificate(refused, certificate):
    assert str(certificate.key) in refused(imap_certificate_path=certificate.key)


def test_a_missing_key(refused, tmp_path):
    line = refused(imap_private_key_path="/absent/key.pem")
    assert line.endswith(
        'imap_private_key_path = "/absent/key.pem": /absent/key.pem: No such file or directory\n'
    )
    above, _, _ = (tmp_path / "imap.cfg").read_text().partition("imap_private_key_path")
    number = above.count("\n") + 1
    assert f"/imap.cfg:{number}: " in line


@pytest.mark.directive("tls", "imap_force_tls", "imap_support_tls")
def test_tls_forced_but_off(refused):
    assert 'imap_force_tls = "yes": needs imap_support_tls=yes' in refused(
        imap_force_tls="yes", imap_support_tls="no"
    )


@pytest.mark.directive("reference_accounts")
def test_a_missing_accounts_file(refused):
    assert "/absent/accounts.toml: cannot be read" in refused(
        reference_accounts="/absent/accounts.toml"
    )


@pytest.mark.directive("reference_accounts")
def test_a_bad_accounts_file(refused, tmp_path):
    file = tmp_path / "bad.toml"
    file.write_text("[[account]\n")
    assert "bad.toml:1: not TOML" in refused(reference_accounts=file)


@pytest.mark.directive("config_file_path", "reference_accounts")
def test_an_accounts_file_that_is_nowhere(refused):
    line = refused(reference_accounts="absent.toml", config_file_path="/absent/a:/absent/b")
    assert "absent.toml: neither in /absent/a, /absent/b nor here" in line


@pytest.mark.directive("host_id")
def test_a_bad_host_id(refused):
    assert 'host_id = "my host": expected a host name' in refused(host_id="my host")


@pytest.mark.directive("data_file_path")
@pytest.mark.parametrize(
    ("name", "line", "complaint"),
    [
        ("imap_code.txt", "completed [done]", "completed: expected 1 to 200 printable"),
        ("folder_lang.txt", "de|Eins", "1 names; expected language|drafts|sent|trash|junk"),
    ],
)
def test_a_bad_data_file(refused, tmp_path, name, line, complaint):
    (tmp_path / name).write_text(f"# ours\n{line}\n")
    assert f"{tmp_path / name}:2: {complaint}" in refused(data_file_path=tmp_path)


@pytest.mark.directive("reference_store")
def test_a_store_that_cannot_be(refused, tmp_path):
    file = tmp_path / "file"
    file.write_text("not a folder")
    assert str(file) in refused(reference_store=file)


@pytest.mark.directive("reference_store")
def test_a_store_that_another_server_uses(refused, reference_process):
    store = reference_process.folder / "store"
    assert str(store) in refused(reference_store=store)


def test_a_port_in_use(refused, reference_process):
    port = reference_process.imap[1]
    assert f"cannot listen on 127.0.0.1:{port}: " in refused(imap_listen_port=port)


def test_only_the_listeners_asked_for(start_reference):
    without_tls = start_reference(imap_support_tls="no")
    assert without_tls.imap is not None
    assert without_tls.imaps is None
    assert "imap_listen_tls_port have no effect" in without_tls.log
    only_tls = start_reference(imap_listen_port="")
    assert only_tls.imap is None
    assert only_tls.imaps is not None


@pytest.mark.directive("tls", "imap_support_tls", "imap_certificate_path")
def test_tls_without_certificate_is_off(start_reference):
    server = start_reference(imap_certificate_path="", imap_private_key_path="")
    assert server.imaps is None
    assert "TLS is off: it needs imap_certificate_path" in server.log
    client = imaplib.IMAP4(*server.imap, timeout=30)
    assert "STARTTLS" not in client.capabilities
    client.logout()


@pytest.mark.directive("imap_support_tls", "imap_certificate_path", "imap_private_key_path")
@pytest.mark.parametrize(
    ("directives", "line"),
    [
        (
            {"imap_support_tls": "no"},
            "TLS is off: it needs imap_support_tls=yes;"
            " imap_listen_tls and imap_listen_tls_port have no effect\n",
        ),
        (
            {"imap_support_tls": "no", "imap_listen_tls_port": ""},
            "TLS is off: it needs imap_support_tls=yes\n",
        ),
        (
            {"imap_support_tls": "no", "imap_private_key_path": ""},
            "TLS is off: it needs imap_support_tls=yes, imap_certificate_path and"
            " imap_private_key_path; ",
        ),
        (
            {"imap_listen_tls_port": "", "imap_private_key_path": ""},
            "TLS is off: it needs imap_certificate_path and imap_private_key_path\n",
        ),
        (
            {
                "imap_support_tls": "no",
                "imap_listen_tls_port": "",
                "imap_certificate_path": "",
                "imap_private_key_path": "",
            },
            None,
        ),
        (
            {
                "imap_support_tls": "no",
                "imap_listen_tls": "",
                "imap_listen_tls_port": "",
                "imap_certificate_path": "",
                "imap_private_key_path": "",
            },
            None,
        ),
    ],
)
def test_the_log_says_what_turns_tls_on(start_reference, directives, line):
    server = start_reference(**directives)
    assert server.log.count("TLS is off") == (line is not None)
    assert line is None or line in server.log


def test_unknown_keys_are_in_the_log(start_reference):
    server = start_reference(imap_colour="green")
    assert "imap.cfg:" in server.log
    assert "unknown key imap_colour" in server.log


@pytest.mark.directive("reference_store")
def test_a_store_in_memory(start_reference):
    server = start_reference(reference_store=":memory:")
    client = imaplib.IMAP4(*server.imap, timeout=30)
    client.login(server.user, server.password)
    assert client.append("INBOX", None, None, b"Subject: x\r\n\r\nx\r\n")[0] == "OK"
    client.logout()
    assert {path.name for path in server.folder.iterdir()} == {"imap.cfg", "accounts.toml", "log"}


def test_dev_needs_no_configuration(tmp_path):
    """But for the ports, which other programs of this machine may have in use."""
    (tmp_path / "ports.cfg").write_text("imap_listen_port=0\nimap_listen_tls_port=0\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "reference_server", "--dev", "-c", "ports.cfg"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        guide = []
        for line in process.stdout:
            guide.append(line)
            if line.startswith("ready "):
                break
        places = dict(place.split("=") for place in guide[-1].split()[1:])
        assert all(place.startswith("127.0.0.1:") for place in places.values())
        text = "".join(guide)
        for hint in ("openssl s_client", "curl", "Thunderbird", "alicepw", *places.values()):
            assert hint in text
        tls = ssl.create_default_context(cafile=str(tmp_path / "gximap-data" / "certificate.pem"))
        port = int(places["imaps"].rpartition(":")[2])
        accounts = [line.split()[:2] for line in guide if "@example.test  " in line]
        assert len(accounts) == 4
        for user, password in [*accounts, ("alice@example.test!shared@example.test", "alicepw")]:
            client = imaplib.IMAP4_SSL("localhost", port, ssl_context=tls)
            client.login(user, password)
            assert client.select()[0] == "OK"
            client.logout()
        assert (tmp_path / "gximap-data" / "key.pem").stat().st_mode & 0o077 == 0
        assert (tmp_path / "gximap-data" / "mail.sqlite").exists()
    finally:
        process.send_signal(signal.SIGHUP)  # as a terminal does that is closed
        process.communicate(timeout=30)
    assert process.returncode == 0


def test_the_ports_of_dev():
    assert (development.ADDRESS, development.PORT, development.TLS_PORT) == (
        "127.0.0.1",
        10143,
        10993,
    )
