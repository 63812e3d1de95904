"""The vault: what says who somebody is, encrypted by keys that the database never has.

The database's functions (schema `vault`) are the only way in, and `open` refuses unless the act that records this very
opening was appended in the same transaction. Blind tokens, keyed hashes of phone, name and address, find a person's
open matters and mask their name in what staff write, without opening anything.
"""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection

from huiying.config.keys import digest, key, newest_vault_key
from huiying.config.prepared import run
from huiying.stages.identity.masking_names import contact_name

NONCE_BYTES = 12
#: Names shorter than this would be found in ordinary words.
SHORTEST_NAME, SHORTEST_ADDRESS, SHORTEST_LINE = 2, 4, 7
SEAL = "SELECT vault.seal(%s::text, %s::text[], %s::int[], %s::text[], %s::uuid[], %s::bytea[], %s::bytea[])"
SEAL_AND_MARK = f"{SEAL}, vault.mark(%s::text[], %s::text[], %s::bytea[])"
DIGITS, NAME, ADDRESS = "digits", "name", "address"


@dataclass(frozen=True, slots=True)
class Contact:
    """Who brought the demand, as far as they said."""

    name: str = ""
    phone: str = ""
    address: str = ""

    def known(self) -> tuple[str, ...]:
        """Return what of it may occur in a text, and must not be seen there."""
        return tuple(part for part in (self.name, self.phone, self.address) if part)


@dataclass(frozen=True, slots=True)
class Sealing:
    """A text to be sealed: of which case, with which of its acts, under which name."""

    number: str
    position: int
    name: str
    content: str


def seal(sealings: Sequence[Sealing], contacts: Iterable[tuple[str, Contact]] = ()) -> list[str]:
    """Seal texts in the open transaction and return for each the digest that its act commits to.

    `contacts`: who brought each case, by its number; blind tokens of them are kept in the same statement.
    """
    marks = [(number, kind, token) for number, contact in contacts for kind, token in tokens(contact)]
    if not sealings:
        return []
    key_name = newest_vault_key()
    cipher = AESGCM(key(key_name))
    rows, digests = [], []
    for sealing in sealings:
        reference, nonce = uuid.UUID(bytes=secrets.token_bytes(16)), secrets.token_bytes(NONCE_BYTES)
        ciphertext = cipher.encrypt(nonce, sealing.content.encode(), reference.bytes)
        rows.append((sealing.number, sealing.position, sealing.name, reference, nonce, ciphertext))
        digests.append(sha256(nonce + ciphertext).hexdigest())
    run(SEAL_AND_MARK if marks else SEAL, [key_name, *_columns(rows), *_columns(marks)])
    return digests


def _columns(rows: Iterable[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def tokens(contact: Contact) -> list[tuple[str, bytes]]:
    """Return the blind tokens of a contact: one to find a phone by, and those that hide its parts in later words.

    Those carry their length (`digits11`, `name3`): a text need be searched for parts of that length only.
    """
    phone, name, address = plain_phone(contact.phone), plain_words(contact.name), plain_words(contact.address)
    held = [("phone", token("phone", phone))] if phone else []
    # A landline is often said without its area code, of three or four digits.
    lines = {phone, *((phone[3:], phone[4:]) if phone.startswith("0") else ())}
    held += [(f"{DIGITS}{len(line)}", token(DIGITS, line)) for line in sorted(lines) if len(line) >= SHORTEST_LINE]
    if len(name) >= SHORTEST_NAME:
        held += [
            (f"{NAME}{len(name)}", token(NAME, name)),
            ("surname", token("surname", contact_name(name)[1] or name[0])),
        ]
    if len(address) >= SHORTEST_ADDRESS:
        held.append((f"{ADDRESS}{len(address)}", token(ADDRESS, address)))
    return held


def token(kind: str, part: str) -> bytes:
    """Return the blind token of one part."""
    return digest(f"blind {kind}", part)


def plain_phone(phone: str) -> str:
    """Return a phone's digits, in ASCII and without the country's code."""
    digits = "".join(str(unicodedata.digit(character)) for character in phone if character.isdigit())
    return re.sub(r"^(?:00)?86(?=1\d{10}$)", "", digits)


def plain_words(words: str) -> str:
    """Return words without spaces, in one width and one case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", words)).casefold()


def digests(number: str, wanted: Sequence[str]) -> dict[str, str]:
    """Return the digests of what came first with a case under these names."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, digest FROM vault.inventory(%s) WHERE position = 1", [[number]])
        return {str(name): str(found) for name, found in cursor.fetchall() if name in wanted}


def share(number: str, with_number: str, wanted: Sequence[str]) -> None:
    """Let a case hold what its origin holds under these names, if this very transaction split it off."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault.share(%s, %s, %s)", [number, with_number, list(wanted)])


def find(phone: str) -> list[str]:
    """Return the numbers of the cases that came from a phone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_number FROM vault.find('phone', %s)", [token("phone", plain_phone(phone))])
        return [str(number) for (number,) in cursor.fetchall()]


def known_tokens(number: str) -> dict[str, set[bytes]]:
    """Return the blind tokens of a case."""
    held: dict[str, set[bytes]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, token FROM vault.tokens(%s)", [number])
        for kind, found in cursor.fetchall():
            held.setdefault(kind, set()).add(bytes(found))
    return held


def names(number: str) -> Mapping[str, Sequence[int]]:
    """Return what is held of a case: name → the acts it came with."""
    held: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, position FROM vault.inventory(%s) ORDER BY position", [[number]])
        for name, position in cursor.fetchall():
            held.setdefault(name, []).append(position)
    return held


def unseal(number: str, position: int, name: str) -> str:
    """Return a sealed text. The database refuses unless this transaction appended the act that opens it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ref, key, nonce, ciphertext FROM vault.open(%s, %s, %s)", [number, position, name])
        reference, key_name, nonce, ciphertext = cursor.fetchone()
    return AESGCM(key(key_name)).decrypt(bytes(nonce), bytes(ciphertext), reference.bytes).decode()


def erase(number: str) -> None:
    """Destroy what is held of a case. The database refuses unless this transaction appended an act that purges."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault.erase(%s)", [number])


def pack(contact: Contact) -> str:
    """Return name and phone as one text to be sealed."""
    return json.dumps({"name": contact.name, "phone": contact.phone}, ensure_ascii=False)


def unpack(content: str) -> Contact:
    """Return what `pack` packed."""
    return Contact(**json.loads(content))
