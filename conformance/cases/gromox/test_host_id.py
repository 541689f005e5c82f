"""host_id: the server's name in greetings. What comes in place of a greeting: see context_num."""

import re

import pytest

from conformance.requirements import requirement


@requirement("GROMOX-host_id-GREETING")
@pytest.mark.parametrize("kind", ["imap", "imaps"])
def test_the_greeting_names_the_host(server, connect, kind):
    """The greeting has the host name that the server is configured with."""
    host = server.settings.get("host_id")
    if not host:
        pytest.skip("the target file does not say under [settings] what host_id is")
    greeting = connect(kind).greeting
    assert greeting.kind == "OK"
    whole = rf"(?<![\w.-]){re.escape(host)}(?![\w-]|\.\w)"
    assert re.search(whole, greeting.text), f"{host} is not in the greeting: {greeting.text!r}"
