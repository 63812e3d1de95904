"""The desk by keyboard alone: what a call costs in presses, and that nothing typed is lost whatever happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from browser_world import DESK, PHONE, Inhabited, Windows

pytestmark = pytest.mark.browser

#: What a typical call costs besides its narrative: number, name, kind, place, matter, saving, and on to the next.
TYPICAL = 41
MOST = 60
LAMP = "小区门口的路灯坏了三天，晚上看不见路，请派人来修。"


@dataclass
class Keys:
    """A keyboard that counts: each key of a chord, and of a word typed by its pinyin the initials and the space."""

    page: Page
    count: int = 0

    def press(self, *chords: str) -> None:
        for chord in chords:
            self.count += len(chord.split("+"))
            self.page.keyboard.press(chord)

    def type(self, text: str) -> None:
        self.count += len(text)
        self.page.keyboard.type(text)

    def word(self, text: str, initials: str) -> None:
        self.count += len(initials) + 1
        self.page.keyboard.insert_text(text)

    def tell(self, narrative: str) -> None:
        """Type what the caller tells; it is not counted."""
        self.page.keyboard.insert_text(narrative)


@pytest.fixture
def keys(windows: Windows) -> Keys:
    page = windows.open("call_taker", width=DESK)
    page.goto("/desk/")
    return Keys(page)


def registered(inhabited: Inhabited, text: str) -> list[dict[str, Any]]:
    """Return the facts of the cases whose masked text begins so, the oldest first."""
    from huiying.case.models import Case  # noqa: PLC0415  # needs the apps
    from huiying.case.scope import CENTRE, seeing  # noqa: PLC0415  # needs the apps

    def read() -> list[dict[str, Any]]:
        with seeing(CENTRE):
            found = Case.objects.filter(contents__name="text", contents__text__startswith=text).order_by("id")
            return [dict(one) for one in found.values("kind", "area", "matter", "stage", "split_from", "number")]

    return inhabited.aside(read)


def acts(inhabited: Inhabited, number: str) -> list[str]:
    from huiying.case.models import Act  # noqa: PLC0415  # needs the apps
    from huiying.case.scope import CENTRE, seeing  # noqa: PLC0415  # needs the apps

    def read() -> list[str]:
        with seeing(CENTRE):
            return list(Act.objects.filter(subject=f"case:{number}").order_by("id").values_list("act", flat=True))

    return inhabited.aside(read)


def call(keys: Keys, phone: str, narrative: str) -> None:
    """Take a call up to its end, from the number to the matter."""
    keys.type(phone)
    keys.press("Enter")
    keys.word("王女士", "wns")
    keys.press("Enter", "2", "Tab")
    keys.tell(narrative)
    keys.press("Tab")
    keys.type("mxsq")
    keys.press("Tab")
    keys.word("墨香雅苑3栋", "mxyy3d")
    keys.press("Tab")
    keys.type("ldzm")
    keys.press("Tab")


def save(keys: Keys) -> None:
    """Save, see the receipt, and go on to the next call."""
    keys.press("Alt+s")
    expect(keys.page.get_by_role("heading", name="已登记")).to_be_visible()
    keys.press("Enter")
    expect(keys.page.get_by_label("来电号码")).to_be_focused()


def test_a_typical_call_costs_few_presses_besides_its_narrative(keys: Keys, inhabited: Inhabited) -> None:
    call(keys, "13900000001", LAMP)
    keys.press("Alt+s")
    expect(keys.page.get_by_role("heading", name="已登记")).to_be_visible()
    code = keys.page.locator(".readout-code").inner_text()
    assert len(code.replace("-", "")) == 16
    keys.press("Enter")
    expect(keys.page.get_by_label("来电号码")).to_be_focused()
    expect(keys.page.get_by_label("诉求内容")).to_have_value("")
    assert keys.count == TYPICAL <= MOST
    (case,) = registered(inhabited, LAMP)
    assert (case["kind"], case["area"], case["matter"], case["stage"]) == (
        "help", "990101001001", "0401", "received",
    )  # fmt: skip


def test_who_calls_again_supplements_the_open_case_and_brings_no_new_one(keys: Keys, inhabited: Inhabited) -> None:
    narrative = "楼道里的消防栓一直漏水。"
    call(keys, "13900000002", narrative)
    save(keys)
    keys.type("13900000002")
    keys.press("Enter")
    expect(keys.page.get_by_role("button", name="补充到这件")).to_be_visible()
    keys.press("Enter", "2", "Tab")
    keys.tell("今天水已经流到电梯里。")
    keys.press("Alt+b")
    expect(keys.page.get_by_role("heading", name="已补充到工单")).to_be_visible()
    keys.press("Enter")
    expect(keys.page.get_by_label("来电号码")).to_be_focused()
    (case,) = registered(inhabited, narrative)
    assert acts(inhabited, case["number"]) == ["register", "supplement"]


def test_a_question_is_answered_with_guidance_and_closed(keys: Keys, inhabited: Inhabited) -> None:
    asked = "我的身份证快到期了，想问怎么换领。"
    keys.press("Enter", "Enter", "1", "Tab")
    keys.tell(asked)
    expect(keys.page.get_by_text("身份证到期换领")).to_be_visible()
    keys.press("Alt+u")
    assert "派出所户籍窗口" in keys.page.get_by_label("答复内容").input_value()
    keys.press("Space", "Alt+s")
    expect(keys.page.get_by_role("heading", name="已登记")).to_be_visible()
    (case,) = registered(inhabited, asked)
    assert case["stage"] == "closed"


def test_two_demands_of_a_call_are_two_cases_and_one_code(keys: Keys, inhabited: Inhabited) -> None:
    keys.press("Enter", "Enter", "2", "Tab")
    keys.tell("井盖松动，车压过去很响。")
    keys.press("Alt+a")
    expect(keys.page.locator("[name=text-2]")).to_be_focused()
    keys.tell("井盖旁边的树枝挡住了信号灯。")
    keys.press("Shift+Tab", "ArrowRight", "Alt+s")
    expect(keys.page.locator(".readout-code")).to_have_count(1)
    first, second = registered(inhabited, "井盖")
    assert second["split_from"] == first["number"]


def test_cases_alike_stand_beside_what_is_typed(keys: Keys) -> None:
    for phone in ("13900000003", "13900000004"):
        call(keys, phone, "广场舞的音响太吵，晚上十点还不停。")
        if phone.endswith("4"):
            expect(keys.page.locator("#beside").get_by_role("link", name="广场舞的音响太吵")).to_be_visible()
        save(keys)


def test_nothing_is_lost_when_the_network_is(keys: Keys, inhabited: Inhabited) -> None:
    narrative = "公交站的顶棚被风吹走了。"
    call(keys, "13900000005", narrative)
    keys.page.context.set_offline(True)
    keys.press("Alt+s")
    expect(keys.page.get_by_role("alert").filter(has_text="网络不通")).to_be_visible()
    expect(keys.page.get_by_label("诉求内容")).to_have_value(narrative)
    keys.page.context.set_offline(False)
    keys.press("Alt+s")
    expect(keys.page.get_by_role("heading", name="已登记")).to_be_visible()
    assert len(registered(inhabited, narrative)) == 1


def test_nothing_is_lost_when_the_window_reloads_or_the_session_is_over(keys: Keys, inhabited: Inhabited) -> None:
    narrative, page = "人行道上的护栏倒了。", keys.page
    session = [one for one in page.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME]
    call(keys, "13900000006", narrative)
    keys.press("Alt+a")
    expect(page.locator("[name=text-2]")).to_be_focused()
    keys.tell("护栏边的斑马线磨没了。")
    page.wait_for_function("() => JSON.stringify({...sessionStorage}).includes('斑马线')")
    page.reload()
    expect(page.get_by_text("上次未登记完的内容还在")).to_be_visible()
    expect(page.locator("[name=text]")).to_have_value(narrative)
    expect(page.locator("[name=text-2]")).to_have_value("护栏边的斑马线磨没了。")
    page.context.clear_cookies()
    with page.expect_navigation():
        keys.press("Alt+s")
    assert not registered(inhabited, narrative)
    page.context.add_cookies(session)  # type: ignore[arg-type]  # as they were read
    page.goto("/desk/")
    expect(page.get_by_text("上次未登记完的内容还在")).to_be_visible()
    page.get_by_role("radio", name="投诉").nth(1).focus()
    keys.press("Space", "Alt+s")
    expect(page.get_by_role("heading", name="已登记")).to_be_visible()
    assert [case["kind"] for case in registered(inhabited, narrative)] == ["help"]
    page.goto("/desk/")
    expect(page.locator("[name=text]")).to_have_value("")


def test_what_is_wrong_is_said_and_the_focus_is_where_it_is_said(keys: Keys) -> None:
    keys.type("13900000007")
    keys.press("Alt+s")
    summary = keys.page.get_by_role("alert").filter(has_text="请改正以下")
    expect(summary).to_be_focused()
    expect(keys.page.get_by_label("来电号码")).to_have_value("13900000007")
    keys.press("Tab", "Enter")
    expect(keys.page.get_by_role("radio", name="咨询")).to_be_focused()


def test_the_keys_of_the_screen_are_shown(keys: Keys) -> None:
    keys.press("Enter", "Enter")
    keys.page.keyboard.press("?")
    shown = keys.page.get_by_role("dialog", name="键盘快捷键")
    for label in ("登记", "同一通来电的下一件", "即答", "三方通话", "咨询", "清空，接下一通"):
        expect(shown.get_by_text(label, exact=True)).to_be_visible()


def test_the_screen_works_without_script(windows: Windows, inhabited: Inhabited) -> None:
    page = windows.open("call_taker", width=PHONE, scripts=False)
    page.goto("/desk/?channel=visit")
    page.fill("[name=phone]", "13900000008")
    page.press("[name=phone]", "Enter")
    expect(page.locator("#caller").get_by_text("没有。")).to_be_visible()
    page.fill("[name=text]", "社保卡丢了怎么补办")
    page.check("[name=kind][value=consultation]")
    page.select_option("[name=matter]", "0703")
    page.click("[name=add]")
    page.check("[name=kind-2][value=help]")
    page.fill("[name=text-2]", "社保卡里的钱对不上")
    page.locator("#call .call-end button").first.click()
    expect(page.locator(".readout-code")).to_be_visible()
    assert [case["kind"] for case in registered(inhabited, "社保卡")] == ["consultation", "help"]
