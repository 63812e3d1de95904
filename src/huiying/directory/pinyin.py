"""Keys by which a name is found from its pinyin: the initials (水务局: swj) and the syllables (shuiwuju).

A character with several readings gives a key for each, because whoever types knows one of them and not which one we
would have picked: 长乐路 is found by cll, zll and cyl.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice, product

#: Names have few such characters; the keys of one that had many would be more than anybody types.
MOST_KEYS = 8


@lru_cache(maxsize=20_000)
def keys(name: str) -> str:
    """Return a name's keys, separated by spaces: its initials, in every reading, and its syllables in the first.

    Letters and digits stand for themselves; other signs are left out.
    """
    readings = [readings_of(sign) for sign in name if sign.isalnum()]
    if not readings:
        return ""
    initials = ["".join(letters) for letters in islice(product(*map(_initials, readings)), MOST_KEYS)]
    return " ".join(dict.fromkeys([*initials, "".join(one[0] for one in readings)]))


def _initials(readings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reading[0] for reading in readings))


@lru_cache(maxsize=10_000)
def readings_of(sign: str) -> tuple[str, ...]:
    """Return the readings of one character, the most frequent first, without tones; of another sign, itself."""
    from pypinyin import Style, pinyin  # noqa: PLC0415  # 0.3 s and 40 MB that only the desk needs

    (found,) = pinyin(sign, style=Style.NORMAL, heteronym=True)
    return tuple(dict.fromkeys(reading.casefold() for reading in found))
