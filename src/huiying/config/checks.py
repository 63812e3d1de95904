"""What Django must refuse to start with: a field nobody has classified, a database that cannot carry us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Worry
from django.db import connections, models

from huiying.config import roles, safety
from huiying.config.trouble import Trouble

OURS = "huiying."


class Sensitivity(StrEnum):
    """What a field may say about a person. Models declare it field by field in `sensitivity`."""

    NONE = "none"  # nothing about anyone: ids, enums, times, commitments
    STAFF = "staff"  # who among the staff did something
    MASKED = "masked"  # text after masking
    PERSONAL = "personal"  # says or may say who somebody is: belongs in the vault


def fields_are_classified(app_configs: Sequence[AppConfig] | None, **_: object) -> list[CheckMessage]:
    """Every field of our models says how sensitive it is, and nothing personal lies outside the vault."""
    configs = apps.get_app_configs() if app_configs is None else app_configs
    ours = [config for config in configs if config.name.startswith(OURS)]
    return [message for config in ours for model in config.get_models() for message in check_model(model)]


def check_model(model: type[models.Model]) -> Iterator[CheckMessage]:
    """Yield what is wrong with one model's classification."""
    declared: Mapping[str, Sensitivity] = getattr(model, "sensitivity", {})
    fields = {field.name for field in model._meta.get_fields() if field.concrete and not field.auto_created}  # noqa: SLF001  # Django's public way to ask
    for name in sorted(fields - set(declared)):
        yield Error(
            f"{model.__name__}.{name} 没有写明敏感程度",
            hint=f'sensitivity = {{"{name}": Sensitivity.NONE, …}}（NONE、STAFF、MASKED、PERSONAL）',
            obj=model,
            id="huiying.E001",
        )
    for name in sorted(set(declared) - fields):
        yield Error(
            f"{model.__name__} 没有字段 {name}，却写了它的敏感程度", hint="删去这一行", obj=model, id="huiying.E002"
        )
    if not getattr(model, "in_vault", False):
        for name in sorted(name for name in fields if declared.get(name) is Sensitivity.PERSONAL):
            yield Error(
                f"{model.__name__}.{name} 是个人信息，却不在身份保管库里",
                hint="存入保管库，这里只留承诺值或编号",
                obj=model,
                id="huiying.E003",
            )


def nothing_invites_strangers(app_configs: Sequence[AppConfig] | None, **_: object) -> list[CheckMessage]:
    """No key that others may read, no host that anybody may name, nothing served in the clear; and no debugging."""
    del app_configs
    messages: list[CheckMessage] = [
        Worry(f"{worry.where}: {worry.code}", hint="huiying doctor", id="huiying.W020") for worry in safety.worries()
    ]
    if settings.DEBUG:
        messages.append(Error("DEBUG 打开着：出错的页面会显示内容", hint="DEBUG = False", id="huiying.E021"))
    return messages


def database_can_carry_us(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_: object
) -> list[CheckMessage]:
    """Every database in use is new enough, in UTF-8, knows Chinese as letters, and is entered as our role."""
    del app_configs
    messages: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            try:
                roles.inspect_connection(cursor.connection)
            except Trouble as trouble:
                messages.append(
                    Error(f"{alias}: {trouble.code} {trouble.params}", hint="huiying doctor", id="huiying.E010")
                )
    return messages
