"""Draws an instrument as a picture that a leader understands: who holds the case, where it may go, and by when.

Lanes are who holds (诉求人不持有; 热线中心, 承办单位, 监督审计, 终点), rows are the steps in order. Every step has a
row of its own and every arrow runs along its row into a gutter between lanes, so that no arrow crosses a card.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from huiying.procedure.library import Instrument, Library
from huiying.procedure.schema import UNIT_ROLES, Act, Procedure, Step
from huiying.procedure.time_limits import Term
from huiying.procedure.words import say

CARD, PORT, HEAD, ROW_GAP, TRACK, LABEL_PAD, MARGIN = 208, 22, 58, 26, 12, 10, 28
FONT, SMALL = 14, 12
#: The first character of the CJK blocks: from here on, characters are as wide as they are high.
FIRST_WIDE = 0x2E80
OVERSIGHT = frozenset({"supervisor", "auditor", "leader", "secrecy_officer", "custodian"})
#: An act possible from this many steps is named below the picture; as arrows it would hide the others.
MANY = 4
INK, MUTED, LINE, BACK = "#1d2733", "#5b6773", "#2457a6", "#a8631a"
LANES = ("centre", "unit", "oversight", "ending")
LANE_FILL = {"centre": "#eef4fb", "unit": "#f1f7ee", "oversight": "#fbf4ea", "ending": "#f2f2f4"}
FAMILY = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"


def draw_instrument(library: Library, instrument: Instrument, language: str) -> str:
    """Return one SVG document: the flow of each track, what is possible throughout, and the limits."""
    canvas = Canvas(language)
    canvas.title(instrument.title, instrument.file.summary if instrument.file else "")
    procedure = library.procedures.get(instrument.id)
    if procedure is not None:
        canvas.ways(procedure)
        canvas.legend()
        for track in procedure.tracks.values():
            Flow(canvas, procedure, track.id).draw()
        canvas.everywhere(procedure)
    bound = [library.terms[limit.term] for limit in procedure.limits] if procedure else []
    own = list(instrument.terms.term) if instrument.terms else []
    canvas.limits(list({term.id: library.terms[term.id] for term in (*bound, *own)}.values()))
    return canvas.document()


def width_of(text: str, size: float) -> float:
    """Return about how wide a text is: a Chinese character is as wide as its size, a Latin one a little over half."""
    return sum(size if ord(char) >= FIRST_WIDE else size * 0.58 for char in text)


class Canvas:
    """A growing picture: everything is added below what is there."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.parts: list[str] = []
        self.bottom = float(MARGIN)
        self.right = 0.0
        self.told = ""

    def say(self, code: str, **params: object) -> str:
        """Return a sentence in the picture's language."""
        return say(code, params, self.language)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: int = FONT,
        fill: str = INK,
        anchor: str = "start",
        weight: int = 400,
    ) -> None:
        """Write one line; the picture grows to hold it."""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" '
            f'text-anchor="{anchor}" font-weight="{weight}">{escape(text)}</text>'
        )
        if anchor == "start":
            self.right = max(self.right, x + width_of(text, size))

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: str, stroke: str = "none", radius: int = 8
    ) -> None:
        """Draw a rectangle."""
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'rx="{radius}" fill="{fill}" stroke="{stroke}"/>'
        )
        self.right = max(self.right, x + width)

    def path(self, points: Sequence[tuple[float, float]], *, back: bool) -> None:
        """Draw an arrow along right angles; one that leads back is dashed and of another colour."""
        way = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        colour, dash, marker = (BACK, ' stroke-dasharray="5 3"', "back") if back else (LINE, "", "on")
        self.parts.append(
            f'<path d="{way}" fill="none" stroke="{colour}" stroke-width="1.5" stroke-linejoin="round"{dash} '
            f'marker-end="url(#{marker})"/>'
        )

    def title(self, title: str, summary: str) -> None:
        """Write the heading, and what whoever cannot see the picture is told of it."""
        described = " ".join(filter(None, (summary, self.say("drawing.described"))))
        self.told = f"<title>{escape(title)}</title><desc>{escape(described)}</desc>"
        self.text(MARGIN, self.bottom + 22, title, size=24, weight=700)
        self.bottom += 40
        if summary:
            self.text(MARGIN, self.bottom + 14, summary, size=15, fill=MUTED)
            self.bottom += 34

    def ways(self, procedure: Procedure) -> None:
        """Draw each usual way as a line of chevrons: the whole at a glance."""
        indent = max((width_of(way.name, FONT) for way in procedure.ways), default=0) + MARGIN + 16
        for way in procedure.ways:
            self.text(MARGIN, self.bottom + 24, way.name, weight=700)
            x = indent
            for step_id in way.steps:
                step = procedure.steps[step_id]
                name = step.name + (self.say("drawing.optional") if step.optional else "")
                width = width_of(name, FONT) + 36
                self._chevron(x, self.bottom + 4, width, fill=LANE_FILL[LANES[_lane(step)]])
                self.text(x + 20, self.bottom + 24, name)
                x += width - 2
            self.right = max(self.right, x + 12)
            self.bottom += 42
        self.bottom += 6

    def _chevron(self, x: float, y: float, width: float, *, fill: str, height: float = 30, tip: float = 10) -> None:
        points = [
            (x, y),
            (x + width, y),
            (x + width + tip, y + height / 2),
            (x + width, y + height),
            (x, y + height),
            (x + tip, y + height / 2),
        ]
        way = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        self.parts.append(f'<polygon points="{way}" fill="{fill}" stroke="#8fa3b8"/>')

    def legend(self) -> None:
        """Say what the two kinds of arrow mean."""
        x = float(MARGIN)
        for code, back in (("legend_on", False), ("legend_back", True)):
            self.path([(x, self.bottom + 12), (x + 44, self.bottom + 12)], back=back)
            label = self.say(f"drawing.{code}")
            self.text(x + 54, self.bottom + 17, label, size=SMALL, fill=MUTED)
            x += 54 + width_of(label, SMALL) + 28
        self.bottom += 30

    def everywhere(self, procedure: Procedure) -> None:
        """List the acts that are possible at many steps, and those that do not move the case."""
        lines = [
            f"{act.name}（{self.roles(act.by)}）" + (f" → {procedure.steps[act.target].name}" if act.target else "")
            for act in procedure.acts.values()
            if len(procedure.sources[act.id]) >= MANY
        ]
        self._list(self.say("drawing.everywhere"), lines)

    def roles(self, roles: Iterable[str]) -> str:
        """Return roles as people call them."""
        return "、".join(self.say(f"role.{role}") for role in roles)

    def _list(self, heading: str, lines: Sequence[str]) -> None:
        if not lines:
            return
        self.text(MARGIN, self.bottom + 30, heading, size=16, weight=700)
        self.bottom += 42
        for line in lines:
            self.text(MARGIN + 8, self.bottom + 16, line)
            self.bottom += 24
        self.bottom += 10

    def limits(self, terms: Sequence[Term]) -> None:
        """Draw the limits as a table: name, length, extension, article, and how sure we are."""
        if not terms:
            return
        self.text(MARGIN, self.bottom + 30, self.say("drawing.limits"), size=16, weight=700)
        self.bottom += 42
        rows = [[self.say(f"drawing.{head}") for head in ("name", "length", "extension", "article", "status")]]
        rows += [self._limit(term) for term in terms]
        widths = [max(width_of(row[column], FONT) for row in rows) + 28 for column in range(len(rows[0]))]
        for number, row in enumerate(rows):
            if number % 2 == 0:
                self.box(MARGIN, self.bottom, sum(widths), 28, fill="#e6ecf3" if number == 0 else "#f5f7fa", radius=0)
            x = float(MARGIN)
            for cell, width in zip(row, widths, strict=True):
                self.text(x + 12, self.bottom + 19, cell, weight=700 if number == 0 else 400)
                x += width
            self.bottom += 28
        self.bottom += 8

    def _limit(self, term: Term) -> list[str]:
        unit = self.say(f"unit.{term.unit.value}")
        length = f"{term.value} {unit}" if term.value > 0 else self.say("drawing.before", value=-term.value, unit=unit)
        rungs = [
            f"+{rung.most} {unit}" if isinstance(rung.most, int) else self.say(f"drawing.extension_{rung.most}")
            for rung in term.extensions
        ]
        status = self.say("drawing.law" if term.status.is_law else "drawing.not_law")
        return [
            f"{term.id} {term.name}",
            length,
            "；".join(rungs) or "—",
            term.article,
            f"{term.status.value} {status}",
        ]

    def document(self) -> str:
        """Return the whole SVG."""
        width, height = self.right + MARGIN, self.bottom + MARGIN
        markers = "".join(
            f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            f'<path d="M0 0 L8 4 L0 8 z" fill="{colour}"/></marker>'
            for name, colour in (("on", LINE), ("back", BACK))
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
            f'height="{height:.0f}" font-family="{FAMILY}" role="img">{self.told}<defs>{markers}</defs>'
            f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(self.parts)}</svg>\n'
        )


@dataclass(slots=True)
class Arrow:
    """One or more acts from one step to another, and where it runs."""

    source: str
    target: str
    label: str
    gutter: int = 0
    leaves_right: bool = True
    arrives_left: bool = True
    lane: int = 0
    start: float = 0.0
    end: float = 0.0


@dataclass(slots=True)
class Card:
    """A step's place in the picture, with the arrows at either side."""

    step: Step
    lane: int
    left: list[tuple[Arrow, bool]] = field(default_factory=list)
    right: list[tuple[Arrow, bool]] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)
    y: float = 0.0

    @property
    def height(self) -> float:
        """Tall enough for its words and for an arrow a line at each side."""
        return max(
            HEAD + 18 * len(self.stays) + (6 if self.stays else 0), PORT * max(len(self.left), len(self.right)) + 16
        )


class Flow:
    """The steps of one track as cards in lanes, and its acts as arrows."""

    def __init__(self, canvas: Canvas, procedure: Procedure, track: str) -> None:
        self.canvas, self.procedure, self.track = canvas, procedure, track
        self.usual = {step for way in procedure.ways for step in way.steps}
        acts = [act for act in procedure.acts.values() if act.track == track and len(procedure.sources[act.id]) < MANY]
        self.cards = {step.id: Card(step, _lane(step)) for step in procedure.steps.values() if step.track == track}
        self.arrows = self._arrows(acts)
        self.lanes = sorted({card.lane for card in self.cards.values()})
        for act in acts:
            for source in procedure.sources[act.id]:
                if act.target is None:
                    back = f"（{canvas.say('drawing.returns')}）" if act.returns else ""
                    self.cards[source].stays.append(act.name + back)

    def _arrows(self, acts: Iterable[Act]) -> list[Arrow]:
        names: dict[tuple[str, str], list[str]] = defaultdict(list)
        for act in acts:
            for source in self.procedure.sources[act.id]:
                if act.target is not None:
                    names[source, act.target].append(act.name)
        return [Arrow(source, target, "／".join(labels)) for (source, target), labels in names.items()]

    def draw(self) -> None:
        """Place cards and arrows, then draw lanes, arrows and cards, in this order."""
        self._route()
        top = self.canvas.bottom + 62
        y = top + 12
        for card in self.cards.values():
            card.y = y
            y += card.height + ROW_GAP
        self._ports()
        tracks = self._tracks()
        gutters, lanes = self._columns(tracks)
        self._draw_lanes(lanes, top, y)
        for arrow in self.arrows:
            self._draw_arrow(arrow, lanes, gutters)
        for card in self.cards.values():
            self._draw_card(card, lanes[self.lanes.index(card.lane)])
        self.canvas.bottom = y + 8

    def _route(self) -> None:
        """Choose each arrow's gutter: beside its target, or outside the lane where it stays within one."""
        order = list(self.cards)
        for arrow in self.arrows:
            source = self.lanes.index(self.cards[arrow.source].lane)
            target = self.lanes.index(self.cards[arrow.target].lane)
            forward = order.index(arrow.target) > order.index(arrow.source)
            if target > source:
                arrow.gutter, arrow.leaves_right, arrow.arrives_left = target, True, True
            elif target < source:
                arrow.gutter, arrow.leaves_right, arrow.arrives_left = target + 1, False, False
            elif forward:
                arrow.gutter, arrow.leaves_right, arrow.arrives_left = source + 1, True, False
            else:
                arrow.gutter, arrow.leaves_right, arrow.arrives_left = source, False, True
            (self.cards[arrow.source].right if arrow.leaves_right else self.cards[arrow.source].left).append(
                (arrow, True)
            )
            (self.cards[arrow.target].left if arrow.arrives_left else self.cards[arrow.target].right).append(
                (arrow, False)
            )

    def _ports(self) -> None:
        """Give each arrow a height of its own at either end; those that come from or go up lie above the others."""
        order = list(self.cards)
        for card in self.cards.values():
            for side in (card.left, card.right):
                side.sort(key=lambda port: order.index(port[0].target if port[1] else port[0].source))
                space = card.height / (len(side) + 1)
                for number, (arrow, leaves) in enumerate(side, start=1):
                    if leaves:
                        arrow.start = card.y + space * number
                    else:
                        arrow.end = card.y + space * number

    def _tracks(self) -> list[int]:
        """Give arrows in one gutter their own vertical, and return how many each gutter needs."""
        needed = [0] * (len(self.lanes) + 1)
        for gutter in range(len(needed)):
            ends: list[float] = []
            inside = sorted((a for a in self.arrows if a.gutter == gutter), key=lambda a: min(a.start, a.end))
            for arrow in inside:
                top, low = sorted((arrow.start, arrow.end))
                free = next((number for number, end in enumerate(ends) if end + 6 < top), None)
                if free is None:
                    free = len(ends)
                    ends.append(low)
                ends[free] = low
                arrow.lane = free
            needed[gutter] = len(ends)
        return needed

    def _labels(self, gutter: int, *, right_of_lane: bool) -> float:
        """Return the room for labels at one side of a gutter: beside the lane to its left, or the one to its right."""
        lane = gutter - 1 if right_of_lane else gutter
        widths = [
            width_of(arrow.label, SMALL)
            for arrow in self.arrows
            if arrow.leaves_right is right_of_lane and self.lanes.index(self.cards[arrow.source].lane) == lane
        ]
        return max(widths, default=0) + (LABEL_PAD * 2 if widths else LABEL_PAD)

    def _columns(self, tracks: Sequence[int]) -> tuple[list[float], list[float]]:
        """Return the x of each gutter's first vertical and of each lane's cards."""
        gutters, lanes, x = [], [], float(MARGIN)
        for gutter, count in enumerate(tracks):
            x += self._labels(gutter, right_of_lane=True)
            gutters.append(x)
            x += count * TRACK + self._labels(gutter, right_of_lane=False)
            if gutter < len(self.lanes):
                lanes.append(x)
                x += CARD
        return gutters, lanes

    def _draw_lanes(self, lanes: Sequence[float], top: float, bottom: float) -> None:
        name = self.procedure.tracks[self.track].name
        self.canvas.text(MARGIN, self.canvas.bottom + 22, name, size=16, weight=700)
        for lane, x in zip(self.lanes, lanes, strict=True):
            kind = LANES[lane]
            self.canvas.box(x - 8, top - 30, CARD + 16, bottom - top + 24, fill=LANE_FILL[kind], radius=10)
            self.canvas.text(
                x + CARD / 2, top - 10, self.canvas.say(f"drawing.{kind}"), anchor="middle", fill=MUTED, weight=700
            )

    def _draw_arrow(self, arrow: Arrow, lanes: Sequence[float], gutters: Sequence[float]) -> None:
        source = lanes[self.lanes.index(self.cards[arrow.source].lane)]
        target = lanes[self.lanes.index(self.cards[arrow.target].lane)]
        begins = source + CARD if arrow.leaves_right else source
        ends = target if arrow.arrives_left else target + CARD
        x = gutters[arrow.gutter] + arrow.lane * TRACK
        back = list(self.cards).index(arrow.target) < list(self.cards).index(arrow.source)
        self.canvas.path([(begins, arrow.start), (x, arrow.start), (x, arrow.end), (ends, arrow.end)], back=back)
        colour = BACK if back else LINE
        if arrow.leaves_right:
            self.canvas.text(begins + LABEL_PAD, arrow.start - 4, arrow.label, size=SMALL, fill=colour)
        else:
            self.canvas.text(begins - LABEL_PAD, arrow.start - 4, arrow.label, size=SMALL, fill=colour, anchor="end")

    def _draw_card(self, card: Card, x: float) -> None:
        step = card.step
        self.canvas.box(x, card.y, CARD, card.height, fill="#ffffff", stroke="#8fa3b8" if not step.ending else INK)
        if step.id in self.usual:
            self.canvas.box(x, card.y + 8, 4, card.height - 16, fill=LINE, radius=2)
        name = step.name + (self.canvas.say("drawing.optional") if step.optional else "")
        self.canvas.text(x + 14, card.y + 25, name, size=16, weight=700)
        self.canvas.text(x + 14, card.y + 46, self.canvas.say(f"role.{step.holder}"), size=SMALL, fill=MUTED)
        for number, stay in enumerate(card.stays):
            self.canvas.text(x + 14, card.y + HEAD + 8 + 18 * number, f"· {stay}", size=SMALL, fill=MUTED)


def _lane(step: Step) -> int:
    if step.ending:
        return LANES.index("ending")
    if step.holder in UNIT_ROLES:
        return LANES.index("unit")
    return LANES.index("oversight" if step.holder in OVERSIGHT else "centre")
