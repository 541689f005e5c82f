import pytest

from conformance.targets.log import Log, added


@pytest.mark.parametrize(
    ("before", "now", "new"),
    [
        ("", "", ""),
        ("", "abc", "abc"),
        ("abc", "abc", ""),
        ("abc", "abcde", "de"),
        ("abc", "bcde", "de"),  # a window of the last lines, as `tail` or `journalctl -n` shows it
        ("abc", "cde", "de"),
        ("aab", "abab", "ab"),
        ("abc", "xyz", "xyz"),  # so much was added that the old lines are gone
        ("abc", "", ""),
    ],
)
def test_what_was_added(before, now, new):
    assert added(list(before), list(now)) == list(new)


def test_only_lines_that_come_later_are_found():
    class Server:
        text = "user=alice rejected\n"

        def log_text(self):
            return self.text

    server = Server()
    log = Log(server)
    assert log.lines("alice") == []
    server.text += "user=alice logged in\nuser=bob logged in\n"
    assert log.lines("alice") == ["user=alice logged in"]
    assert log.await_line(r"user=(\S+) logged")[1] == "bob"
