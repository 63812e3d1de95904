"""Words of the trade, and what residents are told instead."""

from __future__ import annotations

#: Words of the trade (docs/glossary.md) that residents need not know → what they are told instead.
JARGON = {
    "规程": "办理的规定",
    "环节": "办到哪一步",
    "办理动作": "可以做的事",
    "起算": "从哪天算起",
    "届满": "到哪天为止",
    "自然日": "天",
    "顺延": "推到下一个工作日",
    "派单": "交给哪个单位",
    "签收": "单位已经收到",
    "退单": "单位认为不归它管",
    "改派": "换一个单位办",
    "主办": "由哪个单位办",
    "协办": "由哪个单位帮着办",
    "属实性": "情况是否属实",
    "挂账": "暂时办不了，什么时候再办",
    "并单": "和同样的事一起办",
    "提级督办": "请上级过问",
    "存根": "只留下编号",
    "派单目录": "哪件事归哪个单位",
    "身份保管库": "封存起来的身份信息",
    "台账": "办理记录",
    "检查点": "",
    "承诺值": "",
    "掩码": "隐去姓名电话的文字",
    "保密件": "请求保密的事",
    "即答": "当场答复",
    "首访跟进": "有专人跟进",
    "推算": "",
    "视同施行": "",
}


def jargon(words: str) -> list[str]:
    """Return the words of the trade in a text."""
    return [word for word in JARGON if word in words]
