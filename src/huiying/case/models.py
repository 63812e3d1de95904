"""A case, its acts, and what follows from them: tracks, clocks, contents, notices.

The acts are the truth. Every other column of `Case`, `Track` and `Clock` is what folding the acts gives, kept so that
lists can be asked for; `ledger verify` compares the two. Only `case.recording` writes here.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from huiying.config.checks import Sensitivity

PLAIN = Sensitivity.NONE
CODE = 40


class Instrument(models.Model):
    """A procedure as it was in force, by its fingerprint: acts name it, and replaying them asks it and no later one."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    procedure = models.CharField(max_length=CODE)
    content = models.JSONField()

    sensitivity: ClassVar = dict.fromkeys(("fingerprint", "procedure", "content"), PLAIN)

    def __str__(self) -> str:
        return f"{self.procedure} {self.fingerprint[:8]}"


class Case(models.Model):
    """One demand on its way. Numbers, codes, times and commitments only; text lies in `Content` and in the vault."""

    number = models.CharField("工单号", max_length=20, unique=True)
    receipt = models.BinaryField(unique=True)
    origin = models.BinaryField(unique=True, null=True)
    channel = models.CharField("渠道", max_length=12)
    received_at = models.DateTimeField("收件时间")
    law = models.ForeignKey(Instrument, models.PROTECT, verbose_name="适用程序")

    kind = models.CharField("类型", max_length=12)
    step = models.CharField("环节", max_length=CODE)
    stage = models.CharField("阶段", max_length=12)
    matter = models.CharField("事项", max_length=12)
    area = models.CharField("区划", max_length=12)
    place = models.BooleanField("写明地点", default=False)
    confidential = models.BooleanField("保密件", default=False)
    anonymous = models.BooleanField("匿名", default=False)
    respondents = ArrayField(models.CharField(max_length=CODE), default=list)
    units = ArrayField(models.CharField(max_length=CODE), default=list)
    facts = models.JSONField(default=dict)
    joined_into = models.CharField("并入", max_length=20, blank=True)
    split_from = models.CharField("拆自", max_length=20, blank=True)
    supervisor = models.CharField("督办人", max_length=CODE, blank=True)
    visit = models.CharField("来访", max_length=5, blank=True)
    follower = models.CharField("首访跟进人", max_length=CODE, blank=True)
    due_at = models.DateTimeField("办理期限", null=True)
    closed_at = models.DateTimeField("结案时间", null=True)
    erased_at = models.DateTimeField("删除内容时间", null=True)
    acts = models.PositiveIntegerField("行为数", default=0)
    head = models.BinaryField()

    sensitivity: ClassVar = dict.fromkeys(
        (
            "number", "receipt", "origin", "channel", "received_at", "law", "kind", "step", "stage", "matter",
            "area", "place", "confidential", "anonymous", "respondents", "units", "facts", "joined_into", "split_from",
            "visit", "due_at", "closed_at", "erased_at", "acts", "head",
        ),
        PLAIN,
    ) | {"supervisor": Sensitivity.STAFF, "follower": Sensitivity.STAFF}  # fmt: skip

    class Meta:
        """Lists are asked for by unit, by what is open, and by what is joined."""

        verbose_name = verbose_name_plural = "工单"
        ordering = ("-id",)
        indexes: ClassVar = [
            GinIndex(fields=["units"], name="case_units"),
            models.Index(fields=["due_at", "id"], condition=Q(closed_at=None), name="case_open_in_order"),
            models.Index(fields=["joined_into"], condition=~Q(joined_into=""), name="case_joined"),
            models.Index(fields=["split_from"], condition=~Q(split_from=""), name="case_split"),
            models.Index(fields=["closed_at"], condition=Q(erased_at=None), name="case_to_erase"),
            models.Index(fields=["matter", "-id"], name="case_by_matter"),
            models.Index(fields=["visit"], condition=~Q(visit=""), name="case_visits"),
            models.Index(fields=["follower"], condition=Q(closed_at=None) & ~Q(follower=""), name="case_followed"),
            models.Index(
                fields=["supervisor"], condition=Q(closed_at=None) & ~Q(supervisor=""), name="case_supervised"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Act(models.Model):
    """One thing that was done, on a case or on an object of the registry. Never changed, never removed.

    `hash` is that of the act before it on the same subject and of everything this one says.
    """

    subject = models.CharField(max_length=64)
    position = models.PositiveIntegerField()
    case = models.ForeignKey(Case, models.DO_NOTHING, null=True, db_constraint=False, related_name="ledger")
    act = models.CharField(max_length=CODE)
    track = models.CharField(max_length=CODE)
    person = models.CharField(max_length=CODE)
    role = models.CharField(max_length=20)
    unit = models.CharField(max_length=CODE, null=True)  # noqa: DJ001  # nobody's unit is not a unit without a name
    at = models.DateTimeField()
    written_at = models.DateTimeField(auto_now_add=True)
    body = models.JSONField()
    commitments = models.JSONField()
    previous = models.BinaryField()
    hash = models.BinaryField()
    transaction = models.BigIntegerField(default=0)

    #: Columns that the database fills in itself: which transaction appended an act is nobody's to say.
    STAMPED: ClassVar = ("written_at", "transaction")

    sensitivity: ClassVar = dict.fromkeys(
        (
            "subject", "position", "case", "act", "track", "role", "at", "written_at", "body", "commitments",
            "previous", "hash", "transaction",
        ),
        PLAIN,
    ) | {"person": Sensitivity.STAFF, "unit": Sensitivity.STAFF}  # fmt: skip

    class Meta:
        """A subject's acts are numbered without gaps."""

        verbose_name = verbose_name_plural = "台账"
        ordering = ("id",)
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "position"], name="act_follows_one")]
        indexes: ClassVar = [
            models.Index(fields=["case", "position"], name="act_of_case"),
            models.Index(fields=["written_at"], name="act_written"),
            models.Index(fields=["-id"], condition=Q(act="rule_on_return"), name="act_rulings"),
        ]

    def __str__(self) -> str:
        return f"{self.subject}#{self.position} {self.act}"


class Track(models.Model):
    """Where one track of a case stands: its step, who holds it, and for which unit."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="tracks")
    name = models.CharField(max_length=CODE)
    step = models.CharField(max_length=CODE)
    holder = models.CharField(max_length=20)
    unit = models.CharField(max_length=CODE, blank=True)
    deliver_by = models.DateField(null=True)
    #: What orders the list of whoever holds it: when the law asks next, of this track or else of its case.
    due_at = models.DateTimeField(null=True)
    open = models.BooleanField()

    sensitivity: ClassVar = dict.fromkeys(
        ("case", "name", "step", "holder", "unit", "deliver_by", "due_at", "open"), PLAIN
    )

    class Meta:
        """Worklists ask by holder, or by holder and unit, in the order of what is due: a page reads a page of these."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "name"], name="a_track_once")]
        indexes: ClassVar = [
            models.Index(fields=["holder", "due_at", "case"], condition=Q(open=True), name="track_by_holder"),
            models.Index(fields=["holder", "unit", "due_at", "case"], condition=Q(open=True), name="track_by_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.name}"


class Clock(models.Model):
    """A clock of a case as it stands now; its derivation is computed when it is asked for."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="clocks")
    name = models.CharField(max_length=CODE)
    term = models.CharField(max_length=20, blank=True)
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    standing = models.BooleanField()
    due_at = models.DateTimeField(null=True)
    provisional = models.BooleanField()

    sensitivity: ClassVar = dict.fromkeys(
        ("case", "name", "term", "started_at", "stopped_at", "standing", "due_at", "provisional"), PLAIN
    )

    class Meta:
        """One row a clock."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "name"], name="a_clock_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.name}"


class Content(models.Model):
    """The masked copy of a text that came with an act. Its salt dies with it; the act's commitment stays."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="contents")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=CODE)
    text = models.TextField()
    salt = models.BinaryField()

    sensitivity: ClassVar = {
        "case": PLAIN,
        "position": PLAIN,
        "name": PLAIN,
        "text": Sensitivity.MASKED,
        "salt": PLAIN,
    }

    class Meta:
        """One text a field of an act."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "position", "name"], name="a_text_once")]

    def __str__(self) -> str:
        return f"{self.case_id}#{self.position} {self.name}"


class Notice(models.Model):
    """A notice that an act owes to somebody, under its article."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="notices")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    to = models.CharField(max_length=20)
    article = models.CharField(max_length=200)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    sensitivity: ClassVar = dict.fromkeys(("case", "position", "name", "to", "article", "at", "seen_at"), PLAIN)

    class Meta:
        """An act owes a notice once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "position", "name", "to"], name="a_notice_once")
        ]
        indexes: ClassVar = [models.Index(fields=["to", "at"], condition=Q(seen_at=None), name="notice_unseen")]

    def __str__(self) -> str:
        return f"{self.name} → {self.to}"


class Alarm(models.Model):
    """A scheduled fact about a clock: remind, alarm or escalate at a moment. It rings once."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="alarms")
    clock = models.CharField(max_length=CODE)
    kind = models.CharField(max_length=10)
    at = models.DateTimeField()
    rang_at = models.DateTimeField(null=True)

    sensitivity: ClassVar = dict.fromkeys(("case", "clock", "kind", "at", "rang_at"), PLAIN)

    class Meta:
        """What has not rung is asked for by its moment."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "clock", "kind", "at"], name="an_alarm_once")]
        indexes: ClassVar = [models.Index(fields=["at"], condition=Q(rang_at=None), name="alarm_to_ring")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.at:%F %R}"


class Command(models.Model):
    """A command that was carried out, so that the same one sent again gives the first result and does nothing.

    `scope` is a keyed hash of caller, verb and key, `fingerprint` one of the body: neither can be turned back.
    """

    scope = models.BinaryField(primary_key=True)
    fingerprint = models.BinaryField()
    result = models.JSONField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    sensitivity: ClassVar = dict.fromkeys(("scope", "fingerprint", "result", "at"), PLAIN)

    def __str__(self) -> str:
        return bytes(self.scope).hex()[:8]
