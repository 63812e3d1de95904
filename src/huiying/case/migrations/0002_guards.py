"""The ledger is append-only and no case is seen without a scope, in the database itself."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    """Plain SQL: a library's trigger that a setting switches off would not do."""

    dependencies = [("case", "0001_cases_and_ledger"), ("directory", "0001_city")]
    operations = [migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text("utf-8"))]
