"""A run's beginning: the target is described, looked at, and its profile found.

Done once, before any case runs; the worker processes get the outcome as plain data.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.profiles.entries import check_cases
from conformance.profiles.profile import Profile, ProfileError, load_profile, recognise
from conformance.requirements.case import names
from conformance.requirements.catalogue import catalogue
from conformance.requirements.selection import Selector, SelectorError, parse_selector
from conformance.targets.client import FAILURES
from conformance.targets.configuration import Settings
from conformance.targets.control import Control, ControlError
from conformance.targets.description import Description, TargetError, describe
from conformance.targets.inventory import Inventory, take_inventory
from conformance.targets.leftovers import find_leftovers
from conformance.targets.probing import Facts, check_addresses, check_starttls, probe
from conformance.targets.reference import ReferenceServer
from conformance.targets.scratch_names import scratch_name

REFERENCE_SERVER = "reference server"
GROMOX = "gromox"
NO_PROFILE = "none"
GROUPS = ("lockout", "timeouts", "load", "inbox")


class UsageError(Exception):
    """The options or the target file are wrong; the text says what."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says about a run. `target` None: a fresh reference server."""

    target: str | None = None
    select: tuple[str, ...] = ()
    profile: str | None = None
    strict: bool = False
    allow: tuple[str, ...] = ()
    report: str | None = None
    insecure: bool = False
    ca_file: str | None = None
    verbose: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a run. `description` None: every worker starts a reference server.

    That one is called `name` and gets these `settings`. Everything created on a target lies below
    the mailbox `scratch`, in its personal namespace. `product`: whose profile is used.
    `leftovers`: what other runs have there, in words. `sessions`: how many of one account each job
    may have at once, that for clearing up included; 0 where no limit is known. `before`: the
    mailboxes that were there. `folder`: where the processes of the run leave files for each other.
    """

    description: Description | None
    facts: Facts
    scratch: str
    name: str = REFERENCE_SERVER
    settings: Settings = field(default_factory=dict)
    product: str | None = None
    leftovers: tuple[str, ...] = ()
    sessions: int = 0
    before: Inventory = field(default_factory=Inventory)
    folder: str = ""

    @property
    def takes_turns(self) -> bool:
        """Whether cases run one at a time: a foreign target has one configuration at a time."""
        return self.description is not None and "apply" in self.description.control

    @property
    def is_gromox(self) -> bool:
        """Whether Gromox's manual binds it: a reference server, or declared to be a Gromox."""
        if self.description is None or self.description.settings:
            return True
        return GROMOX in (self.description.profile, self.product)

    def to_data(self) -> dict[str, Any]:
        """The target as built-in types, for a worker process."""
        return {
            "description": self.description and self.description.to_data(),
            "facts": self.facts.to_data(),
            "scratch": self.scratch,
            "name": self.name,
            "settings": self.settings,
            "product": self.product,
            "sessions": self.sessions,
            "before": self.before.to_data(),
            "folder": self.folder,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Target":
        description = data["description"]
        return cls(
            Description.from_data(description) if description else None,
            Facts.from_data(data["facts"]),
            data["scratch"],
            data["name"],
            data["settings"],
            data["product"],
            sessions=data["sessions"],
            before=Inventory.from_data(data["before"]),
            folder=data["folder"],
        )


def selectors(options: Options) -> list[Selector]:
    """The selectors of the options, understood. Raises UsageError."""
    try:
        return [parse_selector(text, catalogue()) for text in options.select]
    except SelectorError as error:
        raise UsageError(f"--select {error}") from None


def check_selectors(options: Options, cases: Path) -> None:
    """UsageError for a selector that is not understood, or the path of no case."""
    known = names(cases)
    for selector in selectors(options):
        if not any(selector.reaches(name) for name in known):
            what, there_are = _near(selector, known)
            raise UsageError(
                f"--select {selector.text}: there is no such group, file or case; the {what}: "
                + ", ".join(there_are)
            )


def _near(selector: Selector, known: Iterable[str]) -> tuple[str, list[str]]:
    """What there is where the path goes wrong: cases of its file, files of its group, groups."""
    parts = selector.path.split("/")
    for depth, what in (2, "cases"), (1, "files"), (0, "groups"):
        above = [name.split("/") for name in known if name.split("/")[:depth] == parts[:depth]]
        if above:
            return what, sorted({"/".join(each[: depth + 1]) for each in above})
    return "groups", []


def check_profile(profile: Profile | None, cases: Path) -> None:
    """UsageError for a profile whose entries name cases that are not in this folder."""
    try:
        if profile is not None:
            check_cases(profile, cases)
    except ProfileError as error:
        raise UsageError(str(error)) from None


def prepare(
    options: Options, ask: Callable[[str], str], starttls: bool = True
) -> tuple[Target, Profile | None]:
    """Describe the target, look at it, find its profile. `starttls`: whether that will be used.

    Raises UsageError for wrong options, UnreachableError if the target cannot be used.
    """
    selectors(options)
    for group in options.allow:
        if group not in GROUPS:
            raise UsageError(f"--allow {group}: a group is one of {', '.join(GROUPS)}")
    _make_folder(options.report)
    try:
        profile = _named(options.profile)
        if options.target is None:
            return _reference_server(REFERENCE_SERVER, {}), profile
        description = describe(options.target, ask, os.environ, options.ca_file, options.insecure)
        if not description.addresses:
            return _reference_server(description.name, description.settings), profile
        name = options.profile or description.profile
        if profile is None:
            profile = _named(name)
    except (TargetError, ProfileError) as error:
        raise UsageError(str(error)) from None
    try:
        Control(description.control).check()
        check_addresses(description)
        if starttls:
            check_starttls(description)
        facts = probe(description)
        leftovers = _leftovers(description, facts)
    except (TargetError, ControlError) as error:
        raise UsageError(str(error)) from None
    # Whose deviations are not to be expected is the product all the same.
    known = profile or recognise(facts.greeting, facts.id)
    product = known.name.lower() if known else None
    target = Target(
        description,
        facts,
        scratch_name(),
        description.name,
        product=product,
        leftovers=leftovers,
        before=take_inventory(description),
    )
    return target, None if name == NO_PROFILE else known


def _named(profile: str | None) -> Profile | None:
    return load_profile(profile, catalogue()) if profile and profile != NO_PROFILE else None


def _leftovers(description: Description, facts: Facts) -> tuple[str, ...]:
    try:
        return tuple(map(str, find_leftovers(description, facts)))
    except FAILURES:  # a server that cannot LIST is for the cases to judge
        return ()


def _make_folder(report: str | None) -> None:
    """Make the folder of the report now, so that no run is lost for want of it."""
    try:
        if report is not None:
            Path(report).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--report {report}: {error.strerror}") from None
    if report is not None and not os.access(report, os.W_OK | os.X_OK):
        raise UsageError(f"--report {report}: no files can be written there")


def _reference_server(name: str, settings: dict[str, str]) -> Target:
    server = ReferenceServer(1, settings)
    try:
        return Target(None, probe(server.description), scratch_name(), name, settings)
    finally:
        server.stop()
