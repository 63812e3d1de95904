"""Every setting that Huiying reads from the environment, once: name, default, and what it is for.

`docs/generated/settings.md` is made from this table, and a repository test finds any other reading of the environment.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable. `default` is what holds when it is unset or empty."""

    name: str
    default: str
    purpose: str


SETTINGS = {
    setting.name: setting
    for setting in (
        Setting(
            "HUIYING_HOME",
            "var",
            "Folder of the embedded database, keys and uploads. Two homes never touch each other.",
        ),
        Setting("HUIYING_LANGUAGE", "zh_hans", "Language of commands: `zh_hans` or `en`."),
        Setting("HUIYING_PACKS", "", "Folders of local packs, separated as in `PATH`."),
        Setting(
            "DATABASE_URL", "", "A PostgreSQL server (15 or newer) to use; the embedded one is then never started."
        ),
        Setting("DATABASE_OWNER_URL", "", "Login for migrations on that server; `DATABASE_URL` if unset."),
        Setting(
            "HUIYING_POSTGRES_BIN", "", "Folder with `initdb`, `postgres` and `pg_ctl`; the wheel's, else the system's."
        ),
        Setting("HUIYING_RUN_AS", "nobody", "Account that runs the embedded server when Huiying is started as root."),
        Setting(
            "HUIYING_RUNTIME_DIR",
            "",
            "Folder for the server's socket; short, since a socket's path has at most 107 bytes.",
        ),
        Setting("CHROMIUM", "chromium", "The browser of the browser tests."),
    )
}


def read(name: str) -> str:
    """Return a setting's value, or its default."""
    return os.environ.get(name) or SETTINGS[name].default


def home() -> Path:
    """Return the installation's home, absolute."""
    return Path(read("HUIYING_HOME")).absolute()
