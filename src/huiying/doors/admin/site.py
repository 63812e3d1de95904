"""The directory in Django's admin. Every saving is an act, and nothing is deleted."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from huiying.case import registry
from huiying.directory.models import Area, Duty, Guidance, Matter, Post, Spot, Staff, Unit
from huiying.doors.models import Session
from huiying.procedure.state import Actor

LOG = logging.getLogger("huiying.security")
admin.site.site_header = admin.site.site_title = "机构与职责"
# One way to sign in, with the second factor where there is one.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth's own docs do


if TYPE_CHECKING:
    ObjectAdmin = admin.ModelAdmin[Any]
    StaffModelForm = forms.ModelForm[Staff]
    ObjectField = forms.ModelChoiceField[models.Model]
else:  # Django's own classes take no parameters
    ObjectAdmin, StaffModelForm, ObjectField = admin.ModelAdmin, forms.ModelForm, forms.ModelChoiceField


class CodeField(ObjectField):
    """Another object by its code, as somebody types it. Django would hand NUL on to the database, which takes none."""

    def to_python(self, value: object) -> models.Model | None:
        """Return the object; say of what cannot be a code that it is none."""
        if isinstance(value, str) and "\0" in value:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)

    def prepare_value(self, value: object) -> object:
        """Return what is shown again; the page looks it up too, to say what the other object is called."""
        return super().prepare_value(value.replace("\0", "") if isinstance(value, str) else value)


class RegistryAdmin(ObjectAdmin):
    """Saves through the registry, so that what was changed, by whom and when is in the ledger."""

    list_per_page = 50

    def save_model(self, request: HttpRequest, obj: models.Model, form: forms.ModelForm[Any], change: bool) -> None:  # noqa: FBT001  # Django's signature
        """Save an object and append what it is now."""
        del form, change
        registry.change(obj, Actor(request.user.get_username(), "administrator"), timezone.now())

    def formfield_for_foreignkey(
        self,
        db_field: models.ForeignKey[Any, Any],
        request: HttpRequest,
        **kwargs: Any,  # noqa: ANN401  # Django's signature
    ) -> forms.ModelChoiceField[Any] | None:
        """Name other objects in fields that can be refused."""
        return super().formfield_for_foreignkey(db_field, request, **{"form_class": CodeField, **kwargs})

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nothing is deleted: what is over has an end date, or is not in use."""
        del request, obj
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        """A code is what cases name; it stays."""
        del request
        key = self.model._meta.pk  # noqa: SLF001  # Django's public way to ask
        return (key.name,) if obj is not None and key is not None and not key.auto_created else ()


class StaffForm(StaffModelForm):
    """Somebody's account. A new password may be set here; what it was is known to nobody."""

    new_password = forms.CharField(label="新密码", required=False, widget=forms.PasswordInput)

    def clean_new_password(self) -> str:
        """Ask of it what is asked of everyone's."""
        password = str(self.cleaned_data["new_password"])
        if password:
            validate_password(password, self.instance)
        return password

    class Meta:
        """What an administrator says of somebody."""

        model = Staff
        fields = ("username", "name", "is_active")


@admin.register(Staff)
class StaffAdmin(RegistryAdmin):
    """Accounts."""

    form = StaffForm
    list_display = ("username", "name", "is_active")
    search_fields = ("username", "name")
    actions = ("end_sessions",)

    @admin.action(description="结束所选人员的登录")
    def end_sessions(self, request: HttpRequest, chosen: models.QuerySet[Staff]) -> None:
        """Sign somebody out everywhere, at once."""
        ended, _ = Session.objects.filter(staff__in=chosen).delete()
        LOG.info("sessions ended by %s: %s", request.user.get_username(), ended)
        self.message_user(request, f"已结束{ended}处登录。")

    def save_model(self, request: HttpRequest, obj: models.Model, form: forms.ModelForm[Any], change: bool) -> None:  # noqa: FBT001  # Django's signature
        """Set a new password if one was typed, and save."""
        assert isinstance(obj, Staff)  # noqa: S101  # this is its admin
        if form.cleaned_data.get("new_password"):
            obj.set_password(form.cleaned_data["new_password"])
            obj.sessions.all().delete()
        elif not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)


@admin.register(Area)
class AreaAdmin(RegistryAdmin):
    """Areas."""

    list_display = ("code", "name")
    search_fields = ("code", "name")
    raw_id_fields = ("parent",)


@admin.register(Unit)
class UnitAdmin(RegistryAdmin):
    """Units."""

    list_display = ("code", "name", "level", "superior", "active")
    search_fields = ("code", "name")
    raw_id_fields = ("area", "superior", "agent_of")


@admin.register(Post)
class PostAdmin(RegistryAdmin):
    """Posts."""

    list_display = ("staff", "role", "unit", "since", "until")
    raw_id_fields = ("staff", "unit")
    list_select_related = ("staff", "role", "unit")


@admin.register(Matter)
class MatterAdmin(RegistryAdmin):
    """Matters."""

    list_display = ("code", "name", "active")
    search_fields = ("code", "name")


@admin.register(Duty)
class DutyAdmin(RegistryAdmin):
    """The duty catalogue."""

    list_display = ("matter", "area", "lead", "valid_from", "valid_to", "version")
    list_select_related = ("matter", "area", "lead")
    raw_id_fields = ("area", "lead")
    search_fields = ("matter__name", "lead__name")


@admin.register(Guidance)
class GuidanceAdmin(RegistryAdmin):
    """What call-takers may answer at once."""

    list_display = ("title", "matter", "unit", "review_by", "active")
    list_select_related = ("matter", "unit")
    raw_id_fields = ("matter", "unit")
    search_fields = ("title", "words")


@admin.register(Spot)
class SpotAdmin(RegistryAdmin):
    """Signs to scan."""

    list_display = ("code", "name", "area", "matter", "active", "sheet")
    list_select_related = ("area", "matter")
    search_fields = ("code", "name", "address")
    raw_id_fields = ("area", "unit", "post")

    @admin.display(description="打印")
    def sheet(self, spot: Spot) -> SafeString:
        """Return the way to the sheet that is hung up at the place."""
        return format_html('<a href="{}">二维码</a>', reverse("spot-sheet", args=[spot.code]))
