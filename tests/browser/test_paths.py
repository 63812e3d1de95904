"""Essential paths as whoever needs them takes them: without JavaScript, and with the keyboard alone.

Filing is tried in `test_portal`, a call in `test_desk`, a handler's day in `test_handler`; here what lies between them:
following and rating without script, and that Tab comes to everything, in order, and out again.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from browser_world import ELDER, LIGHT, PHONE, Inhabited, Windows
from cast import SUN, WANG, WATER, ZHAO, ZHOU
from huiying.case.models import Act, Case
from huiying.case.numbers import receipt_code
from huiying.case.scope import CENTRE, seeing
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from page_looks import CHECKS

pytestmark = pytest.mark.browser

#: Page → who looks at it.
WALKED = {
    "/": "nobody",
    "/file/": "nobody",
    "/find/": "nobody",
    "/r/{code}/": "nobody",
    "/desk/": "call_taker",
    "/staff/": "officer",
    "/staff/case/{number}/": "officer",
    "/staff/overdue/": "supervisor",
    "/custodian/": "custodian",
}


def answered() -> str:
    """Walk a case until it is answered, and return its number."""
    now = timezone.now()
    number = register(
        Demand(text="楼道的灯坏了三天。", contact=Contact("王建国", "13900005678")),
        channel="portal",
        by=RESIDENT,
        at=now,
    ).number
    result = {"outcomes": ("resolved",), "evidence": 1, "basis": "经核实已办理"}
    reply = {"channel": "page", "reply": f"楼道的灯已经换好。工单{number}"}
    for act, by, given in (
        ("dispatch", ZHOU, {"lead": WATER}),
        ("sign_for", ZHAO, {}),
        ("submit_result", WANG, result),
        ("approve_result", SUN, {}),
        ("serve_reply", ZHAO, reply),
    ):
        flow.act(number, act, by=by, at=now, given=given)
    return number


@pytest.mark.parametrize("mode", [LIGHT, ELDER])
def test_a_case_is_found_followed_and_rated_without_script(windows: Windows, inhabited: Inhabited, mode: str) -> None:
    number = inhabited.aside(answered)
    page = windows.open(mode=mode, width=PHONE, scripts=False)
    page.goto("/")
    page.locator("main a[href='/find/'], nav a[href='/find/']").first.click()
    page.fill("[name=code]", receipt_code(number).lower().replace("-", " "))
    page.locator("main form:has([name=code]) button").first.click()
    assert page.url.replace("-", "").endswith(f"/r/{receipt_code(number).replace('-', '')}/")
    assert "楼道的灯已经换好" in page.locator("main").inner_text()
    page.locator("a[href$='/rate/']").first.click()
    page.locator("main form button[type=submit], main form button:not([type])").last.click()
    assert page.locator(".errors, [role=alert]").first.is_visible(), "what is missing is said"
    page.locator("[name=solved][value=partly]").check()
    page.locator("[name=satisfied][value='4']").check()
    page.locator("main form button[type=submit], main form button:not([type])").last.click()

    def rated() -> dict[str, object]:
        with seeing(CENTRE):
            act = Act.objects.get(case=Case.objects.get(number=number), act="rate")
            return dict(act.body["given"])

    assert {key: inhabited.aside(rated)[key] for key in ("solved", "satisfied")} == {
        "solved": "partly",
        "satisfied": "4",
    }


#: Where the focus is: the place among the stops, -1 for anything else.
PLACE = """() => window.order.findIndex((one) => one === document.activeElement ||
  (one.type === "radio" && one.name === document.activeElement.name))"""


def walk(page: Page) -> list[str]:
    """Press Tab once around a page, from wherever it begins; return what was met out of order or never."""
    count = int(page.evaluate("() => (window.order = window.huiying.stops()).length"))
    names: list[str] = page.evaluate("() => window.order.map(window.huiying.name)")
    met: list[int] = []
    for _ in range(count + 3):  # past the end there is the window's own edge
        page.keyboard.press("Tab")
        at = int(page.evaluate(PLACE))
        if met and at == met[0]:
            break
        met += [at] if at >= 0 else []
    back = [(one, two) for one, two in pairwise(met) if two <= one]
    wrong = [f"never: {names[number]}" for number in range(count) if number not in met]
    return wrong + [f"after {names[one]}: {names[two]}" for one, two in back if two != 0]


@pytest.mark.parametrize("path", WALKED)
def test_tab_comes_to_everything_in_order_and_out_again(windows: Windows, inhabited: Inhabited, path: str) -> None:
    page = windows.open(WALKED[path])
    page.goto(path.format(code=inhabited.code(), number=inhabited.number()))
    page.evaluate(CHECKS.read_text("utf-8"))
    assert walk(page) == []
