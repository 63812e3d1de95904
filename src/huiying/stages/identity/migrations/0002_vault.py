"""The vault's tables and functions."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    """Made in the name of the role that owns the vault and that nobody logs in as."""

    dependencies = [("identity", "0001_openings"), ("case", "0002_guards")]
    operations = [migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text("utf-8"))]
