"""Openings are seen by whoever may see their case."""

from django.db import migrations

SQL = """
ALTER TABLE identity_opening ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON identity_opening FOR SELECT USING (
    (SELECT current_setting('huiying.scope', true)) = 'work' OR EXISTS (SELECT 1 FROM case_case c WHERE c.id = case_id)
);
CREATE POLICY worked_on ON identity_opening FOR ALL
    USING ((SELECT current_setting('huiying.scope', true)) = 'work')
    WITH CHECK ((SELECT current_setting('huiying.scope', true)) = 'work');
"""


class Migration(migrations.Migration):
    """Row-level security, as on every table of cases."""

    dependencies = [("identity", "0002_vault")]
    operations = [migrations.RunSQL(SQL)]
