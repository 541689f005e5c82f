"""The command line that runs a case again."""

import shlex
from collections.abc import Sequence

from conformance.run import Options
from conformance.targets.description import without_password


def command(options: Options) -> tuple[str, ...]:
    """The words of the command that a run was started with, without selectors.

    A password in the target's URL is left out; how the results are shown is, too.
    """
    words = ["gximap-conformance", "run"]
    if options.target is not None:
        words.append(without_password(options.target))
    if options.profile is not None:
        words += ["--profile", options.profile]
    words += [word for group in options.allow for word in ("--allow", group)]
    if options.strict:
        words.append("--strict")
    if options.insecure:
        words.append("--insecure")
    if options.ca_file is not None:
        words += ["--ca-file", options.ca_file]
    return tuple(words)


def rerun(words: Sequence[str], identifier: str) -> str:
    """The command line, for a shell, that runs just this case."""
    return shlex.join([*words, "--select", identifier])
