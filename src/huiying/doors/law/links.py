"""From a row's id to where it stands: the page of its instrument's limits, at that row."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from huiying.config.packs import our_library
from huiying.procedure.library import Instrument, Library
from huiying.procedure.local_limits import owner
from huiying.procedure.time_limits import Term

#: How many rows a page of an instrument shows.
PAGE = 50


def rows_of(library: Library, instrument: Instrument) -> Sequence[Term]:
    """Return an instrument's rows: its own, then those of others that fill its clocks."""
    own = [library.terms[term.id] for term in (instrument.terms.term if instrument.terms else ())]
    procedure = library.procedures.get(instrument.id)
    bound = [library.terms[limit.term] for limit in procedure.limits] if procedure else []
    return list({term.id: term for term in (*own, *bound)}.values())


def rule_url(term_id: str) -> str:
    """Return the address of a row; empty where no instrument of ours has it (any more)."""
    library = our_library()
    instrument = library.instruments.get(owner(term_id, library))
    if instrument is None:
        return ""
    ids = [term.id for term in rows_of(library, instrument)]
    page = ids.index(term_id) // PAGE + 1
    return f"{reverse('law-limits', args=[instrument.id])}{f'?page={page}' if page > 1 else ''}#{term_id}"
