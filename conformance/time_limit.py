"""The pytest plugin that limits the time of each phase of a test: set-up, call, tear-down.

pytest-timeout's own limit spans the phases and what pytest does between them. If time is up there,
not the test ends but all of pytest, with an INTERNALERROR. So that plugin limits just the call (its
ini option `timeout_func_only`), and this one limits the other two in the same way.
"""

import contextlib
import signal
from collections.abc import Generator, Iterator

import pytest
from pytest_timeout import Settings

METHOD = "signal" if hasattr(signal, "SIGALRM") else "thread"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    with limited(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    with limited(item):
        return (yield)


@contextlib.contextmanager
def limited(item: pytest.Item) -> Iterator[None]:
    """Let pytest-timeout end what lasts longer within than the item may."""
    limit = seconds(item)
    if limit:
        settings = Settings(limit, METHOD, True, False)
        item.config.hook.pytest_timeout_set_timer(item=item, settings=settings)
    try:
        yield
    finally:
        if limit:
            item.config.hook.pytest_timeout_cancel_timer(item=item)


def seconds(item: pytest.Item) -> float:
    """The limit of an item: its mark's, the command line's, the configuration's; 0 for none."""
    mark = item.get_closest_marker("timeout")
    if mark is not None:
        given = mark.args[0] if mark.args else mark.kwargs.get("timeout")
        if given is not None:
            return float(given)
    return float(item.config.getoption("timeout") or item.config.getini("timeout") or 0)
