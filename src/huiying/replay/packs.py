"""A local pack as if it had been in force: its procedure on every day, and whether it really was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from huiying.procedure.library import Library
from huiying.procedure.schema import Procedure

#: The procedure whose acts a replay walks; local packs extend it.
EXTENDED = "hotline"


@dataclass(frozen=True, slots=True)
class Pack:
    """`own` is the pack's procedure as it is; `as_if` the same with its rows in force on every day."""

    id: str
    title: str
    own: Procedure
    as_if: Procedure
    valid_from: date
    valid_to: date

    def law(self, facts: Mapping[str, object], on: date) -> Procedure:
        """Return what a case that starts on a day is replayed under: the pack as it is where its rows are in force.

        Where one of them is not, all of them are taken as if they were; of several versions of a row, the first.
        """
        lacks = any(
            self.own.limit_for(clock, facts, on) is None and self.as_if.limit_for(clock, facts, on) is not None
            for clock in self.own.clocks
        )
        return self.as_if if lacks else self.own

    def in_force(self, term: str, on: date) -> bool:
        """Whether a row of the pack really governed a clock that started on this day."""
        return self.valid_from <= on <= self.valid_to and self.own.terms[term].in_force(on)


def local_packs(library: Library) -> tuple[str, ...]:
    """Return the ids of the packs that may be replayed: those that extend the hotline's procedure, and are sound."""
    return tuple(
        instrument.id
        for instrument in library.instruments.values()
        if instrument.id in library.procedures and instrument.file and instrument.file.extends == EXTENDED
    )


def the_pack(library: Library, pack_id: str) -> Pack:
    """Return a pack by its id, one of `local_packs`."""
    file, own = library.instruments[pack_id].file, library.procedures[pack_id]
    assert file is not None  # noqa: S101  # it has a procedure
    limits = {limit.term for limit in own.limits}
    always = {"valid_from": date.min, "valid_to": date.max}
    terms = {term: own.terms[term].model_copy(update=always) for term in limits}
    as_if = own.model_copy(update={"terms": {**own.terms, **terms}})
    return Pack(pack_id, file.title, own, as_if, file.valid_from, file.valid_to)
