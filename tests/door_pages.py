"""The table of addresses as a page: who gets what where, those who get the same together."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from door_matrix import NOBODY, RESIDENT, VISITORS, Row, rows
from huiying.procedure.schema import CENTRE_ROLES, UNIT_ROLES
from huiying.procedure.words import catalogue

HEAD = """# 每个地址，谁得到什么

由测试生成，不要手改：`tests/doors/test_door_matrix.py` 从网址表读出每个地址，按 `tests/doors/expected.toml` 逐个试过。
“程序”地址（`api/`）凭令牌，其余凭登录。没有写出的方法对谁都是 405；“登录”是转到登录页。
别单位的、反映本单位的、反映下级单位的举报和不存在的工单，对单位是同一个 404，字句也一样。凡拒绝的，台账里一条也不多。

| 地址 | 方法 | 谁得到什么 |
| --- | --- | --- |"""
WORDS = {NOBODY: "没有登录的人", RESIDENT: "有查询码的人", "login": "登录", "": ""}
CASES = {
    "own": "本单位的", "report": "本单位的举报件", "confidential": "本单位的保密件", "foreign": "别单位的",
    "respondent": "反映本单位的", "superior": "举报下级单位的", "missing": "不存在的",
}  # fmt: skip


def page() -> str:
    """Return the page."""
    return "\n".join([HEAD, *(_line(row) for row in rows())]) + "\n"


def _line(row: Row) -> str:
    expected = row.expected()
    alike: dict[tuple[tuple[str, tuple[str, ...]], ...], list[str]] = {}
    for visitor in VISITORS:
        answers: dict[str, list[str]] = {}
        for situation in row.situations:
            answers.setdefault(expected[visitor, situation], []).append(situation)
        alike.setdefault(tuple((said, tuple(where)) for said, where in answers.items()), []).append(visitor)
    cells = [f"{_people(who)}：{_answers(answers)}" for answers, who in alike.items()]
    place = f"`/{row.pattern}`" + "".join(f" {name}={value}" for name, value in row.filled.items())
    return f"| {place.replace('|', chr(0xFF5C))} | {row.method} | {'；'.join(cells)} |"


def _people(who: Collection[str]) -> str:
    if set(who) == set(VISITORS):
        return "所有人"
    said, left = [], set(who)
    for group, name in ((CENTRE_ROLES, "中心各角色"), (UNIT_ROLES, "单位各角色")):
        if group <= left:
            said.append(name)
            left -= group
    return "、".join(
        [*said, *(WORDS.get(one) or catalogue("zh_hans")[f"role.{one}"] for one in VISITORS if one in left)]
    )


def _answers(answers: Sequence[tuple[str, Sequence[str]]]) -> str:
    if len(answers) == 1:
        ((said, _),) = answers
        return WORDS.get(said, said)
    return "，".join(f"{'、'.join(CASES[one] for one in where)} {WORDS.get(said, said)}" for said, where in answers)
