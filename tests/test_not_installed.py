"""Both programs in a checkout that is not installed: with what they depend on, and no more."""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]


@pytest.fixture
def start(tmp_path, unmeasured):  # noqa: ARG001
    """Factory: ``python -m`` with these arguments, in a copy of the checkout."""
    checkout, libraries = tmp_path / "checkout", tmp_path / "libraries"
    libraries.mkdir()
    for name in ("reference_server", "conformance", "fixtures"):
        shutil.copytree(
            TOP / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
        )
    for folder in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for file in Path(folder).iterdir():
            if "gximap" not in file.name and file.suffix != ".pth":
                (libraries / file.name).symlink_to(file)
    environment = {**os.environ, "PYTHONPATH": str(libraries), "PYTHONDONTWRITEBYTECODE": "1"}

    def start(*arguments):
        return subprocess.Popen(
            [sys.executable, "-S", "-m", *arguments],  # without its own site-packages
            cwd=checkout,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.mark.parametrize(
    ("module", "program"),
    [("reference_server", "gximap-server"), ("conformance", "gximap-conformance")],
)
def test_the_version_is_unknown(start, module, program):
    output, errors = (process := start(module, "--version")).communicate(timeout=60)
    assert (output, errors) == (f"{program} 0+unknown\n", "")
    assert process.returncode == 0


def test_the_server_starts(start, tmp_path):
    (tmp_path / "checkout" / "ports.cfg").write_text("imap_listen_port=0\nimap_listen_tls_port=0\n")
    process = start("reference_server", "--dev", "-c", "ports.cfg")
    try:
        assert any(line.startswith("ready ") for line in process.stdout)
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors


@pytest.mark.slow
def test_the_suite_runs(start):
    """It starts the server of the same checkout."""
    process = start(
        "conformance", "run", "--jobs", "1", "--select", "any_state/noop", "--report", "report"
    )
    output, errors = process.communicate(timeout=100)
    assert process.returncode == 0, output + errors
    assert "no unknown deviation" in output
