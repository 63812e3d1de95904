"""Attachments are seen by whoever may see their case."""

from django.db import migrations

SQL = """
ALTER TABLE intake_attachment ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON intake_attachment FOR SELECT USING (
    (SELECT current_setting('huiying.scope', true)) = 'work' OR EXISTS (SELECT 1 FROM case_case c WHERE c.id = case_id)
);
CREATE POLICY worked_on ON intake_attachment FOR ALL
    USING ((SELECT current_setting('huiying.scope', true)) = 'work')
    WITH CHECK ((SELECT current_setting('huiying.scope', true)) = 'work');
"""


class Migration(migrations.Migration):
    """Row-level security, as on every table of cases."""

    dependencies = [("intake", "0001_attachments"), ("case", "0002_guards")]
    operations = [migrations.RunSQL(SQL)]
