"""The invented city hangs together, resembles no real place, and its people's demands read like people's demands."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.demo.city import CITY, DutyRow, Matter, Person, city, faults
from huiying.demo.demands import (
    GROUNDS,
    Fate,
    Part,
    demands,
    phrases,
    reply_for,
    text_for,
    why_return,
)
from huiying.procedure.routing import GRASSROOTS, Level, Unit, in_conflict
from huiying.procedure.schema import CENTRE_ROLES, UNIT_ROLES, Kind
from huiying.procedure.time_limits import SHANGHAI
from shared_data import shared

UNTIL = datetime(2026, 11, 20, 15, 0, tzinfo=SHANGHAI)
COUNT = 500
FIRST = tuple(demands(1, COUNT, UNTIL))
PHONE = re.compile(r"1\d{10}")
OFFICE_OPENS, OFFICE_CLOSES = 8, 18
CLAIMS = {Kind.HELP, Kind.COMPLAINT, Kind.REPORT}
MATTERS = [matter for matter in city().matters.values() if matter.parent]
OTHER = "1304"


# ---- the city ----
def test_nothing_is_wrong_with_the_city() -> None:
    assert faults(city()) == ()


STREET, COMMUNITY, STALLS = "990101001", "990101001001", "0301"
PUSHED = DutyRow(STALLS, STREET, STREET, (), "市政府部门权责清单", city().duties[0].valid_from)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (replace(city(), duties=(*city().duties, PUSHED)), "不得派给"),
        (replace(city(), duties=(*city().duties, replace(PUSHED, lead="无此单位"))), "不存在的事项、区划或单位"),
        (replace(city(), duties=tuple(row for row in city().duties if row.matter != STALLS)), "没有全市的主办单位"),
        (replace(city(), people=city().people[1:]), "热线中心缺 call_taker"),
        (replace(city(), people=tuple(p for p in city().people if p.login != "liuju")), "单位 sw 缺 unit_head"),
        (replace(city(), people=(*city().people, city().people[0])), "登录名 xiaoli 重复"),
        (replace(city(), people=(*city().people, Person("x", "某人", "clerk"))), "人员 x 的单位与角色不符"),
        (replace(city(), areas={k: a for k, a in city().areas.items() if k != STREET}), "区划 990101001001 不在上级"),
        (replace(city(), matters={**city().matters, "9901": Matter("9901", "某事", "99")}), "上级 99 不存在"),
        (
            replace(city(), units={**city().units, "sw": replace(city().units["sw"], superior="无")}),
            "指向不存在的单位",
        ),
        (
            replace(city(), units={**city().units, "sw": replace(city().units["sw"], area="99")}),
            "所在区划 99 不存在",
        ),
    ],
)
def test_what_is_wrong_with_a_city_is_said(broken: object, said: str) -> None:
    assert any(said in sentence for sentence in faults(broken))  # type: ignore[arg-type]  # a table of cities


def real_names() -> Iterator[str]:
    for name in ("provinces.csv", "cities.csv", "areas.csv"):
        rows = shared(f"data/admin_divisions/{name}").read_text("utf-8")
        yield from (row["name"] for row in csv.DictReader(io.StringIO(rows)))
    rows = gzip.decompress(shared("data/admin_divisions/streets.csv.gz").read_bytes()).decode("utf-8")
    yield from (row["name"] for row in csv.DictReader(io.StringIO(rows)))


def bare(name: str) -> str:
    return re.sub(r"(?<=..)(街道办事处|街道|地区|[省市区县镇乡])$", "", name)


def test_no_name_is_a_real_divisions() -> None:
    ours = {bare(area.name) for area in city().areas.values() if area.level != "community"}
    assert len(ours) == 19
    assert ours & {bare(name) for name in real_names()} == set()


def test_areas_nest_by_their_codes() -> None:
    levels = [area.level for area in city().areas.values()]
    assert (levels.count("city"), levels.count("district"), levels.count("street")) == (1, 4, 14)
    assert all(code.startswith("9901") for code in city().areas)
    for street in (area for area in city().areas.values() if area.level == "street"):
        assert sum(area.parent == street.code for area in city().areas.values()) in {3, 4}
    assert city().chain(COMMUNITY) == (COMMUNITY, STREET, "990101", "9901")


@pytest.mark.parametrize(
    ("login", "name", "role", "unit"),
    [
        ("xiaoli", "小李", "call_taker", None),
        ("zhoujie", "周姐", "dispatcher", None),
        ("xiaozhao", "小赵", "clerk", "汀川市水务局"),
        ("laowang", "老王", "officer", "汀川市水务局"),
        ("liuju", "刘局长", "unit_head", "汀川市水务局"),
        ("sunshen", "孙审", "supervisor", None),
        ("qianshen", "钱审", "auditor", None),
        ("wujie", "吴姐", "follow_up", None),
        ("zhengfa", "郑法", "ruler", None),
        ("fengbian", "冯编", "editor", None),
        ("hemi", "何密", "secrecy_officer", None),
        ("guandang", "管档", "administrator", None),
        ("xiaomeng", "小孟", "clerk", "汀川市城市管理局"),
        ("laowei", "老魏", "officer", "汀川市城市管理局"),
        ("laoliang", "老梁", "officer", "汀川市市场监督管理局"),
        ("laofan", "老范", "officer", "汀川市市场监督管理局"),
        ("heshou", "何守", "custodian", None),
        ("fengshou", "冯守", "custodian", None),
        ("cailingdao", "蔡领导", "leader", None),
        ("xiaoge", "小格", "grid_worker", None),
    ],
)
def test_the_named_cast_is_there(login: str, name: str, role: str, unit: str | None) -> None:
    person = next(person for person in city().people if person.login == login)
    assert (person.name, person.role) == (name, role)
    assert (city().units[person.unit].name if person.unit else None) == unit


def test_every_role_is_filled_and_every_login_is_plain() -> None:
    assert {person.role for person in city().people} == UNIT_ROLES | CENTRE_ROLES
    assert all(re.fullmatch(r"[a-z0-9-]+", person.login) for person in city().people)
    assert all(re.fullmatch(r"[a-z0-9-]+", unit) for unit in city().units)
    assert sum(unit.agent_of is not None for unit in city().units.values()) == 2


@pytest.mark.parametrize("matter", MATTERS, ids=lambda matter: matter.code)
def test_every_matter_has_a_lead_everywhere(matter: Matter) -> None:
    leads = [city().duty(matter.code, area) for area in city().areas]
    assert all(row.basis.startswith("《") or row.basis == "市政府部门权责清单" for row in leads)
    assert matter.grassroots or not {city().units[row.lead].level for row in leads} & GRASSROOTS


@pytest.mark.parametrize(
    ("matter", "area", "respondents", "lead"),
    [
        ("0101", COMMUNITY, (), "sw"),
        ("0301", COMMUNITY, (), "990101-cg"),  # the district's own department
        ("0301", "9901", (), "cg"),
        ("1103", COMMUNITY, (), STREET),  # the law gives quarrels between neighbours to the street
        ("0301", COMMUNITY, ("990101-cg",), "990101"),  # complained about: its superior
        ("0101", COMMUNITY, ("sw",), CITY),
        ("0201", COMMUNITY, ("wy-lanan",), "990101-zj"),
        ("0101", COMMUNITY, (CITY,), CITY),  # nobody stands above the city
    ],
)
def test_who_leads(matter: str, area: str, respondents: tuple[str, ...], lead: str) -> None:
    assert city().leader(matter, area, respondents) == lead


def test_some_thirty_duties_are_a_districts_own() -> None:
    own = [row for row in city().duties if len(row.area) == 6]
    assert 25 <= len(own) <= 45
    assert all(city().units[row.lead].level is Level.DEPARTMENT and row.lead.startswith(row.area) for row in own)


# ---- demands ----
def test_the_same_seed_brings_the_same_demands() -> None:
    again = tuple(demands(1, COUNT, UNTIL))
    assert again == FIRST
    assert [text_for(a, "true") for a in again] == [text_for(b, "true") for b in FIRST]
    assert [one.text for one in demands(2, 20, UNTIL)] != [one.text for one in FIRST[:20]]


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        next(demands(1, 1, UNTIL.replace(tzinfo=None)))


def test_everything_a_demand_names_exists() -> None:
    for one in FIRST:
        assert one.area in city().areas
        assert city().matters[one.matter].parent
        assert {one.lead, *one.respondents} <= city().units.keys()
        assert one.second is None or city().matters[one.second].parent


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_texts_are_neither_scraps_nor_essays(seed: int) -> None:
    for one in demands(seed, 40, UNTIL):
        assert 50 <= len(one.text) <= 250, one.text
        assert 3 <= len(one.title) <= 45, one.title


def test_texts_differ_and_nothing_in_them_is_left_open() -> None:
    assert len({one.text for one in FIRST}) >= 0.95 * COUNT
    for one in FIRST:
        assert not re.search(r"[{}\[\]|]|[，。、；：]{2}|。，", one.title + one.text + reply_for(one)), one.text
        assert one.text.endswith(("。", "？", "！"))


def test_phones_are_nobodys_and_only_the_known_leave_one() -> None:
    for one in FIRST:
        assert all(phone.startswith("1990000") for phone in PHONE.findall(one.text))
        assert one.contact or not PHONE.search(one.text)
        assert one.contact is None or re.fullmatch(r"1990000\d{4}", one.contact.phone)


def test_what_tells_who_brought_it_is_known() -> None:
    telling = [one for one in FIRST if one.private]
    assert 0.1 * COUNT < len(telling) < 0.4 * COUNT
    for one in telling:
        assert all(word in one.text for word in one.private)
    for one in FIRST:
        assert one.contact is None or one.contact.phone not in one.text or one.contact.phone in one.private


def test_about_one_in_seven_is_anonymous() -> None:
    assert 0.10 <= sum(one.contact is None for one in FIRST) / COUNT <= 0.20


def test_every_fate_occurs_and_most_are_closed() -> None:
    fates = [one.fate for one in FIRST]
    assert set(fates) == set(get_args(Fate))
    assert sum(fate.startswith("closed") or fate == "at_once" for fate in fates) > COUNT / 2


def test_fates_suit_the_demands() -> None:
    for one in FIRST:
        age = (UNTIL - one.received_at).days
        if one.fate == "at_once":
            assert (one.kind, one.channel) == (Kind.CONSULTATION, "phone")
        if one.fate == "overdue":
            assert age >= 30
        if one.fate == "registered":
            assert age <= 1
        if one.fate in {"pressed", "withdrawn", "asked_resident", "dissatisfied_redone"}:
            assert one.contact
        if one.fate == "secret_stub":
            assert one.matter == OTHER
            assert "未作记录" in one.text


def test_demands_come_in_order_within_sixty_days_and_mostly_in_working_hours() -> None:
    moments = [one.received_at for one in FIRST]
    assert moments == sorted(moments)
    assert UNTIL - timedelta(days=60) <= moments[0]
    assert moments[-1] < UNTIL
    worked = [at for at in moments if OFFICE_OPENS <= at.hour < OFFICE_CLOSES and at.isoweekday() <= 5]
    assert len(worked) > 0.6 * COUNT


def test_a_joined_demand_tells_the_same_event_again() -> None:
    joined = [one for one in FIRST if one.joins is not None]
    assert {one.fate for one in joined} == {"joined"}
    for one in joined:
        first = FIRST[one.joins or 0]
        assert (one.matter, one.area, one.place) == (first.matter, first.area, first.place)
        assert timedelta() <= one.received_at - first.received_at <= timedelta(days=3)
        assert one.text != first.text
        assert None in {one.contact, first.contact} or one.contact != first.contact


def test_whoever_is_complained_about_is_named_and_never_leads() -> None:
    routed = {unit.id: Unit(unit.id, unit.level, unit.superior, unit.agent_of) for unit in city().units.values()}
    blaming = [one for one in FIRST if one.respondents]
    assert len(blaming) >= 10
    for one in blaming:
        assert all(city().units[respondent].short in one.text for respondent in one.respondents)
        assert not in_conflict(one.lead, one.respondents, routed, superiors_too=False)


def test_a_second_demand_is_in_the_text() -> None:
    both = [one for one in FIRST if one.second]
    assert len(both) >= 10
    assert all(re.search("另外|还有一件事|同时反映", one.text) for one in both)


# ---- what staff write ----
@pytest.mark.parametrize("part", get_args(Part))
def test_staff_find_words_for_every_demand(part: Part) -> None:
    for one in FIRST[::7]:
        if part not in {"answer", "idea", "thanks", "reply"} and one.kind not in CLAIMS:
            continue
        said = text_for(one, part)
        assert said == text_for(one, part)
        assert len(said) >= 10
        assert not re.search(r"[{}\[\]|]", said), said


def test_replies_speak_of_the_matter_and_differ() -> None:
    replies = {reply_for(one) for one in FIRST}
    assert len(replies) > 0.7 * COUNT
    for one in FIRST:
        assert city().units[one.lead].short in reply_for(one) or one.kind is Kind.CONSULTATION


def test_returns_name_a_listed_ground() -> None:
    found = {why_return(one)[0] for one in FIRST if one.kind in CLAIMS}
    assert found == set(GROUNDS)


def test_there_are_phrases_for_every_matter_and_words_for_every_slot() -> None:
    book = phrases()
    assert {matter.code for matter in MATTERS} <= book.keys()
    words = {*FIRST[0].scene.words, "me", "we", "name", "phone", "door", "lead", "blamed", "also", "want", "title"}
    words |= {"did", "months", "month", "date", "third", "year", *book["number"]}
    assert set(re.findall(r"\{(\w+)\}", str(book))) <= words
