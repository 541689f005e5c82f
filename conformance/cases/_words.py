"""User names and passwords of accounts, which may be any text."""

import pytest


def quotable(text):
    """`text`, if it can be a quoted string; otherwise the case is skipped."""
    if not text.isascii():
        pytest.skip("user name or password of this account cannot be a quoted string")
    return text


def mistaken(password):
    """Wrong passwords that are nearly the right one, by what is wrong with them."""
    near = {
        "one character more": password + "x",
        "one character less": password[:-1],
        "upper and lower case exchanged": password.swapcase(),
    }
    return {what: wrong for what, wrong in near.items() if wrong not in ("", password)}
