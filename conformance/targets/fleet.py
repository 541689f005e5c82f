"""The servers that the cases of one worker process run on: the target, configured as they need."""

import contextlib
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import replace

from conformance import obstacles
from conformance.run import Target
from conformance.targets.configuration import Settings, group
from conformance.targets.control import Control, ControlError
from conformance.targets.life import await_return, trouble
from conformance.targets.server import Server
from conformance.wire import ServerCrashed, ServerGone

MOST_AT_ONCE = 3  # reference servers with a configuration of their own, in one worker


class CannotConfigureError(Exception):
    """The target cannot be given the configuration that a case needs; the text says why."""


class Fleet:
    """Gives each case its server.

    A reference server is started once more for each configuration. A foreign target has one
    configuration at a time, and gets its own back at the end.
    """

    def __init__(self, target: Target, cases: Iterable[Settings], worker: str) -> None:
        """`cases`: what each case that this worker may run asks for."""
        self._target = target
        self._worker = worker
        self._numbers = Counter(group(settings) for settings in cases)
        self._plain = Server(target, self._numbers.total(), worker)
        self._configured: OrderedDict[str, Server] = OrderedDict()
        self._control = Control(target.description.control if target.description else {})
        self._started = 0
        self._applied: str | None = ""  # None: nobody knows
        self._refused: dict[str, str] = {}
        self._before = ""  # the last command of the cases before
        self._in_a_row = 0  # cases one after the other that ended with a server that was gone
        self.gone: str | None = None  # why no case can be asked any more
        self.not_restored: str | None = None  # that, and why, the target is still configured anew

    def server(self, wanted: Settings) -> Server:
        """The server with these directives. Raises CannotConfigureError."""
        if self._target.description is None:
            return self._reference(wanted) if wanted else self._plain
        lacking = self._lacking(wanted)
        if lacking and not self._control.can_apply:
            raise CannotConfigureError(
                f"needs {', '.join(f'{key}={value}' for key, value in lacking.items())}: the "
                "target file neither says that under [settings] nor has a [control].apply"
            )
        return self._reconfigured(wanted if lacking else {})

    def end_case(self, server: Server, command: str, went_wrong: bool) -> None:
        """See that the server still answers after a case in which something went wrong.

        If not, it is given time to come back, or started again where that is possible, and
        ServerCrashed tells of it. `command` is what the case had sent last; one that had sent
        nothing is no culprit, hence ServerGone. Without a server the later cases cannot be asked.
        """
        before, self._before = self._before, command or self._before
        reason = (server.obituary() or trouble(server)) if went_wrong else None
        if reason is None:
            self._in_a_row = 0
            return
        self._in_a_row += 1
        ending = ServerCrashed if command else ServerGone
        since = f"after {command!r}"
        if not command:
            since = "before the case had sent anything"
            since += f" (the cases before it ended with {before!r})" if before else ""
        story = f"the server stopped answering {since}: {reason}"
        if self._in_a_row >= obstacles.IN_A_ROW:
            self.gone = f"the server stopped answering in {obstacles.IN_A_ROW} cases in a row"
            raise ending(
                f"{story}\nit is not asked again after {obstacles.IN_A_ROW} such cases in a row"
            )
        seconds = None if server.is_reference else await_return(server)
        if seconds is not None:
            raise ending(f"{story}\nit answered again {seconds:.1f} s later")
        if self._started_again(server):
            raise ending(f"{story}\nit was started again")
        self.gone = f"the server has not answered since {command!r}"
        if not command:
            self.gone = "the server does not answer any more"
        raise ending(f"{story}\nit did not come back")

    def _started_again(self, server: Server) -> bool:
        if server.is_reference:
            server.restart()
            return True
        if not self._control.can_apply:
            return False
        with contextlib.suppress(ControlError):
            self._control.apply(server.settings)
        return trouble(server) is None

    def _lacking(self, wanted: Settings) -> Settings:
        """What the target is not known to have."""
        known = dict(self._plain.settings)
        if self._plain.address("proxy"):
            known["imap_accept_haproxy"] = "2"
        return {key: value for key, value in wanted.items() if known.get(key) != value}

    def _reference(self, wanted: Settings) -> Server:
        name = group(wanted)
        if name not in self._configured:
            if len(self._configured) >= MOST_AT_ONCE:
                _, oldest = self._configured.popitem(last=False)
                oldest.close()
            target = replace(self._target, settings=self._target.settings | wanted)
            self._configured[name] = self._start(target, name)
        self._configured.move_to_end(name)
        return self._configured[name]

    def _reconfigured(self, wanted: Settings) -> Server:
        name = group(wanted)
        if name in self._refused:
            raise CannotConfigureError(self._refused[name])
        if name != self._applied:
            self._applied = None  # even if it fails: the target is to get its own back
            try:
                self._control.apply(self._plain.settings | wanted)
            except ControlError as error:
                given = name or "its own configuration"
                self._refused[name] = f"the target could not be given {given}: {error}"
                raise CannotConfigureError(self._refused[name]) from None
            self._applied = name
        if not wanted:
            return self._plain
        if name not in self._configured:
            description = self._plain.description
            settings = self._plain.settings | wanted
            target = replace(self._target, description=replace(description, settings=settings))
            self._configured[name] = self._start(target, name)
        return self._configured[name]

    def _start(self, target: Target, name: str) -> Server:
        # Each has mailbox names of its own: on a foreign target they meet in one account.
        self._started += 1
        worker = f"{self._worker}s{self._started}"
        server = Server(target, self._numbers[name] + 1, worker)
        server.begin_case()  # these accounts are for looking at it
        if server.settings.get("imap_accept_haproxy") != "2":
            server.look()
        return server

    def close(self) -> None:
        """End what was started; a foreign target gets its own configuration back.

        If that fails, `not_restored` says so.
        """
        try:
            for server in (*self._configured.values(), self._plain):
                server.close()
        finally:
            if self._applied != "":
                self._restore()

    def _restore(self) -> None:
        problem = ""
        try:
            self._control.apply(self._plain.settings)
        except (ControlError, KeyboardInterrupt) as error:
            problem = str(error)
            if isinstance(error, KeyboardInterrupt):
                raise
        finally:
            if problem:
                self.not_restored = (
                    f"{self._target.name} did not get its own configuration back: {problem}"
                )
