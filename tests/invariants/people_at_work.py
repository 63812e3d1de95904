"""Who may turn up in a random run: the cast, the staff of any unit, and people who hold two posts at once."""

from __future__ import annotations

from collections.abc import Sequence

import cast
from huiying.procedure.schema import UNIT_ROLES
from huiying.procedure.state import Actor
from huiying.stages.intake.actions import RESIDENT

#: Departments, one of a district, a street, a community, a company that acts for a department, and the city above them.
UNITS = ("sw", "cg", "zj", "990101-cg", "990103002", "990103002001", "wy-lanan", "wy-zhenbang", "990103", "city")
#: Who may be complained about; the first two are often given cases.
RESPONDENTS = ("sw", "cg", "zj", "990103002", "city")
CENTRE = (
    cast.LI,
    cast.ZHOU,
    cast.SUN,
    cast.WU,
    cast.ZHENG,
    cast.GUAN,
    cast.HESHOU,
    Actor("qianshen", "auditor"),
    Actor("fengbian", "editor"),
    Actor("hemi", "secrecy_officer"),
    Actor("cailingdao", "leader"),
    Actor("xiaoge", "grid_worker"),
    RESIDENT,
)
#: The same person in a second post: what they did in the first they may not check in the second.
TWICE = (
    Actor("laowang", "supervisor"),
    Actor("laowang", "auditor"),
    Actor("laowang", "follow_up"),
    Actor("sunshen", "follow_up"),
    Actor("sunshen", "auditor"),
    Actor("zhoujie", "ruler"),
    Actor("zhoujie", "follow_up"),
    Actor("zhoujie", "supervisor"),
    Actor("neiying", "dispatcher", "sw"),
)
CAST = {(actor.role, actor.unit): actor for actor in (cast.ZHAO, cast.WANG, cast.LIU, cast.MENG, cast.WEI)}


def of_unit(unit: str) -> Sequence[Actor]:
    """Return the clerk, the officer and the head of a unit."""
    return [CAST.get((role, unit), Actor(f"{unit}-{role}", role, unit)) for role in sorted(UNIT_ROLES)]


EVERYONE = (*CENTRE, *TWICE, *(actor for unit in UNITS for actor in of_unit(unit)))
