from conformance.targets.scratch_names import ALPHABET, is_scratch_name, scratch_name


def test_a_name_of_a_run_is_known():
    names = {scratch_name() for _ in range(100)}
    assert len(names) == 100
    assert all(is_scratch_name(name) for name in names)


def test_names_of_a_user_are_not():
    for name in ("gximap-messages", "gximap-notes", "gximap-", "gximap-abcdefghabcdefgh", "INBOX"):
        assert not is_scratch_name(name)


def test_one_other_letter_makes_it_somebody_elses():
    name = scratch_name()
    begin = len("gximap-")
    for position in range(begin, len(name)):
        other = next(letter for letter in ALPHABET if letter != name[position])
        assert not is_scratch_name(name[:position] + other + name[position + 1 :])
    assert not is_scratch_name(name + "a")
    assert not is_scratch_name(name.upper())
