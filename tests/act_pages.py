"""The matrix of acts as pages that an official reads: a table a step, roles that get the same answer together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from act_matrix import SEATS, Answer, Matrix, Reason, Seat
from huiying.procedure.lifecycle import SECRECY
from huiying.procedure.schema import UNIT_ROLES, Act, Step
from huiying.procedure.words import catalogue, refusal

HEAD = """# {title}：谁在哪个环节可以做什么

由测试生成，不要手改：`tests/procedure/test_act_matrix.py` 按规程把工单办到每个环节，再替每个角色逐个问规则。
“主办单位”“协办单位”指这件工单交给的单位，“外单位”与它无关，“被诉单位”是投诉、举报所反映的单位。
拒绝的依据就是该动作的依据；另有依据的写在括号里。“也会被拒绝”写的是有权的人在什么情形下也不能做，日期、次数只是举例。

- 〔不在本单位〕：{elsewhere}（该动作的依据）。
- 〔回避〕：{conflict}（{secrecy}）。
"""
SHAPE = ("动作（依据）", "谁可以", "须给出（＊可不填）", "有权的人也会被拒绝", "其他人为什么不行")
#: Parameters whose values are said together, and those of which only an example is given.
TOGETHER, EXAMPLES = frozenset({"value", "role", "unit"}), {"due": "（某日）", "date": "（不晚于当天的日期）"}
#: What is said of units so often that the head of a page says it once.
SHORT = {"not_your_unit": "〔不在本单位〕", "unit_in_conflict": "〔回避〕"}
VARIED = TOGETHER | EXAMPLES.keys()


def _head(title: str) -> str:
    elsewhere = refusal("not_your_unit", {"act": "这样做"})
    conflict = refusal("unit_in_conflict", {"unit": "该单位"})
    return HEAD.format(title=title, elsewhere=elsewhere, conflict=conflict, secrecy=SECRECY)


def page(matrix: Matrix) -> str:
    """Return the whole page of a procedure."""
    head = _head(matrix.procedure.title)
    return "\n".join([head, *(f"{section}\n" for section in sections(matrix).values())]).rstrip() + "\n"


def differences(matrix: Matrix, base: Matrix) -> str:
    """Return the page of a pack that only adds to a procedure: the rows that are not the same there."""
    head = _head(matrix.procedure.title)
    head += f"\n只列与 `{base.procedure.id}.md` 不同的行；其余每个环节、每个动作、每个角色的答案完全相同。\n"
    theirs, parts = _rows(base), []
    for step, rows in _rows(matrix).items():
        changed = {act: row for act, row in rows.items() if theirs[step][act] != row}
        if changed:
            parts.append(f"{_table(matrix.procedure.steps[step], changed.values())}\n")
    return "\n".join([head, *parts]).rstrip() + "\n"


def sections(matrix: Matrix) -> Mapping[str, str]:
    """Return the part of the page that speaks of each step."""
    made = {}
    for step_id, rows in _rows(matrix).items():
        step = matrix.procedure.steps[step_id]
        elsewhere = [act.name for act in matrix.procedure.acts.values() if act.id not in rows]
        said = refusal("not_at_this_step", {"step": step.name, "act": "这样做"})
        other = f"其余{len(elsewhere)}个动作对谁都不行（{said}；依据各为该动作的条款）：{'、'.join(elsewhere)}。"
        made[step_id] = f"{_table(step, rows.values())}\n\n{other}" if rows else f"{_heading(step)}\n\n{other}"
    return made


def _rows(matrix: Matrix) -> dict[str, dict[str, str]]:
    """Return step → act → its row; acts that are never possible at a step have none there."""
    return {
        step: {
            act.id: _row(act, {seat: matrix.answers[step, act.id, seat] for seat in SEATS})
            for act in matrix.procedure.acts.values()
            if step in matrix.procedure.sources[act.id]
        }
        for step in matrix.procedure.steps
    }


def _heading(step: Step) -> str:
    words = catalogue("zh_hans")
    ends = "，终点" if step.ending else ""
    return f"## {step.name} `{step.id}`\n\n由{words[f'role.{step.holder}']}持有{ends}。"


def _table(step: Step, rows: Iterable[str]) -> str:
    return "\n".join([f"{_heading(step)}\n", _line(SHAPE), _line("---" for _ in SHAPE), *rows])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '｜') for cell in cells)} |"


def _row(act: Act, answers: Mapping[Seat, Answer]) -> str:
    can = [seat for seat, answer in answers.items() if answer.allowed]
    asked = "、".join(f"{ask.label}{'＊' if ask.optional else ''}" for ask in act.asks)
    rest = {seat: answer.reasons for seat, answer in answers.items() if not answer.allowed}
    return _line(
        (
            f"{act.name} `{act.id}`（{act.article}{'' if act.status.is_law else '；不得说成法定'}）",
            seats(can) or "无人",
            asked or "—",
            "；".join(_conditions(can, answers, act)) or "—",
            "；".join(_grouped(rest, act)),
        )
    )


def _conditions(can: Collection[Seat], answers: Mapping[Seat, Answer], act: Act) -> Iterator[str]:
    """Yield why those who may do something may also be refused, and which of them where it is not all."""
    met: dict[str, list[Seat]] = {}
    for seat in can:
        for said in sentences(answers[seat].reasons, act):
            met.setdefault(said, []).append(seat)
    for said, those in met.items():
        yield said if len(those) == len(can) else f"{seats(those)}：{said}"


def _grouped(refused: Mapping[Seat, frozenset[Reason]], act: Act) -> Iterator[str]:
    """Yield why the others may not, those who are told the same together."""
    strangers = {seat: reasons for seat, reasons in refused.items() if seat.role not in act.by}
    others = frozenset(reason for reasons in strangers.values() for reason in reasons)
    if {reason.code for reason in others} == {"not_this_role"}:
        everybody = {seat.role for seat in SEATS} - set(act.by)
        assert {dict(reason.params)["role"] for reason in others} == everybody
        named = frozenset(reason._replace(params=(("act", act.name), ("role", "其余角色"))) for reason in others)
        yield from sentences(named, act)
        refused = {seat: reasons for seat, reasons in refused.items() if seat.role in act.by}
    met: dict[frozenset[tuple[str, str]], list[Seat]] = {}
    for seat, reasons in refused.items():
        met.setdefault(frozenset((reason.code, reason.article) for reason in reasons), []).append(seat)
    for those in met.values():
        together = frozenset(reason for seat in those for reason in refused[seat])
        yield f"{seats(those)}：{'，或者'.join(sentences(together, act))}"


def seats(those: Collection[Seat]) -> str:
    """Return seats as people say them: of a unit's roles the units first, 主办单位的收发员、单位负责人."""
    words = catalogue("zh_hans")
    said = [words[f"role.{seat.role}"] for seat in those if seat.role not in UNIT_ROLES]
    units: dict[str, list[str]] = {}
    for seat in those:
        if seat.unit is not None:
            units.setdefault(seat.unit, []).append(words[f"role.{seat.role}"])
    same: dict[tuple[str, ...], list[str]] = {}
    for unit, roles in units.items():
        same.setdefault(tuple(roles), []).append(unit)
    return "、".join([*said, *(f"{'、'.join(names)}的{'、'.join(roles)}" for roles, names in same.items())])


def sentences(reasons: Collection[Reason], act: Act) -> list[str]:
    """Return refusals as people read them, those that differ in a value only said together.

    The article is said where it is not the act's own.
    """
    merged: dict[Reason, dict[str, set[object]]] = {}
    for code, article, params in reasons:
        same = tuple((name, value) for name, value in params if isinstance(value, str) and name not in VARIED)
        values = merged.setdefault(Reason(code, article, same), {})
        for name, value in params:
            values.setdefault(name, set()).update(value if isinstance(value, tuple) else [value])
    said = set()
    for (code, article, _), values in merged.items():
        if (short := SHORT.get(code)) and (code != "unit_in_conflict" or article == SECRECY):
            said.add(short)
        else:
            reason = refusal(code, {name: _value(name, found) for name, found in values.items()})
            said.add(reason if article == act.article else f"{reason}（{article}）")
    return sorted(said)


def _value(name: str, values: Collection[object]) -> object:
    ordered = sorted(values, key=str)
    return EXAMPLES.get(name) or (tuple(ordered) if name in TOGETHER or not ordered else ordered[0])
