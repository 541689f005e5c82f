"""A proxy that makes a server far away: what passes through it arrives later.

``python -m tests.delay_proxy HOST PORT ROUND_TRIP`` listens on a free port of the loopback
interface, prints it, and serves until it is ended. ROUND_TRIP is in seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import threading
from collections.abc import Coroutine
from typing import Any, Self

# A line holds little: who takes nothing stops who sends, and who takes a little lets it go on.
PIECE = 16 * 1024  # octets
UNDER_WAY = 8  # pieces in each direction


class DelayProxy:
    """The proxy, in a thread of its own, from ``with`` to the end of the block.

    Each direction takes half of ``round_trip`` seconds; connecting takes a whole one, since the
    client's first octets can leave only then.
    """

    def __init__(self, host: str, port: int, round_trip: float) -> None:
        self._server = (host, port)
        self._delay = round_trip / 2
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self.port = self._run(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=30)

    async def _listen(self) -> int:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self._start(self._accept())
        return self._listener.getsockname()[1]

    def _start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self) -> None:
        with self._listener:
            while True:
                client, _ = await self._loop.sock_accept(self._listener)
                self._start(self._serve(client))

    async def _end(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, client: socket.socket) -> None:
        server = socket.socket()
        with client, server:
            for each in (client, server):
                each.setblocking(False)
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for buffer in socket.SO_SNDBUF, socket.SO_RCVBUF:
                    each.setsockopt(socket.SOL_SOCKET, buffer, PIECE)
            await asyncio.sleep(self._delay * 2)  # the handshake of TCP
            try:
                await self._loop.sock_connect(server, self._server)
                async with asyncio.TaskGroup() as directions:
                    directions.create_task(self._carry(client, server))
                    directions.create_task(self._carry(server, client))
            except* OSError:  # a reset, or nobody listens: the client's connection ends, too
                pass

    async def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        """Pass octets on, each ``_delay`` after it came; then the end of the stream likewise.

        An OSError, a reset above all, ends both directions once all that came before has passed.
        """
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(UNDER_WAY)

        async def deliver() -> None:
            while True:
                due, octets = await under_way.get()
                await asyncio.sleep(due - self._loop.time())
                if not octets:
                    with contextlib.suppress(OSError):
                        sink.shutdown(socket.SHUT_WR)
                    return
                await self._loop.sock_sendall(sink, octets)

        delivery = asyncio.ensure_future(deliver())
        lost = None
        octets = b"-"
        try:
            while octets:
                try:
                    octets = await self._loop.sock_recv(source, PIECE)
                except OSError as error:
                    lost, octets = error, b""
                await under_way.put((self._loop.time() + self._delay, octets))
            await delivery
        finally:
            delivery.cancel()
        if lost is not None:
            raise lost


if __name__ == "__main__":
    with DelayProxy(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])) as proxy:
        print(proxy.port, flush=True)
        threading.Event().wait()
