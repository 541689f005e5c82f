"""imap_code.txt: the texts of responses, and what the operator may put in their place."""

import re
from pathlib import Path

import pytest

import reference_server
from reference_server.config.data_files import SHIPPED
from reference_server.config.syntax import ConfigurationError
from reference_server.session.texts import FILE_NAME, LONGEST, Text, parse_texts, read_texts

pytestmark = pytest.mark.directive("data_file_path")


@pytest.fixture
def write(tmp_path):
    """Write an imap_code.txt; its path."""

    def write(text):
        file = tmp_path / FILE_NAME
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


@pytest.fixture
def told(connect, write):
    """told(text): a client of a server with this imap_code.txt."""

    def told(text):
        texts, warnings = read_texts([write(text).parent])
        assert warnings == []
        return connect(texts=texts)

    return told


def test_no_two_texts_are_the_same():
    assert len({text.value for text in Text}) == len(Text.__members__)


def test_every_text_is_used():
    sources = "".join(
        path.read_text()
        for path in Path(reference_server.__file__).parent.rglob("*.py")
        if path.name != "texts.py"
    )
    for name, text in Text.__members__.items():
        uses = f"Text.{name}", f'explanation = "{text}"', f'GrammarError("{text}")'
        assert any(use in sources for use in uses), name


def test_the_shipped_file_has_every_text_as_it_is():
    texts, warnings = parse_texts(SHIPPED / FILE_NAME)
    assert warnings == []
    assert texts == {text: text for text in Text}
    keys = re.findall(r"(?m)^([a-z_]+) ", (SHIPPED / FILE_NAME).read_text())
    assert keys == [name.lower() for name in Text.__members__]


def test_greeting_and_bye(told):
    client = told("greeting at your service\nbye_logout so long\n")
    assert client.greeting[0].startswith("* OK [CAPABILITY ")
    assert client.greeting[0].endswith("] mail.x.test at your service")
    assert client("a LOGOUT") == ["* BYE mail.x.test so long", "a OK LOGOUT completed"]


def test_tagged_conditions(told):
    client = told(
        "# what the operator wants\n\n"
        "completed done\n"
        "login_failed   who are you?\n"
        "logged_in welcome [home]\n"
        "mailbox_missing nowhere\n"
        "read_only look, don't touch\n"
    )
    assert client("a LOGIN alice@x.test wrong") == ["a NO [AUTHENTICATIONFAILED] who are you?"]
    assert client("a LOGIN alice@x.test secret")[-1].endswith("] welcome [home]")
    assert client("a NOOP") == ["a OK NOOP done"]
    assert client("a SELECT x") == ["a NO [NONEXISTENT] nowhere"]
    assert client("a COPY 1 x")[-1].startswith("a BAD COPY is not valid")
    assert client("a EXAMINE INBOX")[-1] == "a OK [READ-ONLY] EXAMINE done"
    assert client("a EXPUNGE") == ["a NO look, don't touch"]
    assert client("a SELECT INBOX")[-1] == "a OK [READ-WRITE] SELECT done"


def test_the_last_words_of_a_session(told):
    client = told("bye_timeout asleep?\nbye_shutdown closing time\nbye_full no room\n")
    client.channel.time_out()
    assert client.responses() == ["* BYE mail.x.test asleep?"]
    client = told("bye_shutdown closing time\n")
    client.session.shut_down()
    assert client.responses() == ["* BYE mail.x.test closing time"]


def test_a_session_is_turned_away(told):
    client = told("bye_full no room\n")
    client.session.turn_away()
    assert client.responses() == ["* BYE mail.x.test no room"]


def test_of_two_lines_the_later_holds(write):
    texts, _ = parse_texts(write("completed one\ncompleted two\n"))
    assert texts == {Text.COMPLETED: "two"}


def test_an_unknown_key_is_reported(write):
    file = write("1602 OK done\n\ncompleted done\n")
    assert parse_texts(file) == ({"completed": "done"}, [f"{file}:1: unknown key 1602"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[ALERT] done",
        "fertig \N{WHITE HEAVY CHECK MARK}",
        "do\tne",
        "\x7f",
        "x" * (LONGEST + 1),
    ],
    ids=["nothing", "code", "not-ascii", "control", "delete", "long"],
)
def test_a_text_that_cannot_be(write, text):
    file = write(f"# texts\ncompleted {text}\n")
    with pytest.raises(ConfigurationError, match=rf"{re.escape(str(file))}:2: completed: expected"):
        parse_texts(file)


def test_the_longest_text(write):
    texts, _ = parse_texts(write(f"completed {'x' * LONGEST}\r\n"))
    assert texts[Text.COMPLETED] == "x" * LONGEST


def test_octets_that_are_no_text(write):
    file = write(b"completed done\ngreeting h\xe9\n")
    with pytest.raises(ConfigurationError, match=rf"{re.escape(str(file))}:2: not UTF-8: octet 11"):
        parse_texts(file)


def test_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        read_texts([tmp_path])


def test_the_first_folder_that_has_the_file(tmp_path, write):
    write("completed here\n")
    other = tmp_path / "other"
    other.mkdir()
    (other / FILE_NAME).write_text("completed there\n")
    assert read_texts([tmp_path / "absent", other, tmp_path])[0] == {"completed": "there"}
    assert read_texts([tmp_path / "absent"]) == ({}, [])
    assert read_texts([]) == ({}, [])
