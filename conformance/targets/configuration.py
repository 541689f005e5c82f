"""The directives that a case needs its server to be configured with."""

from collections.abc import Mapping

import pytest

Settings = dict[str, str]
"""Directives by key, the values as a configuration file of Gromox has them."""


def directive(value: object) -> str:
    """A value as a configuration file has it; TypeError for what none can hold."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str | int):
        raise TypeError(value)
    return str(value)


def directives(values: Mapping[str, object]) -> Settings:
    """All these values as a configuration file has them; TypeError for what none can hold."""
    return {key: directive(value) for key, value in values.items()}


def wanted(case: pytest.Item) -> Settings:
    """What the `configuration` marks of a case ask for; the mark nearest to the case wins."""
    settings: Settings = {}
    for mark in case.iter_markers("configuration"):
        settings = directives(mark.kwargs) | settings
    return settings


def group(settings: Settings) -> str:
    """One name for one configuration, "" for none: its cases go to the same worker."""
    return ",".join(f"{key}={settings[key]}" for key in sorted(settings))
