"""Shares and how sure they are: pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

#: Of the normal distribution: 95 of 100 intervals made like this hold the true share.
Z: Final = 1.959964
#: Below so many a share says little, and is marked (small sample).
FEW: Final = 30


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with what it is a share of: `of` out of `base`."""

    of: int
    base: int

    @property
    def share(self) -> float | None:
        """The share, None where there is nothing to share."""
        return self.of / self.base if self.base else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's interval at 95 %, within 0 and 1, None where there is nothing to share."""
        if not self.base:
            return None
        share, ratio = self.of / self.base, Z * Z / self.base
        middle = (share + ratio / 2) / (1 + ratio)
        half = Z / (1 + ratio) * sqrt(share * (1 - share) / self.base + ratio / self.base / 4)
        # At the ends the sum is exactly 0 or 1, and only rounding says otherwise.
        low = 0.0 if self.of == 0 else max(0.0, middle - half)
        high = 1.0 if self.of == self.base else min(1.0, middle + half)
        return low, high

    @property
    def few(self) -> bool:
        """Whether the base is too small for the share to say much."""
        return self.base < FEW

    def against(self, other: Rate) -> int:
        """Return 1 or -1 where this share lies above or below another beyond its own uncertainty, otherwise 0."""
        if self.interval is None or other.share is None:
            return 0
        low, high = self.interval
        return (other.share < low) - (other.share > high)
