"""Lists cost what a page of them shows."""

from pathlib import Path

from django.db import migrations, models


class Migration(migrations.Migration):
    """Tracks say when they are due; an index serves each way in which lists are asked for."""

    dependencies = [("case", "0004_lists_are_indexed")]
    operations = [
        migrations.AddField("track", "due_at", models.DateTimeField(null=True)),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text("utf-8")),
        migrations.RemoveIndex("track", "track_open_by_holder"),
        migrations.AddIndex(
            "track",
            models.Index(
                fields=["holder", "due_at", "case"], condition=models.Q(("open", True)), name="track_by_holder"
            ),
        ),
        migrations.AddIndex(
            "track",
            models.Index(
                fields=["holder", "unit", "due_at", "case"], condition=models.Q(("open", True)), name="track_by_unit"
            ),
        ),
        migrations.RemoveIndex("case", "case_open_by_due"),
        migrations.AddIndex(
            "case",
            models.Index(fields=["due_at", "id"], condition=models.Q(("closed_at", None)), name="case_open_in_order"),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["supervisor"],
                condition=models.Q(("closed_at", None), models.Q(("supervisor", ""), _negated=True)),
                name="case_supervised",
            ),
        ),
    ]
