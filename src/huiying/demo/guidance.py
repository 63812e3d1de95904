"""What the demo city's call-takers may answer at once, read from `guidance.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

from huiying.directory.models import Guidance

FILE = Path(__file__).with_name("guidance.toml")


def entries() -> list[Guidance]:
    """Return the entries, not yet written. What they name, matters and units, must be there when they are."""
    rows = tomllib.loads(FILE.read_text("utf-8"))["guidance"]
    return [
        Guidance(
            title=row["title"],
            text=row["text"],
            matter_id=row.get("matter"),
            words=row["words"],
            unit_id=row["unit"],
            article=row["article"],
            review_by=row["review_by"],
        )
        for row in rows
    ]
