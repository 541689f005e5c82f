"""A black-box conformance suite for IMAP servers."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("gximap")
except PackageNotFoundError:  # a checkout that is not installed
    __version__ = "0+unknown"
