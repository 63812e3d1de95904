"""How a source's columns become demands: a map (TOML) a source, and what a row becomes under it.

`known_sources` holds the maps that ship with Huiying; `huiying.toml` there is the template that people fill in.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from huiying.procedure.schema import Kind
from huiying.stages.intake.tables import Rejected, Row, Unreadable

KNOWN_SOURCES = Path(__file__).parent / "known_sources"
#: Characters: of a text or a reply, of everything else, and of a cell in a sentence.
MOST_TEXT, MOST_SHORT, SHOWN = 20_000, 200, 60
#: How Excel writes control characters when it exports text: `_x000D_` is a carriage return.
ARTEFACT = re.compile(r"_x00([01][0-9A-Fa-f])_")
NOISE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff]")
BLANK = re.compile(r"\{([^{}]+)\}")
#: A long number that a spreadsheet has rounded: 1.38E+10.
ROUNDED = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:(?:[T\s]+|(?<=日))(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2})(\.\d+)?秒?|分)?\s*(Z|[+-]\d{2}:?\d{2})?)?"
)

T = TypeVar("T")
#: One name, or several of which a table has one.
Names = Annotated[tuple[str, ...], BeforeValidator(lambda names: (names,) if isinstance(names, str) else names)]
Channel = Literal["phone", "portal", "app", "wechat", "sms", "weibo", "email", "letter", "visit", "qr", "other"]


def _folded(values: Mapping[str, T]) -> Mapping[str, T]:
    return {word.casefold(): value for word, value in values.items()}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _FromColumns(_Frozen):
    """Takes the first of `columns` that the table has; a cell that says one of `nothing` counts as empty."""

    columns: Names = ()
    nothing: Names = ()

    @model_validator(mode="before")
    @classmethod
    def _names_alone(cls, given: Any) -> Any:  # noqa: ANN401  # whatever stands in the file
        return {"columns": given} if isinstance(given, str | list) else given


class Words(_FromColumns):
    """A field in the source's own words, or in a template's: pieces, each left out where one of its blanks is empty."""

    template: Names = ()

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if bool(self.columns) == bool(self.template):
            raise ValueError("give columns or a template")
        return self


class Choice(_FromColumns, Generic[T]):
    """A field of fixed values: `default` where nothing is said, `otherwise` where something unlisted is."""

    values: Annotated[Mapping[str, T], AfterValidator(_folded)] = Field(default_factory=dict)
    default: T | None = None
    otherwise: T | None = None


class Moment(_FromColumns):
    """A time: ISO 8601 and its Chinese spellings, or else `format` (of `strptime`); a day alone is its 00:00."""

    format: str | None = None


class Map(_Frozen):
    """How one source's columns become a demand.

    A table is of this source if it has all that `requires` names. Of these, the columns of the key and of
    `received_at` must also be filled in every row, as must title, text and kind wherever they come from.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: str
    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    requires: Annotated[tuple[Names, ...], Field(min_length=1)]
    key: tuple[Words, ...] = ()
    title: Words
    text: Words
    kind: Choice[Kind]
    received_at: Moment
    channel: Choice[Channel] = Choice[Channel]()
    area_name: Words | None = None
    matter_name: Words | None = None
    place: Words | None = None
    contact_name: Words | None = None
    contact_phone: Words | None = None
    contact_address: Words | None = None
    anonymous: Choice[bool] = Choice[bool]()
    reply: Words | None = None
    replied_at: Moment | None = None
    #: What replaying asks for besides: when a demand was closed, by whom, and by when the source wanted it.
    closed_at: Moment | None = None
    unit_name: Words | None = None
    due_at: Moment | None = None

    def missing(self, columns: Iterable[str]) -> tuple[str, ...]:
        """Return the required columns that a table lacks, by their first names."""
        there = set(columns)
        return tuple(names[0] for names in self.requires if there.isdisjoint(names))


@dataclass(frozen=True, slots=True)
class Draft:
    """What a row says, cleaned and checked, but not yet registered.

    `source_key` is the same whenever the same row is read again. Times are aware, in the source's zone. `replied_at`
    is never without a `reply`, never before `received_at`.
    """

    source_key: str
    title: str
    text: str
    kind: Kind
    channel: str | None
    received_at: datetime
    area_name: str | None
    matter_name: str | None
    place: str | None
    contact_name: str | None
    contact_phone: str | None
    contact_address: str | None
    anonymous: bool
    reply: str | None
    replied_at: datetime | None


def load(path: Path) -> Map:
    """Read a map, or raise `Unreadable` with the first thing that is wrong with it."""
    try:
        return Map.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
    except OSError as error:
        raise Unreadable("cannot_open", {"why": error.strerror or str(error)}) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Unreadable("map_wrong", {"where": where or path.name, "why": first["msg"]}) from error
    except (ValueError, RecursionError) as error:
        raise Unreadable("map_wrong", {"where": path.name, "why": str(error)}) from error


@cache
def known() -> tuple[Map, ...]:
    """Return the maps that ship with Huiying, by id."""
    return tuple(load(path) for path in sorted(KNOWN_SOURCES.glob("*.toml")))


def detect(columns: Iterable[str]) -> Map | None:
    """Return the shipped map whose required columns are all there; of several, the one that requires most."""
    there = tuple(columns)
    fitting = [source for source in known() if not source.missing(there)]
    return max(fitting, key=lambda source: len(source.requires), default=None)


def check(source: Map, columns: Iterable[str]) -> None:
    """Raise `Unreadable` if a table lacks columns that a map requires."""
    if missing := source.missing(columns):
        raise Unreadable("columns_missing", {"columns": "、".join(missing), "map": source.name})


def apply(source: Map, row: Row | Rejected, on: datetime) -> Draft | Rejected:
    """Return what a row becomes at the moment `on` (aware): a draft, or the first reason why it cannot be one.

    A row that was rejected before stays so. `on` is the time of receipt where the map does not require one and the row
    gives none; what is dated after `on` is rejected.
    """
    if isinstance(row, Rejected):
        return row
    try:
        return _Reading(source, row, on).draft()
    except _CellError as wrong:
        return Rejected(row.number, *wrong.args)


class _CellError(Exception):
    """Column, code and parameters of what is wrong."""


@dataclass(frozen=True, slots=True)
class _Reading:
    source: Map
    row: Row
    on: datetime

    def draft(self) -> Draft:
        source = self.source
        title = self.needed(self.short(source.title), source.title, "title_missing")
        text = self.needed(self.words(source.text, MOST_TEXT), source.text, "text_missing")
        kind = self.needed(self.choice(source.kind, "kind_unknown"), source.kind, "kind_missing")
        received_at = self.received_at()
        reply = self.words(source.reply, MOST_TEXT)
        name, phone = self.short(source.contact_name), self.number(source.contact_phone)
        address = self.short(source.contact_address)
        anonymous = self.choice(source.anonymous, "value_unknown")
        return Draft(
            source_key=self.key(),
            title=title,
            text=text,
            kind=kind,
            channel=self.choice(source.channel, "value_unknown"),
            received_at=received_at,
            area_name=self.short(source.area_name),
            matter_name=self.short(source.matter_name),
            place=self.short(source.place),
            contact_name=name,
            contact_phone=phone,
            contact_address=address,
            anonymous=not (name or phone or address) if anonymous is None else anonymous,
            reply=reply,
            replied_at=self.replied_at(received_at) if reply else None,
        )

    def needed(self, value: T | None, of: _FromColumns, code: str) -> T:
        if value is None:
            raise _CellError(self.name(of), code)
        return value

    def column(self, names: tuple[str, ...]) -> str | None:
        return next((name for name in names if name in self.row.cells), None)

    def cell(self, names: tuple[str, ...], nothing: tuple[str, ...] = ()) -> str:
        column = self.column(names)
        text = "" if column is None else cleaned(self.row.cells[column])
        return "" if text in nothing else text

    def name(self, of: _FromColumns | None) -> str | None:
        """The column to point at: the one that was read, or the one that would have been."""
        if isinstance(of, Words) and of.template:
            return next((blank for piece in of.template for blank in BLANK.findall(piece)), None)
        return self.column(of.columns) or next(iter(of.columns), None) if of else None

    def words(self, of: Words | None, most: int) -> str | None:
        if of is None:
            return None
        if of.template:
            said = "".join(piece for made in of.template if (piece := self.filled(made, of.nothing))).strip()
        else:
            said = self.cell(of.columns, of.nothing)
        if len(said) > most:
            raise _CellError(self.name(of), "text_too_long", {"length": len(said), "most": most})
        return said or None

    def filled(self, piece: str, nothing: tuple[str, ...]) -> str:
        cells = {blank: self.cell((blank,), nothing) for blank in BLANK.findall(piece)}
        return BLANK.sub(lambda found: cells[found[1]], piece) if all(cells.values()) else ""

    def short(self, of: Words | None) -> str | None:
        said = self.words(of, MOST_SHORT)
        return None if said is None else " ".join(said.split())

    def choice(self, of: Choice[T], unknown: str) -> T | None:
        said = self.cell(of.columns, of.nothing)
        if not said:
            return of.default
        value = of.values.get(said.casefold(), of.otherwise)
        if value is None:
            raise _CellError(self.name(of), unknown, {"value": said[:SHOWN]})
        return value

    def number(self, of: Words | None) -> str | None:
        said = self.short(of)
        if said and ROUNDED.fullmatch(said):
            raise _CellError(self.name(of), "digits_lost", {"value": said})
        return said

    def key(self) -> str:
        """The map's id and the row's own, or a digest of all that stands in the row where it has none."""
        parts = [self.number(of) for of in self.source.key]
        for of, part in zip(self.source.key, parts, strict=True):
            if of.columns in self.source.requires:
                self.needed(part, of, "id_missing")
        own = [part.replace("%", "%25").replace(":", "%3A") for part in parts if part]
        if own and len(own) == len(parts):
            return ":".join((self.source.id, *own))
        content = sorted((column, said) for column, cell in self.row.cells.items() if (said := cleaned(cell)))
        digest = hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
        return f"{self.source.id}:sha256:{digest}"

    def received_at(self) -> datetime:
        of = self.source.received_at
        moment = self.moment(of)
        if of.columns in self.source.requires:
            return self.needed(moment, of, "time_missing")
        return moment or self.on.astimezone(self.source.zone)

    def replied_at(self, received_at: datetime) -> datetime | None:
        return self.ended(self.source.replied_at, received_at, "replied_before_received")

    def ended(self, of: Moment | None, received_at: datetime, before: str) -> datetime | None:
        moment = self.moment(of)
        if of is None or moment is None or moment.astimezone(UTC) >= received_at.astimezone(UTC):
            return moment
        # A day without an hour: the reply came on the day of receipt, and no earlier.
        if moment.time() == time() and moment.date() == received_at.date():
            return received_at
        shown = {"replied": moment.isoformat(" "), "received": received_at.isoformat(" ")}
        raise _CellError(self.name(of), before, shown)

    def moment(self, of: Moment | None, *, to_come: bool = False) -> datetime | None:
        said = self.cell(of.columns, of.nothing) if of else ""
        if of is None or not said:
            return None
        try:
            told = _time(said, of.format)
            moment = told.astimezone(self.source.zone) if told.tzinfo else told.replace(tzinfo=self.source.zone)
            true = moment.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise _CellError(self.name(of), "time_unreadable", {"value": said[:SHOWN]}) from error
        if to_come:  # a day to be kept and not a moment that was: it may lie ahead, or in an hour that clocks skip
            return moment
        if true.astimezone(self.source.zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
            raise _CellError(self.name(of), "time_skipped", {"value": said, "zone": self.source.zone.key})
        if true > self.on:
            raise _CellError(self.name(of), "time_ahead", {"value": said, "on": self.on.isoformat(" ", "minutes")})
        return moment


def cleaned(text: str) -> str:
    """Return a cell's text without what spreadsheets leave in it: line ends are line feeds, controls are gone."""
    text = ARTEFACT.sub(lambda found: chr(int(found[1], 16)), text)
    return NOISE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _time(text: str, spelling: str | None) -> datetime:
    if spelling is not None:
        return datetime.strptime(text, spelling)  # noqa: DTZ007  # the caller knows the zone
    found = TIME.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day, hour, minute, second, rest, offset = found.groups("")
    clock = f"{hour:0>2}:{minute:0>2}:{second:0>2}{rest}{offset}"
    return datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}T{clock}")
