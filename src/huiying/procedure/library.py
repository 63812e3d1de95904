"""Reads instruments from their folders and puts them together: a pack's own limits on the procedure that it extends.

Reading collects faults and never stops at the first, so that whoever edits an instrument sees all of them at once.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from huiying.procedure.decision import Refused
from huiying.procedure.schema import Correction, Guard, Procedure, ProcedureFile, SharedFile, TermsFile, Tighten
from huiying.procedure.time_limits import CLOCK_UNITS, Extension, Term, Unit

SHIPPED = Path(__file__).parent / "instruments"
SHARED = Path(__file__).parent / "shared"
FileType = TypeVar("FileType", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an instrument: a code of `procedure/words`, and where."""

    code: str
    instrument: str
    where: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Instrument:
    """One folder: a law, a rule, or a local pack."""

    id: str
    folder: Path
    terms: TermsFile | None
    file: ProcedureFile | None
    examples: tuple[Path, ...]

    @property
    def title(self) -> str:
        """What people call it."""
        named = self.file or self.terms
        return named.title if named else self.id


@dataclass(frozen=True, slots=True)
class Library:
    """All instruments that were read, the rows they hold, and the procedures that can run."""

    instruments: Mapping[str, Instrument]
    terms: Mapping[str, Term]
    procedures: Mapping[str, Procedure]
    faults: tuple[Fault, ...]

    def term(self, term_id: str) -> Term | Refused:
        """Return a row by its id."""
        if term_id in self.terms:
            return self.terms[term_id]
        near = sorted(known for known in self.terms if known.split("-", 1)[0] == term_id.upper().split("-", 1)[0])
        return Refused("term_unknown", "", {"term": term_id, "near": "、".join(near or sorted(self.terms))})

    def special(self, takes: str, on: date) -> Procedure | None:
        """Return the procedure in force on a day for a special kind of demand, None where there is none."""
        return next(
            (
                self.procedures[name]
                for name, instrument in self.instruments.items()
                if (file := instrument.file) and file.takes == takes and file.valid_from <= on <= file.valid_to
                if name in self.procedures
            ),
            None,
        )


def load(folders: Iterable[Path]) -> Library:
    """Read instrument folders; a later folder of the same name replaces an earlier one."""
    faults: list[Fault] = []
    instruments: dict[str, Instrument] = {}
    for folder in folders:
        instruments[folder.name] = _read(folder, faults)
    terms = _terms(instruments.values(), faults)
    procedures = {
        instrument.id: procedure
        for instrument in instruments.values()
        if instrument.file and (procedure := _assemble(instrument, instruments, terms, faults))
    }
    return Library(instruments, terms, procedures, tuple(faults))


@cache
def library(packs: Sequence[Path] = ()) -> Library:
    """Return the instruments that ship with Huiying and those of local packs (a folder each)."""
    shipped = sorted(folder for folder in SHIPPED.iterdir() if folder.is_dir())
    return load([*shipped, *packs])


def _read(folder: Path, faults: list[Fault]) -> Instrument:
    if not any((folder / name).exists() for name in ("terms.toml", "procedure.toml")):
        faults.append(Fault("nothing_to_read", folder.name, "", {"folder": folder.name}))
    return Instrument(
        folder.name,
        folder,
        _parse(folder / "terms.toml", TermsFile, faults),
        _with_shared(_parse(folder / "procedure.toml", ProcedureFile, faults), folder.name, faults),
        tuple(sorted((folder / "examples").glob("*.y*ml"))),
    )


def _parse(path: Path, shape: type[FileType], faults: list[Fault]) -> FileType | None:
    if not path.exists():
        return None
    instrument = path.parent.name
    try:
        return shape.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(Fault("file_unreadable", instrument, path.name, {"why": str(error)}))
    except ValidationError as error:
        content = tomllib.loads(path.read_text("utf-8-sig"))
        for problem in error.errors():
            where = f"{path.name}: {_place(content, problem['loc'])}"
            faults.append(Fault("field_wrong", instrument, where, {"why": problem["msg"]}))
    return None


def _with_shared(file: ProcedureFile | None, instrument: str, faults: list[Fault]) -> ProcedureFile | None:
    """Return a procedure's file with the steps and acts that it shares with others put after its own."""
    if file is None or not file.shares:
        return file
    steps, acts = list(file.step), list(file.act)
    for name in file.shares:
        shared = _parse(SHARED / f"{name}.toml", SharedFile, faults)
        if shared is None:
            faults.append(Fault("shared_unknown", instrument, "procedure.toml", {"shared": name}))
            continue
        steps += shared.step
        acts += shared.act
    return file.model_copy(update={"step": tuple(steps), "act": tuple(acts)})


def _place(content: object, location: tuple[int | str, ...]) -> str:
    """Say where in a file a problem lies, by the ids people gave and not by positions: `act dispatch.by`."""
    words: list[str] = []
    for key in location:
        if isinstance(key, int) and isinstance(content, list):
            content = content[key]
            words.append(str(content.get("id", key)) if isinstance(content, dict) else str(key))
        else:
            content = content.get(key) if isinstance(content, dict) else None
            words.append(str(key))
    return ".".join(words)


def duplicates(ids: Iterable[str]) -> list[str]:
    """Return the ids that stand more than once."""
    return [item for item, times in Counter(ids).items() if times > 1]


def _terms(instruments: Iterable[Instrument], faults: list[Fault]) -> dict[str, Term]:
    rows: dict[str, Term] = {}
    corrections: list[tuple[str, Correction]] = []
    for instrument in instruments:
        for term in instrument.terms.term if instrument.terms else ():
            if term.id in rows:
                faults.append(Fault("duplicate_id", instrument.id, f"term {term.id}", {"id": term.id}))
            rows[term.id] = term
        corrections += [(instrument.id, wanted) for wanted in (instrument.terms.correct if instrument.terms else ())]
    for instrument_id, correction in corrections:
        row = rows.get(correction.term)
        where = f"correct {correction.term}"
        if row is None:
            faults.append(Fault("term_missing", instrument_id, where, {"term": correction.term}))
        elif (loosens := _loosens(row, correction)) is not None:
            faults.append(Fault("correction_loosens", instrument_id, where, {"what": loosens}))
        else:
            rows[row.id] = _corrected(row, correction)
    return rows


def _loosens(row: Term, correction: Correction) -> str | None:
    """Say what a pack would loosen: it may set what is unknown (in days) and shorten what is known, save own time."""
    if correction.unit is not None and (row.unit is not Unit.UNKNOWN or correction.unit in CLOCK_UNITS):
        return "unit"
    if correction.value is not None and (row.own_time or not 0 < correction.value <= row.value):
        return "value"
    if correction.extension is not None and [rung.most for rung in row.extensions] != ["unknown"]:
        return "extension"
    return None


def _corrected(row: Term, correction: Correction) -> Term:
    extensions = row.extensions
    if correction.extension is not None:
        extensions = tuple(Extension(by=rung.by, most=correction.extension) for rung in extensions)
    return row.model_copy(
        update={
            "value": correction.value or row.value,
            "unit": correction.unit or row.unit,
            "extensions": extensions,
            "article": f"{row.article}；{correction.article}",
            "status": correction.status,
        }
    )


def _assemble(
    instrument: Instrument, instruments: Mapping[str, Instrument], terms: Mapping[str, Term], faults: list[Fault]
) -> Procedure | None:
    own = instrument.file
    assert own is not None  # noqa: S101  # the caller has looked
    base = own
    if own.extends is not None:
        extended = instruments.get(own.extends)
        if extended is None or extended.file is None or extended.file.extends is not None:
            faults.append(Fault("extends_unknown", instrument.id, "procedure.toml", {"extends": own.extends}))
            return None
        base = extended.file
    before = len(faults)
    faults += [
        Fault("limit_term_unknown", instrument.id, f"limit {limit.clock}", {"term": limit.term})
        for limit in own.limit
        if limit.term not in terms
    ]
    acts = {act.id: act for act in base.act}
    for tighten in own.tighten if base is own else (*base.tighten, *own.tighten):
        act = acts.get(tighten.act)
        if act is None:
            faults.append(Fault("tighten_act_unknown", instrument.id, f"tighten {tighten.act}", {"act": tighten.act}))
            continue
        article = tighten.article or act.article
        acts[act.id] = act.model_copy(
            update={
                "article": article,
                "status": tighten.status if tighten.article else act.status,
                "notices": tuple(
                    notice.model_copy(update={"article": article}) if notice.article == act.article else notice
                    for notice in act.notices
                ),
                "guards": (*(guard for guard in act.guards if not _asked_anew(guard, tighten)), *tighten.guards),
                "starts": (*act.starts, *tighten.starts),
                "renews": (*act.renews, *tighten.renews),
            }
        )
    if len(faults) > before:
        return None
    return Procedure(
        id=instrument.id,
        title=own.title,
        tracks={track.id: track for track in base.track},
        steps={step.id: step for step in base.step},
        acts=acts,
        clocks={clock.id: clock for clock in base.clock},
        limits=own.limit if base is own else (*own.limit, *base.limit),
        ways=base.way,
        terms=terms,
    )


def _asked_anew(guard: Guard, tighten: Tighten) -> bool:
    """Whether a guard is named again, under another article: it is asked once, and rests on that one."""
    return any((guard.name, guard.params) == (again.name, again.params) for again in tighten.guards)
