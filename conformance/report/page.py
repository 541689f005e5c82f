"""Self-contained HTML pages: the skeleton that the report and the matrix share.

A page loads nothing from anywhere. Its policy admits just the style and the script that stand in
it, by their hashes, so that what a server said is never run, whatever it is.
"""

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

FOLDER = Path(__file__).parent / "templates"
# Controls but tab and line feed, what turns the direction of writing or cannot be seen, and lone
# surrogates.
HIDDEN = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\xad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f"
    "\\ufeff\\ud800-\\udfff\\ufffe\\uffff]"
)


def visible(text: object) -> str:
    """The text with everything that would not be seen written as \\x1b or \\u2028."""
    return HIDDEN.sub(lambda match: _escape(ord(match[0])), str(text))


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def anchor(identifier: str) -> str:
    """What follows # in a link to the element of a case: `case=` and its id."""
    return "case=" + quote(visible(identifier), safe="/[]().,:;-_~!*@")


def embedded_json(value: Any) -> Markup:
    """JSON to stand in a script element: ASCII, and nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


@cache
def environment() -> Environment:
    """Jinja with autoescape; filters: visible, anchor."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"visible": visible, "anchor": anchor}
    return environment


def render_page(
    template: str,
    *,
    styles: tuple[str, ...] = (),
    scripts: tuple[str, ...] = (),
    data: Any = None,
    **context: Any,
) -> str:
    """A page from a template that extends base.html.

    `styles` (besides style.css) and `scripts` are files of the folder of templates. The scripts
    find `data` as JSON in the element with the id "data".
    """
    style = _joined(("style.css", *styles))
    script = _joined(scripts)
    return (
        environment()
        .get_template(template)
        .render(
            context,
            style=Markup(style),
            script=Markup(script),
            data=embedded_json(data),
            policy=_policy(style, script),
        )
    )


def _joined(names: tuple[str, ...]) -> str:
    return "".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
