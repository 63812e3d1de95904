from __future__ import annotations

from django.test import Client
from django.urls import reverse

from cast import Entering, page
from huiying.case.models import Act
from huiying.directory.models import Duty, Unit


def test_the_directory_changes_by_acts_and_nothing_of_it_is_deleted(signed_in: Entering) -> None:
    admin = signed_in("guandang")
    data = {
        "name": "汀川市水务局（新）",
        "level": "department",
        "superior": "city",
        "agent_of": "",
        "area": "9901",
        "active": "on",
    }
    answer = admin.post(reverse("admin:directory_unit_change", args=["sw"]), data)
    assert answer.status_code == 302, answer.content.decode()
    assert Unit.objects.get(pk="sw").name == "汀川市水务局（新）"
    last = Act.objects.filter(subject="unit:sw").order_by("-position")[0]
    assert (last.person, last.body["sets"]["name"]) == ("guandang", "汀川市水务局（新）")
    assert admin.post(reverse("admin:directory_unit_delete", args=["sw"]), {"post": "yes"}).status_code == 403
    duty = Duty.objects.all()[0]
    assert page(admin, reverse("admin:directory_duty_change", args=[duty.pk]))
    assert "case" not in page(admin, "/admin/")


def test_only_administrators_enter_the_admin(signed_in: Entering, nobody: Client) -> None:
    assert signed_in("zhoujie").get("/admin/").status_code in {302, 403}
    assert nobody.get("/admin/login/")["Location"].startswith("/accounts/login/")


def test_a_second_factor_can_be_set_up(signed_in: Entering) -> None:
    client = signed_in("guandang")
    assert "双因素" in page(client, "/accounts/2fa/") or "两步" in page(client, "/accounts/2fa/")
