"""What a server does wrong about clients that stall, and about its places for sessions."""

import time
import weakref
from dataclasses import replace
from ssl import SSLSocket

from reference_server.network.channel import SocketChannel
from reference_server.network.connections import Connections
from reference_server.protocol.framing import Frame, Framer
from reference_server.protocol.responses import Condition
from reference_server.session.session import Session
from tests.planted.defects import found_by


def as_bad(method):
    """The method, with BAD wherever it has the session say BYE before login."""
    respond = Session.respond

    def say(self, response):
        if isinstance(response, Condition) and response.kind == "BYE" and self.identity is None:
            # With "bye" the suite believes it alive, should it ask while the server is still full.
            response = replace(response, kind="BAD", text=f"{response.text}, bye")
        respond(self, response)

    def changed(self, *arguments):
        self.respond = say.__get__(self)
        method(self, *arguments)

    return changed


@found_by(
    "gromox/context_num/the_greeting_of_a_full_server_is_bye[imap]",
    "gromox/context_num/the_greeting_of_a_full_server_is_bye[imaps]",
)
def a_full_server_says_bad():
    """The session over context_num is greeted with BAD."""
    Session.turn_away = as_bad(Session.turn_away)


@found_by(
    "gromox/timeouts/the_end_before_login_is_a_bye[silence]",
    "gromox/timeouts/the_end_before_login_is_a_bye[a literal that never comes]",
    "gromox/timeouts/the_end_before_login_is_a_bye[silence after STARTTLS]",
)
def a_time_out_says_bad():
    """A connection that was silent before login is ended with BAD."""
    Session._say_bye = as_bad(Session._say_bye)


@found_by("gromox/context_num/a_full_server_gives_its_name")
def a_full_server_keeps_its_name_secret():
    """The session over context_num is not told the name of the host."""
    turn_away = Session.turn_away

    def refuse(self):
        self.service = replace(self.service, host_id="server")
        turn_away(self)

    Session.turn_away = refuse


def end_in_silence(when):
    """Leave out the BYE where ``when(session)`` is true."""
    say_bye = Session._say_bye
    Session._say_bye = lambda self, reason: when(self) or say_bye(self, reason)


@found_by(
    "gromox/timeouts/autologout_is_a_bye[half a command after login]",
    "gromox/timeouts/autologout_is_a_bye[half an APPEND]",
    "gromox/timeouts/the_end_before_login_is_a_bye[an octet now and then]",
    "gromox/timeouts/the_end_before_login_is_a_bye[a literal that comes octet by octet]",
)
def an_unfinished_command_ends_in_silence():
    """Who times out in the middle of a command is told nothing."""
    fed = weakref.WeakKeyDictionary()  # framer: octets came since the last whole command
    feed, following = Framer.feed, Framer.next

    def note(self, data):
        fed[self] = True
        feed(self, data)

    def forget(self):
        event = following(self)
        fed[self] = fed.get(self) and not isinstance(event, Frame)
        return event

    Framer.feed, Framer.next = note, forget
    end_in_silence(lambda session: fed.get(session._framer))


@found_by("gromox/timeouts/autologout_is_a_bye[silence in a mailbox, over TLS]")
def a_session_with_a_mailbox_ends_in_silence():
    """Who times out in the selected state is told nothing."""
    end_in_silence(lambda session: session.view is not None)


@found_by("gromox/timeouts/news_are_no_activity[IDLE in a busy mailbox]")
def news_are_activity():
    """A client in IDLE counts as active whenever there are news for it."""
    wait = SocketChannel.wait

    def renewing(self, wakeup):
        self.renew()
        return wait(self, wakeup)

    SocketChannel.wait = renewing


@found_by(
    "gromox/timeouts/octets_alone_are_no_activity[an octet now and then]",
    "gromox/timeouts/octets_alone_are_no_activity[a literal that comes octet by octet]",
)
def octets_are_activity():
    """Before login every octet begins the time anew."""
    receive = SocketChannel._receive

    def renewing(self):
        data = receive(self)
        self.renew()
        return data

    SocketChannel._receive = renewing


@found_by(
    "gromox/timeouts/a_stalled_tls_handshake_ends[no handshake]",
    "gromox/timeouts/a_stalled_tls_handshake_ends[half a ClientHello]",
    "gromox/timeouts/a_stalled_tls_handshake_ends[no handshake after STARTTLS]",
)
def handshakes_may_last():
    """A TLS handshake has all the time in the world."""
    start_tls = SocketChannel.start_tls

    def patient(self):
        patience, self._patience = self._patience, replace(self._patience, before_login=1e6)
        start_tls(self)
        self._patience = patience

    SocketChannel.start_tls = patient


@found_by(
    "gromox/timeouts/each_command_begins_the_time_anew_before_login[commands with pauses]",
    "gromox/timeouts/each_command_begins_the_time_anew_after_login[IDLE again and again]",
)
def the_time_is_for_the_whole_session():
    """The time runs from the first waiting on, whatever the client does."""
    SocketChannel.renew = lambda _self: None


@found_by(
    "gromox/timeouts/an_inactive_connection_ends_before_login[silence]",
    "gromox/timeouts/an_inactive_connection_ends_before_login[half a command]",
    "gromox/timeouts/an_inactive_connection_ends_before_login[a literal that never comes]",
    "gromox/timeouts/an_inactive_connection_ends_before_login[AUTHENTICATE without an answer]",
    "gromox/timeouts/an_inactive_connection_ends_before_login[silence over TLS]",
    "gromox/timeouts/an_inactive_connection_ends_before_login[silence after STARTTLS]",
)
def time_begins_with_the_login():
    """Who does not log in may be silent for ever."""
    allowed = SocketChannel._silence_allowed
    SocketChannel._silence_allowed = lambda self: allowed(self) if self.authenticated else 1e6


@found_by("gromox/timeouts/an_idle_session_is_logged_out[silence after login]")
def one_time_for_all():
    """imap_conn_timeout holds after login, too."""
    SocketChannel._silence_allowed = lambda self: self._patience.before_login


@found_by(
    "gromox/timeouts/a_client_that_stops_reading_is_given_up[a client that stops reading]",
)
def sending_waits_for_ever():
    """Whoever stops reading in the middle of a response keeps the session."""
    wait = SocketChannel._await_taking
    SocketChannel._await_taking = lambda self, events, _patience: wait(self, events, 1e6)


@found_by("gromox/timeouts/a_client_that_reads_slowly_gets_everything[a client that reads slowly]")
def only_room_counts_as_reading():
    """A slow client is given up unless it takes so much at a time that there is room for more."""
    SocketChannel._undelivered = lambda _self: 0


def leave_no_place(kept):
    """Behind a session ``kept(channel, session)`` places stay taken; -1: one more is free."""
    converse = Connections._converse

    def leaking(self, channel):
        converse(self, channel)
        with self._changed:
            self._sessions += kept(channel, self.begun.pop(channel))

    start = Connections.__init__

    def begin(self, live, tls, start_session):
        self.begun = {}

        def start_and_keep(channel):
            self.begun[channel] = start_session(channel)
            return self.begun[channel]

        start(self, live, tls, start_and_keep)

    Connections.__init__, Connections._converse = begin, leaking


@found_by(
    "gromox/context_num/a_place_is_free_however_its_session_ended[closed]",
)
def only_logout_leaves_a_place():
    """The place of a client that goes away without LOGOUT stays taken."""
    leave_no_place(lambda _channel, session: not session.ended)


@found_by("gromox/context_num/a_place_is_free_when_its_tls_handshake_fails")
def failed_handshakes_keep_places():
    """The place of a session whose handshake after STARTTLS failed stays taken."""
    leave_no_place(
        lambda channel, _session: isinstance(channel._socket, SSLSocket) and not channel.secure
    )


@found_by("gromox/context_num/a_place_is_free_when_a_client_vanishes_in_idle[closed]")
def idle_does_not_see_the_end():
    """A client that goes away while it idles is waited for, and keeps its place."""
    wait = SocketChannel.wait

    def blind(self, wakeup):
        event = wait(self, wakeup)
        while event == "data" and not (self._ahead or self._pending() or self._interrupted):
            time.sleep(0.1)
        return event

    SocketChannel.wait = blind


@found_by("gromox/context_num/who_is_refused_takes_no_place")
def who_is_refused_gives_a_place_back():
    """A session that is refused frees the place that it did not get."""
    refused = weakref.WeakSet()
    turn_away = Session.turn_away

    def refuse(self):
        turn_away(self)
        refused.add(self)

    Session.turn_away = refuse
    leave_no_place(lambda _channel, session: -(session in refused))


@found_by("gromox/timeouts/all_places_are_free_again")
def time_outs_keep_places():
    """The place of a session that timed out stays taken."""
    leave_no_place(lambda channel, _session: channel._timed_out)


@found_by(
    "gromox/context_num/as_many_sessions_as_there_are_places",
    "gromox/context_num/all_ports_share_the_places",
    "gromox/context_num/the_greeting_of_a_full_server_is_bye[imap]",
)
def one_more_session():
    """context_num sessions and one more are admitted."""
    start = Connections.__init__

    def begin(self, *arguments):
        start(self, *arguments)
        self._settings = replace(self._settings, context_num=self._settings.context_num + 1)

    Connections.__init__ = begin
