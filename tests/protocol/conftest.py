"""What the tests of the protocol share."""

import pytest

from reference_server.protocol.framing import Frame, Framer, Limits
from reference_server.protocol.parser import parse_command


@pytest.fixture(scope="session")
def parse():
    """Parses one command given as the octets a client sends, with no line end behind it."""

    def parse(octets, revision2=False):
        framer = Framer(Limits(), open_spool=None)
        framer.feed(octets + b"\r\n")
        frame = framer.next()
        assert isinstance(frame, Frame), frame
        assert framer.next() is None
        return parse_command(frame, revision2)

    return parse
