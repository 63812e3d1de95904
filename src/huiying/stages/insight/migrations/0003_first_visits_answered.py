"""Of first visits that were closed, how many were answered by their person is counted too: the base of 初访化解率."""

from __future__ import annotations

from django.db import migrations

COUNTED = """
INSERT INTO insight_tally
    (dimension, day, code, received, closed, due, kept, answered, solved, given, returned, submitted, redone)
SELECT 'visit', received_on, 'first_answered', count(*), 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM insight_fact
WHERE visit = 'first' AND closed_on IS NOT NULL AND solved <> '' GROUP BY received_on
"""


class Migration(migrations.Migration):
    """What has been counted is made up for, as a case takes back what it counted for when it is counted anew."""

    dependencies = [("insight", "0002_guards")]
    operations = [migrations.RunSQL(COUNTED, migrations.RunSQL.noop)]
