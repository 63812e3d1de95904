"""A model of what demands are about: learned from a city's own history, explained by words, silent where it is unsure.

A label may be a path (`城乡建设/物业`): what is said of the parts of a whole adds up to what is said of the whole, and
where the part is unsure the whole is proposed. A model is a folder: arrays, and a card in JSON; nothing in it is code.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from huiying.judgement.explaining import Reason, reasons_of
from huiying.judgement.separating import Calibration, Separator
from huiying.judgement.spaces import VIEWS, Doubles, Space, View

CARD = "card.json"
FORMAT = 1
BETWEEN = "/"


class Unusable(Exception):  # noqa: N818  # what is wrong with somebody's data is no error of the program
    """Data from which nothing can be learned, or a folder that holds no model; `code` and `params` say why."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a model says of one message. `label`: the likeliest; `others`: the next, each with its probability.

    `abstained`: too unsure for the precision that the model was bound to; then `broader` is the whole that is still
    sure, if there is one. `reasons`: the words that led to the label.
    """

    label: str
    probability: float
    abstained: bool
    broader: str
    others: Sequence[tuple[str, float]]
    reasons: Sequence[Reason]


@dataclass(frozen=True)
class Model:
    """Labels, where messages lie, what separates them, what that is worth. `card`: where it comes from, how good."""

    labels: Sequence[str]
    space: Space
    separator: Separator
    calibration: Calibration
    bound: float
    card: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def version(self) -> str:
        """What the model is called wherever it proposed something: a mark of all that it consists of."""
        marked = hashlib.sha256(json.dumps([*self.labels, self.card.get("learned_on"), self.bound]).encode())
        for array in (self.separator.compared, self.separator.weights):
            marked.update(np.ascontiguousarray(array).tobytes())
        return marked.hexdigest()[:12]

    def probabilities(self, texts: Sequence[str]) -> Doubles:
        """Return the probability of each label, one row a message."""
        return self.calibration.probabilities(self.separator.scores(self.space.located(texts)))

    def propose(self, text: str, *, with_reasons: bool = True) -> Proposal:
        """Return what the model says of one message, and whether it may be believed."""
        place = self.space.located([text])
        likely = self.calibration.probabilities(self.separator.scores(place))[0]
        order = np.argsort(-likely, kind="stable")
        first = int(order[0])
        abstained = bool(likely[first] < self.bound)
        reasons: Sequence[Reason] = ()
        if with_reasons and len(self.labels) > 1:
            reasons = reasons_of(self.space, text, self.separator.pull(place[0], first, int(order[1])))
        return Proposal(
            self.labels[first],
            float(likely[first]),
            abstained,
            self._broader(likely) if abstained else "",
            [(self.labels[int(one)], float(likely[int(one)])) for one in order[1:4]],
            reasons,
        )

    def _broader(self, likely: Doubles) -> str:
        """Return the narrowest whole whose parts together are sure enough."""
        wholes: dict[str, float] = {}
        for label, one in zip(self.labels, likely, strict=True):
            names = label.split(BETWEEN)
            for depth in range(1, len(names)):
                whole = BETWEEN.join(names[:depth])
                wholes[whole] = wholes.get(whole, 0.0) + float(one)
        sure = [whole for whole, one in wholes.items() if one >= self.bound]
        return max(sure, key=lambda whole: (whole.count(BETWEEN), wholes[whole]), default="")

    def save(self, folder: Path) -> None:
        """Write the model into a new folder, which is there whole or not at all; `FileExistsError` where it is not new.

        The large arrays lie in files of their own: processes of one machine share what they read of them.
        """
        if folder.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))
        folder.parent.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        half.chmod(0o755)
        arrays: dict[str, NDArray[Any]] = {
            "compared": self.separator.compared,
            "separating": self.separator.weights,
            "shifts": self.calibration.shifts,
        }
        for name, view in zip(VIEWS, self.space.views, strict=True):
            # n-grams are at most three characters: as an array of text they need no parsing.
            arrays |= {f"{name}-grams": np.array(list(view.places)), f"{name}-weights": view.weights}
            arrays[f"{name}-basis"] = view.basis
        for name, array in arrays.items():
            np.save(half / f"{name}.npy", array)
        card = {**self.card, "labels": list(self.labels), "slope": self.calibration.slope, "bound": self.bound}
        (half / CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", "utf-8")
        half.rename(folder)

    @classmethod
    def load(cls, folder: Path) -> Model:
        """Return the model of a folder; raise `Unusable` where there is none that this release reads."""
        try:
            card = json.loads((folder / CARD).read_text("utf-8"))
            if card.get("format") != FORMAT:
                raise Unusable("other_format", path=str(folder), found=card.get("format"), wanted=FORMAT)
            views = [_view(name, folder) for name in VIEWS]
            separator = Separator(_array(folder, "compared"), _array(folder, "separating"))
            calibration = Calibration(float(card.pop("slope")), _array(folder, "shifts"))
            labels, bound = card.pop("labels"), float(card.pop("bound"))
        except FileNotFoundError as missing:
            raise Unusable("no_model", path=str(missing.filename)) from missing
        except (OSError, ValueError, KeyError, EOFError, AttributeError) as damaged:
            raise Unusable("damaged_model", path=str(folder), why=str(damaged)) from damaged
        return cls(labels, Space(views), separator, calibration, bound, card)


def _array(folder: Path, name: str) -> Any:  # noqa: ANN401  # numbers of any kind, or text
    return open_memmap(folder / f"{name}.npy", mode="r")


def _view(name: str, folder: Path) -> View:
    opening, _, _, weight = VIEWS[name]
    places = {str(gram): place for place, gram in enumerate(_array(folder, f"{name}-grams").tolist())}
    return View(opening, places, _array(folder, f"{name}-weights"), _array(folder, f"{name}-basis"), weight)
