"""`huiying ledger verify`: recompute every chain, replay every case against its row, and ask the checkpoints.

What it finds is named by subject, act and kind: `act_changed`, `act_missing`, `tail_cut`, `case_vanished`, `rewritten`
(a chain made anew), `row_differs`, `law_changed`, `content_changed`, `content_missing` (without an act that erases),
`content_left` (in spite of one), `content_unrecorded`, `unrecorded` (a row that no act made), `checkpoint_broken`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from huiying.case.folding import Folded, clock_rows, folded, law, row, track_rows
from huiying.case.ledger import START, case_subject, commit, link, plain
from huiying.case.models import Act, Case, Clock, Content, Instrument, Track
from huiying.case.numbers import receipt_code, receipt_hash
from huiying.case.recording import fingerprint_of
from huiying.case.registry import REGISTERED, facts_of, listed_areas, subject_of
from huiying.case.witness import Seen, Witnesses, broken_seals
from huiying.procedure.workdays import Calendar, china

AT_ONCE = 500
SEALED, FILE, ORIGIN = "sealed:", "file:", "origin"
#: How many years ago a date may have been found without the calendars that have come since.
CALENDARS_BACK = 4
TRACK_FACTS = ("name", "step", "holder", "unit", "deliver_by", "due_at", "open")
CLOCK_FACTS = ("name", "term", "started_at", "stopped_at", "standing", "due_at", "provisional")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as the ledger says: on which subject, at which act (0: none in particular), and what."""

    case: str
    act: int
    kind: str


@dataclass(frozen=True, slots=True)
class Report:
    """What verifying found."""

    cases: int
    acts: int
    differences: tuple[Difference, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.differences


def verify(
    number: str | None = None,
    *,
    file_digest: Callable[[str], str | None],
    progress: Callable[[int], None] = lambda _: None,
    checkpoints: Path | None = None,
) -> Report:
    """Verify the whole ledger, or one case. `file_digest`: a stored file's SHA-256 by its name, None where it is gone.

    `checkpoints`: their folder, if it is not the installation's own.
    Runs under the scope `work`. `progress` is told how many cases each step has seen.
    """
    witnesses = Witnesses(case_subject(number) if number else None, checkpoints)
    cases = Case.objects.order_by("id") if number is None else Case.objects.filter(number=number)
    found: list[Difference] = [] if number else list(_laws())
    counted_cases = counted_acts = 0
    last = 0
    while batch := list(cases.filter(id__gt=last)[:AT_ONCE]):
        last = batch[-1].pk
        acts, differences = _batch(batch, witnesses, file_digest)
        counted_cases, counted_acts = counted_cases + len(batch), counted_acts + acts
        found += differences
        progress(len(batch))
    left = [subject for subject, _ in witnesses]
    found += _vanished(left, number)
    if number is None:
        acts, differences = _registry(witnesses.take([name for name in left if not name.startswith("case:")]))
        counted_acts += acts
        found += differences
        found += [Difference(name, 0, "checkpoint_broken") for name in broken_seals(checkpoints)]
    return Report(counted_cases, counted_acts, tuple(found))


def _laws() -> Iterator[Difference]:
    for instrument in Instrument.objects.all():
        if fingerprint_of(instrument.content) != instrument.pk:
            yield Difference(f"instrument:{instrument.procedure}", 0, "law_changed")


def _batch(
    batch: Sequence[Case], witnesses: Witnesses, file_digest: Callable[[str], str | None]
) -> tuple[int, list[Difference]]:
    ids = [case.pk for case in batch]
    acts = _by_case(Act.objects.filter(case_id__in=ids).order_by("position"))
    parts = {model: _by_case(model.objects.filter(case_id__in=ids)) for model in (Track, Clock, Content)}
    sealed = _inventory([case.number for case in batch])
    witnessed = witnesses.take([case_subject(case.number) for case in batch])
    found: list[Difference] = []
    for case in batch:
        own = acts[case.pk]
        broken = list(_chain(case_subject(case.number), own, witnessed.get(case_subject(case.number))))
        if not broken and case.acts > len(own):
            broken.append(Difference("", len(own) + 1, "tail_cut"))
        if not broken:
            broken += _case(case, own, parts[Track][case.pk], parts[Clock][case.pk])
        broken += _contents(own, parts[Content][case.pk], sealed[case.number], file_digest)
        found += [Difference(case.number, difference.act, difference.kind) for difference in broken]
    return sum(map(len, acts.values())), found


def _by_case(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    grouped: defaultdict[int, list[Any]] = defaultdict(list)
    for item in rows:
        grouped[item.case_id].append(item)
    return grouped


def _inventory(numbers: list[str]) -> defaultdict[str, dict[str, str]]:
    """Return what the vault holds of each case: act and name → digest of what is sealed, without opening anything."""
    held: defaultdict[str, dict[str, str]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_number, position, name, digest FROM vault.inventory(%s)", [numbers])
        for number, position, name, digest in cursor.fetchall():
            held[number][f"{position}/{name}"] = digest
    return held


def _chain(subject: str, acts: Sequence[Act], witnessed: Seen | None) -> Iterator[Difference]:
    """Yield where a subject's chain is broken, and where it is not the one that was witnessed."""
    previous, expected = START, 1
    for act in acts:
        if act.position != expected:
            yield Difference(subject, expected, "act_missing")
            return
        if (
            act.subject != subject
            or bytes(act.previous) != previous
            or bytes(act.hash) != link(subject, expected, previous, act)
        ):
            yield Difference(subject, expected, "act_changed")
            return
        previous, expected = bytes(act.hash), expected + 1
    if witnessed is None:
        return
    if len(acts) < witnessed.position:
        yield Difference(subject, len(acts) + 1, "tail_cut")
    elif bytes(acts[witnessed.position - 1].hash).hex() != witnessed.hash:
        yield Difference(subject, witnessed.position, "rewritten")


def _case(case: Case, acts: Sequence[Act], tracks: Sequence[Track], clocks: Sequence[Clock]) -> Iterator[Difference]:
    """Yield how a case's rows differ from what its acts give."""
    if not acts:
        yield Difference("", 0, "unrecorded")
        return
    now = folded(law(case.law_id), acts)
    if not any(_gives(now, case, acts[0], tracks, clocks, calendar) for calendar in _calendars(clocks)):
        yield Difference("", len(acts), "row_differs")


def _calendars(clocks: Sequence[Clock]) -> list[Calendar]:
    """Return the calendars by which a case's dates may have been found: a provisional one may be older than today's."""
    if not any(clock.provisional for clock in clocks):
        return [china()]
    return [china(), *(china().through(year) for year in sorted(china().years)[-CALENDARS_BACK:])]


def _gives(
    now: Folded, case: Case, first: Act, tracks: Sequence[Track], clocks: Sequence[Clock], calendar: Calendar
) -> bool:
    reckoned = clock_rows(now, calendar)
    said = {**row(now, reckoned), **_fixed(case, first)}
    return (
        all(_bytes(getattr(case, name)) == value for name, value in said.items())
        and _same(tracks, track_rows(now, said["due_at"]), TRACK_FACTS)
        and _same(clocks, reckoned, CLOCK_FACTS)
    )


def _fixed(case: Case, first: Act) -> dict[str, Any]:
    """Return what a case's row holds from its beginning on."""
    origin = first.commitments.get(ORIGIN)
    return {
        "receipt": receipt_hash(receipt_code(case.number)),
        "origin": bytes.fromhex(origin) if origin else None,
        "law_id": first.body["sets"].get("law"),
    }


def _bytes(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def _same(kept: Sequence[Any], said: Sequence[Any], names: Sequence[str]) -> bool:
    def facts(rows: Sequence[Any]) -> list[tuple[Any, ...]]:
        return sorted(tuple(getattr(item, name) for name in names) for item in rows)

    return facts(kept) == facts(said)


def _contents(
    acts: Sequence[Act], contents: Sequence[Content], sealed: dict[str, str], file_digest: Callable[[str], str | None]
) -> Iterator[Difference]:
    """Yield which contents are not those that acts committed to, and which are gone or left without leave."""
    texts = {f"{content.position}/{content.name}": content for content in contents}
    purges = max((act.position for act in acts if act.body["sets"].get("purges")), default=0)
    for act in acts:
        for name, commitment in act.commitments.items():
            if name == ORIGIN:
                continue
            there, same = _held(act.position, name, commitment, texts, sealed, file_digest)
            if act.position <= purges:
                if there:
                    yield Difference("", act.position, "content_left")
            elif not there:
                yield Difference("", act.position, "content_missing")
            elif not same:
                yield Difference("", act.position, "content_changed")
    for content in texts.values():
        yield Difference("", content.position, "content_unrecorded")


def _held(
    position: int,
    name: str,
    commitment: str,
    texts: dict[str, Content],
    sealed: dict[str, str],
    file_digest: Callable[[str], str | None],
) -> tuple[bool, bool]:
    """Return whether a committed content is there, and whether it is the one committed to."""
    if name.startswith(SEALED):
        held = sealed.get(f"{position}/{name.removeprefix(SEALED)}")
        return held is not None, held == commitment
    if name.startswith(FILE):
        held = file_digest(name.removeprefix(FILE))
        return held is not None, held == commitment
    content = texts.pop(f"{position}/{name}", None)
    return content is not None, content is not None and commit(content.text, bytes(content.salt)) == commitment


def _vanished(witnessed: Iterable[str], number: str | None) -> Iterator[Difference]:
    """Yield the cases that acts or checkpoints know and that have no row any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT subject FROM case_act WHERE subject LIKE 'case:%%'"
            " AND NOT EXISTS (SELECT 1 FROM case_case WHERE id = case_id AND 'case:' || number = subject)"
        )
        subjects = {name for (name,) in cursor.fetchall()}
    subjects |= {name for name in witnessed if name.startswith("case:")}
    for name in sorted(subjects):
        if number is None or name == case_subject(number):
            yield Difference(name.removeprefix("case:"), 0, "case_vanished")


def _registry(witnessed: dict[str, Seen]) -> tuple[int, list[Difference]]:
    """Verify the registry's chains, and its objects against what their last acts say."""
    chains: defaultdict[str, list[Act]] = defaultdict(list)
    for act in Act.objects.filter(case=None).exclude(subject__startswith="case:").order_by("position").iterator():
        chains[act.subject].append(act)
    found: list[Difference] = []
    counted = sum(map(len, chains.values()))
    for subject in sorted({*chains, *(name for name in witnessed if not name.startswith("case:"))}):
        found += _chain(subject, chains[subject], witnessed.get(subject))
    listed = chains.get("areas", [])
    if listed and listed[-1].commitments.get("list") != listed_areas():
        found.append(Difference("areas", len(listed), "row_differs"))
    for model in REGISTERED:
        for item in model._default_manager.iterator():  # noqa: SLF001  # Django's public way to ask
            subject = subject_of(item)
            chain = chains.pop(subject, [])
            if not chain:
                if not (listed and subject.startswith("area:")):
                    found.append(Difference(subject, 0, "unrecorded"))
            elif chain[-1].body["sets"] != plain(facts_of(item)):
                found.append(Difference(subject, len(chain), "row_differs"))
    kinds = {model._meta.model_name for model in REGISTERED}  # noqa: SLF001  # as above
    found += [Difference(subject, 0, "object_vanished") for subject in sorted(chains) if subject.split(":")[0] in kinds]
    return counted, found
