"""ENABLE, ID, impersonation, and what IMAP4rev2 changes."""

from dataclasses import replace
from functools import partial

from reference_server.accounts.directory import Directory
from reference_server.message import body_structure
from reference_server.protocol import commands, lexer
from reference_server.protocol.responses import Code, Condition, Data, Numbered
from reference_server.session import capabilities, dispatch, session
from reference_server.session.commands import authenticate, enable, list_, login, select
from reference_server.session.outcome import Bad, No
from reference_server.session.view import View
from reference_server.storage.account import AccountStore
from tests.planted.defects import found_by

ENABLE = "extensions/enable"
SELECT = "authenticated/select_revision2"
INCLUDED = "selected/included_revision2"
UPDATES = "selected/updates_revision2"
CODES = "responses/codes_revision2"


def handle(command, handler):
    """Let another handler carry out a command; it is given the one that is there, too."""
    entry = dispatch.TABLE[command]
    dispatch.TABLE[command] = replace(entry, handler=partial(handler, entry.handler))


def change_responses(command, change):
    """Let `change` turn the list of untagged responses to a command into another one."""

    def handler(original, of, sent):
        responses = []
        steps = original(of, sent)
        try:
            while True:
                responses.append(next(steps))
        except StopIteration as stop:
            done = stop.value
        yield from change(of, responses)
        return done

    handle(command, handler)


def has_code(response, name):
    is_condition = isinstance(response, Condition)
    return is_condition and response.code is not None and response.code.name == name


# ENABLE


@found_by(f"{ENABLE}/ignores_what_it_does_not_know", f"{ENABLE}/with_a_mailbox_selected")
def enabled_is_left_out_where_it_is_empty():
    """There is no ENABLED without names; and ENABLE is valid with a mailbox selected."""
    entry = dispatch.TABLE[commands.Enable]
    dispatch.TABLE[commands.Enable] = replace(entry, states=dispatch.LOGGED_IN)
    change_responses(commands.Enable, lambda _, told: [one for one in told if one.values])


@found_by(
    f"{ENABLE}/ignores_what_it_does_not_know",
    f"{ENABLE}/ignores_only_what_it_does_not_know",
    f"{ENABLE}/ignores_what_needs_no_enabling[IDLE]",
)
def unknown_extensions_are_refused():
    """ENABLE of what cannot be enabled is answered BAD."""

    def handler(original, of, sent):
        if not set(sent.names) <= enable.to_enable(of).keys():
            raise Bad("no such extension")
        return (yield from original(of, sent))

    handle(commands.Enable, handler)


@found_by(f"{ENABLE}/tells_only_what_this_command_enabled")
def enabled_tells_all_that_is_enabled():
    """ENABLED repeats what earlier commands enabled."""

    def change(of, _responses):
        offered = enable.to_enable(of)
        return [Data("ENABLED", tuple(offered[name] for name in sorted(of.enabled)))]

    change_responses(commands.Enable, change)


@found_by(f"{ENABLE}/does_not_change_the_capabilities")
def what_is_enabled_is_listed_no_more():
    """IMAP4rev2 is not listed where it is in use."""
    capabilities._TABLE = tuple(
        (name, (lambda of: not of.revision2) if name == b"IMAP4rev2" else when)
        for name, when in capabilities._TABLE
    )


@found_by(f"{ENABLE}/is_in_effect_for_the_next_command", f"{SELECT}/required_responses[SELECT]")
def select_knows_nothing_of_imap4rev2():
    """SELECT is answered as RFC 3501 has it."""
    select._revision2 = lambda _session, view: select._revision1(view)


@found_by(f"{SELECT}/lasts_when_the_mailbox_is_closed[CLOSE]")
def close_disables():
    """After CLOSE nothing is enabled any more."""

    def handler(original, of, sent):
        of.enabled = frozenset()
        return original(of, sent)

    handle(commands.Close, handler)


@found_by(f"{SELECT}/a_session_beside_gets_recent", f"{SELECT}/a_session_beside_gets_search")
def what_one_enables_is_enabled_for_all():
    """IMAP4rev2 is in use in every session once one of them enabled it."""
    session.Session.enabled = frozenset()

    def handler(original, of, sent):
        done = yield from original(of, sent)
        session.Session.enabled = of.enabled
        return done

    begin = session.Session.__init__

    def begun(self, *arguments):
        begin(self, *arguments)
        del self.enabled

    session.Session.__init__ = begun
    handle(commands.Enable, handler)


# SELECT


@found_by(f"{SELECT}/closed_is_a_boundary")
def closed_comes_last():
    """CLOSED comes behind what is told of the new mailbox."""
    change_responses(
        commands.Select, lambda _, told: sorted(told, key=lambda one: has_code(one, "CLOSED"))
    )


@found_by(f"{SELECT}/closed[same-mailbox-SELECT-SELECT]", f"{SELECT}/closed_by_a_select_that_fails")
def closed_is_left_out():
    """SELECT brings no CLOSED."""
    change_responses(
        commands.Select, lambda _, told: [one for one in told if not has_code(one, "CLOSED")]
    )


@found_by(f"{SELECT}/no_unseen_code[SELECT]", f"{SELECT}/no_unseen_code[EXAMINE]")
def unseen_is_told():
    """SELECT tells the first unseen message with IMAP4rev2, too."""
    change_responses(
        commands.Select,
        lambda of, told: (
            [*told, Condition("OK", "first unseen", Code("UNSEEN", (1,)))]
            if of.view and of.view.uids
            else told
        ),
    )


@found_by(f"{SELECT}/no_recent", f"{SELECT}/required_responses[EXAMINE]")
def recent_is_told_instead_of_list():
    """SELECT brings RECENT, and no LIST."""
    select._revision2 = lambda _session, _view: iter([Numbered(0, "RECENT")])


@found_by(f"{SELECT}/list_has_accurate_attributes")
def list_of_select_denies_children():
    r"""The LIST of SELECT always has \HasNoChildren."""
    list_data = select.list_data
    list_._always_shown = lambda _session: frozenset({"CHILDREN"})
    select.list_data = lambda of, info: list_data(of, replace(info, has_children=False))


# What IMAP4rev2 includes


@found_by(
    "any_state/capability_revision2/names_the_mechanism_plain[imap]",
    "any_state/capability_revision2/plain_with_initial_response",
    "extensions/sasl_ir/initial_response",
    f"{INCLUDED}/binary[BINARY[1]]",
    f"{INCLUDED}/binary[BINARY.PEEK[1]]",
)
def imap4rev2_is_offered_without_what_it_includes():
    """IMAP4rev2 is listed, but there is neither SASL-IR nor AUTH=PLAIN nor BINARY."""
    missing = {b"SASL-IR", b"AUTH=PLAIN", b"BINARY"}
    capabilities._TABLE = tuple(row for row in capabilities._TABLE if row[0] not in missing)
    del authenticate.MECHANISMS["PLAIN"]

    def handler(original, of, sent):
        if any(item.name.startswith("BINARY") for item in sent.items):
            raise Bad("unknown data item")
        return original(of, sent)

    handle(commands.Fetch, handler)


@found_by(f"{UPDATES}/unsolicited_fetch_has_the_uid", f"{UPDATES}/fetch_in_idle_has_the_uid")
def unsolicited_fetch_lacks_the_uid():
    """FETCH that the client did not ask for has the flags alone."""
    flag_table = View.flag_table

    def without_uid(self, uids, **options):
        table = flag_table(self, uids, **options)
        rows = [(number, *values) for number, _uid, *values in table.rows]
        return replace(table, names=table.names[1:], rows=rows)

    View.flag_table = without_uid


@found_by(
    f"{UPDATES}/partial_beyond_32_bits[4294967296]",
    f"{UPDATES}/sizes_beyond_32_bits[4294967296]",
)
def numbers_have_32_bits():
    """Sizes and offsets beyond 32 bits are a syntax error."""
    lexer.MAXIMUM_NUMBER64 = 2**32 - 1


@found_by(f"{UPDATES}/continued_parameters_are_joined")
def continuations_stay_as_they_are():
    """BODYSTRUCTURE has each section of a continued parameter."""
    body_structure.join_continuations = lambda parameters: parameters


@found_by(f"{UPDATES}/keywords_are_supported[$Phishing]")
def only_known_keywords_are_kept():
    """$Phishing is lost when a message is appended."""
    append = AccountStore.append

    def without(self, name, messages):
        kept = [
            replace(one, flags=frozenset(flag for flag in one.flags if flag != "$Phishing"))
            for one in messages
        ]
        return append(self, name, kept)

    AccountStore.append = without


@found_by(f"{CODES}/create_of_what_exists", f"{CODES}/rename_to_what_exists")
def everything_is_nonexistent():
    """Whatever is wrong with a mailbox, the code is NONEXISTENT."""
    dispatch._CODES = dict.fromkeys(dispatch._CODES, Code("NONEXISTENT"))


# ID, and who may log in


@found_by("extensions/id/keeps_the_limits", enable_rfc2971_commands="yes")
def id_repeats_itself():
    """The ID response has a field name twice."""
    words = (b"name", b"a", b"NAME", b"b")
    handle(commands.Id, lambda *_: iter([Data("ID", (words,))]))


@found_by(
    "extensions/id/in_any_state[not authenticated]",
    "gromox/id/is_answered_where_it_is_on[not authenticated]",
    enable_rfc2971_commands="yes",
)
def id_needs_a_login():
    """ID is refused before login."""
    entry = dispatch.TABLE[commands.Id]
    dispatch.TABLE[commands.Id] = replace(entry, states=dispatch.LOGGED_IN)


@found_by(
    "security/impersonation/is_denied_as_a_wrong_password_is[LOGIN]",
    "security/impersonation/is_denied_as_a_wrong_password_is[PLAIN]",
)
def denied_impersonation_is_told():
    """A right password for a mailbox of others is refused with AUTHORIZATIONFAILED."""
    for module in (login, authenticate):
        module.log_in = _telling(module.log_in)


def _telling(log_in):
    def telling(of, method, user, password, authorization=b""):
        try:
            return log_in(of, method, user, password, authorization)
        except No:
            actor = user.partition(b"!")[0].decode()
            if Directory.authenticate(of.service.directory, actor, password.decode()):
                raise No("not authorized", "AUTHORIZATIONFAILED") from None
            raise

    return telling
