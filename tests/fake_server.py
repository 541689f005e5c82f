"""A small scripted IMAP server that can misbehave, for tests of the suite itself.

It knows LOGIN, CAPABILITY, LIST, LSUB, CREATE, DELETE, SELECT, NOOP and LOGOUT, just as far as
the suite needs to reach a case; `script` replaces the answer to a command.
"""

import socketserver
import threading
from collections.abc import Callable, Mapping
from typing import BinaryIO

CAPABILITIES = "IMAP4rev1"


class FakeServer:
    """A server on a free port of the loopback interface, from `with` to the end of its block.

    `script` maps a command's name to the untagged lines and the tagged condition to answer, e.g.
    {"NOOP": ["* 1 EXPUNGE", "NO not now"]}; an empty list closes the connection. `commands` is
    what it was sent, `mailboxes` what exists. `fate` maps a command's name to what is done instead
    of answering, with the stream to the client; the connection is closed then. So many more
    connections as `refusing` says are closed without a greeting. No more than `places` sessions may
    be logged in at once; `most_at_once` is how many there were.
    """

    user = "alice"
    password = "alicepw"

    def __init__(
        self, script: Mapping[str, list[str]] | None = None, greeting: str = "* OK fake ready"
    ) -> None:
        self.script = dict(script or {})
        self.greeting = greeting
        self.commands: list[str] = []
        self.fate: dict[str, Callable[[BinaryIO], None]] = {}
        self.refusing = 0
        self.mailboxes = ["INBOX", "Private"]
        self.failed_logins = 0
        self.places = 10**9
        self.most_at_once = 0
        self._inside: set[int] = set()
        self._lock = threading.Lock()
        self._expected: dict[str, threading.Event] = {}
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                try:
                    outer.serve(self)
                except ConnectionError:
                    pass
                finally:
                    outer.leave(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"imap://{self.user}:{self.password}@127.0.0.1:{self.port}"

    def __enter__(self) -> "FakeServer":
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def expect(self, command: str) -> threading.Event:
        """An event that is set when a client sends this command (without its tag)."""
        return self._expected.setdefault(command, threading.Event())

    def serve(self, handler: socketserver.StreamRequestHandler) -> None:
        def send(*lines: str) -> None:
            handler.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

        if self.refusing:
            self.refusing -= 1
            return
        send(self.greeting)
        while line := handler.rfile.readline().decode(errors="replace").strip():
            self.commands.append(line)
            tag, _, rest = line.partition(" ")
            name, _, arguments = rest.partition(" ")
            if rest in self._expected:
                self._expected[rest].set()
            if name in self.fate:
                self.fate[name](handler.wfile)
                return
            if name == "LOGIN" and not self.enter(handler):
                send(f"{tag} NO [LIMIT] too many sessions")
                return
            *untagged, condition = self.script.get(name) or self.answer(name, arguments)
            if name in self.script and not self.script[name]:
                return
            send(*untagged, f"{tag} {condition}")
            if name == "LOGOUT":
                return

    def enter(self, handler: socketserver.StreamRequestHandler) -> bool:
        with self._lock:
            if len(self._inside) >= self.places:
                return False
            self._inside.add(id(handler))
            self.most_at_once = max(self.most_at_once, len(self._inside))
            return True

    def leave(self, handler: socketserver.StreamRequestHandler) -> None:
        with self._lock:
            self._inside.discard(id(handler))

    def answer(self, name: str, arguments: str) -> list[str]:
        words = [word.strip('"') for word in arguments.split()]
        match name:
            case "CAPABILITY":
                return [f"* CAPABILITY {CAPABILITIES}", "OK done"]
            case "LOGIN":
                if words != [self.user, self.password]:
                    self.failed_logins += 1
                    return ["NO wrong"]
                return ["OK in"]
            case "LIST" if words[1] in ('""', ""):
                return ['* LIST (\\Noselect) "/" ""', "OK done"]
            case "LIST":
                start = words[1].removesuffix("*")
                names = [
                    each
                    for each in self.mailboxes
                    if each == words[1] or (words[1].endswith("*") and each.startswith(start))
                ]
                return [*(f'* LIST () "/" {each}' for each in names), "OK done"]
            case "CREATE":
                self.mailboxes.append(words[0].removesuffix("/"))
            case "DELETE" if words[0] in self.mailboxes:
                self.mailboxes.remove(words[0])
            case "SELECT":
                return [
                    "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
                    "* 0 EXISTS",
                    "* 0 RECENT",
                    "* OK [PERMANENTFLAGS (\\Seen \\Deleted)] limited",
                    "* OK [UIDVALIDITY 1] valid",
                    "* OK [UIDNEXT 1] next",
                    "OK [READ-WRITE] selected",
                ]
            case "LOGOUT":
                return ["* BYE bye", "OK out"]
        return ["OK done"]
