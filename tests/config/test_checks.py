"""The installation's system checks: no field unclassified, nothing personal outside the vault."""

from __future__ import annotations

from typing import ClassVar

from django.core import checks
from django.db import models
from django.test.utils import isolate_apps

from huiying.config.checks import Sensitivity, check_model, database_can_carry_us, fields_are_classified


def ids(found: list[checks.CheckMessage]) -> list[tuple[str | None, str]]:
    return [(message.id, message.msg.split(" ")[0]) for message in found]


@isolate_apps("huiying.config")
def test_a_field_that_nobody_classified_is_an_error() -> None:
    class Neighbour(models.Model):
        name = models.TextField()
        floor = models.IntegerField()
        sensitivity: ClassVar = {"floor": Sensitivity.NONE}

        class Meta:
            app_label = "config"

    assert ids(list(check_model(Neighbour))) == [("huiying.E001", "Neighbour.name")]


@isolate_apps("huiying.config")
def test_what_is_personal_belongs_in_the_vault() -> None:
    class Caller(models.Model):
        phone = models.TextField()
        sensitivity: ClassVar = {"phone": Sensitivity.PERSONAL, "fax": Sensitivity.PERSONAL}

        class Meta:
            app_label = "config"

    class Sealed(models.Model):
        phone = models.TextField()
        in_vault = True
        sensitivity: ClassVar = {"phone": Sensitivity.PERSONAL}

        class Meta:
            app_label = "config"

    assert ids(list(check_model(Caller))) == [("huiying.E002", "Caller"), ("huiying.E003", "Caller.phone")]
    assert list(check_model(Sealed)) == []


def test_what_ships_is_classified() -> None:
    assert fields_are_classified(None) == []


def test_no_database_is_asked_unless_it_is_named() -> None:
    assert database_can_carry_us(None, databases=None) == []
