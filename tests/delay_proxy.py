"""A proxy that makes a server far away: what passes through it arrives later.

``python -m tests.delay_proxy HOST PORT ROUND_TRIP`` listens on a free port of the loopback
interface, prints it, and serves until it is ended. ROUND_TRIP is in seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Coroutine
from typing import Any, Self


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
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self._listener.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        self._listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.sleep(self._delay * 2)  # the handshake of TCP
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._server)
        except OSError:
            writer.close()
            return
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))
        for each in (writer, far_writer):
            each.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass octets on, each ``_delay`` after it came; then the end of the stream likewise."""
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                due, octets = await under_way.get()
                await asyncio.sleep(due - self._loop.time())
                if not octets:
                    if writer.can_write_eof():
                        writer.write_eof()
                    return
                writer.write(octets)
                await writer.drain()

        delivery = asyncio.ensure_future(deliver())
        with contextlib.suppress(OSError):
            try:
                octets = b"-"
                while octets and not delivery.done():
                    octets = await reader.read(65536)
                    under_way.put_nowait((self._loop.time() + self._delay, octets))
                await delivery
            finally:
                delivery.cancel()
        # Who closes with octets unread resets the connection, and what was said last is lost.
        with contextlib.suppress(OSError):
            while await reader.read(65536):
                pass


if __name__ == "__main__":
    with DelayProxy(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])) as proxy:
        print(proxy.port, flush=True)
        threading.Event().wait()
