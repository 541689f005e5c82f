"""Three sessions that do whatever comes, in turn; a model says what is right."""

import random

import pytest

from conformance.cases._mailbox import message
from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox
from conformance.wire.grammar import Exists, Expunge

STEPS = 300
FLAGS = ("\\Seen", "\\Flagged", "\\Answered", "\\Draft", "\\Deleted")


class Player:
    """A session, and the UIDs of the messages it was told of: None where it did not ask yet."""

    def __init__(self, connection):
        self.connection = connection
        self.told = []

    def command(self, name, *arguments):
        answer = self.connection.command(name, *arguments)
        for response in answer.untagged:
            match response:
                case Exists(number):
                    assert number >= len(self.told), f"EXISTS {number} hides messages"
                    self.told += [None] * (number - len(self.told))
                case Expunge(number):
                    assert number <= len(self.told), f"EXPUNGE {number} of {len(self.told)}"
                    del self.told[number - 1]
        return answer

    def learn(self):
        """NOOP, then ask for the UIDs that are not known yet; every one must be there."""
        self.command("NOOP").expect("OK")
        for number, uid in enumerate(list(self.told), 1):
            if uid is None:
                answer = self.command("FETCH", number, "UID").expect("OK")
                assert number <= len(self.told), f"EXPUNGE came in FETCH {number}"
                self.told[number - 1] = answer.fetch(number).uid


class Game:
    """What is right: text and flags of each living message by UID, kept command by command."""

    def __init__(self, players, dice):
        self.players = players
        self.dice = dice
        self.texts = {}
        self.flags = {}
        self.count = 0

    def step(self):
        player = self.dice.choice(self.players)
        moves = [self.append, self.fetch, self.store, self.store, self.search, self.expunge]
        if not player.told:
            return self.append(player)
        return self.dice.choice([*moves, self.uid_store, self.copy, self.look])(player)

    def look(self, player):
        """After NOOP the session sees the living messages and their flags as they are."""
        player.learn()
        assert player.told == sorted(self.flags)
        if player.told:
            answer = player.command("FETCH", "1:*", "(UID FLAGS)").expect("OK")
            shown = {uid: answer.fetch(uid=uid).flags - {"\\Recent"} for uid in player.told}
            assert shown == self.flags

    def pick(self, player):
        """A message that the session was told of: its number and its UID.

        It is one of the first four, so that the sessions get in each other's way.
        """
        number = self.dice.randrange(min(4, len(player.told))) + 1
        if player.told[number - 1] is None:
            player.learn()
            if number > len(player.told):
                return None, None
        return number, player.told[number - 1]

    def append(self, player):
        self.count += 1
        mailbox = Mailbox(player.connection.mailbox)
        player.command("APPEND", mailbox, Literal(message(self.count))).expect("OK")
        self.came(player, message(self.count), set())

    def copy(self, player):
        _, uid = self.pick(player)
        if uid in self.flags:
            mailbox = Mailbox(player.connection.mailbox)
            player.command("UID COPY", uid, mailbox).expect("OK")
            self.came(player, self.texts[uid], self.flags[uid])

    def came(self, player, text, flags):
        """A message has come: the last one, with a UID that no message had."""
        player.learn()
        assert player.told, "no EXISTS told of a new message"
        uid = player.told[-1]
        assert uid not in self.texts, f"UID {uid} is not new"
        self.texts[uid] = text
        self.flags[uid] = set(flags)

    def fetch(self, player):
        number, uid = self.pick(player)
        if uid is None:
            return
        answer = player.command("FETCH", number, "(UID FLAGS BODY.PEEK[])")
        if uid not in self.flags:  # its own data, none, or NO (RFC 2180, 4.1)
            assert answer.status in ("OK", "NO")
            for fetched in answer.fetches():
                if "BODY[]" in fetched:
                    assert fetched.section("") in (self.texts[uid], b"", None)
            return
        answer.expect("OK")
        fetched = answer.fetch(number)
        assert (fetched.uid, fetched.section("")) == (uid, self.texts[uid])

    def store(self, player, by_uid=False):
        number, uid = self.pick(player)
        if uid is None:
            return
        sign = self.dice.choice(("+", "-", ""))
        flags = set(self.dice.sample(FLAGS, self.dice.randrange(1, 3)))
        command = ("UID STORE", uid) if by_uid else ("STORE", number)
        silent = self.dice.choice(("", ".SILENT"))
        answer = player.command(*command, f"{sign}FLAGS{silent}", tuple(sorted(flags)))
        if uid in self.flags:
            answer.expect("OK")
            old = self.flags[uid]
            self.flags[uid] = old | flags if sign == "+" else old - flags if sign else flags
        else:
            assert answer.status in ("OK", "NO")

    def uid_store(self, player):
        self.store(player, by_uid=True)

    def search(self, player):
        known = list(player.told)
        found = player.command("SEARCH", "ALL").expect("OK").search()
        living = {number for number, uid in enumerate(known, 1) if uid in self.flags}
        assert living <= set(found)

    def expunge(self, player):
        player.learn()
        player.command("EXPUNGE").expect("OK")
        self.flags = {uid: kept for uid, kept in self.flags.items() if "\\Deleted" not in kept}


@requirement(
    "RFC3501-7.4.1-EXPUNGE",
    "RFC3501-7.3.1-EXISTS",
    "RFC3501-2.3.1-2",
    "RFC3501-2.3.1-8",
    "RFC3501-2.3.2-FLAGS",
    "RFC9051-2.3.1.1-2",
    "RFC9051-2.3.1.1-8",
)
@pytest.mark.parametrize("seed", [3501, 2180])
def test_sessions_agree_in_the_end(selected, second, login, seed):
    """Three sessions that append, copy, flag and expunge in turn end with the same messages."""
    third = login()
    third.select(selected.mailbox)
    players = [Player(connection) for connection in (selected, second, third)]
    game = Game(players, random.Random(seed))
    for _ in range(STEPS):
        game.step()
    assert len(game.flags) > 5
    for player in players:
        game.look(player)
        answer = player.command("FETCH", "1:*", "(UID BODY.PEEK[])").expect("OK")
        texts = {uid: answer.fetch(uid=uid).section("") for uid in player.told}
        assert texts == {uid: game.texts[uid] for uid in game.flags}
