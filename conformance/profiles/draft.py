"""`--write-profile`: a profile drafted from a run, for a person to confirm entry by entry."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from conformance.profiles.profile import KnownDeviation, Profile
from conformance.report.evidence import in_words
from conformance.report.page import visible
from conformance.report.results import CaseResult, Results
from conformance.requirements.catalogue import Catalogue, catalogue
from conformance.run import UsageError

DRAFTED = ("fail", "warn")
HEAD = """\
# Known deviations, drafted from a run; example.toml of the suite describes the format.
#
# Whatever says TODO waits for a person: is it the server that is wrong, or the case? An entry that
# is no deviation is to be removed, and the suite's fault reported; a reason says what the server
# does, in a sentence. `message`, a regular expression that the finding must match, keeps another
# fault in the same case from passing for the known one.
"""


def draft(results: Results, sentences: Catalogue) -> str:
    """The TOML of a profile with which the same run would give no unknown deviation.

    It goes on with the profile of the run, if there was one, without the entries that are fixed.
    Crashes, and what the suite could not judge, are not in it.
    """
    return "\n".join([HEAD, *_product(results), *_entries(results, sentences)])


def check_new(path: Path) -> None:
    """UsageError unless the file can be made and is not there: a profile is a person's work."""
    if path.exists():
        raise UsageError(f"--write-profile {path}: it exists, and is not overwritten")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise UsageError(f"--write-profile {path}: no file can be written in that folder")


def write_draft(path: Path, results: Results) -> str:
    """Write the draft, if anything deviates; returns what was done, in words.

    Raises UsageError if the file has come to be since the run began.
    """
    waiting = len(_deviating(results))
    if not waiting:
        return f"no unknown deviation: {path} was not written"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(draft(results, catalogue()))
    except OSError as error:
        raise UsageError(f"--write-profile {path}: {error.strerror}") from None
    return f"profile: {path}, {waiting} entries to confirm (TODO)"


def _deviating(results: Results) -> list[CaseResult]:
    return sorted(
        (each for each in results.cases if each.outcome in DRAFTED),
        key=lambda each: each.case.id,
    )


def _product(results: Results) -> Iterator[str]:
    profile = results.profile
    if profile is not None:
        yield f"name = {_quoted(profile.name)}\n"
        yield "[match]"
        if profile.greeting:
            yield f"greeting = {_quoted(profile.greeting)}"
        if profile.id:
            yield f"id = {_table(profile.id)}"
    else:
        name = results.target["id"].get("name") or results.target["name"]
        yield f"name = {_quoted(f'TODO: the product; this was {name}')}\n"
        yield "[match]"
        if "name" in results.target["id"]:
            yield f"id = {_table({'name': f'^{re.escape(name)}$'})}"
        else:
            yield "# TODO: a regular expression that tells the product; the greeting was:"
            yield f"# greeting = {_quoted(results.target['greeting'])}"
    yield ""


def _entries(results: Results, sentences: Catalogue) -> Iterator[str]:
    for known in _kept(results.profile, results.cases):
        keys: dict[str, str | Sequence[str]] = {
            "case": known.cases[0] if len(known.cases) == 1 else known.cases,
            "requirement": known.requirement,
            "message": known.message,
            "reason": known.reason,
            "reference": known.reference,
            "versions": known.versions,
        }
        yield _entry({key: value for key, value in keys.items() if value})
    versions = _versions(results)
    for result in _deviating(results):
        yield _entry(
            {
                "case": result.case.id,
                "reason": f"TODO: confirm, and say what the server does. {_seen(result)}",
                "reference": _reference(result, sentences),
                "versions": versions,
            }
        )


def _seen(result: CaseResult) -> str:
    """What was expected and seen where the finding is a comparison; else how it begins."""
    match in_words(result.message):
        case [expected, seen, *_] if expected.startswith("expected: "):
            return re.sub(" +", " ", f"E{expected[1:]}, {seen}")
    first = result.message.partition("\n")[0]
    return f"Seen: {first or result.case.title}"


def _kept(profile: Profile | None, cases: Sequence[CaseResult]) -> Iterator[KnownDeviation]:
    """The entries of the profile in use but what the run found nothing but fixed of."""
    for known in profile.deviations if profile else ():
        parts = [replace(known, cases=(name,)) for name in known.cases] or [known]
        kept = [part for part in parts if not _is_fixed(part, cases)]
        if kept:
            yield replace(known, cases=tuple(name for part in kept for name in part.cases))


def _is_fixed(known: KnownDeviation, cases: Sequence[CaseResult]) -> bool:
    outcomes = {result.outcome for result in cases if known.concerns(result.case)}
    return "fixed" in outcomes and "known" not in outcomes


def _reference(result: CaseResult, sentences: Catalogue) -> str:
    references = []
    for identifier in result.concerned or result.case.requirements:
        requirement = sentences[identifier]
        references.append(
            f"{requirement.document} section {requirement.section} ({identifier}): "
            f"{requirement.sentence}"
        )
    return "; ".join(references)


def _versions(results: Results) -> str:
    """What the server says of its version, in its answer to ID or in its greeting."""
    identity = results.target["id"]
    told = [identity[key] for key in ("name", "version") if identity.get(key)]
    return " ".join(told) or f"TODO: version; the greeting was: {results.target['greeting']}"


def _entry(keys: dict[str, str | Sequence[str]]) -> str:
    lines = ["[[deviation]]", *(f"{key} = {_value(value)}" for key, value in keys.items())]
    return "\n".join(lines) + "\n"


def _value(value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        return _quoted(value)
    return "[\n" + "".join(f"    {_quoted(each)},\n" for each in value) + "]"


def _table(values: dict[str, str]) -> str:
    pairs = (f"{_quoted(key)} = {_quoted(value)}" for key, value in values.items())
    return "{ " + ", ".join(pairs) + " }"


def _quoted(text: str) -> str:
    """A basic string of TOML, which has the escapes of JSON; what cannot be seen is spelt out."""
    return json.dumps(visible(text), ensure_ascii=False)
