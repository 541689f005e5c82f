"""What all sessions of a server share."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from reference_server.accounts import Directory, Throttle
from reference_server.config.live import Live
from reference_server.config.settings import Settings
from reference_server.protocol.framing import Limits, Spool
from reference_server.session.failures import FailureLog
from reference_server.session.folder_names import FolderNames, read_folder_names
from reference_server.session.spool import open_spool
from reference_server.session.texts import Texts
from reference_server.storage import Store


@dataclass(frozen=True, slots=True)
class Service:
    """The store, the directory, and the settings that sessions need."""

    store: Store
    directory: Directory
    live: Live = field(default_factory=lambda: Live(Settings()))
    host_id: str = "localhost"  # in greeting and BYE
    texts: Texts = field(default_factory=dict)  # those that the operator replaced
    folder_names: FolderNames = field(default_factory=lambda: read_folder_names()[0])
    tls_available: bool = False  # STARTTLS is possible
    force_tls: bool = False  # no login without TLS
    throttle: Throttle = field(default_factory=Throttle)
    auth_fail_delay: float = 1.0  # seconds until a failed login is answered
    identification: tuple[tuple[str, str], ...] = ()  # what ID answers; nothing: there is no ID
    failures: FailureLog = field(default_factory=FailureLog)
    limits: Limits = field(default_factory=Limits)
    open_spool: Callable[[int], Spool] = open_spool

    @property
    def settings(self) -> Settings:
        """The settings in force now: SIGHUP may change live directives, so do not keep them."""
        return self.live.settings

    @property
    def absent(self) -> Collection[bytes]:
        """The names of commands that this server knows and does not offer."""
        return () if self.identification else (b"ID",)

    @property
    def revision2(self) -> bool:
        """Whether a session that begins now may enable IMAP4rev2."""
        return self.settings.imap_rfc9051
