"""Address lists: RFC 5322, 3.4, 4.4 and the examples of its appendix A; RFC 3501, 7.4.2."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reference_server.message.addresses import parse_addresses

END = (None, None, None, None)


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        (b"", []),
        (b" , ,, ", []),
        (b"jdoe@machine.example", [(None, None, b"jdoe", b"machine.example")]),
        (b"John Doe <jdoe@machine.example>", [(b"John Doe", None, b"jdoe", b"machine.example")]),
        # A.1.2
        (
            b'"Joe Q. Public" <john.q.public@example.com>',
            [(b"Joe Q. Public", None, b"john.q.public", b"example.com")],
        ),
        (
            b'Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>, "Giant; \\"Big\\" Box"'
            b" <sysservices@example.net>",
            [
                (b"Mary Smith", None, b"mary", b"x.test"),
                (None, None, b"jdoe", b"example.org"),
                (b"Who?", None, b"one", b"y.test"),
                (b'Giant; "Big" Box', None, b"sysservices", b"example.net"),
            ],
        ),
        # A.1.3
        (
            b"A Group:Ed Jones <joe@where.test>,John <jdoe@one.test>;",
            [
                (None, None, b"A Group", None),
                (b"Ed Jones", None, b"joe", b"where.test"),
                (b"John", None, b"jdoe", b"one.test"),
                END,
            ],
        ),
        (
            b"Undisclosed recipients:;",
            [(None, None, b"Undisclosed recipients", None), END],
        ),
        # A.5: comments in every place; the one in the display name is no part of it.
        (
            b"Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
            [(b"Pete", None, b"pete", b"silly.test")],
        ),
        (
            b"A Group(Some people) :Chris Jones <c@(Chris's host.)public.example>,"
            b" joe@example.org, John <jdoe@one.test> (my dear friend); (the end of the group)",
            [
                (None, None, b"A Group", None),
                (b"Chris Jones", None, b"c", b"public.example"),
                (None, None, b"joe", b"example.org"),
                (b"John", None, b"jdoe", b"one.test"),
                END,
            ],
        ),
        # A.6.1, obsolete addressing
        (b"Joe Q. Public <j@e.com>", [(b"Joe Q. Public", None, b"j", b"e.com")]),
        (
            b"Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
            [
                (b"Mary Smith", b"@node.test", b"mary", b"example.net"),
                (None, None, b"jdoe", b"test.example"),
            ],
        ),
        (b"<@a.test,@b.test:joe@c.test>", [(None, b"@a.test,@b.test", b"joe", b"c.test")]),
        (b"a : b@c ; d@e", [(None, None, b"a", None), (None, None, b"b", b"c"), END,
                            (None, None, b"d", b"e")]),
        # The name in a comment, quoted pairs and nesting included.
        (b"fred@example.com (Fred (the \\(one\\)))",
         [(b"Fred (the (one))", None, b"fred", b"example.com")]),
        # Quoting is removed from the local part (RFC 3501, 9: addr-mailbox).
        (b'"john smith"@example.com', [(None, None, b"john smith", b"example.com")]),
        (b'"a . b".c@example.com', [(None, None, b"a . b.c", b"example.com")]),
        (b'"a@b"@example.com', [(None, None, b"a@b", b"example.com")]),
        (b"joe@[192.0.2.1]", [(None, None, b"joe", b"[192.0.2.1]")]),
        # Encoded words stay encoded.
        (b"=?ISO-8859-1?Q?Andr=E9?= Pirard <p@e.test>",
         [(b"=?ISO-8859-1?Q?Andr=E9?= Pirard", None, b"p", b"e.test")]),
        (b"Andr\xc3\xa9 <p@e.test>", [(b"Andr\xc3\xa9", None, b"p", b"e.test")]),
        (b'"" <a@b>', [(b"", None, b"a", b"b")]),
    ],
)  # fmt: skip
def test_addresses(value, addresses):
    assert parse_addresses(value) == addresses


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        (b"root", [(None, None, b"root", b"")]),
        (b"John Smith", [(b"John Smith", None, b"", b"")]),
        (b"John <>", [(b"John", None, b"", b"")]),
        (b"John <john@example.com", [(b"John", None, b"john", b"example.com")]),
        (b"Group: a@b", [(None, None, b"Group", None), (None, None, b"a", b"b"), END]),
        (b'"John <john@example.com>', [(None, None, b"John <john@example.com>", b"")]),
        (b"a@b (never closed", [(b"never closed", None, b"a", b"b")]),
    ],
)
def test_malformed_addresses_never_look_like_groups(value, addresses):
    """A host that is missing is empty: NIL would make the address a group (7.4.2)."""
    assert parse_addresses(value) == addresses


PIECES = st.sampled_from(
    [b"<j.d@c.test>", b"j@c.test", b"a", b"Joe", b"j.d", b" ", b"  ", b"\t", b",", b"<", b">", b"@",
     b".", b"c.test", b'" q r "', b'"', b"\\", b"(n)", b":", b";", b"[1]", b"\xe9"]
)  # fmt: skip


@example(b'" q r " <a@b>', 4)
@example(b"J.  Doe <a@b>, \tDoe J.\t<a@b> ,a.b@c.d ", 4)
@example(b"a@b, Joe, c@d", 2)
@given(st.lists(PIECES, max_size=12).map(b"".join), st.integers(0, 4))
def test_what_is_written_as_usual_is_read_as_anything_else_is(value, most):
    # Behind a stray semicolon, which means nothing, no address counts as written as usual.
    assert parse_addresses(value, most) == parse_addresses(b";" + value, most)
