"""The level of log lines that the library lacks: notice, between information and warning."""

import logging

NOTICE = 25
logging.addLevelName(NOTICE, "NOTICE")
