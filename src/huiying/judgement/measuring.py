"""How good proposals are, in figures that a person can check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from huiying.judgement.spaces import Doubles, Places

BINS = 15
#: Confidences at which the curve of what is answered and how much of it is right is drawn.
CURVE = tuple(round(place / 20, 2) for place in range(21))


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class: how many there are, what part of it was found, what part of the proposals for it was right."""

    n: int
    precision: float
    recall: float
    f1: float


def per_class(labels: Sequence[str], true: Places, said: Places) -> dict[str, ClassFigures]:
    """Return the figures of each class that occurs, by its label; a share of nothing is 0."""
    found = {}
    for place, label in enumerate(labels):
        is_it, says_it = true == place, said == place
        both = int((is_it & says_it).sum())
        if not is_it.any() and not says_it.any():
            continue
        precision, recall = (both / int(all_.sum()) if all_.any() else 0.0 for all_ in (says_it, is_it))
        f1 = 2 * both / int(is_it.sum() + says_it.sum())
        found[label] = ClassFigures(int(is_it.sum()), precision, recall, f1)
    return found


def macro_f1(figures: dict[str, ClassFigures]) -> float:
    """Return the mean F1 over the classes that occur among the true ones."""
    return float(np.mean([one.f1 for one in figures.values() if one.n]))


def calibration_bins(confidence: Doubles, right: Places) -> list[dict[str, float]]:
    """Return how many answers fell into each bin of confidence, what was said on average and how much was right."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    found = []
    for place in range(BINS):
        inside = bins == place
        if inside.any():
            said, was = float(confidence[inside].mean()), float(right[inside].mean())
            found.append({"n": int(inside.sum()), "said": said, "right": was})
    return found


def expected_calibration_error(bins: Sequence[dict[str, float]]) -> float:
    """Return how far what is said lies from what is right, on average over answers."""
    total = sum(one["n"] for one in bins)
    return sum(one["n"] * abs(one["said"] - one["right"]) for one in bins) / total if total else 0.0


def bound_for(precision: float, confidence: Doubles, right: Places) -> tuple[float, float]:
    """Return the lowest confidence above which answers are right often enough, and what share of all lies above it.

    Where no bound is enough, answers are never given: a bound above 1, a share of 0.
    """
    order = np.argsort(-confidence, kind="stable")
    running = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(running >= precision)
    if not enough.size:
        return 1.01, 0.0
    last = int(enough[-1])
    return float(confidence[order[last]]), (last + 1) / len(order)


def curve(confidence: Doubles, right: Places) -> list[dict[str, float]]:
    """Return, at several bounds, which share of messages is answered and which share of the answers is right."""
    found = []
    for bound in CURVE:
        above = confidence >= bound
        if above.any():
            found.append({"bound": bound, "answered": float(above.mean()), "right": float(right[above].mean())})
    return found


def figures(labels: Sequence[str], true: Places, probabilities: Doubles) -> dict[str, Any]:
    """Return what there is to say of proposals whose truth is known, as plain numbers. Precision bound: 97 %."""
    said = probabilities.argmax(axis=1)
    confidence, right = probabilities.max(axis=1), (said == true).astype(int)
    classes = per_class(labels, true, said)
    bins = calibration_bins(confidence, right)
    return {
        "n": len(true),
        "accuracy": float(right.mean()),
        "macro_f1": macro_f1(classes),
        "per_class": {
            label: {"n": one.n, "precision": one.precision, "recall": one.recall, "f1": one.f1}
            for label, one in classes.items()
        },
        "ece": expected_calibration_error(bins),
        "coverage_at_precision_97": bound_for(0.97, confidence, right)[1],
        "calibration": bins,
        "curve": curve(confidence, right),
    }
