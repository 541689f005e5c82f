"""The bounded table of users, against a plain list of the same rules."""

import random

from reference_server.accounts.register import Register, User

SIZE, SECONDS = 4, 10.0


class Model:
    """Entries [user, end, value] in the order in which they came."""

    def __init__(self):
        self.entries = []
        self.now = 0.0

    def find(self, user):
        self.entries = [entry for entry in self.entries if entry[1] > self.now]
        return next((entry for entry in self.entries if entry[0] == user), None)

    def put(self, user, value):
        if found := self.find(user):
            found[2] = value
            return
        if len(self.entries) == SIZE:
            leaving = [entry for entry in self.entries if not entry[0].exists]
            leaving += self.entries if user.exists else []
            if not leaving:
                return
            self.entries.remove(leaving[0])
        self.entries.append([user, self.now + SECONDS, value])

    def remove(self, user):
        if found := self.find(user):
            self.entries.remove(found)


def test_agrees_with_the_model():
    chance = random.Random(4)
    model = Model()
    register = Register(SIZE, SECONDS, lambda: model.now)
    users = [User.of(str(number), number < 5) for number in range(12)]
    for step in range(4000):
        user = chance.choice(users)
        model.now += chance.choice([0, 0, 0.5, 3])
        if chance.random() < 0.8:
            model.put(user, step)
            register.put(user, step)
        else:
            model.remove(user)
            register.remove(user)
        for each in users:
            found = model.find(each)
            assert register.get(each) == (None if found is None else found[2])
            assert (each in register) == (found is not None)
        assert len(register) == len(model.entries) <= SIZE


def test_a_name_of_any_length_takes_the_same_room():
    short, long = User.of("x", False), User.of("x" * 65536, False)
    assert len(short.digest) == len(long.digest) == 16
    assert short != long


def test_no_room_at_all():
    register = Register(0, SECONDS, lambda: 0.0)
    register.put(User.of("x", True), 1)
    assert len(register) == 0
