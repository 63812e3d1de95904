"""A handler's day in a browser: by keyboard alone from the list to the answer, and the same without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser_world import ELDER, PHONE, Inhabited, Windows
from cast import WATER, ZHAO, ZHOU

pytestmark = pytest.mark.browser

#: How long a busy machine may take for a preview while somebody types, in milliseconds.
PATIENCE = 20_000
#: The most presses of Tab from where a page begins to what is usually done there.
MOST_TABS = 40


def given_to_the_bureau(inhabited: Inhabited, text: str, *, signed: bool = False, demands: int = 1) -> str:
    """Return the number of a new demand that waits for the bureau's clerk; `signed`: for its officer."""

    def act() -> str:
        from django.utils import timezone  # noqa: PLC0415  # needs settings

        from huiying.stages import flow  # noqa: PLC0415  # needs the apps
        from huiying.stages.intake.actions import RESIDENT, Demand, register  # noqa: PLC0415  # needs the apps

        at = timezone.now()
        demand = Demand(text=text, demands=demands)
        number = register(demand, channel="phone", by=RESIDENT, at=at).number
        flow.act(number, "dispatch", by=ZHOU, at=at, given={"lead": WATER})
        if signed:
            flow.act(number, "sign_for", by=ZHAO, at=at, given={})
        return number

    return inhabited.aside(act)


def step_of(inhabited: Inhabited, number: str) -> str:
    def look() -> str:
        from huiying.case.models import Case  # noqa: PLC0415  # needs the apps
        from huiying.case.scope import CENTRE, seeing  # noqa: PLC0415  # needs the apps

        with seeing(CENTRE):
            return Case.objects.get(number=number).step

    return inhabited.aside(look)


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if words in (page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).textContent") or ""):
            return
    raise AssertionError(f"{MOST_TABS} presses of Tab do not lead to {words}")


def test_from_the_list_to_the_answer_by_keyboard_alone(windows: Windows, inhabited: Inhabited) -> None:
    number = given_to_the_bureau(inhabited, "阀门漏水三天了", signed=True)
    page = windows.open("officer")
    page.goto("/staff/")
    rows = page.locator(".worklist-row")
    place = rows.locator("a").all_inner_texts().index("阀门漏水三天了")
    for _ in range(place + 1):
        page.keyboard.press("j")
    expect(rows.nth(place).locator("a")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    here = min(place, rows.count() - 2)
    for _ in range(place - here):
        page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/case/{number}/")
    tab_to(page, "提交办结")
    page.keyboard.press("Enter")
    page.wait_for_url("**/submit_result/")
    tab_to(page, "第1项")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tab_to(page, "答复内容")
    page.keyboard.type("阀门已于今天上午更换，请您查看水压。")
    expect(page.locator(".reply-served")).to_contain_text("阀门已于今天上午更换", timeout=PATIENCE)
    expect(page.get_by_label("答复内容")).to_be_focused()
    tab_to(page, "依据")
    page.keyboard.type("现场核查")
    tab_to(page, "提交办结")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/case/{number}/")
    expect(page.locator(".ledger-entry").last).to_contain_text("提交办结，结果是解释说明")
    assert step_of(inhabited, number) == "reviewing"


def test_x_chooses_and_the_bar_counts(windows: Windows, inhabited: Inhabited) -> None:
    numbers = [given_to_the_bureau(inhabited, f"水压不足{one}") for one in "甲乙"]
    page = windows.open("clerk")
    page.goto("/staff/")
    sign = page.get_by_role("button", name="签收", exact=True)
    expect(sign).to_be_disabled()
    titles = page.locator(".worklist-row a").all_inner_texts()
    for title in titles:
        page.keyboard.press("j")
        if title.startswith("水压不足"):
            page.keyboard.press("x")
    expect(page.locator("[data-worklist-count]")).to_have_text("已选 2 件")
    page.keyboard.press("?")
    expect(page.locator("[data-shortcuts-list]")).to_contain_text("勾选")
    page.keyboard.press("Escape")
    sign.press("Enter")
    expect(page.locator(".results")).to_contain_text("现在到“承办”")
    assert [step_of(inhabited, number) for number in numbers] == ["handling", "handling"]


@pytest.mark.parametrize(("mode", "width"), [("light", 1440), (ELDER, PHONE)])
def test_all_of_it_without_script(windows: Windows, inhabited: Inhabited, mode: str, width: int) -> None:
    number = given_to_the_bureau(inhabited, f"一是井盖松动；二是路面塌陷（{mode}）。", demands=2)
    clerk = windows.open("clerk", mode=mode, width=width, scripts=False)
    clerk.goto("/staff/")
    clerk.locator(f'input[name=case][value="{number}/main"]').check()
    clerk.get_by_role("button", name="签收", exact=True).click()
    expect(clerk.locator(".results")).to_contain_text("现在到“承办”")
    officer = windows.open("officer", mode=mode, width=width, scripts=False)
    officer.goto(f"/staff/case/{number}/")
    officer.get_by_text("这个日期怎么算出来的").first.click()
    expect(officer.locator(".limits-days").first).to_contain_text("第1个工作日")
    officer.get_by_role("link", name="提交办结").click()
    for one, said in ((1, "井盖已经固定。"), (2, "路面已经填平压实。")):
        officer.get_by_label(f"第{one}项的结果").select_option("explained")
        officer.get_by_label(f"第{one}项的答复").fill(said)
    officer.get_by_label("依据").fill("现场核查")
    officer.get_by_role("button", name="先预览").click()
    served = officer.locator(".reply-served")
    expect(served).to_contain_text("一、关于“井盖松动”（解释说明）")
    expect(served).to_contain_text("路面已经填平压实。")
    officer.get_by_role("button", name="提交办结").click()
    officer.wait_for_url(f"**/case/{number}/")
    assert step_of(inhabited, number) == "reviewing"


def test_a_draft_stays_on_the_device_until_it_is_sent(windows: Windows, inhabited: Inhabited) -> None:
    number = given_to_the_bureau(inhabited, "水表转得太快", signed=True)
    page = windows.open("officer")
    path = f"/staff/case/{number}/do/main/submit_result/"
    page.goto(path)
    page.get_by_label("答复内容").fill("水表已送检，结果合格。")
    page.goto("/staff/")
    page.goto(path)
    expect(page.get_by_label("答复内容")).to_have_value("水表已送检，结果合格。")
    expect(page.locator("[data-reply-notice]")).to_be_visible()
    expect(page.locator(".reply-served")).to_contain_text("水表已送检", timeout=PATIENCE)
    page.get_by_role("combobox").first.select_option("explained")
    page.get_by_label("依据").fill("检定证书")
    page.get_by_role("button", name="提交办结").click()
    page.wait_for_url(f"**/case/{number}/")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('reply:'))") == []


def test_a_draft_that_was_thrown_away_does_not_come_back(windows: Windows, inhabited: Inhabited) -> None:
    number = given_to_the_bureau(inhabited, "水表转得太慢", signed=True)
    page = windows.open("officer")
    path = f"/staff/case/{number}/do/main/submit_result/"
    page.goto(path)
    page.get_by_label("答复内容").fill("水表已送检。")
    page.goto("/staff/")
    page.goto(path)
    page.get_by_label("答复内容").press_sequentially("再说")
    page.get_by_role("button", name="丢弃草稿").click()
    expect(page.locator("[data-reply-notice]")).to_be_hidden()
    expect(page.get_by_label("答复内容")).to_have_value("")
    page.goto(path)
    expect(page.get_by_label("答复内容")).to_have_value("")


@pytest.mark.parametrize("width", [320, PHONE, 1440])
def test_long_texts_fit(windows: Windows, inhabited: Inhabited, width: int) -> None:
    text = "、".join(["滨河花园5栋地下车库进水（2018）53号文件http://example.com/averylongaddresswithoutanybreak"] * 25)
    number = given_to_the_bureau(inhabited, text[:2000])
    page = windows.open("clerk", width=width)
    for path in ("/staff/", f"/staff/case/{number}/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
