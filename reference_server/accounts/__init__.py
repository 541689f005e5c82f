"""Who may log in: the accounts file, passwords, impersonation."""

from reference_server.accounts.account import Account, Identity
from reference_server.accounts.directory import Directory
from reference_server.accounts.file import AccountsError

__all__ = ["Account", "AccountsError", "Directory", "Identity"]
