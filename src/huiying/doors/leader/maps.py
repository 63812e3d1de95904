"""Outlines of areas as a drawing, each shaded by its number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians
from typing import Any

from django.utils.translation import gettext as _

from huiying.directory.queries import areas_of_the_city
from huiying.stages.insight.counting import AREA_DIGITS

WIDTH = 1000
#: Depths of colour; areas without a case have none.
SHADES = 5
Ring = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """How positions become places on the drawing: its corner, its scale, and how much narrower a degree east is."""

    west: float
    north: float
    scale: float
    narrow: float
    height: int

    def place(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return where a position lies, from the upper left corner."""
        return (longitude - self.west) * self.narrow * self.scale, (self.north - latitude) * self.scale


def outlines() -> Mapping[str, Ring]:
    """Return the outline of each of the city's areas that figures know and that has one, by its code."""
    areas = areas_of_the_city().filter(boundary__isnull=False)
    known = areas.values_list("code", "boundary")
    return {code: ring for code, ring in known if ring and len(code) == AREA_DIGITS}


def drawing(
    rings: Mapping[str, Ring], counts: Mapping[str, int], name: Callable[[str], str], url: Callable[[str], str]
) -> dict[str, Any] | None:
    """Return what choropleth.html draws: these areas, shaded by their counts; None where no area has an outline."""
    if not rings:
        return None
    sheet = _sheet(rings.values())
    bounds = thresholds([counts.get(code, 0) for code in rings])
    total = sum(counts.values())
    return {
        "view": f"0 0 {WIDTH} {sheet.height}",
        "areas": [_area(sheet, code, ring, counts, bounds, total, name, url) for code, ring in sorted(rings.items())],
        "shades": _legend(bounds, has_none=any(not counts.get(code) for code in rings)),
    }


def _sheet(rings: Any) -> Sheet:  # noqa: ANN401  # a view of a mapping's values
    points = [point for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrow = cos(radians((south + north) / 2))
    scale = WIDTH / ((east - west) * narrow)
    return Sheet(west, north, scale, narrow, round((north - south) * scale))


def _area(
    sheet: Sheet,
    code: str,
    ring: Ring,
    counts: Mapping[str, int],
    bounds: Sequence[int],
    total: int,
    name: Callable[[str], str],
    url: Callable[[str], str],
) -> dict[str, Any]:
    places = [sheet.place(*point) for point in ring]
    x, y = middle(places)
    count = counts.get(code, 0)
    called, share = name(code), f"{count / total * 100:.1f}%" if total else "—"
    return {
        "path": "M" + "L".join(f"{across:.0f} {down:.0f}" for across, down in places) + "Z",
        "shade": shade(count, bounds),
        "x": round(x),
        "y": round(y),
        "name": called.removesuffix("街道"),
        "value": count,
        "url": url(code),
        "says": _("%(area)s：%(count)s 件，占 %(share)s") % {"area": called, "count": count, "share": share},
    }


def middle(places: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the centre of gravity of a closed outline, where its name stands best."""
    twice, x, y = 0.0, 0.0, 0.0
    for (x1, y1), (x2, y2) in pairwise(places):
        cross = x1 * y2 - x2 * y1
        twice, x, y = twice + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    if not twice:
        return places[0]
    return x / (3 * twice), y / (3 * twice)


def thresholds(counts: Sequence[int]) -> list[int]:
    """Return the upper ends of the shades, so that about as many areas have each; the last is the greatest count."""
    some = sorted(count for count in counts if count)
    if not some:
        return []
    ends = {some[max(0, round(len(some) * part / SHADES) - 1)] for part in range(1, SHADES + 1)}
    return sorted({*ends, some[-1]})


def shade(count: int, bounds: Sequence[int]) -> int:
    """Return the depth of colour of a count: 0 for none, up to `SHADES`, the deepest always for the greatest."""
    if not count:
        return 0
    step = next(place for place, end in enumerate(bounds) if count <= end)
    return SHADES - (len(bounds) - 1 - step)


def _legend(bounds: Sequence[int], *, has_none: bool) -> list[dict[str, Any]]:
    shades = [{"shade": 0, "label": _("没有")}] if has_none else []
    low = 1
    for end in bounds:
        said = {"low": low, "high": end}
        label = _("%(low)s–%(high)s 件") % said if low < end else _("%(high)s 件") % said
        shades.append({"shade": shade(end, bounds), "label": label})
        low = end + 1
    return shades
