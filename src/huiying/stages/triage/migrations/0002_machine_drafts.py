"""What large models drafted, seen by whoever may see the case."""

import django.db.models.deletion
from django.db import migrations, models

SQL = """
ALTER TABLE triage_draft ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON triage_draft FOR SELECT USING (
    (SELECT current_setting('huiying.scope', true)) = 'work' OR EXISTS (SELECT 1 FROM case_case c WHERE c.id = case_id)
);
CREATE POLICY worked_on ON triage_draft FOR ALL
    USING ((SELECT current_setting('huiying.scope', true)) = 'work')
    WITH CHECK ((SELECT current_setting('huiying.scope', true)) = 'work');
"""


class Migration(migrations.Migration):
    """A table, and row-level security as on every table of cases."""

    dependencies = [
        ("triage", "0001_suggestions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.CharField(max_length=40, verbose_name="行为")),
                ("person", models.CharField(max_length=40, verbose_name="经办人")),
                ("text", models.TextField(verbose_name="机器起草的内容")),
                ("model", models.CharField(max_length=100, verbose_name="模型")),
                ("made_at", models.DateTimeField(verbose_name="起草时间")),
                ("used", models.BooleanField(null=True, verbose_name="已采用")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="确认时间")),
                ("position", models.PositiveIntegerField(null=True, verbose_name="用于第几个行为")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="machine_drafts", to="case.case"
                    ),
                ),
            ],
            options={"verbose_name": "机器起草", "verbose_name_plural": "机器起草", "ordering": ("id",)},
        ),
        migrations.RunSQL(SQL),
    ]
