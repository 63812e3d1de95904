"""What a petition, a market complaint and a penalty look like, to those who handle them and on their receipts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser_world import Inhabited, windows_of
from cast import LIU, WANG, WATER, ZHAO, ZHOU
from door_matrix import NOBODY
from huiying.case.numbers import receipt_code
from huiying.procedure.state import Actor
from page_looks import Eyes
from page_map import Sight

pytestmark = pytest.mark.browser

Acts = tuple[tuple[str, Actor, Mapping[str, object]], ...]
#: What a demand is passed on to → the demand, and what is then done.
SPECIAL: Mapping[str, tuple[str, str, Acts]] = {
    "petition": (
        "complaint",
        "拆迁补偿算错了面积。",
        (
            ("check_overlap", ZHOU, {"overlap": "none_found"}),
            ("dispatch", ZHOU, {"lead": WATER}),
            ("accept", ZHAO, {"petition_class": "appeal", "route": "petition_procedure"}),
            ("hear", WANG, {"reached": True}),
            ("draft_opinion", WANG, {"outcomes": ("explained",), "draft": "拟解释说明，依据补偿办法。"}),
        ),
    ),
    "market_complaint": (
        "complaint",
        "超市卖过期牛奶，要求退款。",
        (
            ("dispatch", ZHOU, {"lead": WATER, "venue": "place_of_business"}),
            ("accept", WANG, {}),
            ("record_consent", WANG, {"complainant_agrees": True, "respondent_agrees": True}),
        ),
    ),
    "market_report": (
        "report",
        "饭店后厨用过期油。",
        (
            ("dispatch", ZHOU, {"lead": WATER}),
            ("file_case", LIU, {"officers": 2, "prima_facie": True}),
        ),
    ),
}


@pytest.fixture(scope="module")
def eyes(browser: Browser, inhabited: Inhabited, screenshots: Path | None) -> Iterator[Eyes]:
    with windows_of(browser, inhabited) as windows:
        yield Eyes(windows, screenshots)


def brought(inhabited: Inhabited, special: str) -> str:
    """Return the number of a new case under a special procedure, on its way with the bureau."""
    kind, text, acts = SPECIAL[special]

    def act() -> str:
        from django.utils import timezone  # noqa: PLC0415  # needs settings

        from huiying.case.models import Case  # noqa: PLC0415  # needs the apps
        from huiying.case.scope import CENTRE, seeing  # noqa: PLC0415  # needs the apps
        from huiying.stages import flow  # noqa: PLC0415  # needs the apps
        from huiying.stages.identity.vault import Contact  # noqa: PLC0415  # needs the apps
        from huiying.stages.intake.actions import RESIDENT, Demand, register  # noqa: PLC0415  # needs the apps

        demand = Demand(text=text, kind=kind, contact=Contact("陈小梅", "13900001234"))
        first = register(demand, channel="phone", by=RESIDENT, at=timezone.now()).number
        flow.act(first, "pass_on", by=ZHOU, at=timezone.now(), given={"special": special})
        with seeing(CENTRE):
            number = Case.objects.get(split_from=first).number
        for name, by, given in acts:
            flow.act(number, name, by=by, at=timezone.now(), given=given)
        return number

    return inhabited.aside(act)


def wrong(inhabited: Inhabited, eyes: Eyes, special: str, *, long: bool) -> list[str]:
    number = brought(inhabited, special)
    pages = (("staff/case/", f"/staff/case/{number}/", "officer"), ("r/", f"/r/{receipt_code(number)}/", NOBODY))
    return [
        line
        for pattern, path, role in pages
        for line in eyes.look(Sight(f"{pattern}{special}", path, role, "200", "", by_post=False), long=long)
    ]


@pytest.mark.parametrize("special", SPECIAL)
def test_a_special_case_and_its_receipt_are_as_we_promise(inhabited: Inhabited, eyes: Eyes, special: str) -> None:
    assert wrong(inhabited, eyes, special, long=False) == []


@pytest.mark.long
@pytest.mark.parametrize("special", SPECIAL)
def test_they_are_so_in_every_mode_language_and_width(inhabited: Inhabited, eyes: Eyes, special: str) -> None:
    assert wrong(inhabited, eyes, special, long=True) == []
