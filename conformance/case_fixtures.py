"""The fixtures of the cases.

`selected` is the one most cases need. What a fixture does on the server it requires to succeed:
a refusal fails the case, saying so.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from typing import cast

import pytest
from imapclient import IMAPClient

from conformance.case_accounts import Accounts, Scratch
from conformance.case_connection import CaseConnection
from conformance.messages import FixtureMessage, load, names
from conformance.obstacles import Obstacles
from conformance.oracle import Checker, Record
from conformance.report.outcome import BrokenRule
from conformance.report.transcripts import transcript_data
from conformance.requirements.revisions import IMAP4REV1, IMAP4REV2
from conformance.stash import FINDINGS, LEFT_BEHIND, REVISION2, TARGET, TRANSCRIPT
from conformance.targets.client import (
    SessionsExceededError,
    enter_client,
    leave_client,
    patiently,
    place,
)
from conformance.targets.configuration import wanted
from conformance.targets.control import ControlError
from conformance.targets.description import Account, lacking_address
from conformance.targets.fleet import CannotConfigureError, Fleet
from conformance.targets.guard import STOPPED, Watch, watch_client
from conformance.targets.log import Log
from conformance.targets.server import Server
from conformance.wire import Endpoint, Transcript
from conformance.wire.allowance import Allowance

LOG = pytest.StashKey[Log]()
NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.fixture(scope="session")
def fleet(request: pytest.FixtureRequest) -> Iterator[Fleet]:
    """The target in all configurations that cases ask for."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "gw0")
    cases = [wanted(item) for item in request.session.items]
    fleet = Fleet(request.config.stash[TARGET], cases, worker)
    yield fleet
    try:
        fleet.close()
    finally:
        if fleet.not_restored:
            request.config.stash[LEFT_BEHIND].append(fleet.not_restored)


@pytest.fixture
def server(
    request: pytest.FixtureRequest, fleet: Fleet, transcript: Transcript
) -> Iterator[Server]:
    """The target, configured as the case asks: .capabilities, .offers(capability), .settings,
    .address(kind), .name."""
    if fleet.gone:
        pytest.skip(fleet.gone)
    try:
        server = fleet.server(wanted(request.node))
        if "log" in request.fixturenames:
            request.node.stash[LOG] = Log(server)
    except (CannotConfigureError, ControlError) as error:
        pytest.skip(str(error))
    stopped = server.guard.stopped if server.guard is not None else None
    if stopped is not None:
        pytest.skip(STOPPED + stopped)
    yield server
    findings = request.node.stash.get(FINDINGS, [])
    went_wrong = transcript.cut or any(finding.deviates for finding in findings)
    fleet.end_case(server, transcript.last_command, went_wrong)


@pytest.fixture
def log(request: pytest.FixtureRequest, server: Server) -> Log:  # noqa: ARG001 - begins it
    """What the case brings into the server's log: .await_line(pattern), .lines(pattern).

    Skips the case where the log cannot be read.
    """
    log: Log = request.node.stash[LOG]
    if not log.readable:
        pytest.skip("the log of the target cannot be read: the target file has no [control].log")
    return log


@pytest.fixture
def accounts(server: Server) -> Accounts:
    """The accounts by role: primary, second, shared (owned by primary), stranger."""
    return Accounts(server.begin_case())


@pytest.fixture
def account(accounts: Accounts) -> Account:
    """The primary account: .user, .password."""
    return accounts["primary"]


@pytest.fixture
def transcript(request: pytest.FixtureRequest) -> Transcript:
    """The dialogue of the case, of all its connections."""
    transcript = Transcript()
    request.node.stash[TRANSCRIPT] = lambda: transcript_data(transcript)
    return transcript


@pytest.fixture(scope="session")
def all_obstacles() -> Obstacles:
    """The obstacles that stop the cases of this process."""
    return Obstacles()


@pytest.fixture
def obstacles(all_obstacles: Obstacles) -> Obstacles:
    """The same, for one case more."""
    all_obstacles.begin_case()
    return all_obstacles


@pytest.fixture
def connect(
    server: Server,
    accounts: Accounts,  # noqa: ARG001 - a case begins with its accounts
    transcript: Transcript,
    obstacles: Obstacles,
) -> Iterator[Callable[..., CaseConnection]]:
    """connect(kind=None, endpoint=None) opens a connection and reads the greeting.

    `kind` is "imap", "imaps" or "proxy"; without it the target's main address is used. The case
    is skipped where the target has no such address. An `endpoint` is used instead of the
    target's. `preamble` goes out before everything, TLS included; with `greeting=False` the
    greeting is left to the case. Connections close with the case.
    """
    connections: list[CaseConnection] = []
    checkers: list[Checker] = []
    record = Record()
    allowance = Allowance()

    def connect(
        kind: str | None = None,
        endpoint: Endpoint | None = None,
        *,
        preamble: bytes = b"",
        greeting: bool = True,
    ) -> CaseConnection:
        need = ""
        if endpoint is None:
            address = server.address(kind)
            if address is None:
                pytest.skip(lacking_address(kind or "imap"))
            endpoint = server.endpoint(address)
            if greeting and not preamble:
                need = f"a greeting at {place(address)}"
        name = NAMES[len(connections) % len(NAMES)]
        checker = Checker(record, name=name)
        checkers.append(checker)
        with obstacles.need(need) if need else nullcontext():
            connection = CaseConnection.open(
                endpoint,
                name=name,
                transcript=transcript,
                checker=checker,
                preamble=preamble,
                greeting=greeting,
                offered=server.capabilities + server.initial_capabilities,
                allowance=allowance,
            )
        connection.obstacles = obstacles
        if server.guard is not None:
            connection.watch = Watch(server.guard, connection.dialect)
        connections.append(connection)
        return connection

    yield connect
    for connection in connections:
        connection.close()
    violations = [violation for checker in checkers for violation in checker.violations]
    if violations:
        raise ExceptionGroup("broken rules", [BrokenRule(each) for each in violations])


@pytest.fixture
def before_login(
    connect: Callable[..., CaseConnection], server: Server
) -> Callable[..., CaseConnection]:
    """before_login(kind=None) opens a connection that is not authenticated but may be.

    STARTTLS comes first where the server forbids LOGIN without it.
    """

    def before_login(kind: str | None = None) -> CaseConnection:
        connection = connect(kind)
        address = server.address(kind)
        plain = address is not None and address.kind != "imaps"
        if plain and "LOGINDISABLED" in server.initial_capabilities:
            with connection.obstacles.need("STARTTLS before the login"):
                connection.start_tls()
        return connection

    return before_login


@pytest.fixture
def login(
    request: pytest.FixtureRequest,
    before_login: Callable[..., CaseConnection],
    account: Account,
    server: Server,
) -> Callable[..., CaseConnection]:
    """login(account=None, kind=None) opens a connection and logs in, as primary by default.

    A case of IMAP4rev2 gets sessions that have it enabled. The case is skipped where it needs more
    sessions at once than the account may have.
    """
    sessions: list[CaseConnection] = []
    revision2 = request.node.stash[REVISION2] and server.offers(IMAP4REV1)

    def login(other: Account | None = None, kind: str | None = None) -> CaseConnection:
        user = other or account
        mine = [each for each in sessions if each.is_open and each.account == user]
        if server.sessions and len(mine) >= server.sessions:
            pytest.skip(f"needs more sessions at once than the {len(mine)} it may have here")
        connection = patiently(lambda: enter(user, kind))
        sessions.append(connection)
        if revision2:
            connection.enable(IMAP4REV2)
        return connection

    def enter(user: Account, kind: str | None) -> CaseConnection:
        connection = before_login(kind)
        try:
            connection.log_in(user)
        except SessionsExceededError:
            connection.close()
            raise
        return connection

    return login


@pytest.fixture
def connection(connect: Callable[..., CaseConnection]) -> CaseConnection:
    """A fresh connection, greeting read, not authenticated."""
    return connect()


@pytest.fixture
def authenticated(login: Callable[..., CaseConnection]) -> CaseConnection:
    """A connection logged in as the primary account, nothing selected."""
    return login()


@pytest.fixture
def scratch(server: Server, account: Account) -> Iterator[Scratch]:
    """scratch.name(): a mailbox name that does not exist yet; all that a case may create."""
    scratch = Scratch(server, account)
    yield scratch
    scratch.remove()


@pytest.fixture
def scratch_of(server: Server) -> Iterator[Callable[[Account], Scratch]]:
    """scratch_of(account): the same for an account that is not the primary one."""
    made: list[Scratch] = []

    def scratch_of(account: Account) -> Scratch:
        made.append(Scratch(server, account))
        return made[-1]

    yield scratch_of
    for scratch in made:
        scratch.remove()


@pytest.fixture
def preparing(request: pytest.FixtureRequest) -> CaseConnection:
    """The session that creates what a case needs: `authenticated` if the case uses it anyway."""
    if "authenticated" in request.fixturenames:
        return cast(CaseConnection, request.getfixturevalue("authenticated"))
    return cast(CaseConnection, request.getfixturevalue("login")())


@pytest.fixture
def mailbox(scratch: Scratch, preparing: CaseConnection) -> str:
    """The name of a fresh, empty mailbox; the one that `selected` has selected."""
    name = scratch.name()
    preparing.create(name)
    return name


@pytest.fixture
def elsewhere(scratch: Scratch, preparing: CaseConnection) -> str:
    """The name of another fresh, empty mailbox."""
    name = scratch.name()
    preparing.create(name)
    return name


@pytest.fixture
def empty_inbox(preparing: CaseConnection, scratch: Scratch) -> None:
    """For a case that could lose mail: skips it unless INBOX is empty and has no inferiors.

    RENAME INBOX moves all messages away, into a mailbox that is removed with the case.
    """
    status = preparing.require("INBOX could not be counted", "STATUS", "INBOX", "(MESSAGES)")
    inferiors = (
        scratch.delimiter
        and preparing.require(
            "the inferiors of INBOX could not be listed",
            "LIST",
            '""',
            f'"INBOX{scratch.delimiter}*"',
        ).list()
    )
    if status.status_data().items.get("MESSAGES") != 0 or inferiors:
        pytest.skip("INBOX is not empty, and the case might lose what is in it")


@pytest.fixture
def selected(authenticated: CaseConnection, mailbox: str) -> CaseConnection:
    """A connection with a fresh mailbox of its own selected: .mailbox, .append(message)."""
    authenticated.select(mailbox)
    return authenticated


@pytest.fixture
def second(login: Callable[..., CaseConnection], selected: CaseConnection) -> CaseConnection:
    """Another session of the same account, with the mailbox of `selected` selected."""
    connection = login()
    connection.select(selected.mailbox)
    return connection


@pytest.fixture
def imap_client(server: Server, account: Account, obstacles: Obstacles) -> Iterator[IMAPClient]:
    """An IMAPClient, logged in as the primary account."""
    description = server.description
    with obstacles.need("a login with IMAPClient"):
        client = patiently(lambda: enter_client(description, account))
    if server.guard is not None:
        watch_client(client, server.guard)
    yield client
    leave_client(client)


class Messages(Mapping[str, FixtureMessage]):
    """The messages of fixtures/messages by name."""

    def __getitem__(self, name: str) -> FixtureMessage:
        return load(name)

    def __iter__(self) -> Iterator[str]:
        return iter(names())

    def __len__(self) -> int:
        return len(names())


@pytest.fixture(scope="session")
def messages() -> Messages:
    """The messages of fixtures/messages: messages["simple"].octets and what is expected of it."""
    return Messages()
