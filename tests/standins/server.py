"""The reference server with all it sends altered: `python -m tests.standins.server IDEA SEED ...`.

The rest of the command line is the reference server's own. `IDEA` is a function of `ideas`; of one
seed the same connections get the same alterations.
"""

import contextlib
import itertools
import random
import socket
import struct
import sys
from collections.abc import Callable

from conformance.wire.grammar import Framer
from reference_server.cli import main
from reference_server.network import channel
from reference_server.session.channel import Disconnected
from tests.standins import ideas

LARGEST = 1 << 20  # octets; a response that is longer goes out as it is


def alter(idea: Callable[[ideas.Wire, bytes], bytes], seed: str) -> None:
    """Send every response of the server through `idea`."""
    numbers = itertools.count()
    send = channel.SocketChannel.send
    wires: dict[int, tuple[Framer, ideas.Wire]] = {}
    begin, close = channel.SocketChannel.__init__, channel.SocketChannel.close

    def begins(self, *arguments) -> None:
        begin(self, *arguments)
        wires[id(self)] = (Framer(), ideas.Wire(random.Random(f"{seed} {next(numbers)}")))

    def sends(self, data: bytes) -> None:
        framer, wire = wires[id(self)]
        framer.feed(bytes(data))
        while (response := framer.next()) is not None:
            try:
                altered = response if len(response) > LARGEST else idea(wire, response)
            except ideas.Ends as end:
                if end.octets:
                    send(self, end.octets)
                if end.reset:
                    with contextlib.suppress(OSError):
                        self._socket.setsockopt(
                            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                        )
                        self._socket.close()
                raise Disconnected("the idea of the stand-in") from None
            if altered:
                send(self, altered)

    def closes(self) -> None:
        wires.pop(id(self), None)
        close(self)

    channel.SocketChannel.__init__ = begins
    channel.SocketChannel.send = sends
    channel.SocketChannel.close = closes


if __name__ == "__main__":
    alter(getattr(ideas, sys.argv[1]), sys.argv[2])
    sys.exit(main(sys.argv[3:]))
