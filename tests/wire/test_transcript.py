"""What a transcript keeps of a flood: the beginning, the end, and how much is left out."""

from conformance.report.transcripts import (
    ROOM_FIRST,
    ROOM_LAST,
    StoredTranscript,
    shortened,
    store,
    transcript_data,
)
from conformance.wire import Transcript


def test_a_large_entry_is_shortened_in_the_middle():
    transcript = Transcript()
    for piece in (b"begin ", b"x" * 1_000_000, b"y" * 1_000_000, b" end\r\n"):
        transcript.record("S", "A", piece)
    (entry,) = transcript
    assert entry.size == 2_000_012
    assert entry.text.startswith("begin xxx")
    assert entry.text.endswith("yyy end")
    assert "[... 1998012 octets ...]" in entry.text
    assert len(entry.text) < 2100


def test_a_small_entry_is_kept_whole():
    transcript = Transcript()
    transcript.record("S", "A", b"a" * 1500)
    transcript.record("S", "A", b"b" * 500)
    assert [entry.text for entry in transcript] == ["a" * 1500 + "b" * 500]


def test_of_many_entries_the_first_and_the_last_are_kept():
    transcript = Transcript()
    for number in range(1000):
        transcript.record("C", "A", b"a%d NOOP\r\n" % number)
    texts = [entry["text"] for entry in transcript_data(transcript)]
    assert texts[0] == "a0 NOOP"
    assert texts[-1] == "a999 NOOP"
    gap = next(text for text in texts if "left out" in text)
    assert len(texts) - 1 + int(gap.split()[1]) == 1000
    assert transcript.last_command == "a999 NOOP"


def test_large_entries_have_room_together():
    transcript = Transcript()
    for number in range(300):
        transcript.record("S", "A", b"* %d FETCH\xff" % number + b"\xff" * 1990 + b"\r\n")
    data = transcript_data(transcript)
    assert sum(len(entry["text"]) for entry in data) < ROOM_FIRST + ROOM_LAST + 100
    assert any("entries left out ...]" in entry["text"] for entry in data)
    assert "299 FETCH" in data[-1]["text"]


def test_a_dialogue_in_a_file_reads_as_one_in_memory(tmp_path):
    transcript = Transcript()
    transcript.record("C", "A", b"a1 NOOP\r\n")
    data = transcript_data(transcript)
    places = [store(data * size, tmp_path / "dialogues") for size in (0, 1, 2)]
    stored = [StoredTranscript(*place) for place in places]
    assert [list(each) for each in stored] == [[], data, data * 2]
    assert [bool(each) for each in stored] == [False, True, True]
    assert stored[2][-1] == data[0]


def test_a_message_is_shortened_in_the_middle():
    assert shortened("a" * 10, 10) == "a" * 10
    assert shortened("a" * 50 + "b" * 50, 10) == "aaaaa [... 90 characters ...] bbbbb"
