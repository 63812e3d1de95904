"""What keeps a demand out of figures: which texts are a reason, what a label touches, when it ends, and who decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest

import people
from huiying.procedure.decision import Refused
from huiying.procedure.exclusion import INDICATORS, LEFT_OUT, standing_label
from huiying.procedure.library import library
from huiying.procedure.lifecycle import begin, fold, may
from huiying.procedure.schema import CENTRE_ROLES, CLOCKWORK
from huiying.procedure.state import MAIN, Actor, Attempt, State, Surroundings
from huiying.procedure.time_limits import SHANGHAI, Due, Unit
from huiying.procedure.workdays import china
from people import CAI, CHEN, LI, LIU, QIAN, SUN, WANG, WATER, WU, ZHAO, ZHENG, ZHOU

HOTLINE = library().procedures["hotline"]
AROUND = Surroundings(people.UNITS, china())
START = datetime(2026, 9, 1, 9, tzinfo=SHANGHAI)
TRACK, POLICE, UNTIL = "exclusion-1", "police-1", date(2026, 12, 31)
CONDUCT = "连续辱骂接线员，一天占线四十次"
Step = tuple[str, Actor, Mapping[str, object], str]

ANSWERED: tuple[Step, ...] = (
    ("register", LI, {"kind": "help", "demands": 1}, MAIN),
    ("dispatch", ZHOU, {"lead": WATER}, MAIN),
    ("sign_for", ZHAO, {}, MAIN),
    ("submit_result", WANG, {"outcomes": ("explained",), "evidence": 1, "basis": "现场核实"}, MAIN),
    ("approve_result", Actor("钱核", "supervisor"), {}, MAIN),
    ("serve_reply", ZHAO, {"channel": "phone", "reply": "现场核实，管线属产权人自管。"}, MAIN),
)
UNREASONABLE: Mapping[str, object] = {
    "excluded_for": "no_factual_basis", "facts": "三次到场，水表读数与账单一致", "basis": "供水条例",
    "exclusion_evidence": 3,
}  # fmt: skip
MALICIOUS: Mapping[str, object] = {
    "excluded_for": "malicious_disturbance", "behaviour": "blocked_lines", "malice": "录音里说就是要让别人打不进来",
    "malice_evidence": 2, "disturbance": CONDUCT, "disturbance_evidence": 40,
}  # fmt: skip
DISSUADED: Step = ("dissuade", WU, {"conduct": CONDUCT, "dissuasion": "说明后果，请其停止"}, MAIN)
APPLIED: Step = ("apply_exclusion", LIU, UNREASONABLE, MAIN)
ACCUSED: Step = ("apply_malicious", LIU, MALICIOUS, MAIN)
LABEL: Mapping[str, object] = {"left_out_of": ("resolution",), "label_until": UNTIL, "explanation": "复核了现场记录"}
GRANTED: Step = ("grant_exclusion", SUN, LABEL, TRACK)
FIRST: Step = ("concur_malicious", SUN, {"why": "录音和话单互相印证"}, TRACK)
SECOND: Step = ("confirm_malicious", ZHENG, LABEL, TRACK)
OBJECTED: Step = ("object_label", CHEN, {"what": "账单就是不对"}, TRACK)
UPHELD: Step = ("uphold_label", CAI, {"explanation": "另行核对，读数无误"}, TRACK)
WITHDRAWN: Step = ("withdraw_label", CAI, {"explanation": "水表确有故障"}, TRACK)
LEAD: Step = ("propose_police_lead", SUN, {"behaviour": "blocked_lines", "facts": CONDUCT, "lead_evidence": 3}, MAIN)
CHECKED: Step = ("pass_legal_check", QIAN, {"minimal": True, "basis": "治安管理处罚法"}, POLICE)
SENT: Step = ("send_police_lead", CAI, {"organ": "某区公安分局", "explanation": "线索已经移送"}, POLICE)
BARRED: Mapping[str, object] = {"organ": "某区公安分局", "not_told_because": "hinders_investigation", "basis": "法律"}


def after(*steps: Step) -> State:
    """Return the state of a case after these acts, an hour apart, each allowed."""
    state, at = begin(HOTLINE), START
    for step in steps:
        assert why(state, step, at) == "", step
        act, actor, given, track = step
        state, at = fold(HOTLINE, state, Attempt(act, actor, at, given, track)), at + timedelta(hours=1)
    return state


def why(state: State, step: Step, at: datetime | None = None) -> str:
    act, actor, given, track = step
    moment = at or START + timedelta(hours=len(state.done))
    decision = may(HOTLINE, state, Attempt(act, actor, moment, given, track), AROUND)
    return decision.code if isinstance(decision, Refused) else ""


def by(step: Step, actor: Actor, **given: object) -> Step:
    return step[0], actor, {**step[2], **given}, step[3]


@pytest.mark.parametrize(
    "text",
    [
        "三十多人集体上访", "农民工讨薪，人数众多", "要求发工资", "家长要求孩子入学，影响很大", "几十名家长联名要学位",
        "反复投诉，性质恶劣", "多次信访、越级走访", "拨打12345五十次", "诉求不合理", "无理取闹，请审核", "人多",
    ],
)  # fmt: skip
def test_head_count_wages_schooling_or_petitioning_alone_never_trigger_anything(text: str) -> None:
    state = after(*ANSWERED, DISSUADED)
    for step, field in (
        (APPLIED, "facts"), (ACCUSED, "malice"), (ACCUSED, "disturbance"), (DISSUADED, "conduct"), (LEAD, "facts"),
    ):  # fmt: skip
        assert why(state, by(step, step[1], **{field: text})) == "names_nothing_else", (step[0], text)
        assert why(state, step) == ""


@pytest.mark.parametrize(
    "text",
    [
        "讨薪材料里的合同系他人的，公司已足额支付，附银行流水", "上访时在大厅殴打工作人员", "家长在窗口辱骂接线员",
        "水表读数与账单一致",
    ],
)  # fmt: skip
def test_whoever_mentions_them_and_says_what_happened_has_named_facts(text: str) -> None:
    assert why(after(*ANSWERED), by(APPLIED, LIU, facts=text)) == ""


def test_no_form_offers_such_a_ground() -> None:
    acts = ("apply_exclusion", "apply_malicious", "propose_police_lead")
    offered = {option for act in acts for ask in HOTLINE.acts[act].asks for option in ask.options}
    assert not {word for option in offered for word in ("wage", "school", "crowd", "group", "many") if word in option}
    assert "petition" not in offered


def test_a_telephone_number_in_a_text_is_not_something_that_would_be_disclosed() -> None:
    state = after(*ANSWERED)
    asked = by(APPLIED, LIU, excluded_for="would_disclose", facts="来文里写有手机号码和住址")
    assert why(state, asked) == "not_given"
    asked = by(asked, LIU, disclosed="personal_data")
    assert why(state, asked) == "names_nothing_else"
    assert why(state, by(asked, LIU, facts="要求公布邻居的就诊记录")) == ""


def test_evidence_is_named_and_a_second_application_waits_for_the_first() -> None:
    assert why(after(*ANSWERED), by(APPLIED, LIU, exclusion_evidence=0)) == "number_out_of_range"
    assert why(after(*ANSWERED), by(APPLIED, WANG)) == "not_this_role"
    assert why(after(*ANSWERED, APPLIED), APPLIED) == "still_awaited"
    assert why(after(*ANSWERED, APPLIED, GRANTED), APPLIED) == "labelled_already"
    refused: Step = ("refuse_exclusion", SUN, {"why": "读数没有核对"}, TRACK)
    again = after(*ANSWERED, APPLIED, refused, APPLIED)
    assert why(again, by(GRANTED, ZHENG)) == "not_at_this_step"
    second: Step = (GRANTED[0], ZHENG, LABEL, "exclusion-2")
    assert why(again, second) == ""
    assert why(again, (GRANTED[0], SUN, LABEL, "exclusion-2")) == "same_person"
    twice = after(*ANSWERED, APPLIED, refused, APPLIED, ("refuse_exclusion", ZHENG, {"why": "同前"}, "exclusion-2"))
    assert why(twice, APPLIED) == "too_many_times"


def test_the_review_is_another_bodys_within_three_working_days_and_after_the_answer() -> None:
    state = after(*ANSWERED, APPLIED)
    ends = state.clocks["exclusion_review"].due(AROUND.calendar)
    assert isinstance(ends, Due)
    assert ends.at == date(2026, 9, 4)
    term = state.clocks["exclusion_review"].term
    assert term is not None
    assert (term.value, term.unit, term.status.is_law) == (3, Unit.WORKING_DAYS, False)
    assert why(state, by(GRANTED, Actor("钱核", "supervisor"))) == "same_person"
    assert why(state, by(GRANTED, Actor("外人", "supervisor", WATER))) == "unit_has_a_part"
    assert why(state, by(GRANTED, LIU)) == "not_this_role"
    assert after(*ANSWERED, APPLIED, GRANTED).clocks["exclusion_review"].stopped is not None
    for answered in range(1, len(ANSWERED)):
        assert why(after(*ANSWERED[:answered]), APPLIED) in {"not_at_this_step", "not_your_unit"}


def test_malice_wants_both_elements_a_dissuasion_before_and_two_people() -> None:
    assert why(after(*ANSWERED), ACCUSED) == "must_come_first"
    state = after(*ANSWERED, DISSUADED)
    assert why(state, by(ACCUSED, LIU, malice_evidence=0)) == "number_out_of_range"
    assert why(state, by(ACCUSED, LIU, disturbance_evidence=0)) == "number_out_of_range"
    for element in ("malice", "disturbance"):
        assert why(state, by(ACCUSED, LIU, **{element: ""})) == "not_given"
    accused = after(*ANSWERED, DISSUADED, ACCUSED)
    assert why(accused, GRANTED) == "fact_differs"
    assert why(after(*ANSWERED, APPLIED), FIRST) == "fact_differs"
    assert why(accused, SECOND) == "not_at_this_step"
    once = after(*ANSWERED, DISSUADED, ACCUSED, FIRST)
    assert standing_label(HOTLINE, once.done, START.date()) is None
    assert why(once, by(SECOND, SUN)) == "same_person"
    assert why(once, by(SECOND, Actor(WU.person, "ruler"))) == "same_person"
    twice = after(*ANSWERED, DISSUADED, ACCUSED, FIRST, SECOND)
    label = standing_label(HOTLINE, twice.done, UNTIL)
    assert label is not None
    assert label.ground == "malicious_disturbance"


def test_whoever_is_told_may_object_once_to_somebody_else() -> None:
    for act in ("grant_exclusion", "confirm_malicious", "withdraw_label", "uphold_label"):
        assert [notice.to for notice in HOTLINE.acts[act].notices] == ["complainant"]
    labelled = after(*ANSWERED, APPLIED, GRANTED)
    assert why(labelled, UPHELD) == "nothing_to_answer"
    objected = after(*ANSWERED, APPLIED, GRANTED, OBJECTED)
    assert objected.clocks["label_objection"].term is not None
    assert why(objected, OBJECTED) == "done_once_already"
    assert why(objected, by(UPHELD, Actor(SUN.person, "auditor"))) == "same_person"
    assert why(objected, by(WITHDRAWN, SUN)) == "not_this_role"
    assert why(objected, UPHELD) == why(objected, WITHDRAWN) == ""


def test_a_label_ends_on_its_day_or_when_it_is_taken_back_and_never_touches_answer_or_time() -> None:
    state = after(*ANSWERED, APPLIED, GRANTED)
    label = standing_label(HOTLINE, state.done, UNTIL)
    assert label is not None
    assert (label.ground, label.left_out_of) == ("no_factual_basis", ("resolution",))
    assert standing_label(HOTLINE, state.done, UNTIL + timedelta(days=1)) is None
    assert standing_label(HOTLINE, after(*ANSWERED, APPLIED, GRANTED, WITHDRAWN).done, START.date()) is None
    assert why(state, OBJECTED, datetime(2027, 1, 2, tzinfo=SHANGHAI)) == "no_label"
    expired = by(APPLIED, LIU)
    assert why(state, expired, datetime(2027, 1, 2, tzinfo=SHANGHAI)) == ""
    applied = after(*ANSWERED, APPLIED)
    assert why(applied, by(GRANTED, SUN, label_until=date(2027, 9, 2))) == "date_too_far"
    assert why(applied, by(GRANTED, SUN, label_until=START.date())) == "date_not_ahead"
    assert why(applied, by(GRANTED, SUN, left_out_of=("on_time",))) == "not_listed"
    offered = {ask.options for act in HOTLINE.acts.values() if act.labels for ask in act.asks if ask.name == LEFT_OUT}
    assert offered == {INDICATORS}
    plain = after(*ANSWERED)
    assert (state.steps[MAIN], state.clocks["handle"]) == (plain.steps[MAIN], plain.clocks["handle"])


def test_a_lead_to_the_police_is_checked_sent_by_somebody_else_and_its_end_recorded() -> None:
    assert why(after(*ANSWERED), LEAD) == "must_come_first"
    proposed = after(*ANSWERED, DISSUADED, LEAD)
    assert why(proposed, SENT) == "not_at_this_step"
    assert why(proposed, by(CHECKED, QIAN, minimal=False)) == "fact_differs"
    checked = after(*ANSWERED, DISSUADED, LEAD, CHECKED)
    assert why(checked, by(SENT, SUN)) == "not_this_role"
    assert why(checked, by(SENT, Actor(QIAN.person, "leader"))) == "same_person"
    untold: Step = ("send_police_lead_untold", CAI, BARRED, POLICE)
    assert why(checked, by(untold, CAI, not_told_because="")) == "not_given"
    tell: Step = ("tell_referral", CAI, {"explanation": "线索已经移送"}, POLICE)
    silent = after(*ANSWERED, DISSUADED, LEAD, CHECKED, untold)
    assert why(silent, tell) == ""
    outcome: Step = ("record_police_outcome", SUN, {"police_outcome": "police_nothing", "feedback": "不处理"}, POLICE)
    right: Step = ("correct_referral", SUN, {"explanation": "移送的是别人的行为"}, POLICE)
    sent = after(*ANSWERED, DISSUADED, LEAD, CHECKED, SENT)
    assert why(sent, tell) == "must_come_first"
    assert after(*ANSWERED, DISSUADED, LEAD, CHECKED, SENT, outcome).steps[POLICE] == "police_done"
    assert after(*ANSWERED, DISSUADED, LEAD, CHECKED, SENT, outcome, right).steps[POLICE] == "referral_corrected"
    told = {act for act, known in HOTLINE.acts.items() for notice in known.notices if notice.name == "移送公安机关告知"}
    assert told == {"send_police_lead", "tell_referral"}


def test_only_people_decide_any_of_it_and_nobody_is_labelled() -> None:
    mine = [act for act in HOTLINE.acts.values() if act.kept_from_desk]
    assert len(mine) >= 18
    assert not any(CLOCKWORK in act.by for act in mine)
    assert all(set(act.by) <= CENTRE_ROLES for act in mine if act.decides)
    facts = {ask.name for act in mine for ask in act.asks if ask.kind != "text"}
    assert not {name for name in facts for word in ("person", "name", "phone", "score") if word in name}
