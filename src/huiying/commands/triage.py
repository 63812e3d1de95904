"""`huiying triage …`: learn from a table of demands, and say what others look like. No database."""

from __future__ import annotations

from huiying.commands.main import Commands

#: Command → module and function.
JUDGING = {
    "train": "huiying.commands.triage_model:train",
    "evaluate": "huiying.commands.triage_model:evaluate",
    "predict": "huiying.commands.triage_model:predict",
    "learn": "huiying.commands.triage_learn:learn",
    "urgency": "huiying.commands.triage_urgency:urgency",
    "units": "huiying.commands.triage_units:units",
    "repeats": "huiying.commands.triage_repeats:repeats",
}

triage = Commands("triage", JUDGING, "研判: kind and matter, urgency, repeats; machines propose, named people decide.")
