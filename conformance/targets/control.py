"""How a target is reconfigured, and its log read: the commands of [control] in a target file."""

import shutil
import subprocess

from conformance.targets.configuration import Settings

APPLY_SECONDS = 120  # a restart of a large installation, over ssh
LOG_SECONDS = 30
LAST_WORDS = 400  # characters of a failed command's stderr that are shown


class ControlError(Exception):
    """A command of [control] failed; the text says which, and what it wrote."""


class Control:
    """The commands `apply` and `log` of a target; either may be missing."""

    def __init__(self, commands: dict[str, list[str]]) -> None:
        self._commands = commands

    @property
    def can_apply(self) -> bool:
        return "apply" in self._commands

    def check(self) -> None:
        """ControlError if a command is not there; it is not run, since that restarts the target."""
        for name, command in self._commands.items():
            if shutil.which(command[0]) is None:
                raise ControlError(f"[control].{name}: there is no program {command[0]}")

    def apply(self, settings: Settings) -> None:
        """Hand over a whole configuration; the target listens again when it is in force."""
        text = "".join(f"{key}={value}\n" for key, value in settings.items())
        self._run("apply", text, APPLY_SECONDS)

    def log(self) -> str | None:
        """The last lines of the target's log; None where no command shows them."""
        return self._run("log", "", LOG_SECONDS) if "log" in self._commands else None

    def _run(self, name: str, text: str, seconds: float) -> str:
        """What the command writes. An interrupt waits for its end; a second one kills it.

        For half a configuration is worse than a late end. The KeyboardInterrupt then says what
        became of the command, unless it ended well.
        """
        command = self._commands[name]
        try:
            # In a session of its own: a terminal's Ctrl-C is for the suite.
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise ControlError(f"[control].{name}: {command[0]}: {error.strerror}") from None
        problem, interrupted, output = "", False, b""
        with process:
            try:
                try:
                    output, errors = process.communicate(text.encode(), seconds)
                except KeyboardInterrupt:
                    interrupted = True
                    output, errors = process.communicate(timeout=seconds)
                if process.returncode:
                    words = errors.decode("utf-8", "replace").strip()[-LAST_WORDS:]
                    problem = f"[control].{name} ended with {process.returncode}: {words}"
            except subprocess.TimeoutExpired:
                process.kill()
                problem = f"[control].{name} did not end within {seconds:g} s"
            except KeyboardInterrupt:
                process.kill()
                interrupted, problem = True, f"[control].{name} was interrupted, and killed"
        if interrupted:
            raise KeyboardInterrupt(problem)
        if problem:
            raise ControlError(problem)
        return output.decode("utf-8", "replace")
