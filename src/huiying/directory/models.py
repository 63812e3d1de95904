"""Areas, units, staff, posts, matters, duties, local limits. Changes are acts: `case.registry` is the only writer.

Ids are the codes people use (division codes, unit codes, matter codes), so that a case's facts name them as they are.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from huiying.config.checks import Sensitivity
from huiying.directory.fields import PairsField
from huiying.procedure import local_limits, routing
from huiying.procedure.schema import ROLES
from huiying.procedure.time_limits import Unit as Measure

PUBLIC = Sensitivity.NONE
LEVELS = {
    "province": "省级",
    "city": "市级",
    "district": "区县",
    "department": "部门",
    "street": "街道乡镇",
    "village": "社区村",
}


#: How long the codes of districts, streets and communities are.
DISTRICT, STREET, COMMUNITY = 6, 9, 12


class Area(models.Model):
    """A division or a part of one. Codes nest by prefix: 990101001 lies in 990101.

    `boundary`: its outline, a closed ring of [longitude, latitude] in degrees as in GeoJSON, where one is known.
    """

    code = models.CharField("代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=60)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name="上级区划")
    boundary = models.JSONField("边界", null=True, blank=True, editable=False)

    sensitivity: ClassVar = dict.fromkeys(("code", "name", "parent", "boundary"), PUBLIC)

    class Meta:
        """Ordered as codes are."""

        verbose_name = verbose_name_plural = "区划"
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A body that may be given cases: its level, superior, and on whose behalf it acts (物业)."""

    code = models.SlugField("代码", max_length=40, primary_key=True)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("层级", max_length=12, choices=LEVELS)
    superior = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="subordinates", verbose_name="上级单位"
    )
    agent_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="agents", verbose_name="代理的单位"
    )
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, verbose_name="辖区")
    active = models.BooleanField("启用", default=True)

    sensitivity: ClassVar = dict.fromkeys(("code", "name", "level", "superior", "agent_of", "area", "active"), PUBLIC)

    class Meta:
        """Ordered as codes are."""

        verbose_name = verbose_name_plural = "单位"
        ordering = ("code",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(level__in=list(LEVELS)), name="unit_level_is_known")
        ]

    def __str__(self) -> str:
        return self.name

    def for_routing(self) -> routing.Unit:
        """Return the unit as rules see it."""
        return routing.Unit(self.code, routing.Level(self.level), self.superior_id, self.agent_of_id)


class Role(models.Model):
    """A role that posts give. What a role may do stands in the procedures, not here."""

    code = models.SlugField("代码", max_length=20, primary_key=True)
    name = models.CharField("名称", max_length=30)

    sensitivity: ClassVar = {"code": PUBLIC, "name": PUBLIC}

    class Meta:
        """The roles that procedures know, and no others."""

        verbose_name = verbose_name_plural = "角色"
        ordering = ("code",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(code__in=sorted(ROLES)), name="role_is_known")
        ]

    def __str__(self) -> str:
        return self.name


class StaffManager(BaseUserManager["Staff"]):
    """Finds staff by login."""

    def get_by_natural_key(self, username: str | None) -> Staff:
        """Return whoever logs in under this name, in whatever case it is typed."""
        return self.get(username__iexact=username)


class Staff(AbstractBaseUser):
    """Somebody who works here. What they may do follows from their posts."""

    username = models.SlugField("登录名", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=30)
    is_active = models.BooleanField("在职", default=True)

    objects = StaffManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = ["name"]

    sensitivity: ClassVar = {
        "password": Sensitivity.STAFF,
        "last_login": Sensitivity.STAFF,
        "username": Sensitivity.STAFF,
        "name": Sensitivity.STAFF,
        "is_active": Sensitivity.STAFF,
    }

    class Meta:
        """Ordered by login."""

        verbose_name = verbose_name_plural = "工作人员"
        ordering = ("username",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin opens: to administrators, for the directory and nothing else."""
        return self.is_active and self.current_posts().filter(role_id="administrator").exists()

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Whether the admin allows something: administrators may view, add and change what the directory holds."""
        del obj
        app, _, verb = perm.partition(".")
        return app == "directory" and not verb.startswith("delete_") and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the admin shows a part of itself."""
        return app_label == "directory" and self.is_staff

    def current_posts(self) -> models.QuerySet[Post]:
        """Return the posts that somebody holds today."""
        today = timezone.localdate()
        return self.posts.filter(models.Q(until=None) | models.Q(until__gte=today), since__lte=today)


class Post(models.Model):
    """Somebody in a role, for a unit where the role belongs to one, for a time."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="posts", verbose_name="工作人员")
    role = models.ForeignKey(Role, models.PROTECT, verbose_name="角色")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, verbose_name="单位")
    since = models.DateField("自")
    until = models.DateField("至", null=True, blank=True)

    sensitivity: ClassVar = {
        "staff": Sensitivity.STAFF,
        "role": Sensitivity.STAFF,
        "unit": Sensitivity.STAFF,
        "since": Sensitivity.STAFF,
        "until": Sensitivity.STAFF,
    }

    class Meta:
        """A unit's role needs the unit."""

        verbose_name = verbose_name_plural = "岗位"
        ordering = ("id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(role__in=["clerk", "officer", "unit_head"]) | models.Q(unit__isnull=False),
                name="a_units_role_names_its_unit",
            ),
            models.UniqueConstraint(
                fields=["staff", "role", "unit", "since"], name="a_post_is_given_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name if self.unit else ''}{self.role.name}"


class Matter(models.Model):
    """A node of the city's own tree of matters. Codes nest by prefix: 0101 lies in 01."""

    code = models.CharField("代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=60)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name="上级事项")
    active = models.BooleanField("启用", default=True)

    sensitivity: ClassVar = {"code": PUBLIC, "name": PUBLIC, "parent": PUBLIC, "active": PUBLIC}

    class Meta:
        """Ordered as codes are."""

        verbose_name = verbose_name_plural = "事项"
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class Duty(models.Model):
    """A row of the duty catalogue: in this area, and all within it, this matter is led by this unit."""

    matter = models.ForeignKey(Matter, models.PROTECT, verbose_name="事项")
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="区划")
    lead = models.ForeignKey(Unit, models.PROTECT, related_name="duties", verbose_name="主办单位")
    support = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name="协办单位")
    basis = models.CharField("依据", max_length=200)
    version = models.PositiveIntegerField("版次", default=1)
    valid_from = models.DateField("生效")
    valid_to = models.DateField("失效", null=True, blank=True)

    sensitivity: ClassVar = dict.fromkeys(
        ("matter", "area", "lead", "support", "basis", "version", "valid_from", "valid_to"), PUBLIC
    )

    class Meta:
        """One lead for a matter in an area from a day on."""

        verbose_name = verbose_name_plural = "派单目录"
        ordering = ("matter_id", "area_id", "-valid_from")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["matter", "area", "valid_from"], name="one_lead_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.matter}·{self.area}"


class Guidance(models.Model):
    """What a call-taker may answer at once: the text as it is read out, what it rests on, and until when it is sure.

    `words`: what people say who ask this, besides the title. After `review_by` the text is shown as one to be checked.
    """

    title = models.CharField("标题", max_length=60)
    text = models.TextField("答复口径", max_length=2000)
    matter = models.ForeignKey(Matter, models.PROTECT, null=True, blank=True, verbose_name="事项")
    words = models.CharField("群众说法", max_length=200, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="维护单位")
    article = models.CharField("依据", max_length=200)
    review_by = models.DateField("复核期限")
    active = models.BooleanField("启用", default=True)
    pairs = PairsField(models.CharField(max_length=2), default=list, editable=False)

    objects: ClassVar[models.Manager[Guidance]] = models.Manager()

    sensitivity: ClassVar = dict.fromkeys(
        ("title", "text", "matter", "words", "unit", "article", "review_by", "active", "pairs"), PUBLIC
    )

    class Meta:
        """Found by matter and by pairs of characters."""

        verbose_name = verbose_name_plural = "答复口径"
        ordering = ("title",)
        indexes: ClassVar = [GinIndex(fields=["pairs"], name="guidance_by_pairs")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["title"], name="guidance_has_its_title")]

    def __str__(self) -> str:
        return self.title


class Spot(models.Model):
    """A place with a sign to scan (码上办): what it is about and who looks after it, so that nobody has to type it."""

    code = models.SlugField("代码", max_length=20, primary_key=True)
    name = models.CharField("名称", max_length=60)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="区划")
    address = models.CharField("地点", max_length=200)
    matter = models.ForeignKey(Matter, models.PROTECT, null=True, blank=True, verbose_name="事项")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, verbose_name="负责单位")
    post = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, verbose_name="负责岗位")
    active = models.BooleanField("启用", default=True)

    sensitivity: ClassVar = dict.fromkeys(("code", "name", "area", "address", "matter", "unit", "active"), PUBLIC) | {
        "post": Sensitivity.STAFF
    }

    class Meta:
        """Ordered as codes are."""

        verbose_name = verbose_name_plural = "码上办点位"
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class LocalLimit(models.Model):
    """What the city keeps shorter than a statutory row asks, from a day on: proposed by one, approved by another.

    `case.local_limits` has the verbs. `value` is in `unit`, which is
    the row's own; `ends` is the first day on which it holds no more.
    """

    term = models.CharField("规则", max_length=20)
    value = models.PositiveIntegerField("本地期限")
    unit = models.CharField("单位", max_length=8)
    article = models.CharField("依据", max_length=200)
    valid_from = models.DateField("生效日")
    ends = models.DateField("失效日", null=True, blank=True)
    proposed_by = models.CharField("提出人", max_length=40)
    approved_by = models.CharField("批准人", max_length=40, blank=True)
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    withdrawn_by = models.CharField("撤回人", max_length=40, blank=True)

    sensitivity: ClassVar = dict.fromkeys(
        ("term", "value", "unit", "article", "valid_from", "ends", "approved_at"), PUBLIC
    ) | dict.fromkeys(("proposed_by", "approved_by", "withdrawn_by"), Sensitivity.STAFF)

    class Meta:
        """One a row and day; approved by somebody else than whoever proposed it."""

        verbose_name = verbose_name_plural = "本地期限"
        ordering = ("-id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["term", "valid_from"], condition=models.Q(withdrawn_by=""), name="one_local_limit_a_row_and_day"
            ),
            models.CheckConstraint(
                condition=models.Q(value__gt=0) & models.Q(unit__in=[one.value for one in Measure]),
                name="a_local_limit_is_some_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(approved_by=models.F("proposed_by")), name="nobody_approves_their_own_local_limit"
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by="", approved_at=None)
                | (~models.Q(approved_by="") & models.Q(approved_at__isnull=False)),
                name="an_approval_has_its_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_by="", ends=None)
                | (~models.Q(withdrawn_by="") & models.Q(ends__gte=models.F("valid_from"))),
                name="a_withdrawal_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term} {self.value} {self.unit} {self.valid_from}"

    def for_rules(self) -> local_limits.LocalLimit:
        """Return the row as rules see it."""
        return local_limits.LocalLimit(
            self.term, self.value, Measure(self.unit), self.article, self.valid_from, self.ends
        )
