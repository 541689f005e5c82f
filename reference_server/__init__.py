"""An IMAP server that behaves as the Gromox manual and the RFCs say."""
