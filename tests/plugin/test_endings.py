"""Signals that end a run."""

import signal

import pytest

from conformance import endings
from conformance.endings import as_interrupts, of_interrupt

ENDINGS = (signal.SIGTERM, signal.SIGHUP)


@pytest.mark.parametrize("ending", ENDINGS)
def test_two_at_once_are_one(ending):
    with as_interrupts():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(ending)
        signal.raise_signal(ending)


@pytest.mark.parametrize("ending", ENDINGS)
def test_later_one_is_another(ending, monkeypatch):
    monkeypatch.setattr(endings, "AT_ONCE", -1)
    with as_interrupts():
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(ending)


def raised(first, then):
    try:
        try:
            raise first
        except first:
            raise then from None
    except BaseException as error:
        return error


def test_what_an_interrupt_brings_about():
    assert of_interrupt(raised(KeyboardInterrupt, KeyboardInterrupt))
    assert of_interrupt(raised(KeyboardInterrupt, ValueError))
    assert not of_interrupt(raised(KeyError, ValueError))
