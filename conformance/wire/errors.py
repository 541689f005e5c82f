"""What goes wrong between the suite and a server under test.

Everything here is a finding about the server, hence an ``AssertionError``: a case that meets one
has failed. A fault of the suite itself is any other exception.
"""

from __future__ import annotations


class Deviation(AssertionError):  # noqa: N818 - the word of the suite
    """The server did something that a case, a rule or the grammar does not allow."""


class DeadlineExpired(Deviation):
    """The server did not do in time what was waited for."""

    def __init__(self, awaited: str, seconds: float, received: str = "") -> None:
        self.awaited = awaited
        self.seconds = seconds
        message = f"waited {seconds:.3g} s for {awaited}"
        super().__init__(f"{message}; so far came: {received}" if received else message)


class ServerClosed(Deviation):
    """The server closed the connection while something was expected from it.

    ``command`` is the last command sent, ``bye`` the text of the server's BYE if there was one,
    ``partial`` the octets of an unfinished response.
    """

    def __init__(self, awaited: str, command: str, bye: str | None, partial: bytes = b"") -> None:
        self.awaited = awaited
        self.command = command
        self.bye = bye
        self.partial = partial
        said = "without BYE" if bye is None else f"saying BYE {bye!r}"
        after = f", in the middle of a response: {partial[-200:]!r}" if partial else ""
        sent = f" after the command {command!r}" if command else " before any command was sent"
        super().__init__(
            f"the server closed the connection {said}{sent}{after}; awaited: {awaited}"
        )


class ConnectionEnded(Deviation, EOFError):  # noqa: N818
    """The server closed the connection; raised below the level of commands."""

    def __init__(self) -> None:
        super().__init__("the server closed the connection")


class Flooded(Deviation):
    """The server sent, or let the suite wait for, more than any case asks for."""


class ServerCrashed(Deviation):
    """The server stopped answering, to any client."""


class ServerGone(Deviation):
    """The server answers no client, but the case had sent nothing yet that could be to blame."""


class UnexpectedResponse(Deviation):
    """A response other than the one that was asked for."""


class TlsFailed(Deviation):
    """The TLS handshake did not succeed."""
