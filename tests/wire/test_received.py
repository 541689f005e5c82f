"""What a server did not send is a finding that names it, never an IndexError or a KeyError."""

import socket
import struct

import pytest

from conformance.wire import (
    Answer,
    Connection,
    Endpoint,
    Received,
    ReceivedItems,
    ServerClosed,
    UnexpectedResponse,
)
from conformance.wire.errors import ConnectionEnded
from conformance.wire.grammar import moment, parse_response

UIDS = Received([5, 7], "UID")
MORE = Received([9], "UID")


def answer(*lines):
    *untagged, tagged = (parse_response(line.encode() + b"\r\n") for line in lines)
    return Answer("NOOP", tagged, untagged)


def test_list_that_has_what_is_asked_for():
    assert (UIDS[0], UIDS[-1], UIDS[1:], UIDS.index(7)) == (5, 7, [7], 1)
    assert UIDS + MORE == [5, 7, 9]
    assert UIDS[:1].single == 5
    assert sorted(UIDS) == [5, 7]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: UIDS[2], r"3 of UID or more were expected; the server sent \[5, 7\]"),
        (lambda: UIDS[-3], "3 of UID or more were expected"),
        (lambda: UIDS[1:][1], "2 of UID or more were expected"),
        (lambda: (UIDS + MORE)[3], "4 of UID or more were expected"),
        (lambda: UIDS.index(9), "the UID 9 was expected"),
        (lambda: UIDS.single, "exactly one UID was expected"),
        (lambda: ReceivedItems({1: "a"}, "message")[2], "the message 2 was expected; the server"),
        (lambda: answer("a OK done").list()[0], "1 of LIST or more were expected"),
        (lambda: answer("a OK done").search(), "exactly one untagged SEARCH"),
        (lambda: answer("* 1 EXPUNGE", "a OK x").expunged[1], "2 of number of EXPUNGE"),
        (lambda: answer("* STATUS x (UNSEEN 1)", "a OK x").status_data().items["MESSAGES"],
         "the item of STATUS MESSAGES was expected; the server sent UNSEEN"),
        (lambda: answer("* 1 FETCH (UID 3)", "a OK x").fetch(1).items["FLAGS"],
         "the item of FETCH FLAGS was expected; the server sent UID"),
        (lambda: answer("* 1 FETCH (BODY[] NIL)", "a OK x").fetch(1).text(), "has NIL for BODY"),
        (lambda: answer("a OK [APPENDUID 1 3:4] x").append_uid.uid, "2 UIDs for one message"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(ask, said):
    with pytest.raises(UnexpectedResponse, match=said):
        ask()


def test_date_that_does_not_exist():
    with pytest.raises(AssertionError, match="31-Feb-2024 00:00:00"):
        moment("31-Feb-2024 00:00:00 +0000")


def test_end_of_a_direction_where_the_server_has_reset():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connection = Connection.open(Endpoint(*listener.getsockname()), greeting=False)
        server, _ = listener.accept()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        server.close()
        with pytest.raises(ConnectionEnded):
            connection.channel.read(30)
        with pytest.raises(ServerClosed):
            connection.end_sending()
        connection.close()
