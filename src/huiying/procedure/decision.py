"""The answer that every rule gives: allowed under an article, or refused with a reason and an article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Allowed:
    """The act may be done.

    `article` is the rule that permits it, as people cite it: 《信访工作条例》第34条.
    """

    article: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The act may not be done.

    `code` names the reason in every catalogue of `procedure/words`, `params` fill its sentence, and `article` is the
    rule it rests on. Pages, letters, API errors and tests all show this one answer.
    """

    code: str
    article: str
    params: Mapping[str, object] = field(default_factory=dict)


Decision = Allowed | Refused
