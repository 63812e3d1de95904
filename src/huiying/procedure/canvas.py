"""What pictures are drawn on: text, boxes and arrows as SVG, and what stands around the flow of an instrument."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from huiying.procedure.schema import UNIT_ROLES, Procedure, Step
from huiying.procedure.time_limits import Term
from huiying.procedure.words import say

MARGIN = 28
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
                self._chevron(x, self.bottom + 4, width, fill=LANE_FILL[LANES[lane_of(step)]])
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


def lane_of(step: Step) -> int:
    """Return the lane of whoever holds a step, as its place among `LANES`."""
    if step.ending:
        return LANES.index("ending")
    if step.holder in UNIT_ROLES:
        return LANES.index("unit")
    return LANES.index("oversight" if step.holder in OVERSIGHT else "centre")
