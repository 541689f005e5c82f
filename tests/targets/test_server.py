import pytest

from conformance.run import Target
from conformance.targets.description import Account, Address, Description
from conformance.targets.housekeeping import Housekeeper, remove_all
from conformance.targets.probing import Facts, probe
from conformance.targets.server import Server
from tests.fake_server import FakeServer

FACTS = Facts("* OK", ("IMAP4REV1",), ("IMAP4REV1", "STARTTLS"), {}, "", "/")


@pytest.fixture
def fake():
    with FakeServer() as fake:
        yield fake


@pytest.fixture
def foreign(fake):
    return Description(
        "fake",
        {"imap": Address("imap", "127.0.0.1", fake.port)},
        {"primary": Account("primary", fake.user, fake.password)},
    )


def test_reference_server_that_ended_is_mourned_and_replaced():
    server = Server(Target(None, FACTS, "gximap-x"), 2, "gw0")
    try:
        assert server.obituary() is None
        first = server.begin_case()
        server._process._keeper.terminate()
        server._process._keeper.wait()
        assert "its process has ended" in server.obituary()
        server.restart()
        second = server.begin_case()
        assert server.obituary() is None
        assert first["primary"] != second["primary"]
    finally:
        server.close()


def test_reference_server_has_the_settings_of_the_target_file():
    server = Server(Target(None, FACTS, "gximap-x", "it", {"imap_rfc9051": "no"}), 1, "gw0")
    try:
        assert server.settings["imap_rfc9051"] == "no"
        assert server.is_reference
        assert server.name == "it"
    finally:
        server.close()


def test_names_on_a_foreign_target_lie_below_the_scratch_name(foreign):
    server = Server(Target(foreign, FACTS, "gximap-x"), 2, "gw1")
    assert server.begin_case() == foreign.accounts
    assert server.scratch_name(1) == "gximap-x/gw1-0-1"
    server.begin_case()
    assert server.scratch_name(1) == "gximap-x/gw1-1-1"
    assert server.address("imaps") is None


def test_removing_takes_inferiors_along_and_nothing_else(foreign, fake):
    fake.mailboxes += ["gximap-x", "gximap-x/1", "gximap-x/1/deep", "gximap-xy"]
    assert remove_all(foreign, FACTS, "gximap-x") == []
    assert fake.mailboxes == ["INBOX", "Private", "gximap-xy"]


def test_removing_takes_a_name_that_is_no_modified_utf_7(foreign, fake):
    fake.mailboxes += ["gximap-x", "gximap-x/&2D0-", "gximap-x/&", "gximap-x/1996"]
    assert remove_all(foreign, FACTS, "gximap-x") == []
    assert fake.mailboxes == ["INBOX", "Private"]


def test_removing_says_what_is_left(foreign, fake):
    fake.mailboxes.append("gximap-x")
    fake.script["DELETE"] = ["NO in use"]
    (left,) = remove_all(foreign, FACTS, "gximap-x")
    assert left.startswith("alice: gximap-x: ")
    assert "in use" in left


def test_making_where_the_delimiter_is_taken_for_a_part_of_the_name(foreign, fake, monkeypatch):
    def answer(name, arguments):
        if name == "CREATE":
            fake.mailboxes.append(arguments.strip('"'))
            return ["OK done"]
        return FakeServer.answer(fake, name, arguments)

    monkeypatch.setattr(fake, "answer", answer)
    housekeeper = Housekeeper(foreign, foreign.accounts["primary"], FACTS)
    housekeeper.make("gximap-x")
    housekeeper.close()
    assert fake.mailboxes == ["INBOX", "Private", "gximap-x"]


def test_removing_reconnects_once(foreign, fake):
    housekeeper = Housekeeper(foreign, foreign.accounts["primary"], FACTS)
    housekeeper.make("gximap-x")
    housekeeper._client.shutdown()
    assert housekeeper.remove(["gximap-x"]) == []
    assert fake.mailboxes == ["INBOX", "Private"]
    housekeeper.close()


@pytest.mark.parametrize(
    "line",
    [
        '* LIST () "/" gximap-x ("CHILDINFO" ("SUBSCRIBED"))',
        '* LIST () "/" "gximap-x" (("a" ("b")) "OLDNAME" ({1}\r\nx))',
        '* LIST () "/" {8}\r\ngximap-x ("CHILDINFO" ("SUBSCRIBED"))',
        "* LIST () NIL gximap-x",
        '* LIST () "\\\\" "gximap\\-x"',
        '* LIST nonsense\r\n* LIST () "/" gximap-x',
    ],
)
def test_removing_reads_a_list_that_imapclient_does_not(foreign, fake, line):
    fake.script["LIST"] = [line, "OK done"]
    (left,) = remove_all(foreign, Facts("* OK", (), (), {}, "", ""), "gximap-x")
    assert left == "alice: gximap-x: still listed"
    assert [each.split()[2] for each in fake.commands if "DELETE" in each] == ['"gximap-x"'] * 2


def test_removing_deletes_no_other_mailbox_whatever_list_answers(foreign, fake):
    fake.script["LIST"] = fake.script["LSUB"] = [
        *(f'* LIST () "/" {name}' for name in ("INBOX", "gximap-xy", "gximap-x/1")),
        *(f'* LSUB () "/" {name}' for name in ("INBOX", "gximap-xy", "gximap-x/1")),
        "OK done",
    ]
    remove_all(foreign, FACTS, "gximap-x")
    changes = [each.partition(" ")[2] for each in fake.commands]
    changes = {each for each in changes if each.startswith(("DELETE", "UNSUBSCRIBE"))}
    assert changes == {'DELETE "gximap-x/1"', 'UNSUBSCRIBE "gximap-x/1"'}


def test_probing_a_server_whose_answers_no_one_can_read(foreign, fake):
    fake.script["CAPABILITY"] = ["* CAPABILITY IMAP4rev1 ID NAMESPACE", "OK done"]
    fake.script["ID"] = ["* ID (((", "OK done"]
    fake.script["NAMESPACE"] = ["* NAMESPACE x", "OK done"]
    fake.script["LIST"] = ['* LIST (\\Noselect) "." "" ("CHILDINFO" ("SUBSCRIBED"))', "OK done"]
    facts = probe(foreign)
    assert (facts.id, facts.prefix, facts.delimiter) == ({}, "", ".")


def test_probing_a_server_that_refuses_to_say_what_it_is(foreign, fake):
    fake.script["CAPABILITY"] = ["* CAPABILITY IMAP4rev1 ID NAMESPACE", "OK done"]
    fake.script["ID"] = fake.script["NAMESPACE"] = ["BAD what"]
    facts = probe(foreign)
    assert (facts.id, facts.prefix, facts.delimiter) == ({}, "", "/")
