"""A black-box conformance suite for IMAP servers."""

from importlib.metadata import version

__version__ = version("gximap")
