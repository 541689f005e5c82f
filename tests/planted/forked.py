"""Stands for a process that the fork server starts: `python -IS forked.py SOCKET DEFECT -c FILE`.

The standard streams and the folder are this process's own. A signal goes to the other one, whose
exit status becomes this one's. It runs hundreds of times, so it imports little.
"""

import json
import os
import signal
import socket
import sys

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    _, address, *words = sys.argv
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.connect(address)
        variables = {key: os.environ[key] for key in os.environ if key.startswith("COVERAGE_")}
        request = json.dumps(
            {"folder": os.getcwd(), "words": words, "coverage": variables}  # noqa: PTH109
        )
        socket.send_fds(server, [request.encode()], [0, 1, 2])
        for number in SIGNALS:
            signal.signal(number, lambda number, _: server.send(bytes([number])))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        status = int(server.recv(16) or 1)
    sys.exit(status if status >= 0 else 128 - status)
