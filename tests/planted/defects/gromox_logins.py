"""Impersonation and throttling."""

import time
from dataclasses import replace
from functools import partial
from weakref import WeakSet

from reference_server.accounts import Identity, Throttle, Verdict
from reference_server.accounts.account import fold
from reference_server.accounts.directory import Directory
from reference_server.accounts.register import User
from reference_server.session import logging_in
from reference_server.session.channel import Disconnected
from reference_server.session.commands import authenticate, login
from reference_server.session.outcome import No
from reference_server.session.session import Session
from reference_server.storage.registry import Registry
from tests.planted.defects import found_by

IMPERSONATION = "gromox/impersonation"
RATE = "gromox/login_rate"
THROTTLING = "gromox/throttling"


def change_judge(judge):
    """Let `judge(throttle, original, name, account, right)` judge logins."""
    original = Throttle.judge

    def judged(throttle, name, account, right):
        return judge(throttle, lambda *words: original(throttle, *words), name, account, right)

    Throttle.judge = judged


def change_authentication(authenticate):
    """Let `authenticate(original, user, password, authorization)` say who logs in to what."""
    original = Directory.authenticate

    def authenticated(directory, user, password, authorization=""):
        return authenticate(partial(original, directory), user, password, authorization)

    Directory.authenticate = authenticated


def change_settings(**values):
    """Let throttling go by these directives, whatever the server was given."""
    original = Throttle.of
    Throttle.of = lambda settings: original(replace(settings, **values))


def count_separately(key):
    """Let tries be counted by `key(session, method)`, too."""
    original = logging_in.log_in
    throttles = {}

    def log_in(session, method, *words):
        settings = session.service.settings
        throttle = throttles.setdefault(key(session, method), Throttle.of(settings))
        session.service = replace(session.service, throttle=throttle)
        return original(session, method, *words)

    login.log_in = authenticate.log_in = log_in


# Throttling


@found_by(
    f"{THROTTLING}/tries_are_counted_over_connections",
    f"{THROTTLING}/tries_are_counted_over_open_connections",
    f"{THROTTLING}/a_blocked_user_is_refused_with_the_right_password[LOGIN]",
)
def failures_are_counted_by_connection():
    """Each connection has its own tries, so who reconnects is never blocked."""
    original = Session.__init__

    def init(session, channel, service):
        throttle = Throttle.of(service.settings)
        throttle._logins = service.throttle._logins  # the rate is every user's own
        original(session, channel, replace(service, throttle=throttle))

    Session.__init__ = init


@found_by(
    f"{THROTTLING}/other_users_are_not_blocked",
    f"{THROTTLING}_addresses/an_address_is_not_blocked",
    f"{RATE}/each_user_has_a_rate_of_its_own",
)
def logins_are_counted_by_address():
    """A client that fails, or logs in, too often keeps out all users behind its address."""
    Throttle._user = lambda *_: User.of("127.0.0.1", True)


@found_by(f"{THROTTLING}/login_and_authenticate_are_counted_together")
def each_way_to_log_in_has_its_own_tries():
    """LOGIN and each mechanism of AUTHENTICATE are counted separately."""
    count_separately(lambda _session, method: method)


@found_by(f"{THROTTLING}/a_blocked_user_is_refused_with_the_right_password[LOGIN]")
def the_right_password_ends_a_block():
    """Who is blocked gets in with the right password, so guessing can go on."""
    change_judge(
        lambda _, judge, name, account, right: (
            Verdict.ADMITTED if right else judge(name, account, right)
        )
    )


@found_by(f"{THROTTLING}_addresses/tries_are_counted_over_addresses")
def failures_are_counted_by_user_and_address():
    """Each address has its own tries, so a guesser with many of them goes on."""
    count_separately(lambda session, _method: session.channel.peer)


@found_by(f"{THROTTLING}/the_block_holds_at_every_address[imaps]")
def each_port_has_its_own_tries():
    """Who is blocked at one port goes on at the other."""
    count_separately(lambda session, _method: session.channel._socket.getsockname()[1])


@found_by("gromox/throttling_times/a_block_ends_by_itself")
def tries_prolong_a_block():
    """A try during the block begins it anew, so a client that tries again never gets in."""

    def judge(throttle, judged, name, account, right):
        verdict = judged(name, account, right)
        if verdict is Verdict.BLOCKED:
            user = throttle._user(name, account)
            throttle._bans.remove(user)
            throttle._bans.put(user, None)
        return verdict

    change_judge(judge)


@found_by(
    f"{THROTTLING}/success_sets_the_count_back",
    "gromox/throttling_times/an_interval_without_failure_sets_the_count_back",
)
def failures_are_never_forgotten():
    """The count goes on after a success, and after any time."""
    counts = {}

    def judge(throttle, judged, name, account, right):
        user = throttle._user(name, account)
        counts[user] = counts.get(user, 0) + (not right)
        if counts[user] >= throttle._tries:
            counts[user] = 0
            throttle._bans.put(user, None)
            return Verdict.FAILED_LAST
        return judged(name, account, right)

    change_judge(judge)


@found_by(
    f"{THROTTLING}/the_last_try_is_answered_no_and_closes[LOGIN]",
    f"{THROTTLING}/names_without_account_are_blocked_alike",
)
def a_refused_client_may_stay():
    """The connection stays open after the failure that blocks."""
    Verdict.closes = False


@found_by(f"{THROTTLING}/a_blocked_user_is_refused_with_a_wrong_password")
def a_blocked_user_gets_no_answer():
    """Who is blocked is cut off without a NO."""

    def judge(_, judged, name, account, right):
        verdict = judged(name, account, right)
        if verdict is Verdict.BLOCKED:
            raise Disconnected
        return verdict

    change_judge(judge)


@found_by(f"{THROTTLING}/guesses_at_once_get_no_more_tries")
def guesses_at_once_are_all_answered():
    """Whether a user is blocked is decided before the password is looked at, which takes long."""

    def judge(throttle, judged, name, account, right):
        blocked = throttle._user(name, account) in throttle._bans
        time.sleep(0.3)  # a slow hash
        verdict = judged(name, account, right)
        return verdict if blocked or right else Verdict.FAILED

    change_judge(judge)


@found_by(f"{THROTTLING}/another_case_gives_no_further_tries")
def names_are_counted_as_they_are_written():
    """Each way to write the name of an account has its own tries."""
    Throttle._user = lambda _, name, account: User.of(name, account is not None)


@found_by(f"{THROTTLING}/a_session_of_the_user_goes_on")
def a_block_ends_the_sessions_of_its_user():
    """Who is blocked is logged out everywhere."""
    log_in = Session.log_in
    sessions = WeakSet()

    def note(self, identity):
        log_in(self, identity)
        sessions.add(self)

    def judge(_, judged, name, account, right):
        verdict = judged(name, account, right)
        if verdict is Verdict.FAILED_LAST:
            for session in sessions:
                if session.identity.actor is account:
                    session.shut_down()
        return verdict

    Session.log_in = note
    change_judge(judge)


@found_by(f"{THROTTLING}/impersonations_count_for_the_actor_alone")
def failed_impersonations_count_for_the_mailbox_too():
    """Whoever names a mailbox with a wrong password often enough blocks its user."""
    original = logging_in.log_in

    def log_in(session, method, user, *words):
        try:
            return original(session, method, user, *words)
        except No:
            mailbox = user.decode().partition("!")[2]
            account = session.service.directory.account(mailbox)
            session.service.throttle.judge(mailbox, account, False)
            raise

    login.log_in = authenticate.log_in = log_in


@found_by("gromox/ban_list/names_in_another_case_are_others_where_case_counts")
def case_never_counts():
    """userfilter_icase is ignored."""
    change_settings(userfilter_icase=True)


@found_by(
    "gromox/ban_list/no_more_users_are_blocked_than_the_list_has_room_for",
    "gromox/ban_list/without_room_in_the_list_nobody_is_blocked",
)
def the_ban_list_has_always_room():
    """userfilter_maxbans is ignored."""
    change_settings(userfilter_maxbans=1000)


def limit_rate(when):
    """Let the rate limiter see logins for which `when(right)` is true."""

    def judge(throttle, judged, name, account, right):
        limited, throttle._limits_rate = throttle._limits_rate, when(right)
        try:
            return judged(name, account, right)
        finally:
            throttle._limits_rate = limited

    change_judge(judge)


@found_by(f"{RATE}/failed_logins_use_up_the_rate")
def only_successes_use_up_the_rate():
    """The rate limiter does not see logins that fail."""
    limit_rate(lambda right: right)


@found_by(f"{RATE}/logins_beyond_the_rate_are_refused[LOGIN]")
def only_failures_use_up_the_rate():
    """With the right password a user logs in as often as it likes."""
    limit_rate(lambda right: not right)


@found_by(f"{RATE}/the_next_window_admits_the_user")
def who_uses_up_the_rate_is_blocked():
    """The last login of a window blocks the user as too many failures do, whatever the window."""

    def judge(throttle, judged, name, account, right):
        verdict = judged(name, account, right)
        user = throttle._user(name, account)
        if throttle._logins.get(user) == throttle._rate:
            throttle._bans.put(user, None)
        return verdict

    change_judge(judge)


# Impersonation


@found_by(
    f"{IMPERSONATION}/without_rights_it_is_as_a_wrong_password[an account-AUTHENTICATE LOGIN]",
    f"{IMPERSONATION}/a_mailbox_that_does_not_exist_is_refused[LOGIN]",
)
def denied_impersonation_has_a_code_of_its_own():
    """The right password for a mailbox of others: NO [AUTHORIZATIONFAILED]."""
    original = logging_in.log_in

    def log_in(session, method, user, password, authorization=b""):
        try:
            return original(session, method, user, password, authorization)
        except No as refused:
            actor = user.decode().partition("!")[0]
            if session.service.directory.authenticate(actor, password.decode()):
                raise No("no rights", "AUTHORIZATIONFAILED", refused.after) from None
            raise

    login.log_in = authenticate.log_in = log_in


@found_by(f"{THROTTLING}/denied_impersonations_are_counted[LOGIN]")
def denied_impersonations_are_not_counted():
    """Whoever has the right password may ask for every mailbox there is."""
    original = logging_in.log_in

    def log_in(session, method, user, password, authorization=b""):
        directory = session.service.directory
        actor = user.decode().partition("!")[0]
        if directory.authenticate(actor, password.decode()) and not directory.authenticate(
            user.decode(), password.decode(), authorization.decode()
        ):
            raise No("authentication failed", "AUTHENTICATIONFAILED")
        return original(session, method, user, password, authorization)

    login.log_in = authenticate.log_in = log_in


@found_by(
    f"{IMPERSONATION}/other_names_are_refused[two marks-LOGIN]",
    f"{IMPERSONATION}/other_names_are_refused[mark at the end-LOGIN]",
)
def what_follows_a_second_mark_is_ignored():
    """`actor!mailbox!anything` opens the mailbox."""
    change_authentication(
        lambda original, user, *words: original("!".join(user.split("!")[:2]), *words)
    )


@found_by(
    f"{IMPERSONATION}/other_names_are_refused[mark twice-AUTHENTICATE LOGIN]",
    f"{IMPERSONATION}/other_names_are_refused[mark twice-AUTHENTICATE PLAIN]",
    f"{IMPERSONATION}/other_names_are_refused[mark at the end-AUTHENTICATE PLAIN]",
    f"{IMPERSONATION}/a_mark_without_a_mailbox_is_refused[AUTHENTICATE LOGIN]",
    f"{IMPERSONATION}/a_mark_without_a_mailbox_is_refused[AUTHENTICATE PLAIN]",
)
def authenticate_ignores_surplus_marks():
    """`actor!!mailbox!` opens the mailbox, `actor!` one's own, by AUTHENTICATE; not by LOGIN."""
    original = authenticate.log_in

    def log_in(session, method, user, *words):
        return original(session, method, b"!".join(filter(None, user.split(b"!"))), *words)

    authenticate.log_in = log_in


@found_by(
    f"{IMPERSONATION}/a_mark_without_an_actor_is_refused[no actor-AUTHENTICATE PLAIN]",
    f"{IMPERSONATION}/a_mark_without_an_actor_is_refused[neither-AUTHENTICATE LOGIN]",
)
def authenticate_asks_for_an_actor():
    """A name that begins with the mark is refused in words of its own, but not by LOGIN."""
    original = authenticate.log_in

    def log_in(session, method, user, *words):
        try:
            return original(session, method, user, *words)
        except No as refused:
            text = refused.text if user.partition(b"!")[0] else "who is it?"
            raise No(text, "AUTHENTICATIONFAILED", refused.after) from None

    authenticate.log_in = log_in


@found_by(
    f"{IMPERSONATION}/a_mark_in_the_authorization_identity_is_refused[mark in front]",
    f"{IMPERSONATION}/a_mark_in_the_authorization_identity_is_refused[actor and mailbox]",
)
def an_authorization_identity_is_split_at_the_mark():
    """PLAIN's authorization identity may be a user name: what is behind the mark counts."""
    change_authentication(
        lambda original, user, password, authorization: original(
            user, password, authorization.rpartition("!")[2]
        )
    )


@found_by(
    f"{IMPERSONATION}/an_owner_works_on_the_mailbox_of_another[LOGIN]",
    f"{IMPERSONATION}/the_actors_own_mailboxes_are_not_shown",
)
def an_impersonating_actor_gets_its_own_mailbox():
    """The name behind the mark is checked and forgotten."""
    original = Session.log_in
    Session.log_in = lambda self, identity: original(self, Identity(identity.actor, identity.actor))


@found_by(
    f"{IMPERSONATION}/an_actor_may_name_its_own_mailbox[LOGIN]",
    f"{IMPERSONATION}/an_actor_may_name_its_own_mailbox[AUTHENTICATE LOGIN]",
    f"{IMPERSONATION}/an_actor_may_name_its_own_mailbox[AUTHENTICATE PLAIN]",
)
def nobody_is_an_owner_of_its_own_mailbox():
    """Whoever names a mailbox has to be among its owners, its own user, too."""

    def authenticate(original, user, password, authorization):
        identity = original(user, password, authorization)
        named = "!" in user or authorization
        return None if named and identity and identity.actor is identity.mailbox else identity

    change_authentication(authenticate)


@found_by(
    f"{IMPERSONATION}/the_password_is_the_actors[LOGIN]",
    f"{IMPERSONATION}/the_password_is_the_actors[AUTHENTICATE LOGIN]",
    f"{IMPERSONATION}/the_password_is_the_actors[AUTHENTICATE PLAIN]",
)
def the_password_of_the_mailbox_will_do():
    """Whoever knows the password of the mailbox's own user gets in as anybody."""

    def authenticate(original, user, password, authorization):
        mailbox = authorization or user.partition("!")[2]
        return original(user, password, authorization) or original(mailbox, password)

    change_authentication(authenticate)


@found_by(
    f"{IMPERSONATION}/case_means_what_it_means_in_any_user_name[actor]",
    f"{IMPERSONATION}/case_means_what_it_means_in_any_user_name[mailbox]",
)
def case_counts_beside_a_mark():
    """A name in capitals is known, but not with a mark before or behind it."""
    change_authentication(
        lambda original, user, *words: (
            None if "!" in user and user != fold(user) else original(user, *words)
        )
    )


@found_by(
    f"{IMPERSONATION}/sees_a_message_that_the_mailboxes_user_adds",
    f"{IMPERSONATION}/sees_flags_that_the_mailboxes_user_changes",
    f"{IMPERSONATION}/sees_what_the_mailboxes_user_expunges",
    f"{IMPERSONATION}/the_mailboxes_user_sees_what_the_actor_does",
    f"{IMPERSONATION}/is_told_in_idle",
)
def actor_and_user_learn_nothing_of_each_other():
    """Changes are announced among the sessions of one actor only."""
    original = Session.log_in
    registries = {}

    def log_in(self, identity):
        original(self, identity)
        account = self.account
        own = Registry(account._database, account._contents)
        account._registry = registries.setdefault(identity.actor.address, own)

    Session.log_in = log_in


@found_by("gromox/ban_list/the_time_does_not_tell_why")
def a_denied_impersonation_waits_twice_as_long():
    """Who owns nothing and gives the right password is answered later than with a wrong one."""
    original = logging_in.log_in

    def log_in(session, method, user, password, *words):
        actor, mark, _ = user.decode().partition("!")
        if mark and session.service.directory.authenticate(actor, password.decode()):
            pause = session.pause
            session.pause = lambda seconds: pause(2 * seconds)
        return original(session, method, user, password, *words)

    login.log_in = authenticate.log_in = log_in


@found_by(
    "gromox/ban_list/refusals_of_every_kind_wait", "gromox/ban_list/the_time_does_not_tell_why"
)
def only_wrong_passwords_wait():
    """A denied impersonation is answered at once."""
    original = logging_in.log_in

    def log_in(session, method, user, *words):
        if b"!" in user:
            session.pause = lambda _seconds: None
        return original(session, method, user, *words)

    login.log_in = authenticate.log_in = log_in
