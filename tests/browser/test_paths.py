"""Essential paths with JavaScript off: filing, tracking, rating, and a handler's acts."""

from __future__ import annotations

import pytest

from browser_world import ELDER, PHONE, Inhabited, Windows

pytestmark = pytest.mark.browser


def test_a_role_has_signed_in_and_sees_its_case(windows: Windows, inhabited: Inhabited) -> None:
    page = windows.open("officer", mode=ELDER, width=PHONE, scripts=False)
    answer = page.goto(f"/staff/case/{inhabited.number()}/")
    assert answer is not None
    assert answer.status == 200
    assert page.url.endswith(f"{inhabited.number()}/")
    assert page.locator("h1").is_visible()


def test_what_is_done_aside_is_seen_in_the_window(windows: Windows, inhabited: Inhabited) -> None:
    from huiying.case.models import Case  # noqa: PLC0415  # needs the apps
    from huiying.case.scope import CENTRE, seeing  # noqa: PLC0415  # needs the apps

    def stage() -> str:
        with seeing(CENTRE):
            return Case.objects.get(number=inhabited.number()).stage

    assert inhabited.aside(stage) == "handling"
    page = windows.open()
    page.goto(f"/r/{inhabited.code()}/")
    assert page.locator("h1").is_visible()
