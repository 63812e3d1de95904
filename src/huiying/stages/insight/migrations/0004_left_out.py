"""On which ground a case is left out of figures, and until when (EX-03)."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Nothing is left out yet."""

    dependencies = [("insight", "0003_first_visits_answered")]
    operations = [
        migrations.AddField("fact", "label", models.CharField(max_length=40, default="")),
        migrations.AddField("fact", "label_until", models.DateField(null=True)),
        migrations.AddIndex(
            "fact",
            models.Index(fields=["label_until", "case"], condition=~Q(label=""), name="fact_label_until"),
        ),
    ]
