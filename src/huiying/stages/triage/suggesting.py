"""Proposes a matter for a case, and remembers what a person made of it. A proposal changes nothing of the case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from huiying.case.models import Case
from huiying.case.scope import working
from huiying.config.environment import home
from huiying.judgement.model import BETWEEN, Model
from huiying.stages.triage.models import Suggestion

MODELS, CURRENT = "models", "current"


def folder() -> Path:
    """Return where this installation keeps its models."""
    return home() / MODELS


def current_version() -> str:
    """Return the version of the model in use; empty where there is none yet."""
    named = folder() / CURRENT
    return named.read_text("utf-8").strip() if named.is_file() else ""


@lru_cache(maxsize=2)
def model(version: str) -> Model:
    """Return one of the installation's models; it is read once a process."""
    return Model.load(folder() / version)


def code_of(label: str) -> str:
    """Return the matter that a path of matters ends with."""
    return label.rpartition(BETWEEN)[2]


def said_of(case: Case) -> str:
    """Return the masked words of a demand: its title above its text."""
    said = {one.name: one.text for one in case.contents.filter(position=1, name__in=("title", "text"))}
    return "\n".join(said[name] for name in ("title", "text") if said.get(name))


def suggest(case: Case, at: datetime) -> Suggestion | None:
    """Return what the model in use proposes for a case; the same proposal each time. None without model or text."""
    version = current_version()
    if not version:
        return None
    known = Suggestion.objects.filter(case=case, model=version).first()
    if known is not None:
        return known
    said = said_of(case)
    if not said:
        return None
    proposed = model(version).propose(said)
    made = Suggestion(
        case=case,
        model=version,
        matter=code_of(proposed.label),
        probability=proposed.probability,
        abstained=proposed.abstained,
        broader=code_of(proposed.broader),
        others=[[code_of(label), round(one, 4)] for label, one in proposed.others],
        reasons=[[reason.words, round(reason.share, 3)] for reason in proposed.reasons],
        made_at=at,
    )
    with working():  # two who look at once make one
        Suggestion.objects.bulk_create([made], ignore_conflicts=True)
        return Suggestion.objects.get(case=case, model=version)


def remember(case: Case, matter: str, why: str, person: str, at: datetime) -> None:
    """Keep what a person said of a case beside what was proposed for it: who, when, and why if they gave a reason."""
    Suggestion.objects.filter(case=case).update(chosen=matter, chosen_by=person, chosen_at=at, why=why)


def versions() -> Sequence[str]:
    """Return the versions of the models that are kept, the newest last."""
    if not folder().is_dir():
        return []
    kept = [one for one in folder().iterdir() if one.is_dir() and not one.name.startswith(".")]
    return [one.name for one in sorted(kept, key=lambda one: one.stat().st_mtime)]
