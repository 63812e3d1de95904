"""Places with a sign to scan (码上办)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A table of its own: a sign names its area, matter, unit and post."""

    dependencies = [("directory", "0004_guidance")]
    operations = [
        migrations.CreateModel(
            name="Spot",
            fields=[
                ("code", models.SlugField(max_length=20, primary_key=True, serialize=False, verbose_name="代码")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("address", models.CharField(max_length=200, verbose_name="地点")),
                ("active", models.BooleanField(default=True, verbose_name="启用")),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="directory.area", verbose_name="区划"
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
                    "post",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="directory.post",
                        verbose_name="负责岗位",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="directory.unit",
                        verbose_name="负责单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "码上办点位",
                "verbose_name_plural": "码上办点位",
                "ordering": ("code",),
            },
        ),
    ]
