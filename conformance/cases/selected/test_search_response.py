"""The SEARCH response, and where SEARCH may be sent: RFC 3501 sections 6.4.4 and 7.2.5."""

from conformance.cases.selected._search import fill, found, require_utf_8
from conformance.requirements import requirement
from conformance.wire import Mailbox, Received

MESSAGE = b"Subject: response\r\n\r\nresponse\r\n"


@requirement("RFC3501-6.4.4-2", "RFC3501-6.4.4-KEYS", "RFC3501-7.2.5-NUMBERS", "RFC3501-6.4.4-ALL")
def test_lists_sequence_numbers(selected):
    """The SEARCH response lists the message sequence numbers of the messages that match."""
    fill(selected, MESSAGE, MESSAGE, MESSAGE)
    selected.ok("STORE", "2", "+FLAGS.SILENT", "(\\Seen)")
    assert found(selected, "ALL") == [1, 2, 3]
    assert found(selected, "UNSEEN") == [1, 3]


@requirement("RFC3501-6.4.4-2", "RFC3501-7.2.5-NUMBERS")
def test_nothing_found(selected):
    """A SEARCH that finds nothing still brings its SEARCH response, without numbers."""
    fill(selected, MESSAGE)
    assert found(selected, "SUBJECT nowhere") == []


@requirement("RFC3501-6.4.4-2", "RFC3501-6.4.4-ALL")
def test_empty_mailbox(selected):
    """In an empty mailbox every search finds nothing, and says so."""
    for key in ("ALL", "UNSEEN", "TEXT a", "NOT SUBJECT a", "LARGER 0", "BEFORE 1-Jan-2100"):
        assert found(selected, key) == [], key


@requirement("RFC3501-7.5-3")
def test_key_words_in_any_case(selected):
    """The names of the command and of its keys may be written in any case."""
    fill(selected, MESSAGE, b"Subject: other\r\n\r\n.\r\n")
    answer = selected.ok("search", "charset us-ascii unSeen Not suBJect OTHER")
    assert answer.search() == [1]
    assert len(selected.ok("uid sEARCH", "all").search()) == 2


@requirement("RFC3501-3.2-1", "RFC3501-3-STATE", "RFC9051-3.2-1")
def test_needs_a_selected_mailbox(authenticated):
    """Without a selected mailbox SEARCH and UID SEARCH are refused."""
    authenticated.command("SEARCH", "ALL").expect("BAD", "NO")
    authenticated.command("UID SEARCH", "ALL").expect("BAD", "NO")


@requirement("RFC3501-6.4.4-KEYS", "RFC3501-6.3.2-SAME")
def test_read_only_mailbox(selected):
    """A mailbox opened with EXAMINE is searched as one opened with SELECT."""
    selected.append(MESSAGE, flags=["\\Flagged"])
    selected.append(MESSAGE)
    selected.ok("EXAMINE", Mailbox(selected.mailbox))
    assert found(selected, "FLAGGED TEXT response") == [1]
    assert found(selected, "UNFLAGGED") == [2]


@requirement("RFC3501-7.4.1-1", "RFC3501-6.4.4-KEYS", "RFC9051-7.5.1-1")
def test_numbers_stay_until_an_expunge_is_told(selected, second):
    """SEARCH goes by the numbers that this session knows while another removes messages."""
    fill(selected, *[b"Subject: n%d\r\n\r\n.\r\n" % number for number in (1, 2, 3)])
    second.ok("NOOP")
    second.ok("STORE", 1, "+FLAGS.SILENT", "(\\Deleted)")
    second.ok("EXPUNGE")
    answer = selected.ok("SEARCH", "SUBJECT n3")
    assert answer.search() == [3]
    assert answer.expunged == []
    assert selected.ok("NOOP").expunged == [1]
    assert found(selected, "SUBJECT n3") == [2]


@requirement("RFC3501-6.4.4-KEYS", "RFC3501-6.4.4-AND")
def test_hundreds_of_messages(selected):
    """In a mailbox of 320 messages flags, text and ranges are found wherever they are."""
    fill(selected, *[b"Subject: %s\r\n\r\n.\r\n" % word for word in b"ash elm fir oak yew".split()])
    for doubled in range(1, 7):
        selected.ok("COPY", "1:*", Mailbox(selected.mailbox))
        selected.ok("NOOP")
        assert len(found(selected, "ALL")) == 5 * 2**doubled
    selected.ok("STORE", "1,64,255:257,320", "+FLAGS.SILENT", "(\\Flagged)")
    assert found(selected, "ALL") == list(range(1, 321))
    assert found(selected, "FLAGGED") == [1, 64, 255, 256, 257, 320]
    assert found(selected, "NOT FLAGGED 250:260") == [250, 251, 252, 253, 254, 258, 259, 260]
    # The RFC does not say in which order COPY puts the copies.
    fetched = selected.ok("FETCH", "1:*", "ENVELOPE").fetches()
    firs = sorted(one.number for one in fetched if one.envelope.subject == b"fir")
    assert len(firs) == 64
    assert found(selected, "SUBJECT fir") == firs


@requirement("RFC3501-6.4.4-KEYS", "RFC3501-6.4.8-SEARCH")
def test_as_imapclient_asks(imap_client, mailbox):
    """IMAPClient's search finds by flags, by text and by UIDs."""
    subjects = ("plain", "other", "third")
    for subject in subjects:
        imap_client.append(mailbox, f"Subject: {subject}\r\n\r\nbody\r\n".encode())
    imap_client.select_folder(mailbox)
    uids = Received(imap_client.search(), "UID")
    assert len(uids) == len(set(uids)) == len(subjects)
    imap_client.add_flags(uids[:2], [b"\\Seen"])
    assert imap_client.search(["SEEN"]) == uids[:2]
    assert imap_client.search(["SUBJECT", "other", "NOT", "UNSEEN"]) == uids[1:2]
    assert imap_client.search(["OR", ["SUBJECT", "plain"], ["UNSEEN"]]) == [uids[0], uids[2]]
    assert imap_client.search(["UID", f"{uids[1]}:*"]) == uids[1:]


@requirement("RFC3501-6.4.4-5", "RFC9051-6.4.4-14")
def test_as_imapclient_asks_in_utf_8(imap_client, mailbox, selected):
    """IMAPClient's search with a charset finds text that is not US-ASCII."""
    require_utf_8(selected)
    for subject in ("plain", "=?utf-8?Q?Gr=C3=BC=C3=9Fe?="):
        imap_client.append(mailbox, f"Subject: {subject}\r\n\r\nbody\r\n".encode())
    imap_client.select_folder(mailbox)
    uids = Received(imap_client.search(), "UID")
    assert imap_client.search(["SUBJECT", "Grüße"], charset="UTF-8") == uids[1:]
