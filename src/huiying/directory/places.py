"""Which area a position lies in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from huiying.directory.models import Area
from huiying.directory.queries import areas_of_the_city

Ring = Sequence[Sequence[float]]


def area_at(latitude: float, longitude: float) -> Area | None:
    """Return the narrowest area of the city that a position (degrees, WGS 84) lies in; None where none is known to.

    Goes from the widest areas inwards, so that it reads the outlines of one level at a time.
    """
    found: Area | None = None
    level = list(areas_of_the_city().filter(parent=None, boundary__isnull=False)) or _highest()
    while level:
        inside = next((area for area in level if encloses(area.boundary or (), latitude, longitude)), None)
        if inside is None:
            return found
        found = inside
        level = list(Area.objects.filter(parent=inside, boundary__isnull=False))
    return found


def _highest() -> list[Area]:
    """Return the widest areas of the city that have an outline, where what they lie in is no part of the city."""
    outlined = list(areas_of_the_city().filter(boundary__isnull=False).only("code"))
    shortest = min((len(area.code) for area in outlined), default=0)
    return list(areas_of_the_city().filter(code__in=[area.code for area in outlined if len(area.code) == shortest]))


def encloses(ring: Ring, latitude: float, longitude: float) -> bool:
    """Whether a closed ring of [longitude, latitude] encloses a position; an edge belongs to one side or the other."""
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > latitude) != (y2 > latitude) and longitude < (x2 - x1) * (latitude - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside
