"""The file of dialogues, and what becomes of a step of it."""

import pytest

from conformance.diff.script import Step, read_dialogues
from conformance.messages import load
from conformance.wire import Literal, Mailbox
from conformance.wire.arguments import encode_command

TEXT = """
# a comment
[one]
login: no
needs: MOVE UIDPLUS
NOOP

[two words]
UID FETCH {uid 1} (FLAGS)
# another
SELECT {box/below}
"""


def test_dialogues_are_read():
    one, two = read_dialogues(TEXT)
    assert (one.title, one.needs, one.logged_in) == ("one", ("MOVE", "UIDPLUS"), False)
    assert one.steps == (Step("NOOP"),)
    assert (two.title, two.needs, two.logged_in) == ("two words", (), True)
    assert [step.name for step in two.steps] == ["UID FETCH", "SELECT"]
    assert [step.hierarchical for step in two.steps] == [False, True]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("NOOP", [b"a NOOP\r\n"]),
        ('LIST "" {*}', [b'a LIST "" "*"\r\n']),
        ("COPY 1:2 {box}", [b"a COPY 1:2 box\r\n"]),
        ("APPEND {box} (\\Seen) {literal x}", [b"a APPEND box (\\Seen) {1}\r\n", b"x\r\n"]),
        ("FETCH 1 (BODY[]<0.10>)", [b"a FETCH 1 (BODY[]<0.10>)\r\n"]),
    ],
)
def test_step_becomes_a_command(text, pieces):
    def value(place):
        return Literal(b"x") if place.startswith("literal") else Mailbox(place)

    name, arguments = Step(text).fill(value)
    assert encode_command("a", name, arguments) == pieces


def test_every_place_of_the_file_is_known():
    places = []

    def value(place):
        places.append(place)
        return "x"

    for dialogue in read_dialogues():
        assert dialogue.steps, dialogue.title
        for step in dialogue.steps:
            step.fill(value)
    messages = {place.removeprefix("message ") for place in places if place.startswith("message ")}
    assert all(load(name).octets for name in messages)
    kinds = {place.partition(" ")[0] for place in places if " " in place}
    assert kinds == {"message", "literal", "uid", "two"}  # {two words} names a mailbox
