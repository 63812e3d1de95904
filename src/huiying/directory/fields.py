"""What our columns can do beyond Django's own: one works itself out, any can be asked whether something is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from huiying.directory.likeness import pairs

#: The columns whose pairs of characters a row is found by.
SAID = ("title", "words")

if TYPE_CHECKING:
    PairsOfCharacters = ArrayField[list[str], list[str]]
    YesOrNo = models.Lookup[bool]
else:  # Django's own classes take no parameters
    PairsOfCharacters = ArrayField
    YesOrNo = models.Lookup


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


@models.CharField.register_lookup
class Given(YesOrNo):
    """`name__given=True`: a text is not empty.

    Said as a constant, unlike `exclude(name="")`: whoever plans a prepared statement does not know its values, and
    finds the index of the rows in which something stands only where the statement itself says that it must.
    """

    lookup_name = "given"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """Return the comparison with the empty text."""
        left, values = self.process_lhs(compiler, connection)
        return f"{left} {'<>' if self.rhs else '='} ''", tuple(values)
