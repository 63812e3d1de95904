"""The command line's entry: `huiying COMMAND`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version

import click

#: Command → module and function. A command's module is imported when it is asked for: a due date needs no database.
COMMANDS = {
    "deadline": "huiying.commands.deadline:deadline",
    "procedures": "huiying.commands.procedures:procedures",
    "demo": "huiying.commands.serving:demo",
    "serve": "huiying.commands.serving:serve",
    "import": "huiying.commands.importing:import_",
    "replay": "huiying.commands.replaying:replay",
    "mail": "huiying.commands.mail:mail",
    "ledger": "huiying.commands.ledger:ledger",
    "audit": "huiying.commands.audit:audit",
    "triage": "huiying.commands.triage:triage",
    "backup": "huiying.commands.backup:backup",
    "restore": "huiying.commands.backup:restore",
    "token": "huiying.commands.token:token",
    "areas": "huiying.commands.areas:areas",
    "doctor": "huiying.commands.doctor:doctor",
    "db-url": "huiying.commands.database:db_url",
    "db-setup": "huiying.commands.database:db_setup",
    "psql": "huiying.commands.database:psql",
    "manage": "huiying.commands.database:manage",
}


class Commands(click.Group):
    """A group that knows its commands by name and imports each on demand."""

    def __init__(self, name: str, known: Mapping[str, str], said: str) -> None:
        super().__init__(name, help=said, context_settings={"help_option_names": ["-h", "--help"]})
        self.known = known

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the names in the order of the table."""
        return list(self.known)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command."""
        if cmd_name not in self.known:
            return None
        module, name = self.known[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


main = Commands("huiying", COMMANDS, "回应 Huiying: complaints and reports, from the first word to the last answer.")
click.version_option(version("huiying"), prog_name="huiying")(main)
