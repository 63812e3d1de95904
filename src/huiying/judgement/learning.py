"""Learns a model from texts: the space without labels, what separates labels in it, and what its scores are worth.

What the scores say of messages that were left out while learning (whole groups of near duplicates at once) gives the
probabilities, and the bound below which the machine says that it does not know. Only this module needs scikit-learn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import log_softmax
from sklearn.decomposition import TruncatedSVD

from huiying.judgement.measuring import bound_for, figures
from huiying.judgement.model import FORMAT, Model, Unusable
from huiying.judgement.separating import Calibration, Separator, likeness
from huiying.judgement.spaces import VIEWS, Doubles, Floats, Places, Space, View, grams, letters

#: Texts that the n-grams and the directions are found from: more of them change neither.
MOST_LEARNED = 20_000
LEAST_TEXTS = 2
#: How much a single message may bend what is learned.
STIFFNESS = 0.1
#: Up to so many messages all are compared with; of more, so many that stand for the rest.
MOST_COMPARED, REPRESENTATIVES = 8_000, 4_000
BLOCK = 4_096
FOLDS = 5
#: How little a class that is rare may move the probabilities: the weight of the prior on each class's own shift.
HELD_BACK = 1e-3
#: Which share of what is not abstained from must be right.
PRECISION = 0.97
LEAST_A_CLASS, LEAST_LIVE = 2, 500
#: What scores are worth where nothing could be left out, and a bound that none reaches: then the machine only lists.
GUESSED_SLOPE, NEVER = 3.0, 1.01
SEED = 20260918


def learn(
    texts: Sequence[str],
    labels: Sequence[str],
    groups: Sequence[str],
    *,
    on: date,
    unlabelled: Sequence[str] = (),
    live: Sequence[bool] = (),
    data: str = "",
) -> Model:
    """Return what a history teaches; raise `Unusable` where it teaches nothing.

    `groups`: near duplicates share one; all of a group is left out at once where something is checked.
    `unlabelled`: further texts of the same kind. `live`: which rows look as demands do when they come in; where there
    are enough of them, probabilities are made to be true of those. `on`, `data`: when and from what, for the card.
    """
    _check(labels, groups)
    known = sorted(set(labels))
    classes = np.array([known.index(label) for label in labels])
    is_live = np.array(live, bool)
    asked = is_live if is_live.sum() >= LEAST_LIVE else np.ones(len(classes), bool)
    folds = folds_of(groups)
    # Of very many texts one fold says as much about the others as all would.
    left_out = np.unique(folds)[: 1 if len(texts) > MOST_LEARNED else FOLDS]
    unseen = np.vstack([_left_out(texts, classes, len(known), folds == fold, unlabelled, asked) for fold in left_out])
    order = np.concatenate([np.flatnonzero((folds == fold) & asked) for fold in left_out])
    calibration, true = calibrated(unseen, classes[order]), classes[order]
    probabilities = calibration.probabilities(unseen)
    right = (probabilities.argmax(axis=1) == true).astype(int)
    # What is said with the wanted precision itself is sure enough, even where nothing less sure was ever seen.
    bound = min(bound_for(PRECISION, probabilities.max(axis=1), right)[0], PRECISION)
    space = space_of([*texts, *unlabelled])
    card = {
        "format": FORMAT,
        "learned_on": on.isoformat(),
        "data": data,
        "texts": len(texts),
        "unlabelled": len(unlabelled),
        "groups": len(set(groups)),
        "precision": PRECISION,
        "left_out": figures(known, true, probabilities),
    }
    return Model(known, space, separator_of(space.located(texts), classes, len(known)), calibration, bound, card)


def begin(words: Mapping[str, str], *, on: date) -> Model:
    """Return a model of a city without a history: each label by its own words. It lists what is near, never sure."""
    if len(words) < LEAST_A_CLASS:
        raise Unusable("one_label", labels="、".join(sorted(words)))
    known = sorted(words)
    texts = [words[label] for label in known]
    space = space_of(texts, least=1)
    separator = separator_of(space.located(texts), np.arange(len(known)), len(known))
    card = {"format": FORMAT, "learned_on": on.isoformat(), "data": "", "texts": 0, "unlabelled": 0, "groups": 0}
    return Model(known, space, separator, Calibration(GUESSED_SLOPE, np.zeros(len(known))), NEVER, card)


def _left_out(
    texts: Sequence[str], classes: Places, number: int, out: Places, unlabelled: Sequence[str], asked: Places
) -> Floats:
    """Return the scores of messages that nothing was learned from, not even how people write."""
    others = [text for text, is_out in zip(texts, out, strict=True) if not is_out]
    space = space_of([*others, *unlabelled])
    separator = separator_of(space.located(others), classes[~out], number)
    return separator.scores(space.located([texts[int(place)] for place in np.flatnonzero(out & asked)]))


def space_of(texts: Sequence[str], *, least: int = LEAST_TEXTS) -> Space:
    """Return the space that texts teach, labelled or not. `least`: in how many of them an n-gram must stand."""
    said = [letters(text) for text in as_found(texts)]
    return Space([_view(name, said, least) for name in VIEWS])


def as_found(texts: Iterable[str]) -> list[str]:
    """Return the part of texts from which something is learned: all, or as many as change anything, evenly taken."""
    kept = list(texts)
    step = len(kept) / MOST_LEARNED
    return kept if step <= 1 else [kept[int(place * step)] for place in range(MOST_LEARNED)]


def _view(name: str, said: Sequence[str], least: int) -> View:
    opening, most, directions, weight = VIEWS[name]
    counted = [grams(text[:opening]) for text in said]
    texts = Counter(gram for one in counted for gram in one)
    common = sorted((gram for gram, n in texts.items() if n >= least), key=lambda gram: (-texts[gram], gram))
    places = {gram: place for place, gram in enumerate(common[:most])}
    weights = np.array([np.log((1 + len(counted)) / (1 + texts[gram])) + 1 for gram in places], np.float32)
    rows = _rows(counted, places, weights)
    few = max(1, min(directions, len(places), len(counted)))
    found = TruncatedSVD(few, n_iter=3, random_state=SEED).fit(rows)
    return View(opening, places, weights, np.ascontiguousarray(found.components_.T, np.float32), weight)


def _rows(counted: Sequence[Counter[str]], places: Mapping[str, int], weights: Floats) -> csr_matrix:
    """Return counted messages as rows of weighed n-grams of length 1."""
    columns: list[int] = []
    times: list[int] = []
    ends = [0]
    for one in counted:
        for gram, n in one.items():
            place = places.get(gram)
            if place is not None:
                columns.append(place)
                times.append(n)
        ends.append(len(columns))
    where = np.array(columns, np.int32)
    weighed = (1 + np.log(np.array(times, np.float32))) * weights[where]
    rows = csr_matrix((weighed, where, np.array(ends)), shape=(len(counted), len(places)))
    lengths = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
    scale = np.repeat(np.where(lengths > 0, 1 / np.maximum(lengths, 1e-9), 0), np.diff(rows.indptr))
    rows.data = (rows.data * scale).astype(np.float32)
    return rows


def separator_of(located: Floats, classes: Places, number: int) -> Separator:
    """Return what separates messages of known classes (0 … `number` - 1): ridge regression on their likenesses."""
    wanted = np.where(classes[:, None] == np.arange(number), 1.0, -1.0)
    if len(located) <= MOST_COMPARED:
        alike = likeness(located, located).astype(np.float64)
        alike[np.diag_indices_from(alike)] += STIFFNESS
        return Separator(located, _solved(alike, wanted))
    chosen = np.random.default_rng(SEED).choice(len(located), REPRESENTATIVES, replace=False)
    compared = located[np.sort(chosen)]
    inner = STIFFNESS * likeness(compared, compared).astype(np.float64)
    right = np.zeros((REPRESENTATIVES, number))
    for start in range(0, len(located), BLOCK):
        block = likeness(located[start : start + BLOCK], compared)
        inner += block.T @ block
        right += block.T @ wanted[start : start + BLOCK]
    inner[np.diag_indices_from(inner)] += 1e-4
    return Separator(compared, _solved(inner, right))


def _solved(symmetric: Doubles, right: Doubles) -> Floats:
    found: Floats = cho_solve(cho_factor(symmetric, overwrite_a=True), right).astype(np.float32)
    return found


def folds_of(groups: Sequence[str], number: int = FOLDS) -> Places:
    """Return the fold of each row, by chance and always the same; a group is never on both sides."""
    known = sorted(set(groups))
    order = np.random.default_rng(SEED).permutation(len(known))
    fold = {group: int(place) % number for group, place in zip(known, order, strict=True)}
    return np.array([fold[group] for group in groups])


def calibrated(scores: Floats, classes: Places) -> Calibration:
    """Return what makes scores of messages that were left out likeliest."""
    seen = scores.astype(np.float64)

    def lost(said: Doubles) -> float:
        logs = log_softmax(said[0] * seen + said[1:], axis=1)
        return float(HELD_BACK * (said[1:] ** 2).sum() - logs[np.arange(len(seen)), classes].mean())

    found = minimize(lost, np.array([GUESSED_SLOPE, *np.zeros(scores.shape[1])]), method="L-BFGS-B")
    return Calibration(float(found.x[0]), found.x[1:])


def _check(labels: Sequence[str], groups: Sequence[str]) -> None:
    if len(set(labels)) < LEAST_A_CLASS:
        raise Unusable("one_label", labels="、".join(sorted(set(labels))))
    alone = [label for label, n in sorted(Counter(labels).items()) if n < LEAST_A_CLASS]
    if alone:
        raise Unusable("label_alone", labels="、".join(alone))
    if len(set(groups)) < LEAST_A_CLASS:
        raise Unusable("one_group")
