"""The syntax of RFC 7162, section 7, in commands."""

import pytest

from reference_server.protocol.commands import (
    Fetch,
    FetchItem,
    Malformed,
    Resync,
    Search,
    SearchModseq,
    SearchNot,
    Select,
    SequenceSet,
    Status,
    Store,
)

ONE = SequenceSet(((1, 1),))
UP_TO_9 = SequenceSet(((1, 9),))
GREATEST = 9223372036854775807

ACCEPTED = {
    b"SELECT x (CONDSTORE)": Select(b"a", b"x", condstore=True),
    b"EXAMINE x (condstore QResync (7 1))": Select(b"a", b"x", True, True, Resync(7, 1)),
    b"SELECT x (QRESYNC (7 9 1:9))": Select(b"a", b"x", resync=Resync(7, 9, UP_TO_9)),
    b"SELECT x (QRESYNC (7 9 1:9 (1 5)))": Select(
        b"a", b"x", resync=Resync(7, 9, UP_TO_9, (ONE, SequenceSet(((5, 5),))))
    ),
    b"SELECT x (QRESYNC (7 9 (1:2,4 11:12,14)))": Select(
        b"a",
        b"x",
        resync=Resync(
            7, 9, None, (SequenceSet(((1, 2), (4, 4))), SequenceSet(((11, 12), (14, 14))))
        ),
    ),
    b"FETCH 1 modseq": Fetch(b"a", ONE, (FetchItem("MODSEQ"),)),
    b"FETCH 1 (UID) (CHANGEDSINCE 0012)": Fetch(
        b"a", ONE, (FetchItem("UID"),), changed_since=12
    ),
    b"UID FETCH 1 UID (VANISHED CHANGEDSINCE %d)" % GREATEST: Fetch(
        b"a", ONE, (FetchItem("UID"),), True, GREATEST, True
    ),
    b"STORE 1 (UNCHANGEDSINCE 0) FLAGS.SILENT ()": Store(
        b"a", ONE, "set", (), True, unchanged_since=0
    ),
    b"UID STORE 1 (unchangedsince 5) +FLAGS \\Seen": Store(
        b"a", ONE, "add", ("\\Seen",), uid=True, unchanged_since=5
    ),
    b"SEARCH MODSEQ 0": Search(b"a", SearchModseq(0)),
    b'SEARCH NOT MODSEQ "/flags/\\\\draft" ALL 620162338': Search(
        b"a", SearchNot(SearchModseq(620162338))
    ),
    b'SEARCH MODSEQ "/Flags/$Work" Shared 3': Search(b"a", SearchModseq(3)),
    b"STATUS x (HIGHESTMODSEQ)": Status(b"a", b"x", ("HIGHESTMODSEQ",)),
}  # fmt: skip

REFUSED = [
    b"SELECT x ()",
    b"SELECT x CONDSTORE",
    b"SELECT x (CONDSTORE",
    b"SELECT x (CONDSTORE) ",
    b"SELECT x (CONDSTORE CONDSTORE)",
    b"SELECT x (QRESYNC)",
    b"SELECT x (QRESYNC ())",
    b"SELECT x (QRESYNC (7))",
    b"SELECT x (QRESYNC (0 1))",
    b"SELECT x (QRESYNC (7 0))",
    b"SELECT x (QRESYNC (7 9 ))",
    b"SELECT x (QRESYNC (7 9 1:*))",
    b"SELECT x (QRESYNC (7 9 $))",
    b"SELECT x (QRESYNC (7 9 1 1))",
    b"SELECT x (QRESYNC (7 9 (1)))",
    b"SELECT x (QRESYNC (7 9 (1 2) 1))",
    b"SELECT x (QRESYNC (7 9 (1:2 3)))",  # not as many
    b"SELECT x (QRESYNC (7 9 (2,1 3,4)))",  # not ascending
    b"SELECT x (QRESYNC (7 9 (1,2 4:3)))",
    b"SELECT x (QRESYNC (7 9 (1,1 3,4)))",
    b"SELECT x (QRESYNC (7 9 (1:* 1:*)))",
    b"FETCH 1 UID ()",
    b"FETCH 1 UID (CHANGEDSINCE)",
    b"FETCH 1 UID (CHANGEDSINCE 0)",
    b"FETCH 1 UID (CHANGEDSINCE -1)",
    b"FETCH 1 UID (CHANGEDSINCE %d)" % (GREATEST + 1),
    b"FETCH 1 UID (CHANGEDSINCE " + b"9" * 5000 + b")",
    b"FETCH 1 UID CHANGEDSINCE 1",
    b"FETCH 1 UID (CHANGEDSINCE 1 CHANGEDSINCE 1)",
    b"FETCH 1 UID (CHANGEDSINCE 1 VANISHED)",
    b"UID FETCH 1 UID (VANISHED)",
    b"FETCH 1 UID (UNCHANGEDSINCE 1)",
    b"STORE 1 () FLAGS ()",
    b"STORE 1 (UNCHANGEDSINCE) FLAGS ()",
    b"STORE 1 (UNCHANGEDSINCE 1)FLAGS ()",
    b"STORE 1 (UNCHANGEDSINCE 1)",
    b"STORE 1 FLAGS () (UNCHANGEDSINCE 1)",
    b"SEARCH MODSEQ",
    b"SEARCH MODSEQ *",
    b"SEARCH MODSEQ %d" % (GREATEST + 1),
    b'SEARCH MODSEQ "/flags/x" 1',
    b'SEARCH MODSEQ "/flags/" all 1',
    b'SEARCH MODSEQ "/comment/x" all 1',
    b'SEARCH MODSEQ "/flags/x" none 1',
    b"SEARCH MODSEQ /flags/x all 1",
]


@pytest.mark.parametrize(("octets", "command"), ACCEPTED.items(), ids=map(bytes.decode, ACCEPTED))
def test_accepted(parse, octets, command):
    assert parse(b"a " + octets) == command


@pytest.mark.parametrize("octets", REFUSED, ids=lambda octets: octets[:50].decode())
def test_refused(parse, octets):
    assert isinstance(parse(b"a " + octets), Malformed)
