"""Every setting that Huiying reads from the environment, once: name, default, and what it is for.

`docs/generated/settings.md` is made from this table, and a repository test finds any other reading of the environment.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
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
        Setting("HUIYING_SITE_NAME", "政务服务便民热线", "What this installation calls itself on every page."),
        Setting(
            "HUIYING_PAPER_MARK",
            "",
            "What numbers of papers begin with (机关代字); the first character of the widest area's name if unset.",
        ),
        Setting("HUIYING_AREA", "", "Code of the division that is served here, such as `4401`; all if unset."),
        Setting("HUIYING_PROCEDURE", "guangdong", "The procedure that new cases follow: an instrument's id."),
        Setting("HUIYING_KEYS", "", "Folder of the key files; `keys` in the home if unset. Keep a copy elsewhere."),
        Setting(
            "HUIYING_CHECKPOINTS",
            "",
            "Folder of the ledger's checkpoints, best on another machine's disk; `checkpoints` in the home if unset.",
        ),
        Setting(
            "HUIYING_INTAKE_RATE", "60", "Submissions an hour from one address, counted by keyed hash; 0 turns it off."
        ),
        Setting("HUIYING_MAILBOX", "", "Mailbox for demands by e-mail: `imaps://user@host/INBOX`."),
        Setting("HUIYING_MAILBOX_PASSWORD_FILE", "", "File with that mailbox's password."),
        Setting(
            "HUIYING_MODEL_URL",
            "",
            "A large model that may draft replies, by its OpenAI-compatible address such as `https://host/v1`; off if "
            "unset. It is sent masked texts, and nothing of reports or confidential cases.",
        ),
        Setting("HUIYING_MODEL_NAME", "", "The name of that model, as its server knows it."),
        Setting("HUIYING_MODEL_KEY_FILE", "", "File with the key for that server; none if unset."),
        Setting("HUIYING_HOSTS", "localhost,127.0.0.1,[::1]", "Names under which pages are served, by commas."),
        Setting("HUIYING_HTTPS", "", "`1` where people come by https: cookies are then sent over it only."),
        Setting(
            "HUIYING_SECOND_FACTOR",
            "",
            "Roles that must have a second factor, by commas, or `none`; with HUIYING_HTTPS, if unset, `custodian`, "
            "`administrator` and `secrecy_officer`.",
        ),
        Setting("HUIYING_SESSION_IDLE", "30", "Minutes without a page after which somebody is signed out."),
        Setting(
            "HUIYING_PROXIES",
            "0",
            "How many proxies of your own stand before the server; so many hops of X-Forwarded-For are believed.",
        ),
        Setting(
            "HUIYING_LEFT_OUT_ALARM",
            "10",
            "Per cent of a unit's closed cases left out of figures above which the board warns; no rule sets it.",
        ),
        Setting("PORT", "8000", "Port of the web server."),
        Setting("HUIYING_LANGUAGE", "zh_hans", "Language of commands: `zh_hans`, `zh_hant` or `en`."),
        Setting("HUIYING_PACKS", "", "Folders of local packs, separated as in `PATH`."),
        Setting(
            "DATABASE_URL", "", "A PostgreSQL server (15 or newer) to use; the embedded one is then never started."
        ),
        Setting("DATABASE_OWNER_URL", "", "Login for migrations on that server; `DATABASE_URL` if unset."),
        Setting("DATABASE_PASSWORD_FILE", "", "File with the password of `DATABASE_URL`'s login, instead of in it."),
        Setting("DATABASE_OWNER_PASSWORD_FILE", "", "File with the password of `DATABASE_OWNER_URL`'s login."),
        Setting(
            "DATABASE_ADMIN_URL",
            "",
            "Superuser's login to that server, for `backup` and `restore` only; `DATABASE_OWNER_URL` if unset.",
        ),
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


#: Who needs a second factor where an installation is served to others and says nothing else.
SECOND_FACTOR = ("custodian", "administrator", "secrecy_officer")


def read(name: str) -> str:
    """Return a setting's value, or its default."""
    return os.environ.get(name) or SETTINGS[name].default


def is_https() -> bool:
    """Whether people come by https."""
    return read("HUIYING_HTTPS") == "1"


def hosts() -> list[str]:
    """Return the names under which pages are served."""
    return [host.strip() for host in read("HUIYING_HOSTS").split(",") if host.strip()]


def roles_with_second_factor() -> frozenset[str]:
    """Return the roles that must have a second factor."""
    said = read("HUIYING_SECOND_FACTOR") or (",".join(SECOND_FACTOR) if is_https() else "none")
    return frozenset(role.strip() for role in said.split(",")) - {"", "none"}


def folder(name: str, inside_home: str) -> Path:
    """Return a folder that a setting names, or else its place in the home."""
    return Path(read(name)).absolute() if read(name) else home() / inside_home


def home() -> Path:
    """Return the installation's home, absolute."""
    return Path(read("HUIYING_HOME")).absolute()


@contextmanager
def overridden(**values: str) -> Iterator[None]:
    """Have settings be others for as long as this block runs."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
