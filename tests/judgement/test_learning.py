"""What is learned from texts: it holds what it says, keeps to what it learned, and is silent where it cannot know."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.commands.main import main
from huiying.judgement.learning import begin, folds_of, learn
from huiying.judgement.measuring import bound_for, calibration_bins, expected_calibration_error
from huiying.judgement.model import Model, Unusable

TODAY = date(2026, 11, 25)
PLACES = ("东门", "南门", "西门", "北门", "河边", "桥头", "学校旁", "菜场口", "车站", "公园里")
SAID = {
    "城乡建设/供水": ("{}家里水压太小，水龙头不出水", "{}自来水管漏水，没有人来修"),
    "城乡建设/照明": ("{}路灯不亮，晚上看不见路", "{}一排路灯坏了，请派人修灯"),
    "教育/幼儿园": ("{}幼儿园乱收费，老师态度差", "{}孩子上幼儿园排不上号"),
}


def history() -> tuple[list[str], list[str], list[str]]:
    """Return texts, their labels, and groups: what one person says twice is a group."""
    rows = [
        (sentence.format(f"{place}{turn}号"), label, f"{place}{label}{turn}")
        for place in PLACES
        for label, sentences in SAID.items()
        for turn in range(3)
        for sentence in sentences
    ]
    texts, labels, groups = zip(*rows, strict=True)
    return list(texts), list(labels), list(groups)


@pytest.fixture(scope="module")
def model() -> Model:
    texts, labels, groups = history()
    return learn(texts, labels, groups, on=TODAY, data="自编的文字")


def test_it_proposes_with_the_words_that_led_to_it(model: Model) -> None:
    proposal = model.propose("医院门口的路灯不亮，晚上看不见")
    assert (proposal.label, proposal.abstained) == ("城乡建设/照明", False)
    assert "灯" in "".join(reason.words for reason in proposal.reasons)
    assert sum(reason.share for reason in proposal.reasons) <= 1 + 1e-9
    assert {label for label, _likely in proposal.others} <= set(SAID)


def test_it_does_not_conclude_from_what_it_never_saw(model: Model) -> None:
    for text in ("今天天气很好", "？？？", "", "abc 123", "\0"):
        proposal = model.propose(text)
        assert proposal.abstained, text
        assert 0 <= proposal.probability <= 1


def test_where_the_part_is_unsure_the_whole_can_still_be_sure(model: Model) -> None:
    both = model.propose("自来水管漏水，路灯不亮，没有人来修")
    if both.abstained:
        assert both.broader in {"", "城乡建设"}
    assert model.propose("幼儿园乱收费，老师态度差").label == "教育/幼儿园"


def test_what_is_kept_says_the_same_when_it_is_read_again(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path / "model")
    read = Model.load(tmp_path / "model")
    assert read.version == model.version
    texts = history()[0]
    assert np.array_equal(read.probabilities(texts), model.probabilities(texts))
    assert read.card["data"] == "自编的文字"
    with pytest.raises(OSError, match="model"):
        model.save(tmp_path / "model")
    assert [one.name for one in tmp_path.iterdir()] == ["model"], "nothing is left half-written"


@pytest.mark.parametrize("harm", ["nothing", "card", "array", "format"])
def test_what_is_no_model_is_said(model: Model, tmp_path: Path, harm: str) -> None:
    folder = tmp_path / "model"
    if harm != "nothing":
        model.save(folder)
    if harm == "card":
        (folder / "card.json").write_text("{", "utf-8")
    if harm == "array":
        (folder / "compared.npy").write_bytes(b"PK\x03\x04")
    if harm == "format":
        (folder / "card.json").write_text(json.dumps({"format": 99}), "utf-8")
    with pytest.raises(Unusable) as said:
        Model.load(folder)
    wanted = {"nothing": "no_model", "format": "other_format"}
    assert said.value.code == wanted.get(harm, "damaged_model")


@pytest.mark.parametrize(
    ("labels", "groups", "code"),
    [
        (["甲", "甲", "甲", "甲"], ["1", "2", "3", "4"], "one_label"),
        (["甲", "甲", "甲", "乙"], ["1", "2", "3", "4"], "label_alone"),
        (["甲", "甲", "乙", "乙"], ["1", "1", "1", "1"], "one_group"),
    ],
)
def test_what_teaches_nothing_is_refused(labels: list[str], groups: list[str], code: str) -> None:
    with pytest.raises(Unusable) as said:
        learn(["路灯", "灯不亮", "水压", "没水"], labels, groups, on=TODAY)
    assert said.value.code == code


def test_a_city_without_a_history_is_never_sure() -> None:
    begun = begin({"供水": "供水 自来水 水压", "照明": "照明 路灯", "教育": "幼儿园 学校"}, on=TODAY)
    proposal = begun.propose("路灯不亮")
    assert (proposal.label, proposal.abstained) == ("照明", True)


@given(st.lists(st.sampled_from("甲乙丙丁戊己庚辛"), min_size=1, max_size=60))
def test_a_group_is_never_on_both_sides(groups: list[str]) -> None:
    folds = folds_of(groups)
    assert all(len({int(folds[place]) for place, one in enumerate(groups) if one == group}) == 1 for group in groups)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80), st.floats(0.5, 1))
@settings(deadline=None)
def test_above_the_bound_enough_is_right(answers: list[tuple[float, bool]], wanted: float) -> None:
    confidence = np.array([one for one, _ in answers])
    right = np.array([int(one) for _, one in answers])
    bound, share = bound_for(wanted, confidence, right)
    order = np.argsort(-confidence, kind="stable")[: round(share * len(answers))]
    assert not order.size or right[order].mean() >= wanted
    assert bound > 1 or confidence[order].min() == bound
    bins = calibration_bins(confidence, right)
    assert sum(one["n"] for one in bins) == len(answers)
    assert 0 <= expected_calibration_error(bins) <= 1


# ---- the commands ----
def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["triage", *arguments])
    return done.exit_code, done.stdout, done.stderr


def table(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    texts, labels, groups = history()
    rows = [
        {"text": text if place % 3 else "", "tokens": " ".join(text), "label": label, "group": group}
        for place, (text, label, group) in enumerate(zip(texts, labels, groups, strict=True))
    ]
    return table(tmp_path / "data.csv", [*rows, {"text": "", "tokens": "", "label": "教育/幼儿园", "group": "x"}])


def test_train_evaluate_and_predict_from_a_table(data: Path, tmp_path: Path) -> None:
    model = str(tmp_path / "model")
    common = ("--data", str(data), "--text", "text,tokens")
    code, out, err = run("train", *common, "--label", "label", "--group", "group", "--out", model, "--json")
    assert (code, err) == (0, "")
    trained = json.loads(out)
    assert (trained["n"], trained["labels"], trained["empty"]) == (180, 3, 1)
    code, out, _ = run("evaluate", "--model", model, *common, "--label", "label", "--json")
    said: dict[str, Any] = json.loads(out)
    assert code == 0
    assert {"n", "accuracy", "macro_f1", "per_class", "ece", "coverage_at_precision_97", "docs_per_second"} <= set(said)
    assert said["n"] == 180
    assert {source: one["n"] for source, one in said["by_source"].items()} == {"tokens": 60, "text": 120}
    code, out, _ = run("predict", "--model", model, *common)
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [line["row"] for line in lines] == list(range(1, 182))
    assert lines[-1] == {"row": 181, "error": "这一行没有文字"}
    assert {"label", "probability", "abstained", "reasons"} <= set(lines[0])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"--text": "words,tokens"}, "words"),
        ({"--label": "kind"}, "kind"),
        ({"--data": "no-such.csv"}, "no-such.csv"),
        ({"--label": "tokens"}, "一行"),
    ],
)
def test_what_is_wrong_with_a_table_is_named(data: Path, tmp_path: Path, change: dict[str, str], said: str) -> None:
    options = {"--data": str(data), "--text": "text,tokens", "--label": "label", "--out": str(tmp_path / "m")} | change
    code, out, err = run("train", *(word for pair in options.items() for word in pair))
    assert (code, out) == (2, "")
    assert said in err
    assert not (tmp_path / "m").exists()


def test_a_model_is_not_written_over_and_an_unknown_label_is_named(data: Path, tmp_path: Path) -> None:
    common = ("--data", str(data), "--text", "text,tokens", "--label", "label")
    code, _, err = run("train", *common, "--out", str(tmp_path))
    assert code == 2
    assert "已经存在" in err
    assert run("train", *common, "--out", str(tmp_path / "m"))[0] == 0
    other = table(tmp_path / "other.csv", [{"text": "路灯", "label": "没学过的"}])
    code, _, err = run(
        "evaluate", "--model", str(tmp_path / "m"), "--data", str(other), "--text", "text", "--label", "label"
    )
    assert code == 2
    assert "没学过的" in err
