"""The words of papers: each notice has some, each says what it must, and a PDF can be made of it."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from huiying.config.trouble import Trouble
from huiying.procedure.library import library
from huiying.procedure.papers import OUTSIDE
from huiying.procedure.remedies import remedies, ways
from huiying.procedure.schema import COMPLAINANT, PARTY, Act, Procedure
from huiying.stages.papers import setting
from huiying.stages.papers.wording import FACT, Incomplete, Part, Text, Wording, filled, known_as, wordings
from pdf_words import pages_of

#: What every paper knows, whatever its act was given.
ALWAYS = {"case", "unit", "on", "received", "kind"}
#: Rules §11: what a paper must contain, as the headings and words under which it stands.
CONTAINS = {
    "信访不予受理告知": ["理由和应当向谁提出"],
    "信访受理告知": ["途径和程序"],
    "信访转送告知": ["转送去向"],
    "信访延期告知": ["延期的理由", "新的期限"],
    "信访处理意见书": ["信访请求", "事实和理由", "处理意见", "依据", "救济途径", "30日"],
    "信访复查意见书": ["复查意见", "救济途径", "30日"],
    "信访复核意见书": ["复核意见", "不再受理"],
    "投诉受理通知": ["受理", "60日"],
    "投诉不予受理通知": ["理由", "救济途径", "协商和解", "消费者协会", "仲裁", "诉讼"],
    "限期提供身份证明通知": ["核对", "提供的期限", "逾期的后果"],
    "调解通知": ["时间、地点和调解人员", "申请回避"],
    "终止调解通知": ["终止调解的情形", "仲裁", "诉讼"],
    "举报不予立案告知": ["不予立案的情形"],
    "举报处理结果告知": ["处理结果"],
    "行政处罚事先告知": ["事实、理由、依据", "陈述、申辩的权利", "5个工作日", "要求听证的权利"],
    "听证通知": ["听证日期", "地点和主持人", "您的权利"],
    "行政处罚决定送达": ["行政复议", "60日", "诉讼", "6个月"],
    "办理结果答复": ["办理结果", "依据", "救济途径"],
    "延期告知": ["延期的理由", "新的期限"],
}


def owing() -> Iterator[tuple[Procedure, Act, str, str]]:
    """Yield every notice to somebody outside that an act of a procedure owes: procedure, act, name, to whom."""
    for procedure in library().procedures.values():
        for act in procedure.acts.values():
            for notice in act.notices:
                if notice.to in OUTSIDE:
                    yield procedure, act, notice.name, notice.to


def sample(wording: Wording) -> dict[str, str]:
    """Return something for every fact that the words may name, each to be told from the others."""
    named = chain.from_iterable(FACT.findall(paragraph) for part in wording.part for paragraph in part.text)
    facts = {name: f"〖{name}〗" for said, _ in named for name in said.split("|")}
    limits = {"limit.SC-13": "60日", "limit.SP-05": "5个工作日"}
    always = {
        "case": "20261102-00000017-K",
        "unit": "汀川市水务局",
        "on": "2026年11月5日",
        "number": "汀延告〔2026〕1号",
    }
    return facts | limits | always


def whole(wording: Wording, to: str = COMPLAINANT) -> Text:
    told = ways(wording.notice, {"route": "reconsideration"}, library().terms, to, "总局令第121号")
    return filled(wording, sample(wording), tuple(way.text for way in told), to=to)


def words_of(text: Text) -> str:
    lines = [line for section in text.sections for line in (section.heading, *section.paragraphs)]
    return "\n".join([text.unit, text.number, text.title, text.addressee, *lines, text.closing, text.date])


def test_every_notice_to_somebody_outside_has_words_for_its_paper() -> None:
    assert {name for _, _, name, _ in owing()} - set(wordings()) == set()


def test_no_words_are_for_a_notice_that_nobody_owes() -> None:
    owed = {name for _, _, name, _ in owing()}
    assert set(wordings()) == owed, "no paper is written that nobody is owed"


def test_every_act_gives_what_its_paper_must_contain() -> None:
    """Each part that a paper cannot do without is filled from what the act must be given, or acts before it were."""
    lacking = []
    for procedure, act, name, _ in owing():
        asked = {ask.name for ask in act.asks if not ask.optional}
        extends = {"days", "extended", "due", "due_name", "due_article"} if act.extends else set()
        before = {
            known
            for other in procedure.acts.values()
            for ask in other.asks
            for known in (f"past.{ask.name}", f"past.{other.id}.{ask.name}")
        }
        limits = {f"limit.{term}" for term in library().terms}
        first = {"title", "demand"}
        there = ALWAYS | asked | extends | before | limits | first | ({"lead"} if act.gives_to else set())
        lacking += [
            f"{procedure.id}.{act.id}: {name} lacks {part.heading or part.text[0]}"
            for part in wordings()[name].part
            if not part.optional and not _can_be_filled(part, there)
        ]
    assert lacking == []


def _can_be_filled(part: Part, there: set[str]) -> bool:
    return any(all(set(fact.split("|")) & there for fact in paragraph) for paragraph in part.facts())


def test_each_side_of_a_mediation_has_its_own_paper() -> None:
    for name in ("调解通知", "终止调解通知"):
        whom = {(procedure.id, to) for procedure, _, told, to in owing() if told == name}
        assert whom == {(law, to) for law in ("market_2020", "market_2026") for to in (COMPLAINANT, PARTY)}
        assert {wordings()[name].called(to) for _, to in whom} == {"投诉人", "被投诉人"}


def test_signs_and_addresses_of_papers_are_their_own() -> None:
    every = list(wordings().values())
    assert len({one.slug for one in every}) == len({one.mark for one in every}) == len(every)
    assert known_as("extension") is wordings()["延期告知"]
    assert known_as("nothing") is None
    assert {told.notice for told in remedies().told} <= set(wordings())


@pytest.mark.parametrize("to", [COMPLAINANT, PARTY])
@pytest.mark.parametrize("notice", sorted(wordings()))
def test_a_paper_says_what_the_rules_want_and_becomes_a_pdf(notice: str, to: str) -> None:
    wording = wordings()[notice]
    said = words_of(whole(wording, to))
    assert [piece for piece in CONTAINS.get(notice, []) if piece not in said] == []
    assert not re.search(r"[{}\[\]|]|。。|，，|，。", said)
    made = setting.pdf(whole(wording, to))
    assert made.startswith(b"%PDF-")
    assert b"NotoSerifSC" in made


def test_the_rules_catalogue_is_known_by_its_names() -> None:
    assert set(CONTAINS) <= set(wordings())


# ---- how words are filled ----
def wording(*text: str, optional: bool = False) -> Wording:
    part = Part(heading="理由", text=text, optional=optional)
    return Wording(slug="one", notice="一", title="告知书", mark="告知", to="诉求人", part=(part,))


FACTS = {"case": "1", "unit": "水务局", "on": "2026年11月5日"}


def lines(said: Wording, **facts: str) -> list[str]:
    return [line for section in filled(said, FACTS | facts).sections for line in section.paragraphs]


def test_what_is_not_known_is_left_out_and_what_must_be_there_is_missed() -> None:
    assert lines(wording("因为{why|ground}。[（{article}）]"), ground="下雨") == ["因为下雨。"]
    assert lines(wording("因为{why|ground}。[（{article}）]"), why="停电", article="第1条") == ["因为停电。（第1条）"]
    with pytest.raises(Incomplete, match="理由"):
        lines(wording("因为{why}。"))
    assert lines(wording("因为{why}。", optional=True)) == []


def test_what_somebody_wrote_is_never_read_as_ours() -> None:
    odd = "见[附件]{case}|*粗*_斜_#let x = 1"
    assert lines(wording("{why}。"), why=odd) == [f"{odd}。"]
    assert lines(wording("[{why}]"), why=odd) == [odd]
    assert setting.pdf(filled(wording("{why}。"), FACTS | {"why": odd})).startswith(b"%PDF-")


@pytest.mark.parametrize("why", ["下雨", "下雨。", "他说“不行。”", "（下雨。）", "下雨……"])
def test_what_somebody_wrote_ends_with_one_stop(why: str) -> None:
    (said,) = lines(wording("{why}。"), why=why)
    assert said == (f"{why}。" if why == "下雨" else why)


def test_a_text_of_several_lines_makes_several_paragraphs_and_ends_once() -> None:
    assert lines(wording("{why}。"), why="一。\n\n  二！") == ["一。", "二！"]


def test_headings_are_counted_where_there_are_several() -> None:
    one = wording("{why}").part[0]
    two = Wording(slug="two", notice="二", title="告知书", mark="告知", to="", part=(one, one))
    text = filled(two, FACTS | {"why": "停电"})
    assert [section.heading for section in text.sections] == ["一、理由", "二、理由"]
    assert text.addressee == ""
    assert filled(wording("{why}"), FACTS | {"why": "停电"}).sections[0].heading == "理由"


# ---- pages ----
def test_unit_and_day_stand_with_the_last_lines_and_lines_move_closer_before_a_second_page_begins() -> None:
    lengths = []
    for count in range(1, 24):
        text = "\n".join(f"第{number}行。" for number in range(1, count + 1))
        pages = pages_of(setting.pdf(filled(wording("{why}"), FACTS | {"why": text})))
        lengths.append(len(pages))
        assert f"第{count}行。特此告知。水务局2026年11月5日" in pages[-1]
    assert lengths == sorted(lengths)
    assert lengths.index(2) == 16  # lines at most; thirteen of them fit where lines stand 28 pt apart


# ---- fonts ----
def test_without_its_fonts_no_paper_is_made_and_what_to_do_is_said(tmp_path: Path) -> None:
    for where in (tmp_path, tmp_path / "gone", None):
        with pytest.raises(Trouble) as missing:
            setting.fonts(where)
        assert missing.value.code == "paper_font_missing"
        assert "Noto Serif SC" in missing.value.params["families"]  # type: ignore[operator]  # it is a text


def test_a_process_that_serves_reads_fonts_and_words_before_anybody_asks() -> None:
    said = """if True:
        import threading
        from huiying.config.wsgi import served
        served()
        for thread in threading.enumerate():
            if thread.name == "getting-ready":
                thread.join()
        from huiying.stages.papers import setting, wording
        print(setting.fonts.cache_info().currsize, wording.wordings.cache_info().currsize)
    """
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.stderr) == (["1", "1"], "")


def test_without_its_fonts_a_process_serves_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting, "FONT_PACKAGE", "no_such_fonts")
    setting.prepare()


def test_the_fonts_that_the_lock_names_are_where_they_are_looked_for() -> None:
    package = importlib.import_module(setting.FONT_PACKAGE)
    assert setting.folder() == Path(str(package.__file__)).parent
