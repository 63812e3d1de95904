"""Facts are seen with their case, sums over all cases by the centre."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    """Row-level security, as on every table of cases."""

    dependencies = [("insight", "0001_figures"), ("case", "0005_a_page_reads_a_page")]
    operations = [migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text("utf-8"))]
