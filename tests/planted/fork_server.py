"""Starts the reference server with a defect at little cost: by fork, with everything imported.

`python -m tests.planted.fork_server SOCKET [MODULE...]` imports the modules, listens there, prints
`ready`, and ends when its standard input does. `forked.py` is its client, and says what is asked
for. No thread and no database is there at the fork, so what a child gets is as good as new.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys

from tests.planted.defects import defects
from tests.planted.server import serve

REQUEST_OCTETS = 65536


def words_of_child(listener: socket.socket) -> list[str]:
    """Fork for every client, and again for what it asks for. Returns only there, with its words.

    The process between the two passes on signals and the exit status, and ends the child when
    either the client or the fork server's parent is gone.
    """
    while sys.stdin.fileno() not in select.select([listener, sys.stdin.fileno()], [], [])[0]:
        client, _ = listener.accept()
        with client:
            if os.fork() == 0:
                listener.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                return _attend(client)
    sys.exit()


def _attend(client: socket.socket) -> list[str]:
    octets, descriptors, _, _ = socket.recv_fds(client, REQUEST_OCTETS, 3)
    child = os.fork()
    if child == 0:
        for standard, descriptor in enumerate(descriptors):
            os.dup2(descriptor, standard)
            os.close(descriptor)
        request = json.loads(octets)
        os.chdir(request["folder"])
        if request["coverage"]:
            os.environ.update(request["coverage"])
            importlib.import_module("coverage").process_startup()
        return request["words"]
    for descriptor in descriptors:
        os.close(descriptor)
    with contextlib.suppress(BrokenPipeError):
        client.send(str(_await(child, client)).encode())
    os._exit(0)


def _await(child: int, client: socket.socket) -> int:
    """The exit status of the child, negative for a signal."""
    ended = os.pidfd_open(child)
    while ended not in (ready := select.select([ended, client, sys.stdin.fileno()], [], [])[0]):
        signals = client.recv(REQUEST_OCTETS) if client in ready else b""
        for number in signals or [signal.SIGKILL]:
            os.kill(child, number)
        if not signals:
            break
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    defects()  # imports them all
    for module in sys.argv[2:]:
        importlib.import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as own:
        own.bind(sys.argv[1])
        own.listen()
        print("ready", flush=True)
        gc.collect()
        gc.freeze()
        name, *words = words_of_child(own)
    sys.exit(serve(name, words))
