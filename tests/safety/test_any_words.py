"""User names and passwords may be any text: no case stumbles over one, and no report shows one."""

import json
import subprocess
import sys
from base64 import b64encode

import pytest

from tests import conftest, control
from tests.control import ControlledServer

# By what stands in both the accounts of the server and the target file.
WORDS = {
    "alice@example.test": "älice@example.test",
    "alicepw": 'pässwört "1\\2',
    "bobpw": "καλημέρα",
    "carolpw": "(two words)",
    "davepw": "1234",  # no letter to write in another case
}
SECRETS = ("pässwört", "καλημέρα", "two words")
CHOSEN = (
    "any_state",
    "data_formats/commands",
    "extensions/enable",
    "extensions/literal_plus",
    "extensions/sasl_ir",
    "gromox/context_num",
    "gromox/impersonation",
    "gromox/throttling/guesses_at_once_get_no_more_tries",
    "not_authenticated",
    "responses",
    "security",
)
GROUPS = ("lockout", "load")


@pytest.fixture
def server(tmp_path, certificate, monkeypatch):
    for module, name in (conftest, "ACCOUNTS"), (control, "TARGET"):
        text = getattr(module, name)
        for usual, word in WORDS.items():
            text = text.replace(json.dumps(usual), json.dumps(word))
        monkeypatch.setattr(module, name, text)
    server = ControlledServer(tmp_path / "server", certificate)
    yield server
    server.end()


def test_no_case_stumbles_and_no_report_tells(server, tmp_path):
    command = [sys.executable, "-m", "conformance", "run", str(server.target), "--insecure", "-v"]
    command += ["--report", str(tmp_path / "report")]
    command += [word for chosen in CHOSEN for word in ("--select", chosen)]
    command += [word for group in GROUPS for word in ("--allow", group)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    told = [run.stdout, run.stderr]
    told += [path.read_text(encoding="utf-8") for path in (tmp_path / "report").iterdir()]
    told = [text.replace("\\\\", "\\") for text in told]
    assert any(form in told[0] for form in forms("älice"))
    for password in SECRETS:
        assert not [form for form in forms(password) for text in told if form in text]


def forms(word):
    """The word as it is, and as Python, JSON and SASL write it."""
    octets = word.encode()
    whole = len(octets) // 3 * 3  # what follows the word changes the end of its base64
    return {word, ascii(word)[1:-1], ascii(octets)[2:-1], b64encode(octets[:whole]).decode()}
