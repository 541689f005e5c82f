"""The README's tables of directives and of the manual's topics, made from code and cases.

``python -m tests.readme.tables`` writes them into README.md.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from conformance.plugin import CASES
from conformance.quiet import collect
from conformance.requirements.catalogue import catalogue
from reference_server.config.directives import DIRECTIVES, Directive

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"
MARKER = "directive"

# What the manual says beside the directives; the keys are sections of gromox.tsv and arguments
# of the mark `directive`.
TOPICS = {
    "command line": "`-c`, `--version`, `-?`, the files read without `-c`",
    "configuration": "Syntax of files, booleans, quantities, time spans; wrong values; minima",
    "impersonation": "`actor!mailbox` and PLAIN's authorization identity",
    "throttling": "Tries a user has, the block and its end",
    "time-outs": "Who is ended after which silence, and how",
    "tls": "STARTTLS, implicit TLS, login only over TLS",
    "proxy": "PROXY protocol v2",
    "capabilities": "What a real one offers, in each state",
    "folders": "Folders, flags and namespace of a new mailbox",
    "id": "The command ID",
    "log": "Lines of refused logins, no passwords",
    "signals": "SIGHUP, SIGTERM, SIGINT, SIGPIPE",
}


def proofs() -> dict[str, list[str]]:
    """Directive or topic -> links to the files of cases and tests that prove it."""
    found: dict[str, set[Path]] = defaultdict(set)
    for case in collect(CASES, ()).cases:
        folder, file = case.id.split("/")[:2]
        for identifier in case.requirements:
            if identifier.startswith("GROMOX-"):
                path = CASES / folder / f"test_{file}.py"
                found[catalogue()[identifier].section].add(path)
    for path in (ROOT / "tests").rglob("test_*.py"):
        for name in _marked(ast.parse(path.read_text(encoding="utf-8"))):
            found[name].add(path)
    return {name: [_link(path) for path in sorted(paths)] for name, paths in found.items()}


def _marked(module: ast.Module) -> Iterator[str]:
    """The arguments of all marks `directive` in a module."""
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == MARKER:
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant))


def _link(path: Path) -> str:
    place = path.relative_to(ROOT)
    shown = path.stem.removeprefix("test_")
    return f"[{place.parts[-2]}/{shown}]({place})"


def directive_table(found: dict[str, list[str]]) -> str:
    rows = ["| key | kind, default (minimum) | meaning | proved by |", "| --- | --- | --- | --- |"]
    for directive in DIRECTIVES:
        keys = ", ".join(f"`{key}`" for key in (directive.key, *directive.aliases))
        links = ", ".join(found.get(directive.key, []))
        rows.append(f"| {keys} | {_value(directive)} | {directive.meaning} | {links} |")
    return "\n".join(rows)


def _value(directive: Directive) -> str:
    minimum = f" ({directive.minimum})" if directive.minimum is not None else ""
    live = ", live" if directive.live else ""
    return f"{directive.kind.name}, {directive.default or 'nothing'}{minimum}{live}"


def topic_table(found: dict[str, list[str]]) -> str:
    rows = ["| of the manual | what | proved by |", "| --- | --- | --- |"]
    rows += [f"| {name} | {TOPICS[name]} | {', '.join(found.get(name, []))} |" for name in TOPICS]
    return "\n".join(rows)


def unproved(found: dict[str, list[str]]) -> list[str]:
    """Directives and topics of the manual that no case and no test proves."""
    keys = [directive.key for directive in DIRECTIVES]
    return [name for name in (*keys, *TOPICS) if not found.get(name)]


def with_tables(text: str, tables: Iterable[str]) -> str:
    """README's text with these tables in place of those that have the same heading row."""
    for table in tables:
        heading = table.partition("\n")[0]
        lines = text.split("\n")
        start = lines.index(heading)
        end = next(n for n in range(start, len(lines)) if not lines[n].startswith("|"))
        text = "\n".join([*lines[:start], table, *lines[end:]])
    return text


if __name__ == "__main__":
    found = proofs()
    tables = [directive_table(found), topic_table(found)]
    README.write_text(with_tables(README.read_text(encoding="utf-8"), tables), encoding="utf-8")
    for name in unproved(found):
        print(f"nothing proves {name}")
