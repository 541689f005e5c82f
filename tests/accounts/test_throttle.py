"""Throttling, with a clock that is set by hand."""

import threading

import pytest

from reference_server.accounts import Account, Throttle, Verdict
from reference_server.accounts.passwords import Plain
from reference_server.config.settings import Settings

ALICE = Account("alice@x.test", Plain.of("a"), aliases=("al@x.test",))
BOB = Account("bob@x.test", Plain.of("b"))

FAILED, LAST, BLOCKED = Verdict.FAILED, Verdict.FAILED_LAST, Verdict.BLOCKED
ADMITTED, TOO_OFTEN = Verdict.ADMITTED, Verdict.TOO_OFTEN


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def throttle(clock):
    """Makes a throttle: three tries, blocked for a minute."""
    return lambda **settings: Throttle(**{"tries": 3, "block": 60.0, "clock": clock} | settings)


def fails(throttle, account, times, name=None):
    return [throttle.judge(name or account.address, account, False) for _ in range(times)]


def succeeds(throttle, account):
    return throttle.judge(account.address, account, True)


@pytest.mark.directive("imap_auth_times")
@pytest.mark.parametrize(("tries", "expected"), [(1, [LAST]), (3, [FAILED, FAILED, LAST])])
def test_the_failure_that_reaches_the_number_blocks(throttle, tries, expected):
    judge = throttle(tries=tries)
    assert fails(judge, ALICE, tries) == expected
    assert fails(judge, ALICE, 2) == [BLOCKED, BLOCKED]
    assert succeeds(judge, ALICE) is BLOCKED
    assert succeeds(judge, BOB) is ADMITTED


def test_which_refusals_end_the_connection():
    assert {verdict for verdict in Verdict if verdict.closes} == {LAST, BLOCKED, TOO_OFTEN}


@pytest.mark.directive("block_interval_auths")
def test_the_block_ends_by_itself_and_tries_do_not_prolong_it(throttle, clock):
    judge = throttle()
    fails(judge, ALICE, 3)
    for _ in range(59):
        clock.now += 1
        assert succeeds(judge, ALICE) is BLOCKED
    clock.now += 1
    assert fails(judge, ALICE, 2) == [FAILED, FAILED], "the count begins anew"
    assert succeeds(judge, ALICE) is ADMITTED


def test_success_sets_the_count_back(throttle):
    judge = throttle()
    fails(judge, ALICE, 2)
    assert succeeds(judge, ALICE) is ADMITTED
    assert fails(judge, ALICE, 3) == [FAILED, FAILED, LAST]


@pytest.mark.directive("block_interval_auths")
def test_an_interval_without_failure_sets_the_count_back(throttle, clock):
    judge = throttle()
    for _ in range(2):
        fails(judge, ALICE, 1)
        clock.now += 59  # each failure begins the interval anew
    assert fails(judge, ALICE, 1) == [LAST]
    clock.now += 60
    fails(judge, ALICE, 2)
    clock.now += 60
    assert fails(judge, ALICE, 3) == [FAILED, FAILED, LAST]


@pytest.mark.directive("userfilter_icase")
@pytest.mark.parametrize("name", ["al@x.test", "AL@X.test", "ALICE@x.test"])
def test_all_names_of_an_account_are_one_user(throttle, name):
    judge = throttle()
    fails(judge, ALICE, 2)
    assert fails(judge, ALICE, 1, name) == [LAST]
    assert succeeds(judge, ALICE) is BLOCKED


@pytest.mark.directive("userfilter_icase")
@pytest.mark.parametrize(("ignore_case", "expected"), [(True, LAST), (False, FAILED)])
def test_names_without_account_are_counted_too(throttle, ignore_case, expected):
    judge = throttle(ignore_case=ignore_case)
    for _ in range(2):
        assert judge.judge("nobody", None, False) is FAILED
    assert judge.judge("NOBODY", None, False) is expected


@pytest.mark.directive("userfilter_icase")
def test_where_case_counts_other_spellings_are_other_users(throttle):
    judge = throttle(ignore_case=False)
    assert fails(judge, ALICE, 3, "ALICE@x.test")[-1] is LAST
    assert succeeds(judge, ALICE) is ADMITTED
    fails(judge, ALICE, 2)
    assert fails(judge, ALICE, 1, "al@x.test") == [LAST], "an alias is still the account"


@pytest.mark.directive("userfilter_maxbans")
def test_nobody_is_blocked_where_the_ban_list_has_no_room(throttle):
    judge = throttle(bans=0)
    assert fails(judge, ALICE, 6) == [FAILED, FAILED, LAST] * 2
    assert succeeds(judge, ALICE) is ADMITTED


@pytest.mark.directive("userfilter_maxbans")
def test_a_full_ban_list_lets_go_whose_block_ends_first(throttle, clock):
    judge = throttle(bans=1)
    fails(judge, ALICE, 3)
    clock.now += 1
    fails(judge, BOB, 3)
    assert succeeds(judge, ALICE) is ADMITTED
    assert succeeds(judge, BOB) is BLOCKED


@pytest.mark.directive("userfilter_maxbans")
def test_invented_names_push_no_account_out_of_the_ban_list(throttle):
    judge = throttle(bans=2)
    fails(judge, ALICE, 3)
    for number in range(10):
        for _ in range(3):
            judge.judge(f"invented-{number}", None, False)
    assert judge.judge("invented-9", None, False) is BLOCKED
    fails(judge, BOB, 3)
    assert (succeeds(judge, ALICE), succeeds(judge, BOB)) == (BLOCKED, BLOCKED)
    assert judge.judge("invented-9", None, False) is FAILED


def test_invented_names_push_no_account_out_of_the_count(throttle, monkeypatch):
    monkeypatch.setattr("reference_server.accounts.throttle.COUNTED", 5)
    judge = throttle()
    fails(judge, ALICE, 2)
    for number in range(20):
        judge.judge(f"invented-{number}", None, False)
    assert fails(judge, ALICE, 1) == [LAST]


@pytest.mark.directive("userfilter_maxusers", "userfilter_rl_maxtries")
@pytest.mark.parametrize("right", [True, False])
def test_the_rate_of_logins_is_limited(throttle, right):
    judge = throttle(tries=100, tracked=10, rate=3)
    wanted = ADMITTED if right else FAILED
    assert [judge.judge("a", ALICE, right) for _ in range(3)] == [wanted] * 3
    assert judge.judge("al", ALICE, right) is TOO_OFTEN
    assert succeeds(judge, BOB) is ADMITTED


@pytest.mark.directive("userfilter_rl_window")
def test_the_window_begins_with_its_first_login(throttle, clock):
    judge = throttle(tracked=10, rate=2, window=10.0)
    succeeds(judge, ALICE)
    clock.now += 9
    succeeds(judge, ALICE)
    assert succeeds(judge, ALICE) is TOO_OFTEN
    clock.now += 1
    assert [succeeds(judge, ALICE) for _ in range(3)] == [ADMITTED, ADMITTED, TOO_OFTEN]


@pytest.mark.directive("userfilter_maxusers")
def test_without_users_to_track_no_rate_is_limited(throttle):
    judge = throttle(tracked=0, rate=1)
    assert {succeeds(judge, ALICE) for _ in range(50)} == {ADMITTED}


@pytest.mark.directive("userfilter_maxusers")
def test_whom_the_limiter_has_no_room_for_is_not_limited(throttle):
    judge = throttle(tries=100, tracked=1, rate=1)
    succeeds(judge, ALICE)
    assert [judge.judge("nobody", None, False) for _ in range(2)] == [FAILED, FAILED]
    assert succeeds(judge, ALICE) is TOO_OFTEN


def test_logins_refused_for_their_rate_are_no_failures(throttle, clock):
    judge = throttle(tracked=10, rate=2, window=10.0)
    assert fails(judge, ALICE, 9)[2:] == [TOO_OFTEN] * 7
    clock.now += 10
    assert succeeds(judge, ALICE) is ADMITTED


def test_guesses_at_the_same_moment_get_no_more_answers(throttle):
    judge = throttle(tries=3)
    together = threading.Barrier(16)
    verdicts = []

    def guess():
        together.wait()
        verdicts.append(judge.judge(ALICE.address, ALICE, False))

    threads = [threading.Thread(target=guess) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(verdicts.count, (FAILED, LAST, BLOCKED))) == [1, 2, 13]
    assert verdicts.count(LAST) == 1


@pytest.mark.directive(
    "imap_auth_times",
    "block_interval_auths",
    "userfilter_icase",
    "userfilter_maxbans",
    "userfilter_maxusers",
    "userfilter_rl_maxtries",
    "userfilter_rl_window",
)
def test_directives_reach_the_throttle(monkeypatch):
    settings = Settings(
        imap_auth_times=4,
        block_interval_auths=90,
        userfilter_icase=False,
        userfilter_maxbans=5,
        userfilter_maxusers=6,
        userfilter_rl_maxtries=7,
        userfilter_rl_window=1.5,
    )
    given = {}
    monkeypatch.setattr(Throttle, "__init__", lambda _, **values: given.update(values))
    Throttle.of(settings)
    assert given == {
        "tries": 4,
        "block": 90,
        "ignore_case": False,
        "bans": 5,
        "tracked": 6,
        "rate": 7,
        "window": 1.5,
    }
