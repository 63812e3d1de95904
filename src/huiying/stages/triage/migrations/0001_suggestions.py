"""What machines proposed, seen by whoever may see the case."""

import django.db.models.deletion
from django.db import migrations, models

SQL = """
ALTER TABLE triage_suggestion ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON triage_suggestion FOR SELECT USING (
    (SELECT current_setting('huiying.scope', true)) = 'work' OR EXISTS (SELECT 1 FROM case_case c WHERE c.id = case_id)
);
CREATE POLICY worked_on ON triage_suggestion FOR ALL
    USING ((SELECT current_setting('huiying.scope', true)) = 'work')
    WITH CHECK ((SELECT current_setting('huiying.scope', true)) = 'work');
"""


class Migration(migrations.Migration):
    """A table, and row-level security as on every table of cases."""

    initial = True

    dependencies = [
        ("case", "0006_first_visits_are_followed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("model", models.CharField(max_length=12, verbose_name="模型版本")),
                ("matter", models.CharField(max_length=12, verbose_name="建议事项")),
                ("probability", models.FloatField(verbose_name="概率")),
                ("abstained", models.BooleanField(verbose_name="拿不准")),
                ("broader", models.CharField(blank=True, max_length=12, verbose_name="可以确定的上级事项")),
                ("others", models.JSONField(default=list)),
                ("reasons", models.JSONField(default=list)),
                ("made_at", models.DateTimeField(verbose_name="提出时间")),
                ("chosen", models.CharField(blank=True, max_length=12, verbose_name="确定事项")),
                ("chosen_by", models.CharField(blank=True, max_length=40, verbose_name="确定人")),
                ("chosen_at", models.DateTimeField(null=True, verbose_name="确定时间")),
                ("why", models.TextField(blank=True, verbose_name="不同的理由")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="suggestions", to="case.case"
                    ),
                ),
            ],
            options={
                "verbose_name": "建议",
                "verbose_name_plural": "建议",
                "ordering": ("id",),
                "indexes": [models.Index(fields=["model", "made_at"], name="suggestion_of_model")],
                "constraints": [models.UniqueConstraint(fields=("case", "model"), name="a_suggestion_once")],
            },
        ),
        migrations.RunSQL(SQL),
    ]
