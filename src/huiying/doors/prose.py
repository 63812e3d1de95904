"""Says an act of a case as a whole sentence.

派单员周洁把工单派给东河区住建局，要求9月25日24时前答复。
The sentence of an act names what was given with it (`{lead}`, `{outcomes}`); what it does not name is told below it.
An act that an instrument brings and that has no sentence here is told by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from huiying.doors.prose_special import SPECIAL
from huiying.procedure.schema import COMPLAINANT

#: Act → its sentence. `act@fact` where a yes or no makes another sentence, `act!due` where a limit begins with it.
SENTENCES: Mapping[str, object] = {
    **SPECIAL,
    "register": lazy("{who}登记了这件{kind}，共{demands}项诉求。"),
    "register@complainant": lazy("{who}提出了这件{kind}，共{demands}项诉求。"),
    "answer_at_once": lazy("{who}当场答复了这件{kind}，结果是{outcomes}。"),
    "connect_emergency": lazy("{who}把情况紧急转接给{service}。"),
    "hand_over_secret": lazy("{who}停止记录并移送，理由是{ground}。"),
    "dispatch": lazy("{who}把工单派给{lead}。"),
    "dispatch!due": lazy("{who}把工单派给{lead}，要求{due}前答复。"),
    "point_to_route": lazy("{who}告知这件事应当走{route}的途径。"),
    "explain_unmeetable": lazy("{who}说明了不能办理的理由：{ground}。"),
    "join": lazy("{who}把这件并入另一件，一起办理。"),
    "unjoin": lazy("{who}撤销并单，改为单独办理。"),
    "carry_over_answer": lazy("{who}转告了一并办理的结果：{outcomes}。"),
    "sign_for": lazy("{who}签收，开始承办。"),
    "sign_for_case": lazy("{who}签收，先核查是否属实。"),
    "return_order": lazy("{who}退单，理由是{ground}。"),
    "rule_on_return": lazy("{who}裁定由{lead}主办。"),
    "find_true": lazy("{who}判定{verdict}。"),
    "find_untrue": lazy("{who}判定{verdict}。"),
    "contact@reached": lazy("{who}联系上了{person}。"),
    "contact": lazy("{who}联系{person}，没有联系上。"),
    "ask_resident": lazy("{who}请{person}补充情况。"),
    "suspend_clock": lazy("{who}中止计时，理由是{ground}。"),
    "resume_clock": lazy("{who}恢复计时。"),
    "resume_clock!due": lazy("{who}恢复计时，期限到{due}为止。"),
    "ask_extension": lazy("{who}申请延期{days}天。"),
    "extend": lazy("{who}批准延期{days}天。"),
    "extend!due": lazy("{who}批准延期{days}天，期限改到{due}。"),
    "order_support": lazy("{who}请{helper}协办。"),
    "defer": lazy("{who}把工单挂账，定在{until}前办妥。"),
    "take_up_deferred": lazy("{who}继续办理这件挂账的工单。"),
    "submit_result": lazy("{who}提交办结，结果是{outcomes}。"),
    "approve_result": lazy("{who}审核通过。"),
    "send_back": lazy("{who}审核后退回重办。"),
    "request_audit": lazy("{who}提交联合审计。"),
    "pass_audit": lazy("{who}联合审计通过。"),
    "fail_audit": lazy("{who}联合审计后退回重办。"),
    "serve_reply": lazy("{who}送达了答复，方式是{channel}。"),
    "serve_reply_and_publish": lazy("{who}送达了答复，方式是{channel}，并转去公示。"),
    "publish": lazy("{who}公示了办理结果。"),
    "withhold": lazy("{who}决定不公示，理由是{ground}。"),
    "record_call@reached": lazy("{who}回访，联系上了{person}。"),
    "record_call": lazy("{who}回访，没有联系上{person}。"),
    "rate": lazy("{who}评价了办理结果。"),
    "close": lazy("{who}结案。"),
    "send_back_dissatisfied": lazy("{who}认为不满意的理由合理，退回重办。"),
    "find_mismatch": lazy("{who}核实，答复与事实不符：{mismatch}；退回重办，由专人督办。"),
    "propose_level": lazy("{who}提请{level}办理。"),
    "rule_level": lazy("{who}裁定由{lead}主办，权限依据是{power}。"),
    "escalate": lazy("{who}提级督办。"),
    "order_redo": lazy("{who}督办交办，要求重新办理。"),
    "confirm_answer": lazy("{who}督办核实后，认可原来的答复。"),
    "archive": lazy("{who}归档。"),
    "reopen": lazy("{who}重新办理这件工单。"),
    "reopen!due": lazy("{who}重新办理这件工单，要求{due}前答复。"),
    "supplement": lazy("{who}补充了情况。"),
    "urge": lazy("{who}催办。"),
    "withdraw": lazy("{who}撤回了诉求。"),
    "ask_to_withdraw": lazy("{who}申请撤回。"),
    "confirm_withdrawal": lazy("{who}核实撤回出于自愿，工单撤回。"),
    "refuse_withdrawal": lazy("{who}核实撤回并非自愿，继续办理。"),
    "report_pressure": lazy("{who}说因为反映问题受到压力。"),
    "report_threat": lazy("{who}报告有人因为反映问题对{person}{threat}。"),
    "name_supervisor": lazy("{who}指定了专人督办。"),
    "supervise": lazy("{who}提出督办意见。"),
    "support_sign": lazy("{who}签收协办单。"),
    "support_return": lazy("{who}对协办有异议，理由是{ground}。"),
    "support_uphold": lazy("{who}裁定继续协办。"),
    "support_release": lazy("{who}裁定免除协办。"),
    "support_deliver": lazy("{who}交付了协办结果。"),
    "support_recall": lazy("{who}撤销了协办单。"),
    "object_verdict": lazy("{who}对判定有异议。"),
    "uphold_verdict": lazy("{who}答复了异议，维持判定。"),
    "retract_verdict": lazy("{who}采纳异议，撤销判定，重新核查。"),
    "explain_honest_error": lazy("{who}对反映与事实不符作了解释说明。"),
    "pass_on_suspicion": lazy("{who}经{approver}批准，移送了涉嫌诬告的线索；是否诬告由有权机关认定。"),
    "propose_clearing": lazy("{who}提出澄清正名。"),
    "choose_clearing_form": lazy("{who}记录了被澄清人选择的方式：{clearing_form}。"),
    "approve_clearing": lazy("{who}批准澄清正名。"),
    "pass_identity_check": lazy("{who}核查澄清文字，通过。"),
    "fail_identity_check": lazy("{who}核查澄清文字，认为会推知诉求人，退回。"),
    "carry_out_clearing": lazy("{who}实施了澄清。"),
    "drop_clearing": lazy("{who}决定不予澄清。"),
    "apply_tolerance": lazy("{who}为主动担责的工作人员申请容错。"),
    "grant_tolerance": lazy("{who}批准容错。"),
    "refuse_tolerance": lazy("{who}不批准容错。"),
    "open_correction": lazy("{who}启动纠错。"),
    "put_right": lazy("{who}更正了决定，并告知诉求人。"),
    "find_nothing_wrong": lazy("{who}核实原决定，无须更正。"),
    "open_double_check": lazy("{who}启动了一案双查：行为本身、是否泄露信息、领导责任。"),
    "check_act": lazy("{who}核查了行为本身：{act_finding}。"),
    "check_leak": lazy("{who}核查了是否泄露信息：{leak_finding}。"),
    "check_leadership": lazy("{who}核查了领导责任：{leadership_finding}。"),
    "return_double_check": lazy("{who}把双查退回重新核查。"),
    "hand_over_to_discipline": lazy("{who}把线索移送纪检监察机关，文号是{handed_over_under}；怎样处理由该机关决定。"),
    "end_double_check": lazy("{who}认定双查没有发现线索。"),
    "record_discipline": lazy("{who}记录了纪检监察机关{disciplined_on}的处理结果，文号是{disciplined_under}。"),
    "classify": lazy("{who}确定了类型、事项和区划。"),
    "judge_urgency": lazy("{who}认定紧急程度：{urgency}。"),
    "split": lazy("{who}把其中的诉求拆分出去，另行办理。"),
    "joined_by": lazy("{who}把另一件工单并到这里，一起办理。"),
    "inquire": lazy("{who}查询了办理进度。"),
    "three_way": lazy("{who}请{unit}一起通了话。"),
    "attach": lazy("{who}附上了材料。"),
    "ask_review": lazy("{who}请求复核答复。"),
    "audit_finding": lazy("{who}写明了抽样审计的结论。"),
    "request_opening": lazy("{who}申请查看身份信息。"),
    "approve_opening": lazy("{who}同意查看身份信息。"),
    "refuse_opening": lazy("{who}不同意查看身份信息。"),
    "open": lazy("{who}查看了身份信息。"),
    "review_opening": lazy("{who}复查了一次查看。"),
    "issue_paper": lazy("{who}出具了文书{paper}。"),
    "serve_paper": lazy("{who}送达了文书{paper}。"),
    "take_paper": lazy("{who}领取了文书{paper}。"),
    "remind": lazy("{who}提醒：期限将至。"),
    "alarm": lazy("{who}警示：期限已到。"),
    "recheck": lazy("{who}提醒：挂账到了复查的时候。"),
    "escalate_overdue": lazy("{who}提级：逾期仍未办结。"),
    "erase": lazy("{who}在保存期满后删除了内容，工单号和台账保留。"),
}
#: What whoever brought it is told instead, without words of the trade.
PLAINLY: Mapping[str, object] = {
    "dispatch": lazy("{who}把这件事交给{lead}办。"),
    "dispatch!due": lazy("{who}把这件事交给{lead}办，要求{due}前答复。"),
    "unjoin": lazy("{who}把这件事分开，单独办理。"),
    "sign_for": lazy("{who}收到，开始办理。"),
    "sign_for_case": lazy("{who}收到，先核查情况是否属实。"),
    "return_order": lazy("{who}认为不归自己管，退给热线中心，理由是{ground}。"),
    "rule_on_return": lazy("{who}裁定由{lead}办。"),
    "rule_level": lazy("{who}裁定由{lead}办。"),
    "order_support": lazy("{who}请{helper}一起办。"),
    "defer": lazy("{who}说明现在还办不了，定在{until}前办妥。"),
    "take_up_deferred": lazy("{who}接着办这件事。"),
    "escalate": lazy("{who}请上级过问。"),
    "support_sign": lazy("{who}收到，开始一起办。"),
    "support_return": lazy("{who}认为不该由自己一起办，理由是{ground}。"),
    "support_uphold": lazy("{who}裁定继续一起办。"),
    "support_release": lazy("{who}裁定不用一起办。"),
    "support_deliver": lazy("{who}办好了自己的部分。"),
    "support_recall": lazy("{who}告知不用再一起办。"),
    "retract_verdict": lazy("{who}采纳您的异议，重新核查。"),
    "put_right": lazy("{who}更正了原来的决定，以这次的答复为准。"),
    "recheck": lazy("{who}提醒：到了再看能不能办的时候。"),
    "erase": lazy("{who}在保存期满后删除了内容，编号和办理经过保留。"),
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence, and the names of what was given that it already says."""

    sentence: str
    says: frozenset[str]


def say(act: str, name: str, values: Mapping[str, str], flags: Mapping[str, bool], *, plainly: bool) -> Spoken:
    """Return an act as a sentence.

    `name`: what people call the act. `values`: who did it (`who`), whom it is about (`person`), until when a limit that
    began with it runs (`due`, absent where none did), and what was given, in people's words. `flags`: each yes and no
    that was given, and under `complainant` whether the person did it. `plainly`: without words of the trade.
    """
    for key in _variants(act, values, flags):
        template = (PLAINLY.get(key) if plainly else None) or SENTENCES.get(key)
        if template is None:
            continue
        text = str(template)
        wanted = {field for _text, field, _spec, _conversion in Formatter().parse(text) if field}
        if wanted <= set(values):
            says = wanted | ({key.partition("@")[2]} if "@" in key else set())
            if act in FLAGGED:
                says |= {FLAGGED[act]}
            said = text.format_map(values)
            return Spoken(said[0].upper() + said[1:], frozenset(says))
    return Spoken(_("{who}办理了“{act}”。").format(who=values["who"], act=name), frozenset())


def _variants(act: str, values: Mapping[str, str], flags: Mapping[str, bool]) -> list[str]:
    said = [f"{act}@{flag}" for flag, value in flags.items() if value]
    return [*said, *([f"{act}!due"] if "due" in values else []), act]


#: Acts whose sentence says a yes or no by being another one.
FLAGGED: Mapping[str, str] = {
    key.partition("@")[0]: key.partition("@")[2] for key in SENTENCES if "@" in key and not key.endswith(COMPLAINANT)
}
