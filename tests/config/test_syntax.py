"""The file syntax of gromox(7): lines, booleans, quantities, time spans."""

import os
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server.config.syntax import (
    ConfigurationError,
    parse_bool,
    parse_quantity,
    parse_span,
    read_lines,
)

pytestmark = pytest.mark.directive("configuration")


def lines_of(tmp_path, content: bytes):
    file = tmp_path / "imap.cfg"
    file.write_bytes(content)
    return [(line.number, line.key, line.value) for line in read_lines(file)]


def test_lines_comments_and_white_space(tmp_path):
    content = b"# comment\n\n  key =  value with = and # inside \r\n\tother=\n  # indented\nlast=1"
    assert lines_of(tmp_path, content) == [
        (3, "key", "value with = and # inside"),
        (4, "other", ""),
        (6, "last", "1"),
    ]


def test_only_ascii_white_space_is_trimmed(tmp_path):
    content = "\u00a0key\t = \v pass\u00a0word\u2003\f\r\n".encode()
    assert lines_of(tmp_path, content) == [(1, "\u00a0key", "pass\u00a0word\u2003")]


@given(st.lists(st.one_of(st.binary(max_size=12), st.just(b"="), st.just(b"\n")), max_size=12))
def test_any_octets_are_lines_or_an_error(tmp_path_factory, pieces):
    content, folder = b"".join(pieces), tmp_path_factory.getbasetemp()
    if b"\0" in content:
        with pytest.raises(ConfigurationError, match=r"expected (key=value|no NUL)"):
            lines_of(folder, content)
        return
    lines = [(n, line.strip()) for n, line in enumerate(content.split(b"\n"), 1)]
    wanted = [(n, *line.partition(b"=")) for n, line in lines if line and line[:1] != b"#"]
    if not all(key.strip() and equals for _, key, equals, _ in wanted):
        with pytest.raises(ConfigurationError, match="expected key=value"):
            lines_of(folder, content)
        return
    found = [
        (n, os.fsencode(key), os.fsencode(value)) for n, key, value in lines_of(folder, content)
    ]
    assert found == [(n, key.strip(), value.strip()) for n, key, _, value in wanted]


def test_a_line_may_have_1024_octets(tmp_path):
    longest = b"key=" + b"v" * 1020
    assert lines_of(tmp_path, longest + b"\n") == [(1, "key", "v" * 1020)]
    with pytest.raises(ConfigurationError, match=r"imap\.cfg:2: line of 1025 octets"):
        lines_of(tmp_path, b"\n" + longest + b"v\n")


@pytest.mark.parametrize("content", [b"no equals sign", b"=value"])
def test_a_line_without_a_key_is_an_error(tmp_path, content):
    with pytest.raises(ConfigurationError, match=r"imap\.cfg:1: .* expected key=value"):
        lines_of(tmp_path, content)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(ConfigurationError, match=r"absent\.cfg: cannot be read: No such file"):
        list(read_lines(tmp_path / "absent.cfg"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        "off",
        "false",
        "No",
        "FALSE",
        "0",
        "00",
        "0.0",
        "0x0",
        "-0",
        "0e5",
        ".0",
        "0x0.0p3",
    ],
)
def test_false(text):
    assert parse_bool(text) is False


@pytest.mark.parametrize(
    "text", ["yes", "on", "true", "1", "0.1", "0 0", "0x", "nope", "-1", ".", "0x0e5"]
)
def test_true(text):
    assert parse_bool(text) is True


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("200", 200),
        ("4k", 4096),
        ("128K", 131072),
        ("1.5M", 1572864),
        ("2G", 2147483648),
        ("1T", 1099511627776),
        ("1P", 1 << 50),
        ("1E", 1 << 60),
        ("1Z", 1 << 70),
        ("1Y", 1 << 80),
        ("1R", 1 << 90),
        ("1Q", 1 << 100),
        ("1.9", 1),
    ],
)
def test_quantity(text, value):
    assert parse_quantity(text) == value


@pytest.mark.parametrize("text", ["", "k", "4kk", "4 apples", "4,5", "0x10", "1e3", "4\u212a"])
def test_not_a_quantity(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_quantity(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        (" 0 ", 0),
        ("0s", 0),
        ("1h60min", 7200),
        ("1 h 60 m i n", 7200),
        ("90s", 90),
        ("1 sec 1second 2 seconds", 4),
        ("1.5min", 90),
        ("2minute 1minutes", 180),
        ("1hour 1hours", 7200),
        ("1d1day1days", 259200),
        ("1week 1weeks", 1209600),
        ("1month", 2629800),
        ("12months", 31557600),
        ("1y", 31557600),
        ("1year 1years", 63115200),
        ("1h -30min", 1800),
        ("-1s", -1),
        ("1500ms", 1.5),
        ("250msec", 0.25),
        ("500000µs", 0.5),
        ("500000 µsec", 0.5),
        ("500000000ns", 0.5),
        ("500000000nsec", 0.5),
        (".5s", 0.5),
    ],
)
def test_time_span(text, seconds):
    assert parse_span(text) == seconds


@pytest.mark.parametrize(
    "text", ["", " ", "1", "1s 2", "00", "s", "1 fortnight", "1S", "1m", "1s,2s", "1..5s", "--1s"]
)
def test_not_a_time_span(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_span(text)


NUMBERS = st.decimals(-999, 999, places=3).map(str)
UNITS = st.sampled_from(
    [("ms", Fraction(1, 1000)), ("s", 1), ("min", 60), ("hours", 3600), ("week", 604800)]
)
SPACES = st.sampled_from(["", " ", "\t"])


@given(st.lists(st.tuples(NUMBERS, SPACES, UNITS, SPACES), min_size=1, max_size=5))
def test_a_time_span_is_the_sum_of_its_quanta(quanta):
    text = "".join(number + before + unit + behind for number, before, (unit, _), behind in quanta)
    assert parse_span(text) == sum(Fraction(number) * size for number, _, (_, size), _ in quanta)


@given(st.integers(0, 10**6), st.sampled_from(["", *"kMGTPEZYRQ"]))
def test_a_suffix_is_a_power_of_1024(number, suffix):
    power = " kMGTPEZYRQ".index(suffix or " ")
    assert parse_quantity(f"{number}{suffix}") == number * 1024**power
    assert parse_quantity(f"{number}.5{suffix}") == number * 1024**power + 1024**power // 2


@given(st.text(max_size=12))
def test_any_text_is_a_value_or_no_value(text):
    for parse in parse_quantity, parse_span:
        try:
            parse(text)
        except ValueError:
            continue
        assert any(character.isdigit() for character in text)
    assert parse_bool(text) in (True, False)
