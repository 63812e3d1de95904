"""`huiying triage …`: learn from a table of demands, and say what others look like. No database."""

from __future__ import annotations

from huiying.commands.main import Commands

triage = Commands(
    "triage",
    {},
    help="研判: kind and matter, urgency, repeats; machines propose, named people decide.",
)
