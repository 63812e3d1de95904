"""Draws an instrument as a picture that a leader understands: who holds the case, where it may go, and by when.

Lanes are who holds (诉求人不持有; 热线中心, 承办单位, 监督审计, 终点), rows are the steps in order. Every step has a
row of its own and every arrow runs along its row into a gutter between lanes, so that no arrow crosses a card.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from huiying.procedure.canvas import (
    BACK,
    INK,
    LANE_FILL,
    LANES,
    LINE,
    MANY,
    MARGIN,
    MUTED,
    SMALL,
    Canvas,
    lane_of,
    width_of,
)
from huiying.procedure.library import Instrument, Library
from huiying.procedure.schema import Act, Procedure, Step

CARD, PORT, HEAD, ROW_GAP, TRACK, LABEL_PAD = 208, 22, 58, 26, 12, 10


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
        self.cards = {step.id: Card(step, lane_of(step)) for step in procedure.steps.values() if step.track == track}
        self.arrows = self._arrows(acts)
        self.lanes = sorted({card.lane for card in self.cards.values()})
        for act in acts:
            for source in procedure.sources[act.id]:
                if act.target is None:
                    back = f" ←{canvas.say('drawing.returns')}" if act.returns else ""
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
