import pytest

from reference_server.accounts import Account, Directory
from reference_server.accounts.passwords import Plain


class Counting:
    """A verifier that counts how often it is asked."""

    def __init__(self, password):
        self.password = password
        self.asked = 0

    def verify(self, password):
        self.asked += 1
        return password == self.password


@pytest.fixture
def directory():
    return Directory(
        [
            Account("alice@x.test", Plain.of("a"), owners=frozenset({"bob@x.test"})),
            Account("bob@x.test", Plain.of("b"), aliases=("robert@x.test",)),
            Account("carol@x.test", Plain.of("c"), imap=False, owners=frozenset({"bob@x.test"})),
        ]
    )


@pytest.mark.parametrize(
    ("user", "password", "authorization", "expected"),
    [
        ("alice@x.test", "a", "", ("alice@x.test", "alice@x.test")),
        ("ALICE@X.TEST", "a", "", ("alice@x.test", "alice@x.test")),
        ("robert@x.test", "b", "", ("bob@x.test", "bob@x.test")),
        ("alice@x.test", "b", "", None),
        ("alice@x.test", "", "", None),
        ("nobody@x.test", "a", "", None),
        ("", "", "", None),
        # An account that may not use IMAP: its owner may, though.
        ("carol@x.test", "c", "", None),
        ("bob@x.test!carol@x.test", "b", "", ("bob@x.test", "carol@x.test")),
        ("carol@x.test!carol@x.test", "c", "", None),
        # Impersonation: the password is the actor's, the actor is an owner.
        ("bob@x.test!alice@x.test", "b", "", ("bob@x.test", "alice@x.test")),
        ("robert@x.test!Alice@x.test", "b", "", ("bob@x.test", "alice@x.test")),
        ("bob@x.test!alice@x.test", "a", "", None),
        ("alice@x.test!alice@x.test", "a", "", ("alice@x.test", "alice@x.test")),
        ("!alice@x.test", "a", "", None),
        # The authorization identity does the same.
        ("bob@x.test", "b", "alice@x.test", ("bob@x.test", "alice@x.test")),
        ("bob@x.test", "b", "bob@x.test", ("bob@x.test", "bob@x.test")),
        ("bob@x.test!alice@x.test", "b", "alice@x.test", ("bob@x.test", "alice@x.test")),
        # The right password for a mailbox of others is refused as a wrong one is.
        ("alice@x.test!bob@x.test", "a", "", None),
        ("bob@x.test!nobody@x.test", "b", "", None),
        ("bob@x.test!", "b", "", None),
        ("bob@x.test!alice@x.test!x", "b", "", None),
        ("alice@x.test", "a", "bob@x.test", None),
        ("bob@x.test!alice@x.test", "b", "bob@x.test", None),
    ],
)
def test_who_gets_in(directory, user, password, authorization, expected):
    identity = directory.authenticate(user, password, authorization)
    shown = identity and (identity.actor.address, identity.mailbox.address)
    assert shown == expected


@pytest.mark.parametrize("user", ["a@x.test", "nobody@x.test", "nobody@x.test!a@x.test", ""])
def test_every_attempt_costs_one_verification(user):
    verifier = Counting("right")
    Directory([Account("a@x.test", verifier)]).authenticate(user, "wrong")
    assert verifier.asked == 1


def test_a_decoy_never_lets_anyone_in():
    directory = Directory([Account("a@x.test", Plain.of("right"))])
    assert directory.authenticate("nobody@x.test", "right") is None
    assert Directory([]).authenticate("nobody@x.test", "") is None


def test_an_unknown_user_always_meets_the_same_decoy():
    verifiers = [Counting("x") for _ in range(8)]
    directory = Directory([Account(f"{n}@x.test", v) for n, v in enumerate(verifiers)])
    for _ in range(5):
        directory.authenticate("nobody@x.test", "y")
    assert sorted(verifier.asked for verifier in verifiers) == [0] * 7 + [5]
