"""A column that a row works out by itself whenever it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models

from huiying.directory.likeness import pairs

#: The columns whose pairs of characters a row is found by.
SAID = ("title", "words")

if TYPE_CHECKING:
    PairsOfCharacters = ArrayField[list[str], list[str]]
else:  # Django's own class takes no parameters
    PairsOfCharacters = ArrayField


class PairsField(PairsOfCharacters):
    """The pairs of characters of an entry's title and words, by which it is found while somebody talks.

    Worked out whenever a row is written, alone or with others: nobody sets it, and it is never stale.
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> list[str]:  # noqa: FBT001  # Django's signature
        """Return what is written."""
        del add
        found = sorted(pairs("　".join(str(getattr(model_instance, name)) for name in SAID)))
        setattr(model_instance, self.attname, found)
        return found
