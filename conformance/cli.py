"""`gximap-conformance`: run the suite against an IMAP server, list its cases and requirements."""

import argparse
import getpass
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.text import Text

from conformance.clean import clean
from conformance.command_line import COMMANDS, parser
from conformance.diff.command import diff
from conformance.endings import as_interrupts, of_interrupt
from conformance.jobs import Distribution, permitted_jobs, wanted_jobs
from conformance.plugin import CASES
from conformance.profiles.draft import check_new, write_draft
from conformance.profiles.profile import Profile
from conformance.quiet import (
    Collection,
    Preparation,
    Quiet,
    arguments,
    check_chosen,
    collect,
    run_pytest,
)
from conformance.report.compare import compare
from conformance.report.github import annotations
from conformance.report.listing import print_cases, print_requirements
from conformance.report.markdown import markdown
from conformance.report.output import Output, say, spell_out
from conformance.report.page import visible
from conformance.report.progress import Display
from conformance.report.results import (
    EXIT_FAULT,
    EXIT_INTERRUPTED,
    EXIT_PASS,
    EXIT_UNREACHABLE,
    EXIT_USAGE,
)
from conformance.report.summary import print_summary
from conformance.requirements.catalogue import CatalogueError, catalogue
from conformance.run import Options, Target, UsageError, check_profile, check_selectors, prepare
from conformance.run_plugin import new_results
from conformance.targets.description import (
    NoAnswerError,
    TargetError,
    UnreachableError,
    describe,
    without_password,
)
from conformance.targets.leftovers import REMEDY
from conformance.targets.run_folder import run_folder

# More waits for the server than any case has: one that takes longer hangs in itself.
CASE_WAITS = 30


def _ask(prompt: str) -> str:
    try:
        with warnings.catch_warnings():  # without a terminal the password would be echoed
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except (EOFError, getpass.GetPassWarning):
        raise NoAnswerError from None


def main(words: Sequence[str] | None = None, cases: Path = CASES) -> int:
    """Run the command; returns its exit code. `cases` is the folder of the cases."""
    spell_out(sys.stdout, sys.stderr)
    with as_interrupts():
        return _main(words, cases)


def _main(words: Sequence[str] | None, cases: Path) -> int:
    words = list(sys.argv[1:] if words is None else words)
    if not words or (words[0] not in COMMANDS and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, "run")
    namespace = parser().parse_args(words)
    try:
        catalogue()
        if namespace.command == "list":
            return _list(cases, tuple(namespace.select))
        if namespace.command == "requirements":
            return _requirements(cases, namespace.uncovered)
        if namespace.command == "clean":
            return _clean(namespace)
        if namespace.command == "compare":
            return compare(Output(sys.stdout), namespace.files, namespace.report)
        if namespace.command == "diff":
            return diff(Output(sys.stdout), namespace, _ask)
        return run(namespace, cases)
    except UsageError as error:
        text = str(error)
        for word in words:  # which a complaint may repeat, as it is or as a path
            for said in (word, str(Path(word))):
                text = text.replace(said, without_password(said))
        print(f"gximap-conformance: {text}", file=sys.stderr)
        return EXIT_USAGE
    except UnreachableError as error:  # in the server's words, perhaps
        print(f"gximap-conformance: {visible(error)}", file=sys.stderr)
        return EXIT_UNREACHABLE
    except CatalogueError as error:
        print(f"gximap-conformance: fault of the suite: {error}", file=sys.stderr)
        return EXIT_FAULT
    except KeyboardInterrupt:
        print("gximap-conformance: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except Exception:
        # Python's own exit code for this, 1, would say that the server deviates.
        traceback.print_exc()
        print("gximap-conformance: fault of the suite, see above", file=sys.stderr)
        return EXIT_FAULT


def run(namespace: argparse.Namespace, cases: Path) -> int:
    """Prepare the target, run the cases through pytest, print the summary."""
    options = Options(
        target=namespace.target,
        select=tuple(namespace.select),
        profile=namespace.profile,
        strict=namespace.strict,
        allow=tuple(namespace.allow),
        report=namespace.report,
        insecure=namespace.insecure,
        ca_file=namespace.ca_file,
        verbose=namespace.verbose,
    )
    check_selectors(options, cases)
    if namespace.write_profile:
        check_new(Path(namespace.write_profile))
    target, profile = prepare(options, _ask)
    check_profile(profile, cases)
    with run_folder(options.report) as folder:
        return _run(namespace, cases, options, replace(target, folder=folder), profile)


def _run(
    namespace: argparse.Namespace,
    cases: Path,
    options: Options,
    target: Target,
    profile: Profile | None,
) -> int:
    results = new_results(target, profile, options)
    # pytest captures descriptors 1 and 2 while cases run; the display writes to a copy. What is
    # in another format than text has standard output for itself.
    stream = sys.stdout if namespace.format == "text" else sys.stderr
    with os.fdopen(os.dup(stream.fileno()), "w", encoding=stream.encoding) as output:
        spell_out(output)
        console = Output(output)
        console.print(Text(f"target: {target.name}  {visible(target.facts.greeting)}"))
        for leftover in target.leftovers:
            console.print(Text(f"left behind, or of a run that goes on now: {leftover}"))
        if target.leftovers:
            console.print(Text(REMEDY))
        wanted, groups = wanted_jobs(target, namespace.jobs), dict[str, str]()
        if wanted > 1:
            groups = collect(cases, options.select).groups
            wanted = max(1, min(wanted, len({*groups.values()})))
        jobs, sessions, remark = permitted_jobs(target, wanted)
        if remark:
            console.print(Text(remark))
        target = replace(target, sessions=sessions)
        plugins = [
            Preparation(target, results),
            Quiet(),
            Display(console, results, options.verbose),
            Distribution(groups),
        ]
        words = [*arguments(cases), *_run_arguments(options, jobs, target.facts.deadline)]
        try:
            code = run_pytest(words, plugins)
        except (KeyboardInterrupt, Exception) as error:
            if not (results.interrupted or of_interrupt(error)):
                raise
            results.interrupted, code = True, EXIT_INTERRUPTED
        if code != results.exit_code and not results.interrupted:
            results.faults.append(f"pytest ended with {code!r}")
        if namespace.format == "text":
            print_summary(console, results, options.verbose)
        console.print(Text(f"report: {Path(namespace.report) / 'index.html'}"))
        if namespace.write_profile and not results.interrupted:
            console.print(Text(write_draft(Path(namespace.write_profile), results)))
    if namespace.format == "github":
        say("".join(f"{line}\n" for line in annotations(results)))
    elif namespace.format == "markdown":
        say(markdown(results))
    return results.exit_code


def _run_arguments(options: Options, jobs: int, deadline: float) -> list[str]:
    arguments = [
        f"--timeout={CASE_WAITS * deadline:.0f}",
        f"--report={options.report}",
        *(f"--select={selector}" for selector in options.select),
        *(f"--allow={group}" for group in options.allow),
    ]
    if jobs > 1:
        arguments += [f"-n{jobs}", "--dist=loadscope"]
    if options.strict:
        arguments.append("--strict")
    if options.verbose:
        arguments.append("-v")
    return arguments


def _clean(namespace: argparse.Namespace) -> int:
    try:
        description = describe(
            namespace.target, _ask, ca_file=namespace.ca_file, insecure=namespace.insecure
        )
    except TargetError as error:
        raise UsageError(str(error)) from None
    if not description.addresses:
        raise UsageError(f"{namespace.target}: a fresh reference server has nothing left behind")
    return clean(Output(sys.stdout), description, None if namespace.yes else _confirm)


def _confirm(question: str) -> bool:
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        raise UsageError("no one answers; --yes removes without asking") from None


def _list(cases: Path, select: tuple[str, ...]) -> int:
    collection = collect(cases, select)
    check_chosen(collection, select)
    print_cases(Output(sys.stdout), collection.cases)
    return _tell_faults(collection)


def _requirements(cases: Path, uncovered: bool) -> int:
    collection = collect(cases, ())
    print_requirements(Output(sys.stdout), catalogue(), collection.cases, uncovered)
    return _tell_faults(collection)


def _tell_faults(collection: Collection) -> int:
    for fault in collection.faults:
        print(f"gximap-conformance: {fault}", file=sys.stderr)
    return EXIT_FAULT if collection.faults else EXIT_PASS
