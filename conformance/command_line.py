"""The command line of `gximap-conformance`: its commands, options and their help."""

import argparse
from typing import NoReturn

import conformance
from conformance.run import GROUPS
from conformance.targets.description import without_password

COMMANDS = ("run", "list", "requirements", "clean", "compare", "diff")
EXIT_CODES = """exit codes:
  0    no unknown deviation
  1    deviations
  2    usage or configuration is wrong
  3    the target cannot be reached, or refuses an account
  4    a fault of the suite itself, never reported as a deviation
  130  interrupted; the summary tells what had been done"""
SELECTORS = """SELECTOR: an RFC (rfc3501), a section (rfc3501/6.4.8), a requirement id
(RFC3501-6.4.8-1), a group (selected), a file of cases (selected/search_dates), or a case"""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints repeat no password."""

    def error(self, message: str) -> NoReturn:
        super().error(without_password(message))


def parser() -> argparse.ArgumentParser:
    """The command line, by the contract."""
    top = _Parser(
        prog="gximap-conformance",
        description="Find out whether an IMAP server keeps the RFCs.",
        epilog=f"{SELECTORS}\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {conformance.__version__}")
    commands = top.add_subparsers(dest="command", metavar="|".join(COMMANDS), required=True)

    run = commands.add_parser(
        "run",
        help="run the suite (the default command)",
        epilog=f"{SELECTORS}\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument(
        "target",
        metavar="TARGET",
        nargs="?",
        help="imap://USER:PASSWORD@HOST[:PORT], imaps://..., or a target file; "
        "default: a fresh reference server. A password that is left out comes from "
        "the environment variable GXIMAP_PASSWORD or a prompt",
    )
    run.add_argument("--select", metavar="SELECTOR", action="append", default=[])
    run.add_argument(
        "--profile",
        metavar="NAME|FILE",
        help="the target's known deviations; none: expect none, also of a product that is known. "
        "Default: by the target file, or by the server's greeting or ID",
    )
    run.add_argument("--strict", action="store_true", help="a SHOULD counts as a failure")
    run.add_argument(
        "--allow",
        metavar="GROUP",
        action="append",
        default=[],
        choices=GROUPS,
        help=f"run what could disturb a live account: {', '.join(GROUPS)}",
    )
    run.add_argument(
        "--jobs",
        metavar="N",
        type=_positive,
        help="so many cases at once; default: one a processor, up to 12 on a server far away, "
        "one where [control] may reconfigure the target",
    )
    run.add_argument("--report", metavar="DIR", default="gximap-report")
    run.add_argument(
        "--format",
        choices=("text", "github", "markdown"),
        default="text",
        help="how the results are printed: for a terminal, as annotations of a GitHub workflow, "
        "or for the comment on a pull request; progress goes to standard error unless it is text",
    )
    _add_trust(run)
    run.add_argument(
        "--write-profile",
        metavar="FILE",
        help="draft a profile from the deviations, for you to confirm; FILE must not exist",
    )
    run.add_argument("-v", "--verbose", action="store_true", help="show whole transcripts")

    listing = commands.add_parser("list", help="the cases, without running them")
    listing.add_argument("select", metavar="SELECTOR", nargs="*")
    requirements = commands.add_parser("requirements", help="the sentences and their cases")
    requirements.add_argument(
        "--uncovered", action="store_true", help="only those that bind a server and have no case"
    )

    clean = commands.add_parser(
        "clean",
        help="remove what an earlier run left behind",
        description="Remove the mailboxes gximap-... that a run left behind which could not clear "
        "up. Exit code 0 if none is left, 1 if some are.",
    )
    clean.add_argument("target", metavar="TARGET", help="as for run")
    clean.add_argument("--yes", action="store_true", help="do not ask")
    _add_trust(clean)

    compare = commands.add_parser(
        "compare",
        help="several results side by side, as a table and an HTML matrix",
        description="Show what several runs came to, side by side. Exit code 0, or 2 for a file "
        "that is no results.json of a run.",
    )
    compare.add_argument("files", metavar="RESULTS.json", nargs="+")
    compare.add_argument(
        "--report", metavar="DIR", default="gximap-report", help="where matrix.html is written"
    )
    diff = commands.add_parser(
        "diff",
        help="play the same dialogues to two servers, show where answers differ in meaning",
        description="Play the same dialogues to two servers and show where their answers differ "
        "in meaning: status, response codes, data; not wording, tags, free order or numbers that "
        "are each server's own. Both are worked on in mailboxes of a scratch name only, which "
        "are removed again.",
        epilog="exit codes: 0 no difference, 1 differences, 2 usage, 3 a target cannot be "
        "reached, 4 a fault of the suite itself, 130 interrupted",
    )
    diff.add_argument(
        "targets",
        metavar="TARGET",
        nargs=2,
        help="a URL or a target file as for run, or the word reference: a fresh reference server. "
        "GXIMAP_PASSWORD is the password of both where both are URLs without one",
    )
    _add_trust(diff)
    diff.add_argument("-v", "--verbose", action="store_true", help="show all steps, and octets")
    return top


def _add_trust(command: argparse.ArgumentParser) -> None:
    command.add_argument("--insecure", action="store_true", help="trust any certificate")
    command.add_argument("--ca-file", metavar="FILE", help="trust the certificates in this file")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)
