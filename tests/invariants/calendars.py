"""The calendar of an installation, which may be one of before its last years were published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from huiying.procedure import workdays


def calendar_facts(through: int) -> Mapping[str, Any]:
    """Return the published days as the naive count wants them, read from the file and not from what reads it."""
    calendar = workdays.china().through(through)
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(366 * 3)]
    known = [(day, calendar.day(day)) for day in days if day.year <= through]
    return {
        "off": {day for day, kind in known if kind.kind in {"holiday", "statutory"}},
        "makeup": {day for day, kind in known if kind.kind == "makeup"},
        "statutory": {day for day, kind in known if kind.statutory},
        "known_years": range(2004, through + 1),
    }


class Calendars:
    """The calendar file of an installation: the one that ships, or one of before its last years were published."""

    SHIPPED = workdays.CHINA

    def __init__(self, folder: Path) -> None:
        self.facts = {through: calendar_facts(through) for through in (2025, 2026)}
        self.old = folder / "china.toml"
        self.old.write_text(self.SHIPPED.read_text("utf-8").split("[years.2026]")[0], "utf-8")

    def know(self, through: int) -> None:
        """Have the whole system know the years up to one."""
        workdays.CHINA = self.SHIPPED if through == max(self.facts) else self.old
        workdays.china.cache_clear()
