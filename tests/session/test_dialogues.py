"""Each command in dialogues. What is expected follows from the RFC, section by section."""

# The lines are those on the wire, as long as they are.
# ruff: noqa: E501

import pytest

from tests.session.dialogue import play

NOT_AUTHENTICATED = {
    "capability": """
        C: a CAPABILITY
        S: * CAPABILITY IMAP4rev1 <text> SASL-IR AUTH=PLAIN AUTH=LOGIN
        S: a OK <text>
    """,
    "noop and logout": """
        C: a NOOP
        S: a OK <text>
        C: b LOGOUT
        S: * BYE mail.x.test <text>
        S: b OK <text>
    """,
    "commands of other states": """
        C: a SELECT INBOX
        S: a BAD <text>
        C: b FETCH 1 FLAGS
        S: b BAD <text>
        C: c IDLE
        S: c BAD <text>
        C: d LIST "" *
        S: d BAD <text>
        C: e NOOP
        S: e OK <text>
    """,
    "malformed": """
        C: +
        S: * BAD <text>
        C: a
        S: a BAD <text>
        C: a NOSUCH
        S: a BAD <text>
        C: b LOGIN alice@x.test
        S: b BAD <text>
        C: c NOOP now
        S: c BAD <text>
        C: d NOOP
        S: d OK <text>
    """,
    "LOGIN": """
        C: a LOGIN alice@x.test wrong
        S: a NO [AUTHENTICATIONFAILED] authentication failed
        C: b LOGIN nobody@x.test secret
        S: b NO [AUTHENTICATIONFAILED] authentication failed
        C: c LOGIN {12}
        S: + <text>
        C: alice@x.test {6+}\\r\\nsecret
        S: c OK [CAPABILITY IMAP4rev1 <text>] <text>
        C: d LOGIN alice@x.test secret
        S: d BAD <text>
        C: e AUTHENTICATE PLAIN
        S: e BAD <text>
        C: f STARTTLS
        S: f BAD <text>
    """,
    # base64 of NUL alice@x.test NUL secret
    "AUTHENTICATE PLAIN": """
        C: a AUTHENTICATE PLAIN
        S: + <nothing>
        C: AGFsaWNlQHgudGVzdABzZWNyZXQ=
        S: a OK [CAPABILITY <text>
    """,
    "AUTHENTICATE PLAIN with an initial response": """
        C: a authenticate plain AGFsaWNlQHgudGVzdABzZWNyZXQ=
        S: a OK [CAPABILITY <text>
    """,
    # base64 of alice@x.test NUL bob@x.test NUL hush
    "AUTHENTICATE PLAIN as somebody else": """
        C: a AUTHENTICATE PLAIN YWxpY2VAeC50ZXN0AGJvYkB4LnRlc3QAaHVzaA==
        S: a OK [CAPABILITY <text>
    """,
    # base64 of bob@x.test NUL alice@x.test NUL secret; alice is no owner there
    "AUTHENTICATE PLAIN as somebody else without the right": """
        C: a AUTHENTICATE PLAIN Ym9iQHgudGVzdABhbGljZUB4LnRlc3QAc2VjcmV0
        S: a NO [AUTHENTICATIONFAILED] <text>
        C: b LOGIN alice@x.test!nobody@x.test secret
        S: b NO [AUTHENTICATIONFAILED] <text>
        C: c LOGIN alice@x.test!bob@x.test wrong
        S: c NO [AUTHENTICATIONFAILED] <text>
    """,
    # base64 of "x NUL y"; of two octets that are not UTF-8 in the user name
    "AUTHENTICATE PLAIN refused": """
        C: a AUTHENTICATE PLAIN =
        S: a BAD <text>
        C: b AUTHENTICATE PLAIN eAB5
        S: b BAD <text>
        C: c AUTHENTICATE PLAIN
        S: + <nothing>
        C: *
        S: c BAD <text>
        C: d AUTHENTICATE PLAIN
        S: + <nothing>
        C: not base64!
        S: d BAD <text>
        C: e AUTHENTICATE PLAIN
        S: + <nothing>
        C: AP/+AHg=
        S: e NO [AUTHENTICATIONFAILED] authentication failed
        C: f NOOP
        S: f OK <text>
    """,
    # "Username:", "alice@x.test", "Password:", "secret"
    "AUTHENTICATE LOGIN": """
        C: a AUTHENTICATE LOGIN
        S: + VXNlcm5hbWU6
        C: YWxpY2VAeC50ZXN0
        S: + UGFzc3dvcmQ6
        C: c2VjcmV0
        S: a OK [CAPABILITY <text>
    """,
    "AUTHENTICATE LOGIN with an initial response, the user name": """
        C: a AUTHENTICATE LOGIN YWxpY2VAeC50ZXN0
        S: + UGFzc3dvcmQ6
        C: c2VjcmV0
        S: a OK [CAPABILITY <text>
    """,
    "AUTHENTICATE LOGIN refused": """
        C: a AUTHENTICATE LOGIN
        S: + VXNlcm5hbWU6
        C: *
        S: a BAD <text>
        C: b AUTHENTICATE LOGIN
        S: + VXNlcm5hbWU6
        C: YWxpY2VAeC50ZXN0
        S: + UGFzc3dvcmQ6
        C: c2VjcmV1
        S: b NO [AUTHENTICATIONFAILED] authentication failed
        C: c AUTHENTICATE LOGIN YWxpY2VAeC50ZXN0
        S: + UGFzc3dvcmQ6
        C: c2VjcmV1
        S: c NO [AUTHENTICATIONFAILED] authentication failed
        C: d AUTHENTICATE LOGIN YWxpY2VAeC50ZXN0
        S: + UGFzc3dvcmQ6
        C: *
        S: d BAD <text>
        C: d AUTHENTICATE LOGIN =AAA
        S: d BAD <text>
        C: e AUTHENTICATE LOGIN =
        S: + UGFzc3dvcmQ6
        C: c2VjcmV0
        S: e NO [AUTHENTICATIONFAILED] authentication failed
        C: d AUTHENTICATE CRAM-MD5
        S: d NO <text>
    """,
    "impersonation": """
        C: a LOGIN bob@x.test!alice@x.test hush
        S: a OK [CAPABILITY <text>
    """,
    "STARTTLS not available": """
        C: a STARTTLS
        S: a BAD <text>
    """,
}

AUTHENTICATED = {
    "commands of other states": """
        C: a FETCH 1 FLAGS
        S: a BAD <text>
        C: b CLOSE
        S: b BAD <text>
        C: c UNSELECT
        S: c BAD <text>
        C: d CHECK
        S: d BAD <text>
        C: e UID SEARCH ALL
        S: e BAD <text>
        C: f EXPUNGE
        S: f BAD <text>
    """,
    "capability": """
        C: a CAPABILITY
        S: * CAPABILITY IMAP4rev1 <text>
        S: a OK <text>
    """,
    "folders of a new mailbox": """
        C: a LIST "" *
        S: * LIST () "/" "INBOX"
        S: * LIST () "/" "Deleted Items"
        S: * LIST () "/" "Drafts"
        S: * LIST () "/" "Junk Email"
        S: * LIST () "/" "Sent Items"
        S: a OK <text>
        C: b LSUB "" *
        S: * LSUB () "/" "INBOX"
        S: b OK <text>
    """,
    "namespace": """
        C: a NAMESPACE
        S: * NAMESPACE (("" "/")) NIL NIL
        S: a OK <text>
    """,
    "SELECT of an empty mailbox": """
        C: a SELECT inbox
        S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded)
        S: * 0 EXISTS
        S: * 0 RECENT
        S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded \\*)] <text>
        S: * OK [UIDNEXT 1] <text>
        S: * OK [UIDVALIDITY <number>] <text>
        S: * OK [HIGHESTMODSEQ <number>] <text>
        S: a OK [READ-WRITE] <text>
    """,
    "SELECT, EXAMINE, and who gets the recent ones": """
        M: INBOX \\Seen $Important
        M: INBOX
        C: a EXAMINE INBOX
        S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded $Important)
        S: * 2 EXISTS
        S: * 2 RECENT
        S: * OK [UNSEEN 2] <text>
        S: * OK [PERMANENTFLAGS ()] <text>
        S: * OK [UIDNEXT 3] <text>
        S: * OK [UIDVALIDITY <number>] <text>
        S: * OK [HIGHESTMODSEQ <number>] <text>
        S: a OK [READ-ONLY] <text>
        C: b SELECT INBOX
        S: * OK [CLOSED] <text>
        S: * FLAGS <list>
        S: * 2 EXISTS
        S: * 2 RECENT
        S: * OK [UNSEEN 2] <text>
        S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded $Important \\*)] <text>
        S: * OK [UIDNEXT 3] <text>
        S: * OK [UIDVALIDITY <number>] <text>
        S: * OK [HIGHESTMODSEQ <number>] <text>
        S: b OK [READ-WRITE] <text>
        C: c FETCH 1:2 FLAGS
        S: * 1 FETCH (FLAGS ($Important \\Seen \\Recent))
        S: * 2 FETCH (FLAGS (\\Recent))
        S: c OK <text>
        C: d SELECT INBOX
        S: * OK [CLOSED] <text>
        S: * FLAGS <list>
        S: * 2 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 2] <text>
        S: * OK [PERMANENTFLAGS <list>] <text>
        S: * OK [UIDNEXT 3] <text>
        S: * OK [UIDVALIDITY <number>] <text>
        S: * OK [HIGHESTMODSEQ <number>] <text>
        S: d OK [READ-WRITE] <text>
    """,
    "a SELECT that fails leaves nothing selected": """
        C: a SELECT Nowhere
        S: a NO [NONEXISTENT] <text>
        C: b UNSELECT
        S: b BAD <text>
        C: c EXAMINE Drafts
        S: * FLAGS <list>
        S: * 0 EXISTS
        S: * 0 RECENT
        S: * OK [PERMANENTFLAGS ()] <text>
        S: * OK [UIDNEXT 1] <text>
        S: * OK [UIDVALIDITY <number>] <text>
        S: * OK [HIGHESTMODSEQ <number>] <text>
        S: c OK [READ-ONLY] <text>
        C: d SELECT Nowhere
        S: * OK [CLOSED] <text>
        S: d NO [NONEXISTENT] <text>
        C: e CHECK
        S: e BAD <text>
    """,
    "CREATE, DELETE, LIST": """
        C: a CREATE a/b/c/
        S: a OK <text>
        C: b LIST "" a*
        S: * LIST () "/" "a"
        S: * LIST () "/" "a/b"
        S: * LIST () "/" "a/b/c"
        S: b OK <text>
        C: c CREATE a/b
        S: c NO [ALREADYEXISTS] <text>
        C: d CREATE inbox
        S: d NO [ALREADYEXISTS] <text>
        C: e DELETE a/b
        S: e OK <text>
        C: f LIST "" a/%
        S: * LIST (\\Noselect) "/" "a/b"
        S: f OK <text>
        C: g DELETE a/b
        S: g NO [HASCHILDREN] <text>
        C: h SELECT a/b
        S: h NO [NONEXISTENT] <text>
        C: i DELETE INBOX
        S: i NO [CANNOT] <text>
        C: j DELETE Nowhere
        S: j NO [NONEXISTENT] <text>
        C: k CREATE a//b
        S: k NO [CANNOT] <text>
        C: l CREATE "&x"
        S: l NO [CANNOT] <text>
        C: m DELETE a/b/c
        S: m OK <text>
    """,
    "names beyond ASCII": """
        C: a CREATE Entw&APw-rfe
        S: a OK <text>
        C: b LIST "" "Entw&APw-%"
        S: * LIST () "/" "Entw&APw-rfe"
        S: b OK <text>
        C: c STATUS Entw&APw-rfe (MESSAGES)
        S: * STATUS "Entw&APw-rfe" (MESSAGES 0)
        S: c OK <text>
    """,
    "RENAME": """
        C: a CREATE old/inner
        S: a OK <text>
        C: b RENAME old new
        S: b OK <text>
        C: c LIST "" *w*
        S: * LIST () "/" "new"
        S: * LIST () "/" "new/inner"
        S: c OK <text>
        C: d RENAME nowhere x
        S: d NO [NONEXISTENT] <text>
        C: e RENAME new Drafts
        S: e NO [ALREADYEXISTS] <text>
    """,
    "RENAME of INBOX": """
        M: INBOX \\Seen
        C: a CREATE INBOX/inner
        S: a OK <text>
        C: b RENAME INBOX archive
        S: b OK <text>
        C: c STATUS INBOX (MESSAGES)
        S: * STATUS "INBOX" (MESSAGES 0)
        S: c OK <text>
        C: d STATUS archive (MESSAGES UNSEEN)
        S: * STATUS "archive" (MESSAGES 1 UNSEEN 0)
        S: d OK <text>
        C: e LIST "" INBOX*
        S: * LIST () "/" "INBOX"
        S: * LIST () "/" "INBOX/inner"
        S: e OK <text>
    """,
    "LIST patterns": """
        C: a LIST "" ""
        S: * LIST (\\Noselect) "/" ""
        S: a OK <text>
        C: b CREATE x/y/z
        S: b OK <text>
        C: c LIST "" %
        S: * LIST () "/" "INBOX"
        S: * LIST () "/" "Deleted Items"
        S: * LIST () "/" "Drafts"
        S: * LIST () "/" "Junk Email"
        S: * LIST () "/" "Sent Items"
        S: * LIST () "/" "x"
        S: c OK <text>
        C: d LIST x/ %
        S: * LIST () "/" "x/y"
        S: d OK <text>
        C: e LIST x/ *
        S: * LIST () "/" "x/y"
        S: * LIST () "/" "x/y/z"
        S: e OK <text>
        C: f LIST "" inb%
        S: * LIST () "/" "INBOX"
        S: f OK <text>
        C: g LIST "" drafts
        S: g OK <text>
        C: h LIST "" x/*/z
        S: * LIST () "/" "x/y/z"
        S: h OK <text>
    """,
    "LSUB": """
        C: a SUBSCRIBE foo/bar
        S: a OK <text>
        C: b LSUB "" %
        S: * LSUB () "/" "INBOX"
        S: * LSUB (\\Noselect) "/" "foo"
        S: b OK <text>
        C: c LSUB "" *
        S: * LSUB () "/" "INBOX"
        S: * LSUB () "/" "foo/bar"
        S: c OK <text>
        C: d SUBSCRIBE foo
        S: d OK <text>
        C: e LSUB "" %
        S: * LSUB () "/" "INBOX"
        S: * LSUB () "/" "foo"
        S: e OK <text>
        C: f LSUB foo/ %
        S: * LSUB () "/" "foo/bar"
        S: f OK <text>
        C: g UNSUBSCRIBE foo/bar
        S: g OK <text>
        C: h LSUB "" foo*
        S: * LSUB () "/" "foo"
        S: h OK <text>
    """,
    "a deleted mailbox stays subscribed": """
        C: a CREATE gone
        S: a OK <text>
        C: b SUBSCRIBE gone
        S: b OK <text>
        C: c DELETE gone
        S: c OK <text>
        C: d LSUB "" g*
        S: * LSUB () "/" "gone"
        S: d OK <text>
    """,
    "STATUS": """
        M: INBOX \\Seen
        M: INBOX
        C: a STATUS INBOX (UNSEEN MESSAGES RECENT UIDNEXT UIDVALIDITY)
        S: * STATUS "INBOX" (UNSEEN 1 MESSAGES 2 RECENT 2 UIDNEXT 3 UIDVALIDITY <number>)
        S: a OK <text>
        C: b STATUS Nowhere (MESSAGES)
        S: b NO [NONEXISTENT] <text>
        C: c STATUS INBOX (SIZES)
        S: c BAD <text>
        C: d STATUS INBOX ()
        S: d BAD <text>
    """,
    "APPEND": """
        C: a APPEND INBOX (\\Seen $new) "17-Jul-1996 02:44:25 -0700" {3+}\\r\\na:b
        S: a OK [APPENDUID <number> 1] <text>
        C: b APPEND Nowhere {1+}\\r\\nx
        S: b NO [TRYCREATE] <text>
        C: c APPEND INBOX (\\Seen {1+}\\r\\nx
        S: c BAD <text>
        C: d SELECT INBOX
        S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded $new)
        S: * 1 EXISTS
        S: * 1 RECENT
        S: * OK [PERMANENTFLAGS <list>] <text>
        S: * OK [UIDNEXT 2] <text>
        S: * OK [UIDVALIDITY <number>] <text>
        S: * OK [HIGHESTMODSEQ <number>] <text>
        S: d OK [READ-WRITE] <text>
        C: e FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE)
        S: * 1 FETCH (FLAGS ($new \\Seen \\Recent) INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 3)
        S: e OK <text>
        C: f APPEND inbox {1+}\\r\\nx
        S: * 2 EXISTS
        S: * 2 RECENT
        S: f OK [APPENDUID <number> 2] <text>
    """,
    "IDLE without a mailbox": """
        C: a IDLE
        S: + <text>
        C: DONE
        S: a OK <text>
        C: b IDLE
        S: + <text>
        C: c NOOP
        S: b BAD <text>
        C: d NOOP
        S: d OK <text>
    """,
}

# A mailbox with three messages; the client has selected it.
SELECTED = {
    "commands of other states": """
        C: a LOGIN alice@x.test secret
        S: a BAD <text>
    """,
    "CHECK": """
        C: a CHECK
        S: a OK <text>
    """,
    "CLOSE": """
        C: a STORE 2 +FLAGS.SILENT (\\Deleted)
        S: a OK <text>
        C: b CLOSE
        S: b OK <text>
        C: c CHECK
        S: c BAD <text>
        C: d STATUS INBOX (MESSAGES)
        S: * STATUS "INBOX" (MESSAGES 2)
        S: d OK <text>
    """,
    "UNSELECT": """
        C: a STORE 2 +FLAGS.SILENT (\\Deleted)
        S: a OK <text>
        C: b UNSELECT
        S: b OK <text>
        C: c STATUS INBOX (MESSAGES)
        S: * STATUS "INBOX" (MESSAGES 3)
        S: c OK <text>
    """,
    "EXPUNGE": """
        C: a STORE 1,3 +FLAGS.SILENT (\\Deleted)
        S: a OK <text>
        C: b EXPUNGE
        S: * 1 EXPUNGE
        S: * 2 EXPUNGE
        S: * 1 RECENT
        S: b OK <text>
        C: c UID FETCH 1:* FLAGS
        S: * 1 FETCH (UID 2 FLAGS (\\Recent))
        S: c OK <text>
        C: d EXPUNGE
        S: d OK <text>
    """,
    "UID EXPUNGE": """
        C: a STORE 1:3 +FLAGS.SILENT (\\Deleted)
        S: a OK <text>
        C: b UID EXPUNGE 2:3,17
        S: * 2 EXPUNGE
        S: * 2 EXPUNGE
        S: * 1 RECENT
        S: b OK <text>
        C: c UID EXPUNGE 99
        S: c OK <text>
    """,
    "STORE": """
        C: a STORE 1 FLAGS (\\Flagged $work)
        S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded $work)
        S: * 1 FETCH (FLAGS ($work \\Flagged \\Recent))
        S: a OK <text>
        C: b STORE 1:2 +FLAGS \\Seen
        S: * 1 FETCH (FLAGS ($work \\Flagged \\Seen \\Recent))
        S: * 2 FETCH (FLAGS (\\Seen \\Recent))
        S: b OK <text>
        C: c STORE 1 -FLAGS ($WORK)
        S: * 1 FETCH (FLAGS (\\Flagged \\Seen \\Recent))
        S: c OK <text>
        C: d STORE 1 FLAGS ()
        S: * 1 FETCH (FLAGS (\\Recent))
        S: d OK <text>
        C: e STORE 2 -FLAGS.SILENT (\\Seen)
        S: e OK <text>
        C: f FETCH 2 FLAGS
        S: * 2 FETCH (FLAGS (\\Recent))
        S: f OK <text>
        C: g UID STORE 2 +FLAGS (\\Draft)
        S: * 2 FETCH (UID 2 FLAGS (\\Draft \\Recent))
        S: g OK <text>
        C: h UID STORE 98:99 +FLAGS (\\Draft)
        S: h OK <text>
        C: i STORE 4 FLAGS ()
        S: i BAD <text>
        C: j STORE 1 +FLAGS (\\Recent)
        S: j BAD <text>
    """,
    "FETCH": """
        C: a FETCH 1 (UID FLAGS RFC822.SIZE INTERNALDATE)
        S: * 1 FETCH (UID 1 FLAGS (\\Recent) RFC822.SIZE 24 INTERNALDATE " 1-May-2024 12:00:00 +0000")
        S: a OK <text>
        C: b FETCH 2:1 UID
        S: * 1 FETCH (UID 1)
        S: * 2 FETCH (UID 2)
        S: b OK <text>
        C: c FETCH 3,1,3 UID
        S: * 1 FETCH (UID 1)
        S: * 3 FETCH (UID 3)
        S: c OK <text>
        C: d FETCH * UID
        S: * 3 FETCH (UID 3)
        S: d OK <text>
        C: e FETCH 1 ENVELOPE
        S: * 1 FETCH (ENVELOPE (NIL "Hello" NIL NIL NIL NIL NIL NIL NIL NIL))
        S: e OK <text>
        C: f FETCH 1 BODY
        S: * 1 FETCH (BODY ("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 6 1))
        S: f OK <text>
        C: g FETCH 0 UID
        S: g BAD <text>
        C: h FETCH 1:4 UID
        S: h BAD <text>
        C: i UID FETCH 4:* FLAGS
        S: * 3 FETCH (UID 3 FLAGS (\\Recent))
        S: i OK <text>
        C: j UID FETCH 7:9 FLAGS
        S: j OK <text>
        C: k UID FETCH 2 (UID FLAGS)
        S: * 2 FETCH (UID 2 FLAGS (\\Recent))
        S: k OK <text>
        C: l FETCH 1 FAST
        S: * 1 FETCH (FLAGS (\\Recent) INTERNALDATE " 1-May-2024 12:00:00 +0000" RFC822.SIZE 24)
        S: l OK <text>
        C: m FETCH 1 (FLAGS FLAGS)
        S: * 1 FETCH (FLAGS (\\Recent))
        S: m OK <text>
    """,
    "FETCH of text": """
        C: a FETCH 1 BODY.PEEK[]
        S: * 1 FETCH (BODY[] {24}\\r\\nSubject: Hello\\r\\n\\r\\nbody\\r\\n)
        S: a OK <text>
        C: b FETCH 1 RFC822.HEADER
        S: * 1 FETCH (RFC822.HEADER {18}\\r\\nSubject: Hello\\r\\n\\r\\n)
        S: b OK <text>
        C: c FETCH 1 BODY[TEXT]
        S: * 1 FETCH (BODY[TEXT] {6}\\r\\nbody\\r\\n FLAGS (\\Seen \\Recent))
        S: c OK <text>
        C: d FETCH 1 BODY[TEXT]<1.2>
        S: * 1 FETCH (BODY[TEXT]<1> "od")
        S: d OK <text>
        C: e FETCH 1 BODY[TEXT]<9.2>
        S: * 1 FETCH (BODY[TEXT]<9> "")
        S: e OK <text>
        C: f FETCH 1 BODY[2]
        S: * 1 FETCH (BODY[2] NIL)
        S: f OK <text>
        C: g UID FETCH 2 (FLAGS RFC822.TEXT)
        S: * 2 FETCH (UID 2 FLAGS (\\Seen \\Recent) RFC822.TEXT {6}\\r\\nbody\\r\\n)
        S: g OK <text>
        C: h FETCH 3 (BODY[HEADER.FIELDS (subject)] RFC822)
        S: * 3 FETCH (BODY[HEADER.FIELDS (subject)] {18}\\r\\nSubject: Hello\\r\\n\\r\\n RFC822 {24}\\r\\nSubject: Hello\\r\\n\\r\\nbody\\r\\n FLAGS (\\Seen \\Recent))
        S: h OK <text>
    """,
    "SEARCH": """
        C: a STORE 2 +FLAGS.SILENT (\\Seen $x)
        S: * FLAGS <list>
        S: a OK <text>
        C: b SEARCH ALL
        S: * SEARCH 1 2 3
        S: b OK <text>
        C: c SEARCH SEEN
        S: * SEARCH 2
        S: c OK <text>
        C: d SEARCH NEW
        S: * SEARCH 1 3
        S: d OK <text>
        C: e SEARCH OR KEYWORD $X 3
        S: * SEARCH 2 3
        S: e OK <text>
        C: f SEARCH NOT (UNSEEN UID 1:99)
        S: * SEARCH 2
        S: f OK <text>
        C: g SEARCH SUBJECT "hELLo" TEXT BODY
        S: * SEARCH 1 2 3
        S: g OK <text>
        C: h SEARCH SUBJECT nothing
        S: * SEARCH
        S: h OK <text>
        C: i SEARCH CHARSET UTF-8 SUBJECT hello LARGER 23 SMALLER 25 ON 1-May-2024
        S: * SEARCH 1 2 3
        S: i OK <text>
        C: j SEARCH CHARSET X-NONE SUBJECT hello
        S: j NO [BADCHARSET (US-ASCII UTF-8)] <text>
        C: k SEARCH 4
        S: k BAD <text>
        C: l SEARCH HEADER Subject "" SENTSINCE 1-Jan-1990
        S: * SEARCH
        S: l OK <text>
        C: m SEARCH HEADER Subject "" BEFORE 2-May-2024 SINCE 1-May-2024
        S: * SEARCH 1 2 3
        S: m OK <text>
        C: n SEARCH OLD
        S: * SEARCH
        S: n OK <text>
        C: o SEARCH SUBJECT nothing 4
        S: o BAD <text>
        C: p SEARCH CHARSET UTF-8 SUBJECT {2+}\\r\\n\xff
        S: * SEARCH
        S: p OK <text>
    """,
    "COPY": """
        C: a COPY 1,3 Drafts
        S: a OK [COPYUID <number> 1,3 1:2] <text>
        C: b COPY 1 Nowhere
        S: b NO [TRYCREATE] <text>
        C: c UID COPY 2 INBOX
        S: * 4 EXISTS
        S: * 4 RECENT
        S: c OK [COPYUID <number> 2 4] <text>
        C: d UID COPY 98:99 Drafts
        S: d OK COPY completed
        C: e UID COPY 98:99 Nowhere
        S: e NO [TRYCREATE] <text>
        C: e COPY 1 a//b
        S: e NO [CANNOT] <text>
        C: f COPY 9 Drafts
        S: f BAD <text>
        C: g STATUS Drafts (MESSAGES)
        S: * STATUS "Drafts" (MESSAGES 2)
        S: g OK <text>
    """,
    "MOVE": """
        C: a MOVE 1,3 Drafts
        S: * OK [COPYUID <number> 1,3 1:2] <text>
        S: * 1 EXPUNGE
        S: * 2 EXPUNGE
        S: * 1 RECENT
        S: a OK [HIGHESTMODSEQ 5] MOVE completed
        C: b MOVE 1 Nowhere
        S: b NO [TRYCREATE] <text>
        C: c UID MOVE 2 INBOX
        S: * OK [COPYUID <number> 2 4] <text>
        S: * 1 EXPUNGE
        S: * 1 EXISTS
        S: c OK <text>
        C: d UID MOVE 1:3 Drafts
        S: d OK <text>
        C: e UID MOVE 98:99 Nowhere
        S: e NO [TRYCREATE] <text>
        C: e MOVE 1 a//b
        S: e NO [CANNOT] <text>
        C: f MOVE 2 Drafts
        S: f BAD <text>
        C: g FETCH 1 (UID FLAGS)
        S: * 1 FETCH (UID 4 FLAGS (\\Recent))
        S: g OK <text>
        C: h STATUS Drafts (MESSAGES)
        S: * STATUS "Drafts" (MESSAGES 2)
        S: h OK <text>
    """,
    "read-only": """
        C: a EXAMINE INBOX
        S: * OK [CLOSED] <text>
        S: * FLAGS <list>
        S: * 3 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 1] <text>
        S: * OK [PERMANENTFLAGS ()] <text>
        S: * OK [UIDNEXT 4] <text>
        S: * OK [UIDVALIDITY <number>] <text>
        S: * OK [HIGHESTMODSEQ <number>] <text>
        S: a OK [READ-ONLY] <text>
        C: b STORE 1 +FLAGS (\\Seen)
        S: b NO <text>
        C: c EXPUNGE
        S: c NO <text>
        C: d FETCH 1 BODY[TEXT]
        S: * 1 FETCH (BODY[TEXT] {6}\\r\\nbody\\r\\n)
        S: d OK <text>
        C: e FETCH 1 FLAGS
        S: * 1 FETCH (FLAGS ())
        S: e OK <text>
        C: f UID EXPUNGE 1
        S: f NO <text>
        C: f MOVE 1 Drafts
        S: f NO <text>
        C: g CLOSE
        S: g OK <text>
    """,
    "an empty mailbox": """
        C: a SELECT Drafts
        S: * OK [CLOSED] <text>
        S: * FLAGS <list>
        S: * 0 EXISTS
        S: * 0 RECENT
        S: * OK [PERMANENTFLAGS <list>] <text>
        S: * OK [UIDNEXT 1] <text>
        S: * OK [UIDVALIDITY <number>] <text>
        S: * OK [HIGHESTMODSEQ <number>] <text>
        S: a OK [READ-WRITE] <text>
        C: b FETCH * FLAGS
        S: b BAD <text>
        C: c FETCH 1:* FLAGS
        S: c BAD <text>
        C: d UID FETCH 1:* FLAGS
        S: d OK <text>
        C: e SEARCH ALL
        S: * SEARCH
        S: e OK <text>
        C: f UID STORE * +FLAGS (\\Seen)
        S: f OK <text>
    """,
    "IDLE": """
        C: a IDLE
        S: + <text>
        C: done
        S: a OK <text>
    """,
}


@pytest.mark.parametrize("script", NOT_AUTHENTICATED.values(), ids=NOT_AUTHENTICATED)
def test_not_authenticated(script, client, store):
    play(script, {"C": client}, store)


@pytest.mark.parametrize("script", AUTHENTICATED.values(), ids=AUTHENTICATED)
def test_authenticated(script, alice, store):
    play(script, {"C": alice}, store)


@pytest.mark.parametrize("script", SELECTED.values(), ids=SELECTED)
def test_selected(script, alice, store):
    play("M: INBOX\n" * 3, {}, store)
    alice.ok("SELECT INBOX")
    play(script, {"C": alice}, store)
