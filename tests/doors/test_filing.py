"""Filing page by page, from a sign, and what may be kept for when there is no network."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from cast import Entering
from huiying.case.models import Case
from huiying.case.numbers import receipt_code
from huiying.case.scope import CENTRE, seeing
from huiying.directory.models import Area, Spot
from huiying.doors.complainant.questions import narrowest

KEEP = "X-Keep-Offline"


def carried(page: str) -> dict[str, str]:
    """Return what a page carries along unseen."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def test_every_page_carries_what_was_answered_before_and_nothing_is_kept_on_the_way(nobody: Client) -> None:
    given = {"kind": "help", "text": "路灯<不>亮", "area": ["990101", "990101001"], "confidential": "on"}
    page = nobody.post("/file/who/", {**given, "from": "where"}).content.decode()
    assert carried(page) | {"kind": "help", "text": "路灯&lt;不&gt;亮", "area": "990101001"} == carried(page)
    checked = nobody.post("/file/check/", {**given, "from": "who"}).content.decode()
    for words in ("求助", "路灯&lt;不&gt;亮", "临汀区柳汀街道", "请为我保密"):
        assert words in checked
    assert not nobody.session.keys()
    with seeing(CENTRE):
        assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("path", "sent", "heading", "says"),
    [
        ("/file/what/", {"from": "kind"}, "我要反映", "请选择这是什么事"),
        ("/file/where/", {"from": "what", "kind": "help"}, "发生了什么", "请填写详细情况"),
        (
            "/file/where/",
            {"from": "what", "text": "灯", "title": "长" * 121},
            "发生了什么",
            "标题最多120字，现在有121字",
        ),
        ("/file/check/", {"from": "who", "text": "灯"}, "我要反映", "请选择这是什么事"),
    ],
)
def test_a_page_that_lacks_something_comes_back(
    nobody: Client, path: str, sent: dict[str, str], heading: str, says: str
) -> None:
    answer = nobody.post(path, sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"<h1>{heading}</h1>" in page
    assert page.count(says) >= 2  # in the summary and beside the field


def test_going_back_asks_for_nothing(nobody: Client) -> None:
    assert nobody.post("/file/what/", {"from": "where", "back": "1"}).status_code == 200


def test_large_type_is_chosen_in_the_middle_of_a_page_and_what_was_typed_stays(nobody: Client) -> None:
    answer = nobody.post(
        "/file/what/", {"from": "what", "kind": "help", "text": "灯", "view": "elder", "language": "en"}
    )
    page = answer.content.decode()
    assert 'data-view="elder"' in page
    assert '<html lang="en"' in page
    assert carried(page)["kind"] == "help"
    assert 'data-view="elder"' in nobody.get("/").content.decode()


def test_of_areas_chosen_level_by_level_the_narrowest_that_lies_in_the_wider_ones_counts() -> None:
    assert narrowest(["990102", "990101001", "990101001001"]) == "990102"
    assert narrowest(["990101", "990101001", ""]) == "990101001"
    assert narrowest([]) == ""


def test_a_level_of_areas_brings_the_next_and_a_position_brings_all(nobody: Client) -> None:
    assert nobody.get("/file/areas/").content.decode().count("<select") == 1
    chosen = nobody.get("/file/areas/", {"area": "990101001"}).content.decode()
    assert chosen.count("<select") == 3
    assert "墨香社区" in chosen
    ring = Area.objects.get(pk="990101001001").boundary or []
    longitude, latitude = (sum(point[axis] for point in ring[:-1]) / len(ring[:-1]) for axis in (0, 1))
    found = nobody.post("/file/place/", {"latitude": latitude, "longitude": longitude}).content.decode()
    assert '<option value="990101001001" selected>' in found
    for odd in ({}, {"latitude": "nan", "longitude": "1"}, {"latitude": "x", "longitude": "y"}):
        assert nobody.post("/file/place/", odd).content.decode().count("<select") == 1


def test_a_sign_fills_in_its_place_and_one_that_is_not_in_use_is_none(nobody: Client) -> None:
    page = nobody.get("/q/moxiang-1/").content.decode()
    assert carried(page)["area"] == "990101001001"
    assert "小格" not in page  # who looks after it is said by post, never by name
    assert "<svg" in nobody.get("/q/moxiang-1/sheet/").content.decode()
    assert nobody.get("/q/no-such-sign/").status_code == 404
    Spot.objects.filter(pk="moxiang-1").update(active=False)
    assert nobody.get("/q/moxiang-1/").status_code == 404
    sent = {"kind": "help", "text": "灯不亮", "spot": "moxiang-1"}
    code = nobody.post("/file/", sent)["Location"].split("/")[2]
    with seeing(CENTRE):
        case = next(case for case in Case.objects.all() if receipt_code(case.number) == code)
    assert "spot" not in case.facts


def test_only_empty_pages_may_be_kept_on_a_device(nobody: Client, signed_in: Entering) -> None:
    for path in ("/file/", "/file/what/", "/file/check/", "/offline/"):
        assert nobody.get(path).headers.get(KEEP) == "yes", path
        assert KEEP not in signed_in("zhoujie").get(path).headers, path
    assert KEEP not in nobody.get("/").headers
    assert KEEP not in nobody.get("/q/moxiang-1/").headers
    assert KEEP not in nobody.post("/file/what/", {"from": "kind", "kind": "help"}).headers
    receipt = nobody.post("/file/", {"kind": "help", "text": "灯不亮"})["Location"]
    assert KEEP not in nobody.get(receipt).headers


def test_the_worker_serves_every_page_and_the_manifest_names_the_portal(nobody: Client) -> None:
    worker = nobody.get("/sw.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert worker["Service-Worker-Allowed"] == "/"
    manifest = nobody.get("/manifest.webmanifest").json()
    assert manifest["scope"] == manifest["start_url"] == "/"
    assert [shortcut["url"] for shortcut in manifest["shortcuts"]] == ["/file/", "/find/"]
