"""The settings in force, of which some change while the server runs."""

from __future__ import annotations

import dataclasses

from reference_server.config.directives import DIRECTIVES, Settings


class Live:
    """Holds the settings in force. Whoever needs a value reads it when it is used.

    ``settings`` is replaced as a whole: a thread that reads it sees all of a change or nothing.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def renew(self, read: Settings) -> list[str]:
        """Take over the live directives of ``read``; the keys of others that differ.

        Those keep their value until the server is started again.
        """
        now = self.settings
        differ = [row for row in DIRECTIVES if getattr(read, row.key) != getattr(now, row.key)]
        changes = {row.key: getattr(read, row.key) for row in differ if row.live}
        self.settings = dataclasses.replace(now, **changes)
        return [row.key for row in differ if not row.live]
