"""Learns from what people said of cases. A model replaces the one in use only if it is better on what neither saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

import numpy as np

from huiying.case.models import Case, Content
from huiying.case.scope import working
from huiying.directory.models import Duty, Matter
from huiying.directory.queries import unit_names
from huiying.judgement.measuring import macro_f1, per_class
from huiying.judgement.model import BETWEEN, Model
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages.triage import suggesting

#: So many of the latest cases are learned from; before them people and places were others.
MOST_CASES = 50_000
#: Fewer teach nothing that could be checked; until then a city goes by its catalogue's own words.
LEAST_CASES, LEAST_OF_A_MATTER = 100, 5
#: One case in so many is never learned from: what models are compared on.
FROZEN = 10


@dataclass(frozen=True, slots=True)
class Told:
    """A case of which a person said what it is about: its masked words, and its matter as a path."""

    number: str
    text: str
    label: str

    @property
    def frozen(self) -> bool:
        """Whether it is kept for comparing models; a case's number decides, for good."""
        return crc32(self.number.encode()) % FROZEN == 0


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of learning. `better`: whether the new model is in use now; figures are of the cases neither saw."""

    version: str
    better: bool
    cases: int
    frozen: int
    figure: float | None
    before: float | None


def told() -> list[Told]:
    """Return the cases that people classified and whose words are still there, the latest first."""
    paths = {matter.code: _path(matter.code, matter.parent_id) for matter in Matter.objects.all()}
    with working():
        cases = list(Case.objects.exclude(matter="").order_by("-id").values_list("id", "number", "matter")[:MOST_CASES])
        words = _words([case_id for case_id, _number, _matter in cases])
    return [
        Told(number, words[case_id], paths[matter])
        for case_id, number, matter in cases
        if matter in paths and words.get(case_id)
    ]


def _words(cases: list[int]) -> dict[int, str]:
    found: dict[int, dict[str, str]] = {}
    for case_id, name, text in Content.objects.filter(
        case__in=cases, position=1, name__in=("title", "text")
    ).values_list("case", "name", "text"):
        found.setdefault(case_id, {})[name] = text
    return {
        case_id: "\n".join(one[name] for name in ("title", "text") if one.get(name)) for case_id, one in found.items()
    }


def _path(code: str, parent: str | None) -> str:
    return f"{parent}{BETWEEN}{code}" if parent else code


def learn(at: datetime) -> Learned:
    """Learn a model from what people said, and use it if it is better than the one in use, or if there is none."""
    known = told()
    often = Counter(one.label for one in known if not one.frozen)
    taught = [one for one in known if not one.frozen and often[one.label] >= LEAST_OF_A_MATTER]
    kept = [one for one in known if one.frozen]
    new = _from_cases(taught, at) if len(taught) >= LEAST_CASES else _from_catalogue(at)
    version = suggesting.current_version()
    if version == new.version:
        return Learned(version, better=False, cases=len(taught), frozen=len(kept), figure=None, before=None)
    figure = _figure(new, kept)
    before = _figure(suggesting.model(version), kept) if version else None
    better = before is None or (figure is not None and figure > before)
    new.card["frozen"] = {"n": len(kept), "macro_f1": figure, "before": before, "replaced": version if better else ""}
    target = suggesting.folder() / new.version
    if not target.exists():
        new.save(target)
    if better:
        _use(new.version)
    return Learned(new.version, better, len(taught), len(kept), figure, before)


def _use(version: str) -> None:
    half = suggesting.folder() / f"{suggesting.CURRENT}.new"
    half.write_text(f"{version}\n", "utf-8")
    half.replace(suggesting.folder() / suggesting.CURRENT)


def _from_cases(taught: list[Told], at: datetime) -> Model:
    from huiying.judgement.learning import learn as learned  # noqa: PLC0415  # scikit-learn only where it is used

    return learned(
        [one.text for one in taught],
        [one.label for one in taught],
        [one.number for one in taught],
        on=at.astimezone(SHANGHAI).date(),
        data=f"{len(taught)} 件工单",
    )


def _from_catalogue(at: datetime) -> Model:
    from huiying.judgement.learning import begin  # noqa: PLC0415  # as above

    return begin(dict(catalogue_words()), on=at.astimezone(SHANGHAI).date())


def catalogue_words() -> Iterator[tuple[str, str]]:
    """Yield each matter as a path with its own words: its name, what it lies in, whose it is and on what that rests."""
    names: Mapping[str, str] = {matter.code: matter.name for matter in Matter.objects.all()}
    units = unit_names()
    duties: dict[str, list[str]] = {}
    for matter, lead, basis in Duty.objects.values_list("matter", "lead", "basis"):
        duties.setdefault(matter, []).append(f"{units.get(lead, '')}{basis}")
    for node in Matter.objects.filter(active=True).exclude(parent=None):
        words = [node.name, names.get(node.parent_id or "", ""), *sorted(set(duties.get(node.code, ())))]
        yield _path(node.code, node.parent_id), "\n".join(words)


def _figure(model: Model, kept: list[Told]) -> float | None:
    """Return the macro-F1 of a model on cases that it never saw, of those matters that it knows."""
    labels = list(model.labels)
    asked = [one for one in kept if one.label in labels]
    if not asked:
        return None
    true = np.array([labels.index(one.label) for one in asked])
    said = model.probabilities([one.text for one in asked]).argmax(axis=1)
    return macro_f1(per_class(labels, true, said))
