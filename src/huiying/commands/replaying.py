"""`huiying replay FILE`: what demands of the past would have come to under local packs. Leaves no case."""

from __future__ import annotations

import heapq
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from huiying.commands.importing import SHOWN, reason_of, the_table
from huiying.commands.output import EXIT_FELL_SHORT, fail, json_option, print_json, rule_words, sentence, words
from huiying.commands.packs import the_library
from huiying.procedure.schema import Kind
from huiying.procedure.workdays import china
from huiying.replay.packs import Pack, local_packs, the_pack
from huiying.replay.reading import Demand, Reading
from huiying.replay.reckoning import Fate, replayed
from huiying.replay.tallies import Tally, rated
from huiying.stages.intake.endings import tells_endings
from huiying.stages.intake.tables import Unreadable

if TYPE_CHECKING:
    from huiying.replay.walking import Walked

#: How many demands are walked by the verbs, under each pack.
SAMPLE = 20
#: How often progress is shown, in rows.
STEP = 100


@click.command("replay")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="How columns become a demand (TOML).")
@click.option("--pack", "packs", multiple=True, help="A local pack: its id, or its folder. May be given again.")
@click.option("--kind", help="Take every row for this kind: consultation, help, complaint, report, suggestion, praise.")
@click.option(
    "--sample",
    type=click.IntRange(min=0),
    default=SAMPLE,
    show_default=True,
    help="How many demands also go through the verbs, in a database made for it and dropped.",
)
@json_option
def replay(
    *, file: Path, map_file: Path | None, packs: tuple[str, ...], kind: str | None, sample: int, as_json: bool
) -> None:
    """Say what the rows of FILE would have come to under packs. Exit 1 if verbs and rules differ, 2 if unreadable."""
    chosen = _packs(packs)
    every_kind = _kind(kind)
    table, source = the_table(file, map_file)
    if not tells_endings(source):
        click.echo(words("command.replay_no_endings", {"map": source.name}), err=True)
    reading = Reading(table, source, datetime.now(UTC), every_kind)
    try:
        reckoned = _reckon(reading, [Tally(pack) for pack in chosen], sample)
    except Unreadable as unreadable:
        fail(str(file), reason_of(unreadable), words("command.file_wanted"))
    walked = _walk(chosen, reckoned.sample) if reckoned.sample else None
    document = _document(reading, reckoned, walked, every_kind)
    if as_json:
        print_json(document)
    else:
        _tell(reading, reckoned, walked, every_kind)
    sys.exit(EXIT_FELL_SHORT if walked and walked.differences else 0)


def _packs(wanted: tuple[str, ...]) -> list[Pack]:
    """Return the packs that were named, by id or folder; without any, all that there are."""
    known = local_packs(the_library(()))
    folders = {name: Path(name) for name in wanted if name not in known and Path(name).is_dir()}
    library = the_library(tuple(folders.values()))
    known = local_packs(library)
    ids = [folders[name].resolve().name if name in folders else name for name in wanted]
    if unknown := next((name for name in ids if name not in known), None):
        there = words("command.packs_known", {"known": "、".join(known)})
        fail("--pack", words("command.pack_unknown", {"pack": unknown}), there)
    return [the_pack(library, name) for name in dict.fromkeys(ids or known)]


def _kind(said: str | None) -> Kind | None:
    if said is None:
        return None
    if said not in list(Kind):
        _no_kind(said)
    return Kind(said)


def _no_kind(said: str) -> NoReturn:
    fail("--kind", words("command.kind_unknown", {"kind": said}), "、".join(Kind))


@dataclass(slots=True)
class Reckoned:
    """What the rules say of all demands, and the demands that the verbs are to walk."""

    tallies: list[Tally]
    own_due: Counter[str] = field(default_factory=Counter)
    sample: list[Demand] = field(default_factory=list)
    demands: int = 0


def _reckon(reading: Reading, tallies: list[Tally], sample: int) -> Reckoned:
    reckoned, calendar = Reckoned(tallies), china()
    with click.progressbar(label=words("command.replaying"), length=0, file=sys.stderr) as bar:

        def counted() -> Iterator[Demand]:
            for demand in reading:
                if reading.rows - bar.pos >= STEP:
                    bar.length = reading.rows
                    bar.update(reading.rows - bar.pos)
                for tally in tallies:
                    tally.add(demand.past, replayed(tally.pack, demand.past, calendar))
                if demand.own_due_at is not None:
                    reckoned.own_due[_kept(demand)] += 1
                reckoned.demands += 1
                yield demand
            bar.length = reading.rows
            bar.update(reading.rows - bar.pos)

        reckoned.sample = _some(counted(), sample)
    return reckoned


def _kept(demand: Demand) -> Fate:
    kept = demand.kept_own_due()
    return Fate.OPEN if kept is None else Fate.ON_TIME if kept else Fate.LATE


def _some(demands: Iterable[Demand], count: int) -> list[Demand]:
    """Return so many demands, the same of the same file always: those whose keys hash lowest; in the file's order."""
    heap: list[tuple[int, int, Demand]] = []
    for demand in demands:
        mark = -int.from_bytes(sha256(demand.past.key.encode()).digest()[:8], "big")
        if len(heap) < count:
            heapq.heappush(heap, (mark, demand.past.row, demand))
        elif heap and mark > heap[0][0]:
            heapq.heapreplace(heap, (mark, demand.past.row, demand))
    return sorted((demand for _, _, demand in heap), key=lambda demand: demand.past.row)


def _walk(packs: list[Pack], sample: list[Demand]) -> Walked:
    from huiying.commands.database import told  # noqa: PLC0415  # only where a database is needed
    from huiying.commands.ready import set_up_django  # noqa: PLC0415  # as above
    from huiying.config import database  # noqa: PLC0415  # as above

    with told(), database.available():
        set_up_django()
        from huiying.config.scratch import scratch_database  # noqa: PLC0415  # needs Django
        from huiying.replay.walking import Walked, walk_all  # noqa: PLC0415  # as above

        walked = Walked()
        with (
            click.progressbar(label=words("command.replay_walking"), length=len(sample), file=sys.stderr) as bar,
            scratch_database(),
        ):
            for walked in walk_all(packs, sample, china()):  # the last one is told
                bar.update(walked.rows - bar.pos)
    return walked


def _document(reading: Reading, reckoned: Reckoned, walked: Walked | None, kind: Kind | None) -> dict[str, object]:
    return {
        "rows": reading.rows,
        "replayed": reckoned.demands,
        "repeated": reading.repeated,
        "rejected": [{"row": row.number, "column": row.column, "reason": reason_of(row)} for row in reading.rejected],
        "kind": kind and kind.value,
        "source": {"id": reading.source.id, "name": reading.source.name, "zone": reading.source.zone.key},
        "own_due": _own_due(reckoned),
        "sample": {
            "rows": walked.rows if walked else 0,
            "cases": walked.cases if walked else 0,
            "acts": walked.acts if walked else 0,
            "differences": [{"pack": pack, "row": row} for pack, row in walked.differences] if walked else [],
        },
        "packs": [{**tally.document(), "refused": _refused(tally)} for tally in reckoned.tallies],
    }


def _own_due(reckoned: Reckoned) -> dict[str, object] | None:
    if not reckoned.own_due:
        return None
    return {name: count for name, count in rated(reckoned.own_due).items() if name != "undecided"}


def _refused(tally: Tally) -> list[dict[str, object]]:
    return [{"row": row, "act": stopped.act, "reason": sentence(stopped.refused)} for row, stopped in tally.stopped]


def _tell(reading: Reading, reckoned: Reckoned, walked: Walked | None, kind: Kind | None) -> None:
    counts = {"rows": reading.rows, "replayed": reckoned.demands, "repeated": reading.repeated}
    click.echo(words("command.replayed", {**counts, "rejected": len(reading.rejected), "source": reading.source.name}))
    for row in reading.rejected[:SHOWN]:
        said = {"row": row.number, "column": row.column or "—", "reason": reason_of(row)}
        click.echo(words("command.rejected_row", said))
    if len(reading.rejected) > SHOWN:
        click.echo(words("command.rejected_more", {"more": len(reading.rejected) - SHOWN}))
    if kind is not None:
        click.echo(words("command.replay_kind", {"kind": rule_words(f"choice.{kind.value}")}))
    if (own := _own_due(reckoned)) is not None:
        click.echo(words("command.replay_own_due", {**own, "rate": _percent(own)}))
    for tally in reckoned.tallies:
        _tell_pack(tally)
    if walked is not None:
        said = {"rows": walked.rows, "cases": walked.cases, "acts": walked.acts, "found": len(walked.differences)}
        click.echo(words("command.replay_walked", said))
    click.echo(words("command.replay_caveat"))


def _tell_pack(tally: Tally) -> None:
    document = tally.document()
    said = {"title": tally.pack.title, "id": tally.pack.id, "rows": tally.rows, "outside": tally.outside}
    click.echo()
    click.echo(words("command.replay_pack_outside" if tally.outside else "command.replay_pack", said))
    for line in document["rules"]:  # type: ignore[attr-defined]  # a list, as the tally says
        click.echo(words("command.replay_rule", {**line, "rate": _percent(line)}))
    for line in document["units"]:  # type: ignore[attr-defined]  # as above
        if not line["n"]:
            continue
        click.echo(words("command.replay_unit", {**line, "rate": _percent(line)}))
    for row, stopped in tally.stopped[:SHOWN]:
        click.echo(words("command.replay_refused", {"row": row, "reason": sentence(stopped.refused)}))


def _percent(counts: Mapping[str, object]) -> str:
    rate = counts["rate"]
    if not isinstance(rate, float):
        return "—"
    return f"{rate:.1%}{words('command.replay_small') if counts['small'] else ''}"
