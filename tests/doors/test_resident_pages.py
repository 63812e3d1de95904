"""A resident's pages over plain HTTP: filing, what is wrong with a form, the receipt, and how pages look."""

from __future__ import annotations

import io
import random
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from cast import WATER, ZHAO, ZHOU, Entering, page
from huiying.case.models import Case
from huiying.case.numbers import receipt_code
from huiying.case.scope import CENTRE, seeing
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.models import Attachment
from photos import photo_with_place

CHEN = Contact("陈小梅", "13900001234")


def bring() -> str:
    demand = Demand(text="家里漏水，请派人来修。", contact=CHEN)
    return register(demand, channel="phone", by=RESIDENT, at=timezone.now()).number


def test_a_demand_is_filed_by_form_with_a_photo_and_its_receipt_shows_what_comes_next(nobody: Client) -> None:
    assert "我要反映" in page(nobody, "/")
    form = page(nobody, "/file/")
    key = re.search(r'name="key" value="(\w+)"', form)
    assert key
    data = {
        "key": key[1], "kind": "help", "title": "漏水", "text": "我叫陈小梅，家里漏水", "name": "陈小梅",
        "phone": "13900001234", "address": "滨河花园5栋", "area": "990101",
    }  # fmt: skip
    files = {"files": SimpleUploadedFile("陈小梅家.jpg", photo_with_place(), "image/jpeg")}
    answer = nobody.post("/file/", {**data, **files}, follow=True)
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "请记下查询码" in shown
    assert "陈小梅" not in shown
    again = nobody.post("/file/", {**data, "files": SimpleUploadedFile("x.jpg", photo_with_place(), "image/jpeg")})
    assert again.status_code == 302
    with seeing(CENTRE):
        assert Case.objects.count() == 1
        assert Attachment.objects.get().content_type == "image/jpeg"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"kind": "help"}, "请填写详细情况"),
        ({"text": "漏水"}, "请选择这是什么事"),
        ({"kind": "gossip", "text": "漏水"}, "诉求类型"),
        ({"kind": "help", "text": "漏水", "title": "长" * 200}, "标题"),
    ],
)
def test_what_is_wrong_with_a_form_is_said_beside_it_and_nothing_typed_is_lost(
    nobody: Client, data: dict[str, str], says: str
) -> None:
    answer = nobody.post("/file/", data)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert says in shown
    assert data.get("text", "") in shown
    with seeing(CENTRE):
        assert not Case.objects.exists()


def test_a_large_photo_is_kept_and_a_request_too_large_is_not_even_read(nobody: Client) -> None:
    noise = Image.frombytes("RGB", (1400, 1400), random.Random(7).randbytes(1400 * 1400 * 3))  # noqa: S311  # a picture
    file = io.BytesIO()
    noise.save(file, "PNG")
    assert len(file.getvalue()) > 5 * 2**20
    data = {"kind": "help", "text": "漏水", "files": SimpleUploadedFile("a.png", file.getvalue(), "image/png")}
    assert nobody.post("/file/", data).status_code == 302
    with seeing(CENTRE):
        assert Attachment.objects.count() == 1
    answer = nobody.post("/file/", {"kind": "help"}, headers={"Content-Length": str(2**31)})
    assert answer.status_code == 413


def test_a_file_that_is_no_picture_is_refused_with_its_reason(nobody: Client) -> None:
    data = {"kind": "help", "text": "漏水", "files": SimpleUploadedFile("a.jpg", b"MZ\x90\x00", "image/jpeg")}
    answer = nobody.post("/file/", data)
    assert answer.status_code == 422
    assert "不是可以接收的格式" in answer.content.decode()


def test_a_receipt_is_found_by_its_code_however_it_is_typed(nobody: Client) -> None:
    code = receipt_code(bring())
    found = nobody.post("/find/", {"code": code.lower().replace("-", " ")})
    assert found.status_code == 302
    assert page(nobody, found["Location"])
    assert "没有找到" in nobody.post("/find/", {"code": "7QFK-0M2P-7QFK-0M2P"}).content.decode()
    assert page(nobody, "/r/7QFK-0M2P-7QFK-0M2P/", 404)


def test_the_person_sees_who_saw_what_for_what(nobody: Client, signed_in: Entering) -> None:
    number = bring()
    flow.act(number, "dispatch", by=ZHOU, at=timezone.now(), given={"lead": WATER})
    flow.act(number, "sign_for", by=ZHAO, at=timezone.now(), given={})
    opened = signed_in("laowang").post(f"/staff/case/{number}/open/", {"field": "contact", "purpose": "call_back"})
    assert "13900001234" in opened.content.decode()
    assert opened["Cache-Control"] == "no-store"
    shown = page(nobody, f"/r/{receipt_code(number)}/")
    assert "经办人为“回电了解情况”查看了姓名和电话" in shown
    assert "laowang" not in shown
    assert "老王" not in shown


def test_an_act_that_is_not_possible_says_why(nobody: Client) -> None:
    code = receipt_code(bring())
    answer = nobody.post(f"/r/{code}/rate/", {"solved": "yes", "satisfied": "5"})
    assert answer.status_code == 422
    assert "答复以后才能评价" in answer.content.decode()


def test_elder_view_is_kept_and_leads_nowhere_else(nobody: Client) -> None:
    answer = nobody.post("/view/", {"view": "elder", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert 'data-view="elder"' in page(nobody, "/find/")


def test_colours_are_kept_beside_the_view_and_unknown_ones_mean_what_the_device_says(nobody: Client) -> None:
    nobody.post("/view/", {"view": "elder", "next": "/find/"})
    nobody.post("/view/", {"theme": "contrast", "next": "/find/"})
    shown = page(nobody, "/find/")
    assert 'data-theme="contrast"' in shown
    assert 'data-view="elder"' in shown
    nobody.post("/view/", {"theme": "auto", "next": "/find/"})
    shown = page(nobody, "/find/")
    assert "data-theme" not in shown
    assert 'data-view="elder"' in shown
