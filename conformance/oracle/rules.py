"""The invariants: what is true of every server at all times, whatever a case is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One invariant: its name in reports, the requirements that it observes, and what it says."""

    name: str
    requirements: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a server broke, and how."""

    rule: Rule
    connection: str
    found: str

    @property
    def requirements(self) -> tuple[str, ...]:
        return self.rule.requirements

    @property
    def message(self) -> str:
        return f"{self.rule.name}: {self.rule.sentence}; {self.found}"


GRAMMAR = Rule("grammar", ("RFC3501-7.5-2",), "every response follows the formal syntax")
TAG = Rule(
    "tag",
    ("RFC3501-2.2.1-TAG",),
    "a tagged response bears the tag of exactly one command that waits for it",
)
CONTINUATION = Rule(
    "continuation",
    ("RFC3501-7.5-CONTINUATION",),
    "a continuation request comes only where the server waits for more of a command",
)
EXISTS_SHRINKS = Rule(
    "exists-shrinks",
    ("RFC3501-7.4.1-EXPUNGE",),
    "the number of messages falls by EXPUNGE only",
)
EXPUNGE_RANGE = Rule(
    "expunge-range",
    ("RFC3501-7.4.1-EXPUNGE",),
    "EXPUNGE names the sequence number of a message that exists",
)
EXPUNGE_TIME = Rule(
    "expunge-time",
    ("RFC3501-7.4.1-1",),
    "EXPUNGE never comes while no command is in progress, nor in answer to FETCH, STORE or SEARCH",
)
FETCH_RANGE = Rule(
    "fetch-range",
    ("RFC3501-2.3.1.2-NUMBER",),
    "FETCH and SEARCH name sequence numbers from 1 to the number of messages",
)
UID_ORDER = Rule(
    "uid-order", ("RFC3501-2.3.1-8", "RFC3501-2.3.1-9"), "UIDs rise with the sequence numbers"
)
UID_CHANGES = Rule("uid-changes", ("RFC3501-2.3.1-2",), "a message keeps its UID")
UID_REUSED = Rule("uid-reused", ("RFC3501-2.3.1-1",), "a UID is never given to another message")
UID_NEXT = Rule(
    "uid-next",
    ("RFC3501-2.3.1-5",),
    "UIDNEXT is greater than every UID before it, at most the next UID after it, and never falls",
)
IMMUTABLE = Rule(
    "immutable",
    ("RFC3501-7.5-16",),
    "INTERNALDATE, RFC822.SIZE, ENVELOPE, the structure and the octets of a message never change",
)
FLAGS_MINIMUM = Rule(
    "flags-minimum",
    ("RFC3501-7.2.6-FLAGS",),
    "FLAGS lists at least the system flags",
)
FLAGS_ANNOUNCED = Rule(
    "flags-announced",
    ("RFC3501-7.2.6-FLAGS",),
    "a message shows only flags that FLAGS announced or PERMANENTFLAGS lets clients create",
)
RECENT_REV2 = Rule(
    "recent-rev2", (), "after ENABLE IMAP4rev2 there is neither RECENT nor the flag \\Recent"
)
CAPABILITIES = Rule(
    "capabilities",
    ("RFC3501-7.1-CAPABILITY", "RFC5161-3.1-8"),
    "the capabilities change only with STARTTLS and authentication",
)
ENABLED = Rule(
    "enabled",
    ("RFC5161-3.1-7", "RFC9051-6.3.1-7"),
    "ENABLED answers ENABLE and lists only what that asked for",
)
ESEARCH = Rule(
    "esearch",
    ("RFC4731-3.1-6", "RFC4731-3.1-7", "RFC9051-6.4.4-DEFAULT"),
    "a SEARCH with RETURN, and with IMAP4rev2 every SEARCH, is answered by one ESEARCH with its "
    "tag, and by UID if it is a UID SEARCH; no other command is",
)
CLOSED = Rule(
    "closed",
    ("RFC9051-6.3.2-6",),
    "SELECT and EXAMINE tell by the code CLOSED where the mailbox selected before ends",
)
FETCH_UID = Rule(
    "fetch-uid",
    ("RFC9051-7.5.2-19", "RFC7162-3.2.4-UID"),
    "with IMAP4rev2, and with QRESYNC, a FETCH response that was not asked for includes UID",
)
FETCH_MODSEQ = Rule(
    "fetch-modseq",
    ("RFC7162-3.1-AWARE",),
    "after ENABLE CONDSTORE or QRESYNC a FETCH response that FETCH did not ask for includes MODSEQ",
)
MODSEQ_FALLS = Rule(
    "modseq-falls",
    ("RFC7162-3.1-RISES",),
    "the mod-sequence of a message never falls",
)
HIGHEST_MODSEQ = Rule(
    "highest-modseq",
    ("RFC7162-3.1.2.1-HIGHEST",),
    "HIGHESTMODSEQ is at least every mod-sequence seen in the mailbox before",
)
VANISHED = Rule(
    "vanished",
    ("RFC7162-3.2.10.2-INSTEAD", "RFC7162-3.2.10.2-VISIBLE"),
    "after ENABLE QRESYNC VANISHED replaces EXPUNGE, not before; it names only messages there",
)
BYE = Rule("bye", ("RFC3501-3.4-2",), "a server says BYE before it closes the connection")

RULES = (
    GRAMMAR, TAG, CONTINUATION, EXISTS_SHRINKS, EXPUNGE_RANGE, EXPUNGE_TIME, FETCH_RANGE, UID_ORDER,
    UID_CHANGES, UID_REUSED, UID_NEXT, IMMUTABLE, FLAGS_MINIMUM, FLAGS_ANNOUNCED, RECENT_REV2,
    CAPABILITIES, ENABLED, ESEARCH, CLOSED, FETCH_UID, FETCH_MODSEQ, MODSEQ_FALLS, HIGHEST_MODSEQ,
    VANISHED, BYE,
)  # fmt: skip
