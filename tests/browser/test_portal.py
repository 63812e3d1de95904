"""The resident's portal in a browser: filing without script and by keyboard, drafts, no network, signs, position."""

from __future__ import annotations

import io
import re
import struct
import wave
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import Geolocation, Page, expect

from browser_world import PHONE, Inhabited, Windows

if TYPE_CHECKING:
    from playwright.sync_api import Route

pytestmark = pytest.mark.browser

#: Where no city is.
AT_SEA: Geolocation = {"latitude": 0.0, "longitude": 160.0}
RECEIPT = re.compile(r"/r/[0-9A-Z-]+/")


def photo(width: int = 640) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((width, width * 3 // 4), 90).convert("RGB").save(file, "JPEG", quality=96)
    return file.getvalue()


def sound() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as spoken:
        spoken.setparams((1, 2, 8000, 0, "NONE", ""))
        spoken.writeframes(b"".join(struct.pack("<h", 900 * (number % 40 - 20)) for number in range(8000)))
    return file.getvalue()


def ready(page: Page) -> None:
    """Wait until script has taken the form over: from then on answers stay on the device."""
    page.wait_for_selector("form[data-draft][data-ready]")


def go_on(page: Page, heading: str, button: str = "继续") -> None:
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("h1")).to_have_text(heading)


def write(page: Page, text: str) -> None:
    """Fill in everything up to the photos, with script."""
    page.goto("/file/")
    ready(page)
    page.get_by_label("求助").check()
    go_on(page, "发生了什么")
    ready(page)
    page.get_by_label("详细情况").fill(text)
    go_on(page, "在什么地方")
    ready(page)
    page.get_by_label("具体地点").fill("柳汀路与舫西街路口")
    go_on(page, "怎样联系您")
    ready(page)
    go_on(page, "照片和录音")
    ready(page)


def filed(inhabited: Inhabited, text: str) -> int:
    """Return how many cases say this."""
    from huiying.case.models import Content  # noqa: PLC0415  # needs the apps
    from huiying.case.scope import CENTRE, seeing  # noqa: PLC0415  # needs the apps

    def count() -> int:
        with seeing(CENTRE):
            return Content.objects.filter(name="text", text__startswith=text.partition("\n")[0]).count()

    return inhabited.aside(count)


def test_the_front_page_says_on_one_screen_of_a_telephone_what_can_be_done(windows: Windows) -> None:
    page = windows.open(width=PHONE)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/")
    for words in (
        "我要反映",
        "查询进度",
        "有危险，先打",
        "马上有查询码",
        "交给一个单位办",
        "答复以后再问您",
        "可以匿名",
    ):
        expect(page.locator("main").get_by_text(words).first).to_be_in_viewport(ratio=1)


def test_a_demand_is_filed_without_script_page_by_page_and_nothing_is_lost_on_the_way(
    windows: Windows, inhabited: Inhabited
) -> None:
    page = windows.open(width=PHONE, scripts=False)
    page.goto("/file/")
    go_on(page, "我要反映")
    expect(page.locator(".errors")).to_contain_text("请选择这是什么事")
    page.get_by_label("投诉").check()
    go_on(page, "发生了什么")
    page.get_by_label("详细情况").fill("小区门口<b>烧烤摊</b>半夜扰民 & 油烟\n已经一个月")
    go_on(page, "在什么地方")
    page.get_by_label("区、县").select_option(label="临汀区")
    page.get_by_role("button", name="再选细一点").click()
    page.get_by_label("街道、乡镇").select_option(label="柳汀街道")
    page.get_by_role("button", name="再选细一点").click()
    page.get_by_label("社区、村").select_option(label="墨香社区")
    page.get_by_label("具体地点").fill("墨香雅苑北门")
    go_on(page, "怎样联系您")
    page.get_by_label("请为我保密").check()
    page.get_by_role("button", name="长辈版").click()
    expect(page.locator("html")).to_have_attribute("data-view", "elder")
    expect(page.get_by_label("请为我保密")).to_be_checked()
    go_on(page, "请核对，然后提交")
    expect(page.locator(".answers")).to_contain_text("汀川市临汀区柳汀街道墨香社区")
    page.get_by_role("button", name="更改：详细情况").click()
    expect(page.get_by_label("详细情况")).to_have_value("小区门口<b>烧烤摊</b>半夜扰民 & 油烟\n已经一个月")
    go_on(page, "请核对，然后提交", "改好了")
    page.get_by_role("button", name="上一步").click()
    expect(page.get_by_label("请为我保密")).to_be_checked()
    go_on(page, "请核对，然后提交")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "摊位.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    page.get_by_role("button", name="提交").click()
    expect(page.locator("h1")).to_have_text("已经收到您的反映")
    expect(page.locator(".facts-box")).to_contain_text("投诉")
    expect(page.locator(".facts-box")).to_contain_text("1个")
    assert filed(inhabited, "小区门口<b>烧烤摊</b>半夜扰民 & 油烟\n已经一个月") == 1


def test_a_demand_is_filed_by_keyboard_alone(windows: Windows, inhabited: Inhabited) -> None:
    page = windows.open()
    page.goto("/file/")
    ready(page)
    focus_on(page, "#field-kind")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("发生了什么")
    ready(page)
    focus_on(page, "#field-text")
    page.keyboard.type("用键盘写的：路灯不亮")
    for heading in ("在什么地方", "怎样联系您", "照片和录音", "请核对，然后提交"):
        focus_on(page, "form[data-draft] .button-row .button:not([name])")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(heading)
        ready(page)
    focus_on(page, "form[data-draft] .button-row .button:not([name])")
    page.keyboard.press("Enter")
    page.wait_for_url(RECEIPT)
    assert filed(inhabited, "用键盘写的：路灯不亮") == 1


def focus_on(page: Page, selector: str) -> None:
    """Press Tab until something has the focus."""
    for _ in range(60):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {selector}")


def test_what_is_missing_is_said_beside_the_field_and_in_a_summary_that_has_the_focus(windows: Windows) -> None:
    page = windows.open()
    page.goto("/file/what/")
    ready(page)
    page.get_by_role("button", name="继续").click()
    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator(".field--error .field-error")).to_have_text("请填写详细情况")
    page.locator(".errors a").click()
    expect(page.get_by_label("详细情况")).to_be_focused()


def test_a_draft_survives_a_closed_tab_with_its_photo_and_is_gone_after_the_receipt(
    windows: Windows, inhabited: Inhabited
) -> None:
    page = windows.open(width=PHONE)
    write(page, "草稿：井盖坏了")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "井盖.jpg", "mimeType": "image/jpeg", "buffer": photo(3000)}
    )
    expect(page.locator(".upload-item")).to_contain_text("井盖.jpg")
    assert page.locator(".upload-image").evaluate("image => image.naturalWidth") > 0
    size = page.locator(".upload-size").inner_text()
    assert float(size.split()[0]) < len(photo(3000)) / 1_000_000 or "kB" in size
    page.locator("input[type=file]").nth(1).set_input_files(
        {"name": "一段话.wav", "mimeType": "audio/wav", "buffer": sound()}
    )
    expect(page.locator("audio")).to_be_visible()
    window = page.context
    page.close()
    page = window.new_page()
    page.goto("/")
    expect(page.locator("[data-draft-box]")).to_contain_text("没有写完")
    page.get_by_role("link", name="接着写").click()
    expect(page.locator("[data-answer=text]")).to_have_text("草稿：井盖坏了")
    expect(page.locator("[data-answer=kind]")).to_have_text("求助")
    expect(page.locator("[data-answer=files]")).to_contain_text("井盖.jpg")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url(RECEIPT)
    expect(page.locator(".facts-box")).to_contain_text("2个")
    page.goto("/file/what/")
    ready(page)
    expect(page.get_by_label("详细情况")).to_have_value("")
    assert filed(inhabited, "草稿：井盖坏了") == 1


def test_a_draft_can_be_deleted_from_a_borrowed_telephone(windows: Windows) -> None:
    page = windows.open(width=PHONE)
    write(page, "不该留下的话")
    page.get_by_role("button", name="从这台设备上删除").click()
    page.get_by_role("button", name="再按一次，确定删除").click()
    page.wait_for_url("**/file/")
    page.goto("/file/what/")
    ready(page)
    expect(page.get_by_label("详细情况")).to_have_value("")


def test_what_is_written_without_a_network_is_sent_once_when_it_is_back(windows: Windows, inhabited: Inhabited) -> None:
    page = windows.open(width=PHONE)
    page.goto("/file/")
    page.evaluate("async () => { await navigator.serviceWorker.ready }")
    page.wait_for_function("async () => (await (await caches.open('huiying-1')).keys()).length > 8")
    page.reload()
    page.wait_for_function("() => navigator.serviceWorker.controller")
    page.context.set_offline(True)
    write(page, "没有网络时写的：下水道堵了")
    go_on(page, "请核对，然后提交")
    ready(page)
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[data-draft-box]")).to_contain_text("正在等网络")
    page.goto("/find/")
    expect(page.locator("h1")).to_have_text("现在没有网络")
    expect(page.locator("[data-draft-box]")).to_contain_text("正在等网络")
    assert filed(inhabited, "没有网络时写的：下水道堵了") == 0
    other = page.context.new_page()
    other.goto("/file/check/")
    expect(other.locator("[data-draft-box]")).to_contain_text("正在等网络")
    page.context.set_offline(False)
    page.wait_for_function(
        "() => document.querySelector('[data-draft-receipt]:not([hidden])') || location.pathname.startsWith('/r/')"
    )
    assert filed(inhabited, "没有网络时写的：下水道堵了") == 1
    page.goto("/")
    kept = page.evaluate(
        "async () => (await (await caches.open('huiying-1')).keys()).map((one) => new URL(one.url).pathname)"
    )
    assert not [path for path in kept if path.startswith(("/r/", "/staff", "/api"))]


def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_is_filed_twice(
    windows: Windows, inhabited: Inhabited
) -> None:
    page = windows.open(service_workers="block")
    write(page, "回执在路上丢了一次")
    go_on(page, "请核对，然后提交")
    ready(page)
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0).headers["location"])
            route.abort()
        else:
            route.continue_()

    page.route("**/file/", lose)
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[data-draft-box]")).to_contain_text("正在等网络")
    page.get_by_role("button", name="现在再试").click()
    page.wait_for_url(RECEIPT)
    assert lost[0].split("?")[0] in page.url
    assert filed(inhabited, "回执在路上丢了一次") == 1


def test_a_sign_fills_in_place_and_matter_and_says_who_looks_after_it(windows: Windows, inhabited: Inhabited) -> None:
    from huiying.case.models import Case  # noqa: PLC0415  # needs the apps
    from huiying.case.scope import CENTRE, seeing  # noqa: PLC0415  # needs the apps

    page = windows.open(width=PHONE)
    page.goto("/q/moxiang-1/")
    ready(page)
    expect(page.locator(".spot")).to_contain_text("墨香雅苑东门路灯")
    expect(page.locator(".spot")).to_contain_text("网格员")
    expect(page.get_by_label("路灯照明")).to_be_checked()
    page.get_by_label("求助").check()
    go_on(page, "发生了什么")
    ready(page)
    page.get_by_label("详细情况").fill("扫码反映：灯不亮")
    go_on(page, "在什么地方")
    ready(page)
    expect(page.get_by_label("社区、村")).to_have_value("990101001001")
    expect(page.get_by_label("具体地点")).to_have_value("墨香雅苑东门外，柳汀路一侧")
    page.get_by_label("具体地点").fill("墨香雅苑东门内")
    for heading in ("怎样联系您", "照片和录音", "请核对，然后提交"):
        go_on(page, heading)
        ready(page)
    expect(page.locator("[data-answer=area]")).to_contain_text("墨香社区")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url(RECEIPT)
    number = page.locator(".receipt-code dd").nth(1).inner_text()

    def case() -> tuple[str, str, str, str]:
        with seeing(CENTRE):
            found = Case.objects.get(number=number)
            return found.channel, found.area, found.matter, found.facts["spot"]

    assert inhabited.aside(case) == ("qr", "990101001001", "0401", "moxiang-1")


def test_the_telephones_position_chooses_the_area_and_is_not_kept(windows: Windows, inhabited: Inhabited) -> None:
    from huiying.directory.models import Area  # noqa: PLC0415  # needs the apps

    ring = inhabited.aside(lambda: Area.objects.get(pk="990101001001").boundary) or []
    longitude, latitude = (sum(point[axis] for point in ring[:-1]) / len(ring[:-1]) for axis in (0, 1))
    page = windows.open(
        width=PHONE, geolocation={"latitude": latitude, "longitude": longitude}, permissions=["geolocation"]
    )
    page.goto("/file/where/")
    ready(page)
    page.get_by_role("button", name="用我现在的位置").click()
    expect(page.locator("[data-place-status]")).to_have_text("已按您的位置选好，请核对。")
    expect(page.get_by_label("社区、村")).to_have_value("990101001001")
    page.context.set_geolocation(AT_SEA)
    page.get_by_role("button", name="用我现在的位置").click()
    expect(page.locator("[data-place-status]")).to_contain_text("请自己选择")
    assert str(latitude)[:6] not in page.content()


def test_a_receipt_prints_with_its_square_and_without_what_cannot_be_pressed(
    windows: Windows, inhabited: Inhabited
) -> None:
    page = windows.open()
    page.goto(f"/r/{inhabited.code()}/?new=1")
    expect(page.get_by_role("button", name="打印")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".qr")).to_be_visible()
    expect(page.locator(".receipt-code")).to_contain_text(inhabited.code())
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    assert len(page.pdf(format="A4")) > 10_000


def test_a_case_is_followed_as_a_story_with_what_comes_next_and_how_its_date_was_found(
    windows: Windows, inhabited: Inhabited
) -> None:
    page = windows.open(width=PHONE, scripts=False)
    page.goto(f"/r/{inhabited.code()}/")
    expect(page.locator(".next")).to_contain_text("现在由汀川市水务局的经办人办理。")
    why = page.locator(".next details").first
    why.locator("summary").click()
    expect(why).to_contain_text("第1个工作日")
    expect(page.locator(".limits-article").first).to_be_visible()
    expect(page.locator(".acts")).to_contain_text("评价")
    expect(page.locator(".button-why").first).to_be_visible()


def test_solved_and_satisfied_are_asked_apart(windows: Windows, inhabited: Inhabited) -> None:
    page = windows.open(scripts=False)
    page.goto(f"/r/{inhabited.code()}/rate/")
    solved, satisfied = (page.get_by_role("group", name=name) for name in ("问题解决了吗", "您对办理满意吗"))
    expect(solved.get_by_role("radio")).to_have_count(3)
    expect(satisfied.get_by_role("radio")).to_have_count(5)
