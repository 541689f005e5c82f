"""The pytest plugin that makes test functions into cases.

It is loaded by `gximap-conformance` and by `pytest` in a checkout. It acts only on the folder of
cases (the ini option `conformance_cases`, by default the suite's own) and only when that folder
is among what pytest is asked to run; other tests are left alone.
"""

from pathlib import Path

import pytest

from conformance.case_plugin import CasePlugin
from conformance.run import GROUPS, Options
from conformance.run_plugin import RunPlugin

CASES = Path(__file__).parent / "cases"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "conformance of an IMAP server (for its cases only)")
    group.addoption("--target", metavar="TARGET", help="URL or target file; default: a fresh one")
    group.addoption("--select", metavar="SELECTOR", action="append", default=[])
    group.addoption("--profile", metavar="NAME|FILE", help="known deviations of the target")
    group.addoption("--allow", metavar="GROUP", action="append", default=[], choices=GROUPS)
    group.addoption("--report", metavar="DIR", help="write the report there")
    group.addoption("--insecure", action="store_true", help="trust any certificate")
    group.addoption("--ca-file", metavar="FILE", help="trust these certificates")
    parser.addini("conformance_cases", "folder of the cases", default=str(CASES))


def options(config: pytest.Config) -> Options:
    """The options of a run, as pytest's command line gives them."""
    return Options(
        target=config.getoption("target"),
        select=tuple(config.getoption("select")),
        profile=config.getoption("profile"),
        strict=_strict(config),
        allow=tuple(config.getoption("allow")),
        report=config.getoption("report"),
        insecure=config.getoption("insecure"),
        ca_file=config.getoption("ca_file"),
        verbose=config.getoption("verbose") > 0,
    )


def _strict(config: pytest.Config) -> bool:
    # pytest has a --strict of its own: an ini option since pytest 9, before that a plain one.
    try:
        return bool(config.getini("strict"))
    except (KeyError, ValueError):
        return bool(config.getoption("strict", False))


def cases_folder(config: pytest.Config) -> Path:
    return Path(config.getini("conformance_cases")).resolve()


def is_active(config: pytest.Config) -> bool:
    """Whether pytest is asked to run cases: an argument is their folder, above it or in it."""
    folder = cases_folder(config)
    for argument in config.args:
        path = (config.invocation_params.dir / argument.partition("::")[0]).resolve()
        if path.is_relative_to(folder) or folder.is_relative_to(path):
            return True
    return False


def pytest_configure(config: pytest.Config) -> None:
    for line in (
        "requirement(*ids, level=None): the sentences that a case observes",
        "needs(*capabilities, advertised=False): skip where the server does not offer them",
        "revision(name): true of IMAP4rev1 or of IMAP4rev2 only",
        "configuration(**directives): on a server configured so (Gromox's directives)",
        "allow(group): on a foreign target only with --allow GROUP",
    ):
        config.addinivalue_line("markers", line)
    if not is_active(config):
        return
    given = options(config), cases_folder(config)
    config.pluginmanager.register(CasePlugin(config, *given), "conformance-cases")
    config.pluginmanager.import_plugin("conformance.case_fixtures")
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        config.pluginmanager.register(RunPlugin(config, *given), "conformance-run")
