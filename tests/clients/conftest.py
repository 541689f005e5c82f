"""Messages for real clients to carry."""

import pytest


def make_message(number: int) -> bytes:
    """A message with CRLF line ends; sizes differ, and every fourth has octets above 127."""
    lines = [
        f"From: sender{number % 7}@example.test",
        "To: alice@example.test",
        f"Subject: Message {number}",
        f"Date: Thu, 0{number % 9 + 1} Feb 2024 10:{number % 60:02}:00 +0000",
        f"Message-ID: <{number}@example.test>",
        "MIME-Version: 1.0",
        f"Content-Type: text/plain; charset={'utf-8' if number % 4 == 0 else 'us-ascii'}",
        f"Content-Transfer-Encoding: {'8bit' if number % 4 == 0 else '7bit'}",
        "",
        *(f"Line {line} of message {number}." for line in range(number % 50)),
        "Grüße, 世界" if number % 4 == 0 else "Greetings.",
        ".",
        "From the start of a line.",
        "",
    ]
    return "\r\n".join(lines).encode()


@pytest.fixture
def message():
    """Factory of messages by number."""
    return make_message
