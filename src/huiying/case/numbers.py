"""Case numbers `YYYYMMDD-NNNNNNNN-C` and receipt codes.

The check character (ISO 7064, mod 37,36) catches every single mistyped character and every swap of neighbours. A
receipt code is a keyed hash of the number: whoever sends the same thing again gets the same code, and the database,
which keeps only a hash of the code, does not tell it.
"""

from __future__ import annotations

import base64
import re
from datetime import date, datetime

from huiying.config.keys import digest
from huiying.config.prepared import run
from huiying.procedure.time_limits import SHANGHAI

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Crockford's letters: none that a person reading aloud confuses with another.
SPOKEN = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_BYTES, GROUP = 10, 4
NUMBER = re.compile(r"[0-9]{8}-[0-9]{8}-[0-9A-Z]")
_TO_SPOKEN = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", SPOKEN)
_MISREAD = str.maketrans("OIL", "011", " -—")


def check_character(digits: str) -> str:
    """Return the check character of a number's characters (hyphens are not counted)."""
    product = 36
    for character in digits.replace("-", ""):
        product = (product + ALPHABET.index(character)) % 36 or 36
        product = product * 2 % 37
    return ALPHABET[(37 - product) % 36]


def is_number(text: str) -> bool:
    """Whether a text is a number that we could have given."""
    return bool(NUMBER.fullmatch(text)) and check_character(text[:-1]) == text[-1]


def number(on: date | datetime, serial: int) -> str:
    """Return the number of the demand received on a day."""
    day = on.astimezone(SHANGHAI).date() if isinstance(on, datetime) else on
    body = f"{day:%Y%m%d}-{serial:08d}-"
    return body + check_character(body)


def serials(count: int) -> list[int]:
    """Take so many new serials. A transaction that fails leaves a gap, and no two ever share one."""
    return [row[0] for row in run("SELECT nextval('case_serial') FROM generate_series(1, %s)", [count])]


def receipt_code(case_number: str) -> str:
    """Return the receipt code of a case, 80 bits, as people read it: `7QFK-0M2P-…`."""
    raw = base64.b32encode(digest("receipt code", case_number)[:CODE_BYTES]).decode().translate(_TO_SPOKEN)
    return "-".join(raw[start : start + GROUP] for start in range(0, len(raw), GROUP))


def receipt_hash(code: str) -> bytes:
    """Return what is kept of a receipt code; spaces, hyphens, case and misread letters make no difference."""
    return digest("receipt hash", code.upper().translate(_MISREAD))
