import imaplib
import ssl

import pytest

from conformance.plugin import CASES
from conformance.report.origin import accuses_server
from conformance.targets import reference
from conformance.targets.description import NotReadyError, UnreachableError
from conformance.targets.probing import probe
from conformance.targets.reference import ReferenceServer


@pytest.fixture
def server():
    server = ReferenceServer(sets=3)
    yield server
    server.stop()


def test_every_set_of_accounts_can_log_in(server):
    for number in range(3):
        for account in reference.accounts(number).values():
            address = server.description.addresses["imap"]
            with imaplib.IMAP4(address.host, address.port, timeout=30) as client:
                client.login(account.user, account.password)


def test_certificate_is_good_for_both_kinds_of_tls(server):
    context = ssl.create_default_context(cafile=server.description.ca_file)
    address = server.description.addresses["imaps"]
    with imaplib.IMAP4_SSL(address.host, address.port, ssl_context=context, timeout=30):
        pass
    address = server.description.addresses["imap"]
    with imaplib.IMAP4(address.host, address.port, timeout=30) as client:
        client.starttls(context)


def test_probe(server):
    facts = probe(server.description)
    assert facts.greeting.startswith("* OK")
    assert facts.offers("IMAP4rev1")
    assert facts.offers("STARTTLS"), "offered before login"
    assert "STARTTLS" in facts.initial_capabilities
    assert (facts.prefix, facts.delimiter) == ("", "/")


def test_folder_goes_with_the_process(server):
    certificate = server.description.ca_file
    server.stop()
    assert not server.is_running
    with pytest.raises(FileNotFoundError), open(certificate):  # noqa: PTH123
        pass


def test_server_that_does_not_start(monkeypatch):
    monkeypatch.setitem(reference.SETTINGS, "imap_listen_addr", "192.0.2.1")
    with pytest.raises(UnreachableError, match=r"ended with code|not ready"):
        ReferenceServer(sets=1)


def test_server_that_is_late_is_not_accused(monkeypatch):
    monkeypatch.setattr(reference, "START_SECONDS", 0)
    with pytest.raises(NotReadyError) as late:
        ReferenceServer(sets=1)
    assert not accuses_server(late.value, CASES)
