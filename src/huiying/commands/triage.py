"""`huiying triage …`: learn from a table of demands, and say what others look like. No database."""

from __future__ import annotations

from huiying.commands.main import Commands

#: Command → module and function.
JUDGING: dict[str, str] = {"repeats": "huiying.commands.triage_repeats:repeats"}

triage = Commands("triage", JUDGING, "研判: kind and matter, urgency, repeats; machines propose, named people decide.")
