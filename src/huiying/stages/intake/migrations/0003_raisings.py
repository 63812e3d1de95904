"""What was found urgent in a demand, seen by whoever may see its case."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

SQL = """
ALTER TABLE intake_raising ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON intake_raising FOR SELECT USING (
    (SELECT current_setting('huiying.scope', true)) = 'work' OR EXISTS (SELECT 1 FROM case_case c WHERE c.id = case_id)
);
CREATE POLICY worked_on ON intake_raising FOR ALL
    USING ((SELECT current_setting('huiying.scope', true)) = 'work')
    WITH CHECK ((SELECT current_setting('huiying.scope', true)) = 'work');
"""


class Migration(migrations.Migration):
    """A table, and row-level security as on every table of cases."""

    dependencies = [
        ("case", "0006_first_visits_are_followed"),
        ("intake", "0002_attachments_are_scoped"),
    ]

    operations = [
        migrations.CreateModel(
            name="Raising",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.PositiveSmallIntegerField(verbose_name="程度")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), size=None, verbose_name="种类"
                    ),
                ),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), size=None, verbose_name="词语"
                    ),
                ),
                ("lexicon", models.CharField(max_length=12, verbose_name="词表版本")),
                ("made_at", models.DateTimeField(verbose_name="提出时间")),
                ("judged_level", models.PositiveSmallIntegerField(null=True, verbose_name="认定程度")),
                ("judged_by", models.CharField(blank=True, max_length=40, verbose_name="认定人")),
                ("judged_at", models.DateTimeField(null=True, verbose_name="认定时间")),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="raising", to="case.case"
                    ),
                ),
            ],
            options={
                "verbose_name": "紧急提示",
                "verbose_name_plural": "紧急提示",
                "ordering": ("-level", "made_at"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("judged_at", None)), fields=["-level", "made_at"], name="raising_waiting"
                    )
                ],
            },
        ),
        migrations.RunSQL(SQL),
    ]
