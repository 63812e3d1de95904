"""Acts that every case may have, whatever its procedure: those that move no track. Their names and articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from huiying.procedure.papers import ISSUING

PERSONAL_DATA = "《个人信息保护法》第51条、第54条"


@dataclass(frozen=True, slots=True)
class CommonAct:
    """An act outside the procedure: what people call it, what it rests on, and whether the person may read of it."""

    name: str
    article: str
    told: bool = False


COMMON: Mapping[str, CommonAct] = {
    "classify": CommonAct("确定事项", "国办函〔2025〕66号（五）"),
    "judge_urgency": CommonAct("认定紧急程度", "《北京市接诉即办工作条例》第11条"),
    "split": CommonAct("拆分诉求", "国办函〔2025〕66号（五）", told=True),
    "joined_by": CommonAct("有工单并入", "《北京市接诉即办工作条例》第11条"),
    "inquire": CommonAct("询问进度", "国办发〔2020〕53号", told=True),
    "three_way": CommonAct("三方通话", "《政府热线服务规范》（GB/T 33358）", told=True),
    "attach": CommonAct("附上材料", "《信访工作条例》第19条", told=True),
    "ask_review": CommonAct("请求复核答复", "国办函〔2025〕66号（六）", told=True),
    "audit_finding": CommonAct("抽样审计结论", "规范处理流程"),
    "request_opening": CommonAct("申请查看身份信息", PERSONAL_DATA, told=True),
    "approve_opening": CommonAct("同意查看身份信息", PERSONAL_DATA, told=True),
    "refuse_opening": CommonAct("不同意查看身份信息", PERSONAL_DATA, told=True),
    "open": CommonAct("查看身份信息", PERSONAL_DATA, told=True),
    "review_opening": CommonAct("复查一次查看", PERSONAL_DATA),
    "issue_paper": CommonAct("出具文书", ISSUING, told=True),
    "serve_paper": CommonAct("送达文书", ISSUING, told=True),
    "take_paper": CommonAct("领取文书", ISSUING, told=True),
    "remind": CommonAct("期限将至提醒", "规范处理流程"),
    "alarm": CommonAct("期限届满警示", "规范处理流程"),
    "recheck": CommonAct("挂账复查提醒", "《济南市12345市民服务热线条例》第24条"),
    "escalate_overdue": CommonAct("逾期提级", "规范处理流程"),
    "erase": CommonAct("期满删除内容", "《个人信息保护法》第47条", told=True),
}
