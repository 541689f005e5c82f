"""One mailbox, two encodings of its name (RFC 3501, 5.1.3; RFC 9051, 5.1)."""

import pytest

from tests.session.dialogue import play

# "Entwürfe" and "日本": as modified UTF-7 (UTF-16 in base64) and as UTF-8.
SCRIPT = """
    C: a CREATE Entw&APw-rfe
    S: a OK <text>
    D: b STATUS "Entwürfe" (MESSAGES)
    T: * STATUS "Entwürfe" (MESSAGES 0)
    T: b OK <text>
    D: c CREATE {6+}\\r\\n日本
    T: c OK <text>
    C: d STATUS &ZeVnLA- (MESSAGES)
    S: * STATUS "&ZeVnLA-" (MESSAGES 0)
    S: d OK <text>
    D: e SUBSCRIBE "日本"
    T: e OK <text>
    C: f LSUB "" &ZeVnLA-
    S: * LSUB () "/" "&ZeVnLA-"
    S: f OK <text>
    D: g RENAME "日本" "A & B"
    T: g OK <text>
    C: h DELETE "A &- B"
    S: h OK <text>
    C: i CREATE "ü"
    S: i BAD <text>
    C: j CREATE {2+}\\r\\nü
    S: j NO [CANNOT] <text>
    D: k CREATE &APw-
    T: k OK <text>
    C: l DELETE &-APw-
    S: l OK <text>
"""


def test_the_same_mailboxes(login, store):
    other = login()
    other.ok("ENABLE IMAP4rev2")
    play(SCRIPT, {"C": login(), "D": other}, store)


def test_a_name_may_be_too_long(alice):
    assert alice(f"a CREATE {1001 * 'x'}") == ["a NO [LIMIT] mailbox name too long"]
    alice.ok(f"CREATE {1000 * 'x'}")


@pytest.mark.parametrize(
    "name",
    [b'"\xff"', b"{1+}\r\n\xff", "{6+}\r\na\u2028bc".encode(), "{3+}\r\nu\u0308".encode()],
    ids=["quoted, not UTF-8", "not UTF-8", "line separator", "not in form C"],
)
def test_what_is_not_net_unicode_is_refused(login, name):
    alice = login()
    alice.ok("ENABLE IMAP4rev2")
    assert alice(b"a CREATE " + name)[-1].startswith(("a NO [CANNOT]", "a BAD"))
