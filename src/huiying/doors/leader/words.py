"""How figures are said: days, spans, shares, and the names of whatever a figure is broken down by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Value
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from huiying.directory.models import Area, Matter, Unit
from huiying.doors.language import rule_words, spoken
from huiying.doors.moments import without_year
from huiying.procedure.schema import UNIT_ROLES
from huiying.stages.insight.rates import Rate


def span_words(start: date, end: date) -> str:
    """Return days from one to another: 11月1日至23日, or the day where it is one."""
    if start == end:
        return without_year(start)
    same_month = (start.year, start.month) == (end.year, end.month)
    last = date_format(end, _("j日")) if same_month else without_year(end)
    return _("%(start)s至%(end)s") % {"start": without_year(start), "end": last}


def per_cent(share: float | None) -> str:
    """Return a share in per cent with one digit: 93.5%; a dash where there is none."""
    return "—" if share is None else f"{share * 100:.1f}%"


def about(share: float) -> str:
    """Return a share in whole per cent, as the ends of an interval are said: 74%."""
    return f"{share * 100:.0f}%"


def count_words(count: int) -> str:
    """Return a number as people read it: 1,284."""
    return f"{count:,}"


def interval_words(rate: Rate) -> tuple[str, str]:
    """Return both ends of a share's interval."""
    low, high = rate.interval or (0.0, 1.0)
    return per_cent(low), per_cent(high)


@dataclass(frozen=True, slots=True)
class Names:
    """What people call the codes that figures are broken down by."""

    units: Mapping[str, str]
    matters: Mapping[str, str]
    areas: Mapping[str, str]

    def of(self, dimension: str, code: str) -> str:
        """Return what a code of a dimension is called; a code that nobody gave yet is said to be so."""
        if not code:
            return _("还没有确定")
        if dimension in {"kind", "channel"}:
            return rule_words().get(f"{'choice' if dimension == 'kind' else 'channel'}.{code}", code)
        known: Mapping[str, Mapping[str, str]] = {"unit": self.units, "matter": self.matters, "area": self.areas}
        return known[dimension].get(code, code)

    def holder(self, unit: str, holder: str) -> str:
        """Return with whom something stands: a unit, or a role of the centre."""
        role = rule_words().get(f"role.{holder}", spoken(holder))
        return self.units.get(unit, unit) if unit and holder in UNIT_ROLES else role


def names() -> Names:
    """Return the names that there are, in one statement: units, matters, and areas as fine as figures know them."""
    kinds = {"unit": Unit.objects, "matter": Matter.objects, "area": Area.objects}
    first, *others = (named.values_list(Value(kind), "code", "name") for kind, named in kinds.items())
    found: dict[str, dict[str, str]] = {kind: {} for kind in kinds}
    for what, code, name in first.union(*others, all=True):
        found[what][code] = name
    return Names(found["unit"], found["matter"], found["area"])
