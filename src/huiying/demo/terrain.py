"""Outlines for the invented city: one coast, cut again and again until each community has its piece.

Neighbours share their edges exactly, pieces are about as large as they have communities, and nothing looks like a
real place. The same city always has the same outlines.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from math import cos, pi, sin

Point = tuple[float, float]
Ring = tuple[Point, ...]
#: In the middle of the open sea, so that nobody takes it for a real city: degrees east and north.
CENTRE = (135.0, 20.0)
#: Half of the city's width and height in degrees, and how many corners its coast has.
WIDTH, HEIGHT, CORNERS = 0.42, 0.30, 28
SEED = 99
#: A metre and a half; outlines that people look at need no more.
DIGITS = 5


def outlines(parents: Mapping[str, str | None]) -> dict[str, Ring]:
    """Return each area's outline, a closed ring of longitude and latitude. `parents`: code → what it lies in."""
    children: dict[str | None, list[str]] = {}
    for code, parent in parents.items():
        children.setdefault(parent, []).append(code)
    (root,) = children[None]
    made = dict(_divided(root, _coast(random.Random(SEED)), children, random.Random(SEED)))  # noqa: S311  # a picture, no secret
    return {code: _closed(ring) for code, ring in made.items()}


def _coast(chance: random.Random) -> Ring:
    """Return a rounded shape without bays, so that every straight cut parts it in two."""
    angles = [2 * pi * (corner + chance.uniform(-0.3, 0.3)) / CORNERS for corner in range(CORNERS)]
    return tuple((CENTRE[0] + WIDTH * cos(angle), CENTRE[1] + HEIGHT * sin(angle)) for angle in angles)


def _divided(
    code: str, ring: Ring, children: Mapping[str | None, Sequence[str]], chance: random.Random
) -> Iterator[tuple[str, Ring]]:
    yield code, ring
    for child, piece in _pieces(list(children.get(code, ())), ring, children, chance):
        yield from _divided(child, piece, children, chance)


def _pieces(
    codes: list[str], ring: Ring, children: Mapping[str | None, Sequence[str]], chance: random.Random
) -> Iterator[tuple[str, Ring]]:
    """Cut a shape among areas, by halves, each half as large as it has communities."""
    if len(codes) <= 1:
        yield from ((code, ring) for code in codes)
        return
    half = len(codes) // 2
    first, second = codes[:half], codes[half:]
    weights = [sum(_leaves(code, children) for code in part) for part in (first, second)]
    here, there = _cut(ring, weights[0] / sum(weights), chance)
    yield from _pieces(first, here, children, chance)
    yield from _pieces(second, there, children, chance)


def _leaves(code: str, children: Mapping[str | None, Sequence[str]]) -> int:
    return sum(_leaves(child, children) for child in children.get(code, ())) or 1


def _cut(ring: Ring, share: float, chance: random.Random) -> tuple[Ring, Ring]:
    """Cut across the longer way, a little askew, so that `share` of the area lies on the first side."""
    wide = max(x for x, _ in ring) - min(x for x, _ in ring)
    high = max(y for _, y in ring) - min(y for _, y in ring)
    angle = (0.0 if wide > high else pi / 2) + chance.uniform(-0.3, 0.3)
    along = (cos(angle), sin(angle))
    places = [x * along[0] + y * along[1] for x, y in ring]
    low, top, wanted = min(places), max(places), share * area(ring)
    for _ in range(40):
        middle = (low + top) / 2
        low, top = (middle, top) if area(_side(ring, along, middle, keep_below=True)) < wanted else (low, middle)
    return _side(ring, along, low, keep_below=True), _side(ring, along, low, keep_below=False)


def _side(ring: Ring, along: Point, at: float, *, keep_below: bool) -> Ring:
    """Return what of a shape lies on one side of a line."""
    sign = 1 if keep_below else -1
    heights = [sign * (x * along[0] + y * along[1] - at) for x, y in ring]
    kept: list[Point] = []
    for place, (point, height) in enumerate(zip(ring, heights, strict=True)):
        before, depth = ring[place - 1], heights[place - 1]
        if (height <= 0) != (depth <= 0):
            share = depth / (depth - height)
            kept.append((before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])))
        if height <= 0:
            kept.append(point)
    return tuple(kept)


def area(ring: Ring) -> float:
    """Return a shape's area in square degrees."""
    return abs(sum(x * ring[n - 1][1] - ring[n - 1][0] * y for n, (x, y) in enumerate(ring))) / 2


def _closed(ring: Ring) -> Ring:
    rounded = [(round(x, DIGITS), round(y, DIGITS)) for x, y in ring]
    kept = [point for n, point in enumerate(rounded) if point != rounded[n - 1]]
    return (*kept, kept[0])
