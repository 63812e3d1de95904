"""What call-takers may answer at once, found by the pairs of characters that callers say."""

from __future__ import annotations

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import huiying.directory.fields


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0003_outlines_of_areas"),
    ]

    operations = [
        migrations.CreateModel(
            name="Guidance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=60, verbose_name="标题")),
                ("text", models.TextField(max_length=2000, verbose_name="答复口径")),
                ("words", models.CharField(blank=True, max_length=200, verbose_name="群众说法")),
                ("article", models.CharField(max_length=200, verbose_name="依据")),
                ("review_by", models.DateField(verbose_name="复核期限")),
                ("active", models.BooleanField(default=True, verbose_name="启用")),
                (
                    "pairs",
                    huiying.directory.fields.PairsField(
                        base_field=models.CharField(max_length=2), default=list, editable=False, size=None
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="directory.matter",
                        verbose_name="事项",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="directory.unit", verbose_name="维护单位"
                    ),
                ),
            ],
            options={
                "verbose_name": "答复口径",
                "verbose_name_plural": "答复口径",
                "ordering": ("title",),
                "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["pairs"], name="guidance_by_pairs")],
                "constraints": [models.UniqueConstraint(fields=("title",), name="guidance_has_its_title")],
            },
        ),
    ]
