"""The law as staff read it: instruments, acts, limits, examples with results; local limits until they are approved."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone

from cast import CAI, GUAN, WATER, ZHOU, Entering, page
from huiying.case import local_limits
from huiying.config.packs import our_library
from huiying.directory.models import LocalLimit
from huiying.doors.law.links import rule_url
from huiying.doors.law.saying import extension
from huiying.procedure.time_limits import Unit
from huiying.stages import flow
from huiying.stages.intake.actions import RESIDENT, Demand, register

BASIS = "汀川市承诺办理时限规定第4条"


def sent(client: Client, path: str, **said: str) -> str:
    """Send a form, go where it leads, and return the page."""
    return unescape(client.post(path, said, follow=True).content.decode())


def test_staff_find_every_instrument_with_what_it_holds_and_whether_its_examples_come_out(signed_in: Entering) -> None:
    words = page(signed_in("laowang"), "/staff/law/")
    for instrument in our_library().instruments.values():
        assert instrument.title in words
    assert "本地规则包，依托政务服务便民热线一般流程，新工单适用" in words
    assert "2020年1月1日至2026年4月14日" in words  # the old market rules, over
    assert "个不符" not in words


def test_an_instrument_is_a_picture_steps_acts_and_limits_in_words(signed_in: Entering) -> None:
    staff = signed_in("zhoujie")
    overview = page(staff, "/staff/law/hotline/")
    assert "接听登记 → 初步核实 → 派单签收 → 承办" in overview
    drawn = staff.get("/staff/law/hotline/picture.svg")
    assert drawn["Content-Type"] == "image/svg+xml; charset=utf-8"
    picture = ET.fromstring(drawn.content)  # noqa: S314  # ours
    assert picture[0].text == "政务服务便民热线一般流程"
    acts = page(staff, "/staff/law/hotline/acts/")
    assert "《北京市接诉即办工作条例》第15条" in acts
    assert "S 种子文章" in acts
    assert "不作为法律展示" in acts
    hotline = our_library().procedures["hotline"]
    for act in hotline.acts.values():
        assert act.name in acts
    folded = re.findall(r'folded-label">([^<]*)<.*?folded-count">([^<]*)<(.*?)</details>', acts, re.DOTALL)
    assert [label for label, *_ in folded[:2]] == ["接听登记", "初步核实"]
    assert folded[-1][0] == "各个环节"
    for label, count, rows in folded:
        assert int(count.removesuffix("个")) == rows.count('scope="row"'), label
    at_work = next(rows for label, _, rows in folded if label == "承办")
    assert "申请延期" in at_work  # possible at other steps too, and found at each
    assert "登记</div>" not in at_work
    limits = page(staff, "/staff/law/petition/limits/")
    for said in (
        "60自然日",
        "单位负责人批准可以延长30自然日",
        "听证",
        "遇休息日顺延",
        "《信访工作条例》第34条",
        "V 已核对原文",
    ):
        assert said in limits
    assert "至少提前7个工作日" in page(staff, "/staff/law/market_hearing/limits/")
    penalty = our_library().terms["SP-04"], our_library().terms["SP-01"]
    assert [extension(term) for term in penalty] == [
        "市场监管部门负责人批准可以延长，长度未查明",
        "市场监管部门负责人批准可以延长30自然日；负责人集体讨论可以再延长，长度另定",
    ]


def test_an_example_is_a_story_with_its_result_and_the_reasons_of_its_dates(signed_in: Entering) -> None:
    staff = signed_in("zhoujie")
    assert "相符" in page(staff, "/staff/law/guangdong/examples/")
    story = page(staff, "/staff/law/guangdong/examples/handing-on-never-resets/")
    for said in (
        "刚刚重算过",
        "退单裁定",
        "办理期限到2026年10月15日",
        "第2、3、4、5、7、10、12条，办理期限",
        "第10个工作日",
    ):
        assert said in story
    back = page(staff, "/staff/law/market_hearing/examples/counting-back/")
    assert "被拒绝：SP-07d 没有延长的规定" in back
    for missing in ("law/none/", "law/none/limits/", "law/guangdong/examples/none/", "law/petition/acts/x/"):
        assert staff.get(f"/staff/{missing}").status_code == 404


def test_an_example_that_no_longer_comes_out_is_shown_with_what_differs(
    signed_in: Entering, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = tmp_path / "some-city"
    (city / "examples").mkdir(parents=True)
    (city / "terms.toml").write_text('title = "某市期限"\n', "utf-8")
    right, wrong = city / "examples" / "right.yaml", city / "examples" / "wrong.yaml"
    right.write_text("标题: 七个工作日\n期限:\n  - {规则: SC-06, 起算: 2026-09-18, 届满: 2026-09-29}\n", "utf-8")
    wrong.write_text("标题: 算错的\n期限:\n  - {规则: SC-06, 起算: 2026-09-18, 届满: 2026-09-28}\n", "utf-8")
    (city / "examples" / "broken.yaml").write_text("标题: [\n", "utf-8")
    monkeypatch.setenv("HUIYING_PACKS", str(city))
    staff = signed_in("zhoujie")
    assert "2个不符" in page(staff, "/staff/law/")
    words = page(staff, "/staff/law/some-city/examples/wrong/")
    assert "与规程现在的结果不符" in words
    assert "写的是 2026-09-28，结果是 2026-09-29" in words
    assert "读不懂这个示例" in page(staff, "/staff/law/some-city/examples/broken/")
    wrong.write_text(right.read_text("utf-8"), "utf-8")  # what the file says now counts, not what it said before
    assert "1个不符" in page(staff, "/staff/law/")
    wrong.unlink()
    assert "2个不符" in page(staff, "/staff/law/")


def test_each_date_of_a_case_leads_to_its_row(signed_in: Entering) -> None:
    assert rule_url("GD-02c") == "/staff/law/guangdong/limits/#GD-02c"
    assert rule_url("gone") == rule_url("") == ""
    officer = signed_in("laowang")
    assert 'id="GD-02c"' in page(officer, "/staff/law/guangdong/limits/")
    demand = Demand("楼道灯不亮", kind="complaint")
    number = register(demand, channel="phone", by=RESIDENT, at=timezone.now()).number
    flow.act(number, "dispatch", by=ZHOU, at=timezone.now(), given={"lead": WATER})
    assert 'href="/staff/law/guangdong/limits/#GD-02c"' in page(officer, f"/staff/case/{number}/")


def test_a_local_limit_is_proposed_by_one_and_approved_by_another(signed_in: Entering) -> None:
    admin, leader = signed_in("guandang"), signed_in("cailingdao")
    today = timezone.localdate()
    form = {"term": "GD-02c", "article": BASIS, "valid_from": (today + timedelta(days=7)).isoformat()}
    refused = sent(admin, "/staff/local-limits/new/", **form, value="16")
    assert "GD-02c 法定 15 工作日，本地期限不得更长" in refused
    assert "《广东省12345政务服务便民热线管理办法》" in refused
    for value, on, why in (
        ("十", today.isoformat(), "本地期限不是整数"),
        ("12", "明天", "生效日不是日期"),
        ("12", (today - timedelta(days=1)).isoformat(), "已经过去"),
    ):
        assert why in sent(admin, "/staff/local-limits/new/", **form | {"value": value, "valid_from": on})
    assert "请选择规则" in sent(admin, "/staff/local-limits/new/", **form | {"value": "12", "term": "none"})
    assert "请填写依据" in sent(admin, "/staff/local-limits/new/", **form | {"value": "12", "article": ""})
    proposed = sent(admin, "/staff/local-limits/new/", **form, value="12")
    assert "已提出，等待领导批准。" in proposed
    assert "批准本地期限" not in proposed
    item = LocalLimit.objects.get()
    assert "有 1 条本地期限等您批准。" in page(leader, "/staff/law/")
    assert "条本地期限等您批准" not in page(admin, "/staff/law/")
    assert "本地期限12个工作日" not in page(admin, "/staff/law/guangdong/limits/")
    approved = sent(leader, f"/staff/local-limits/{item.pk}/approve/")
    assert "已批准，未到生效日" in approved
    assert "蔡" in approved  # whoever approved it, in the ledger
    assert "本地期限12个工作日" in page(admin, "/staff/law/guangdong/limits/")
    assert "已撤回" in sent(admin, f"/staff/local-limits/{item.pk}/withdraw/")
    assert "本地期限12个工作日" not in page(admin, "/staff/law/guangdong/limits/")


@pytest.mark.django_db
def test_the_list_says_how_each_local_limit_stands(signed_in: Entering) -> None:
    now, today = timezone.now(), timezone.localdate()

    def brought(term: str, value: int, *, days: int = 0, approved: bool = True) -> int:
        at = now - timedelta(days=10) if days < 0 else now
        on = today + timedelta(days=days)
        limit = local_limits.propose(term, value, Unit.WORKING_DAYS, BASIS, on, by=GUAN, at=at)
        if approved:
            local_limits.approve(limit, by=CAI, at=at)
        return limit

    brought("GD-02a", 1)
    brought("GD-02b", 9, days=5)
    brought("GD-02c", 12, days=-2, approved=False)
    waits = brought("GD-02c", 11, approved=False)
    void = brought("SD-01", 4)
    LocalLimit.objects.filter(pk=void).update(value=400)  # as if the law had become shorter since
    words = page(signed_in("wujie"), "/staff/local-limits/")
    for said in (
        "生效",
        "已批准，未到生效日",
        "生效日已过，未批准",
        "等待批准",
        "与规则不符，不适用",
        "法定15个工作日",
    ):
        assert f">{said}<" in words
    assert words.index("等待批准") < words.index("未到生效日")
    assert "提出本地期限" not in words
    LocalLimit.objects.filter(pk=waits).update(proposed_by="cailingdao")
    own = page(signed_in("cailingdao"), f"/staff/local-limits/{waits}/")
    assert "本地期限不能由提出的人自己批准" in own
    assert signed_in("wujie").post(f"/staff/local-limits/{waits}/erase/").status_code == 404
    assert signed_in("wujie").get("/staff/local-limits/99999/").status_code == 404
