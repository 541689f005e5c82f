"""A black-box conformance suite for IMAP servers."""
