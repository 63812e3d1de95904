"""Areas may have an outline, for maps and to find the area of a position."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_roles")]

    operations = [
        migrations.AddField(
            model_name="area",
            name="boundary",
            field=models.JSONField(blank=True, editable=False, null=True, verbose_name="边界"),
        ),
    ]
