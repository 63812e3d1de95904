from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cast import COMMUNITY, MATTER, WATER, ZHAO, ZHOU, Entering
from huiying.case.models import Act, Case
from huiying.case.scope import CENTRE, seeing
from huiying.stages import flow

CHEN = {"name": "陈小梅", "phone": "13900001234"}


def send(client: Client, path: str, body: Any = None, method: str = "POST") -> Any:
    return client.generic(
        method, f"/api/v1{path}", json.dumps(body) if body is not None else "", content_type="application/json"
    )


def bring(client: Client, **more: Any) -> dict[str, str]:
    answer = send(client, "/demands", {"text": "家里漏水，请派人来修。", "contact": CHEN, **more})
    assert answer.status_code == 201, answer.content
    found: dict[str, str] = answer.json()
    return found


def test_anyone_brings_a_demand_and_follows_it_without_a_name_in_the_answer(nobody: Client) -> None:
    receipt = bring(nobody, title="漏水", kind="complaint", area_code="990101", address="滨河花园5栋")
    assert set(receipt) == {"number", "receipt_code", "url"}
    assert receipt["url"].endswith(f"/r/{receipt['receipt_code']}/")
    progress = nobody.get(f"/api/v1/receipts/{receipt['receipt_code']}")
    assert progress.status_code == 200
    said = progress.json()
    assert set(said) == {"number", "stage", "received_at", "due", "timeline"}
    assert said["stage"] == "received"
    assert [set(event) for event in said["timeline"]] == [{"at", "act", "text"}]
    assert "陈" not in progress.content.decode()


def test_a_receipt_says_until_when_and_under_which_article(nobody: Client) -> None:
    receipt = bring(nobody)
    flow.act(receipt["number"], "dispatch", by=ZHOU, at=timezone.now(), given={"lead": WATER})
    flow.act(receipt["number"], "sign_for", by=ZHAO, at=timezone.now(), given={})
    (due,) = nobody.get(f"/api/v1/receipts/{receipt['receipt_code']}").json()["due"]
    assert due["what"] == "办理期限"
    assert "广东省12345" in due["article"]
    assert due["at"]


def test_the_same_key_gives_the_same_receipt_and_another_body_a_conflict(nobody: Client) -> None:
    first = bring(nobody, idempotency_key="k-1")
    assert bring(nobody, idempotency_key="k-1") == first
    other = send(nobody, "/demands", {"text": "别的事", "idempotency_key": "k-1"})
    assert other.status_code == 409
    assert other["Content-Type"] == "application/problem+json"
    assert first["number"] not in other.content.decode()
    with seeing(CENTRE):
        assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "text"),
        ({"text": ""}, "诉求内容"),
        ({"text": "   "}, "诉求内容"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "路灯", "kind": "gossip"}, "kind"),
        ({"text": "路灯\0不亮"}, "字符"),
        ({"text": "路灯", "contact": {"phone": "1" * 300}}, "phone"),
        ({"text": "路灯", "area_code": "'; DROP"}, "area_code"),
        ([], "demand"),
    ],
)
def test_bad_input_gets_a_clear_answer(nobody: Client, body: Any, where: str) -> None:
    answer = send(nobody, "/demands", body)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert where in answer.json()["detail"]
    with seeing(CENTRE):
        assert not Case.objects.exists()


def test_what_is_not_json_is_said_to_be_none(nobody: Client) -> None:
    answer = nobody.post("/api/v1/demands", "{", content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_body_that_is_too_large_is_refused(nobody: Client) -> None:
    answer = send(nobody, "/demands", {"text": "x" * (3 * 2**20)})
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


@pytest.mark.parametrize("path", ["", "/supplement", "/urge", "/withdraw", "/rate", "/review"])
def test_a_wrong_code_tells_nothing(nobody: Client, path: str) -> None:
    body = {"text": "x", "solved": "yes", "satisfied": 5} if path else None
    answer = send(nobody, f"/receipts/7QFK-0M2P-7QFK-0M2P{path}", body, "POST" if path else "GET")
    assert answer.status_code == 404
    assert answer.json()["code"] == "case_unknown"


def test_a_right_code_is_never_turned_away(nobody: Client) -> None:
    code = bring(nobody)["receipt_code"]
    for guess in range(70):
        nobody.get(f"/api/v1/receipts/7QFK-0M2P-7QFK-{guess:04d}")
    assert nobody.get(f"/api/v1/receipts/{code}").status_code == 200
    assert nobody.get(f"/r/{code}/").status_code == 200


def test_behind_a_proxy_each_address_counts_for_itself(nobody: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_INTAKE_RATE", "1")
    monkeypatch.setenv("HUIYING_PROXIES", "1")

    def status(forwarded: str) -> int:
        body = json.dumps({"text": f"来自{forwarded}"})
        return nobody.post(
            "/api/v1/demands", body, content_type="application/json", headers={"X-Forwarded-For": forwarded}
        ).status_code

    assert [status(hops) for hops in ("192.0.2.1", "192.0.2.2", "10.9.9.9, 192.0.2.1")] == [201, 201, 429]


@pytest.mark.parametrize(("path", "method", "status"), [("/nothing", "GET", 404), ("/demands", "DELETE", 405)])
def test_what_is_no_address_or_no_method_is_a_problem_too(nobody: Client, path: str, method: str, status: int) -> None:
    answer = send(nobody, path, method=method)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_what_may_be_left_out_may_be_null(nobody: Client) -> None:
    bring(nobody, title=None, area_code=None, address=None, contact=None)
    bring(nobody, contact={"name": None, "phone": "13900001234"})


def test_an_area_that_nobody_knows_is_not_kept(nobody: Client) -> None:
    known, unknown = bring(nobody, area_code="990101001001")["number"], bring(nobody, area_code="13900001234")["number"]
    with seeing(CENTRE):
        areas = dict(Case.objects.values_list("number", "area"))
    assert (areas[known], areas[unknown]) == ("990101001001", "")


def test_guessing_codes_is_stopped(nobody: Client) -> None:
    answers = {nobody.get(f"/api/v1/receipts/7QFK-0M2P-7QFK-{guess:04d}").status_code for guess in range(70)}
    assert answers == {404, 429}


def test_submissions_from_one_address_are_limited_and_the_address_is_kept_nowhere(
    nobody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYING_INTAKE_RATE", "3")
    answers = [send(nobody, "/demands", {"text": f"第{n}件"}).status_code for n in range(5)]
    assert answers == [201, 201, 201, 429, 429]
    other = Client(REMOTE_ADDR="192.0.2.7")
    assert send(other, "/demands", {"text": "别处来的"}).status_code == 201


def test_the_residents_acts(nobody: Client) -> None:
    receipt = bring(nobody)
    code = receipt["receipt_code"]
    assert send(nobody, f"/receipts/{code}/supplement", {"text": "昨晚又漏了"}).status_code == 200
    assert send(nobody, f"/receipts/{code}/urge").status_code == 200
    early = send(nobody, f"/receipts/{code}/rate", {"solved": "yes", "satisfied": 5})
    assert early.status_code == 409
    assert early.json()["article"]
    assert send(nobody, f"/receipts/{code}/review", {"text": "不同意"}).status_code == 409
    assert send(nobody, f"/receipts/{code}/withdraw").json()["stage"] == "withdrawn"
    assert send(nobody, f"/receipts/{code}/pressed").status_code == 200


def test_staff_need_a_token_that_is_good(nobody: Client, with_token: Entering) -> None:
    for path in ("/worklist", "/overdue", "/cases/20261102-00000001-P", "/openings"):
        assert send(nobody, path, method="GET").status_code == 401
    wrong = Client(headers={"Authorization": "Bearer hy_nothing"})
    assert send(wrong, "/worklist", method="GET").status_code == 401
    assert send(with_token("zhoujie"), "/worklist", method="GET").status_code == 200


def test_a_unit_sees_its_own_cases_and_of_others_not_even_that_they_are(with_token: Entering, nobody: Client) -> None:
    receipt = bring(nobody)
    dispatcher, own, other = with_token("zhoujie"), with_token("xiaozhao"), with_token("xiaomeng")
    path = f"/cases/{receipt['number']}"
    assert send(own, path, method="GET").status_code == 404
    done = send(dispatcher, f"{path}/acts", {"act": "dispatch", "given": {"lead": WATER}})
    assert done.json() == {"number": receipt["number"], "step": "signing"}
    shown = send(own, path, method="GET").json()
    assert shown["units"] == [WATER]
    assert {option["act"] for option in shown["options"]} >= {"sign_for", "return_order"}
    assert [case["number"] for case in send(own, "/worklist", method="GET").json()["cases"]] == [receipt["number"]]
    for call in (
        send(other, path, method="GET"),
        send(other, f"{path}/acts", {"act": "sign_for"}),
        send(other, f"{path}/openings", {"field": "contact", "purpose": "save_life"}),
    ):
        assert call.status_code == 404
        assert call.json()["code"] == "case_unknown"
    assert send(other, "/worklist", method="GET").json()["cases"] == []


def test_a_refusal_carries_its_reason_and_its_article(with_token: Entering, nobody: Client) -> None:
    number = bring(nobody)["number"]
    answer = send(with_token("zhoujie"), f"/cases/{number}/acts", {"act": "dispatch", "given": {"lead": "nowhere"}})
    assert answer.status_code == 409
    assert answer.json()["code"] == "unit_unknown_here"
    assert answer.json()["article"]
    role = send(with_token("sunshen"), f"/cases/{number}/acts", {"act": "dispatch", "given": {"lead": WATER}})
    assert (role.status_code, role.json()["code"]) == (403, "not_this_role")
    missing = send(with_token("zhoujie"), f"/cases/{number}/acts", {"act": "dispatch"})
    assert (missing.status_code, missing.json()["code"]) == (422, "not_given")
    odd = send(with_token("zhoujie"), f"/cases/{number}/acts", {"act": "dispatch", "given": {"lead": {"a": [1]}}})
    assert odd.status_code in {409, 422}


def test_an_act_with_a_key_is_done_once(with_token: Entering, nobody: Client) -> None:
    number = bring(nobody)["number"]
    body = {"act": "dispatch", "given": {"lead": WATER}, "key": "d-1"}
    client = with_token("zhoujie")
    assert send(client, f"/cases/{number}/acts", body).json() == send(client, f"/cases/{number}/acts", body).json()
    with seeing(CENTRE):
        assert Act.objects.filter(case__number=number, act="dispatch").count() == 1


def test_classify_propose_split_and_look_up(with_token: Entering, nobody: Client) -> None:
    number = bring(nobody)["number"]
    dispatcher, call_taker = with_token("zhoujie"), with_token("xiaoli")
    where = {"kind": "help", "matter": MATTER, "area": COMMUNITY}
    assert send(dispatcher, f"/cases/{number}/classify", where).status_code == 200
    assert send(dispatcher, f"/cases/{number}/proposal", method="GET").json()["lead"]
    new = send(dispatcher, f"/cases/{number}/split", {"parts": [{"kind": "help", "text": "路灯不亮"}], "key": "s"})
    assert len(new.json()["numbers"]) == 1
    found = send(call_taker, "/lookups", {"phone": "139 0000 1234"}).json()["cases"]
    assert {case["number"] for case in found} == {number, *new.json()["numbers"]}
    assert send(dispatcher, "/lookups", {"phone": "139 0000 1234"}).status_code == 403


def test_a_program_at_the_desk_registers_answers_on_the_spot_and_searches(with_token: Entering) -> None:
    desk = with_token("xiaoli")
    body = {"text": "怎么办身份证", "kind": "consultation", "channel": "visit", "at_once": "yes", "contact": CHEN}
    done = send(desk, "/cases", body)
    assert done.status_code == 201
    (row,) = send(desk, "/cases?kind=consultation&stage=closed", method="GET").json()["cases"]
    assert row["number"] == done.json()["number"]
    refused = send(desk, "/cases", {**body, "kind": "report"})
    assert refused.status_code == 409
    unknown = send(desk, "/cases", {"text": "投诉", "kind": "complaint", "respondents": ["nobody"]})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "not_listed")
    assert send(with_token("laowang"), "/cases", {"text": "x"}).status_code == 403
    assert send(with_token("sunshen"), "/notices", method="GET").json() == {"notices": []}


def test_identities_open_for_a_purpose_and_custodians_watch(with_token: Entering, nobody: Client) -> None:
    number = bring(nobody, kind="report")["number"]
    flow.act(number, "dispatch", by=ZHOU, at=timezone.now(), given={"lead": WATER})
    flow.act(number, "sign_for_case", by=ZHAO, at=timezone.now(), given={})
    officer, custodian, other = with_token("laowang"), with_token("heshou"), with_token("fengshou")
    refused = send(officer, f"/cases/{number}/openings", {"field": "contact", "purpose": "call_back"})
    assert refused.json()["code"] == "through_the_centre"
    asked = send(officer, f"/cases/{number}/openings", {"field": "original", "purpose": "handle"}).json()
    assert (asked["waiting"], asked["lines"]) == (True, [])
    (row,) = send(custodian, "/openings", method="GET").json()["to_decide"]
    assert row["opening"] == asked["opening"]
    assert send(officer, "/openings", method="GET").status_code == 403
    assert send(custodian, f"/openings/{row['opening']}/decide", {"yes": True}).status_code == 200
    opened = send(officer, f"/openings/{row['opening']}/see").json()
    assert "家里漏水" in opened["lines"][0]["text"]
    assert send(other, f"/openings/{row['opening']}/review", {"yes": True}).status_code == 200
    assert send(custodian, "/openings", method="GET").json()["to_review"] == []


def test_every_answer_is_described(nobody: Client) -> None:
    described = nobody.get("/api/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert {"422", "404", "405", "413"} <= set(operation["responses"]), (path, method)
            for status, described_answer in operation["responses"].items():
                if int(status) >= 400:
                    assert list(described_answer["content"]) == ["application/problem+json"], (path, method, status)
            assert operation["summary"], (path, method)
    assert nobody.get("/api/openapi.json")["Content-Type"] == "application/json"


def test_health_and_figures(nobody: Client) -> None:
    assert nobody.get("/healthz").json() == {"ok": True, "database": "answers"}
    bring(nobody)
    assert "huiying_cases_open 1.0" in nobody.get("/metrics").content.decode()
