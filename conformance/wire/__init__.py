"""The raw client: socket, TLS, transcript and strict response grammar."""

from conformance.wire.answer import Answer
from conformance.wire.arguments import Joined, Literal, Mailbox, NonSync, Quoted, word
from conformance.wire.connection import Connection, Tag
from conformance.wire.dialogue import Checker
from conformance.wire.endpoint import Endpoint
from conformance.wire.errors import (
    DeadlineExpired,
    Deviation,
    ServerClosed,
    ServerCrashed,
    ServerGone,
    TlsFailed,
    UnexpectedResponse,
)
from conformance.wire.grammar.scanner import GrammarError
from conformance.wire.received import Received, ReceivedItems
from conformance.wire.transcript import Transcript

__all__ = [
    "Answer",
    "Checker",
    "Connection",
    "DeadlineExpired",
    "Deviation",
    "Endpoint",
    "GrammarError",
    "Joined",
    "Literal",
    "Mailbox",
    "NonSync",
    "Quoted",
    "Received",
    "ReceivedItems",
    "ServerClosed",
    "ServerCrashed",
    "ServerGone",
    "Tag",
    "TlsFailed",
    "Transcript",
    "UnexpectedResponse",
    "word",
]
