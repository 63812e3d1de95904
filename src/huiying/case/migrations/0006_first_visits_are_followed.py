"""Whoever follows first visits finds them, however many cases there are."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """An index of the open cases that somebody follows."""

    dependencies = [("case", "0005_a_page_reads_a_page")]
    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at", None), models.Q(("follower", ""), _negated=True)),
                fields=["follower"],
                name="case_followed",
            ),
        )
    ]
