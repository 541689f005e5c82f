"""Who may log in: the accounts file, passwords, impersonation, throttling."""

from reference_server.accounts.account import Account, Identity
from reference_server.accounts.directory import Directory
from reference_server.accounts.file import AccountsError
from reference_server.accounts.throttle import Throttle, Verdict

__all__ = ["Account", "AccountsError", "Directory", "Identity", "Throttle", "Verdict"]
