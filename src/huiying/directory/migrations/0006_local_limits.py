"""What a city keeps shorter than the law asks, from a day on (本地期限)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A table of its own; each row is a subject of the ledger."""

    dependencies = [
        ("directory", "0005_signs_to_scan"),
    ]

    operations = [
        migrations.CreateModel(
            name="LocalLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("term", models.CharField(max_length=20, verbose_name="规则")),
                ("value", models.PositiveIntegerField(verbose_name="本地期限")),
                ("unit", models.CharField(max_length=8, verbose_name="单位")),
                ("article", models.CharField(max_length=200, verbose_name="依据")),
                ("valid_from", models.DateField(verbose_name="生效日")),
                ("ends", models.DateField(blank=True, null=True, verbose_name="失效日")),
                ("proposed_by", models.CharField(max_length=40, verbose_name="提出人")),
                ("approved_by", models.CharField(blank=True, max_length=40, verbose_name="批准人")),
                ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="批准时间")),
                ("withdrawn_by", models.CharField(blank=True, max_length=40, verbose_name="撤回人")),
            ],
            options={
                "verbose_name": "本地期限",
                "verbose_name_plural": "本地期限",
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_by", "")),
                        fields=("term", "valid_from"),
                        name="one_local_limit_a_row_and_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("value__gt", 0), ("unit__in", ["nd", "wd", "mo", "h", "min", "s", "unknown"])
                        ),
                        name="a_local_limit_is_some_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                        name="nobody_approves_their_own_local_limit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at", None), ("approved_by", "")),
                            models.Q(models.Q(("approved_by", ""), _negated=True), ("approved_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="an_approval_has_its_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ends", None), ("withdrawn_by", "")),
                            models.Q(
                                models.Q(("withdrawn_by", ""), _negated=True), ("ends__gte", models.F("valid_from"))
                            ),
                            _connector="OR",
                        ),
                        name="a_withdrawal_has_its_day",
                    ),
                ],
            },
        ),
    ]
