"""Papers are seen by whoever may see their case; the sequences of numbers are the verbs'."""

from django.db import migrations

SQL = """
ALTER TABLE papers_paper ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON papers_paper FOR SELECT USING (
    (SELECT current_setting('huiying.scope', true)) = 'work' OR EXISTS (SELECT 1 FROM case_case c WHERE c.id = case_id)
);
CREATE POLICY worked_on ON papers_paper FOR ALL
    USING ((SELECT current_setting('huiying.scope', true)) = 'work')
    WITH CHECK ((SELECT current_setting('huiying.scope', true)) = 'work');
ALTER TABLE papers_series ENABLE ROW LEVEL SECURITY;
CREATE POLICY worked_on ON papers_series FOR ALL
    USING ((SELECT current_setting('huiying.scope', true)) = 'work')
    WITH CHECK ((SELECT current_setting('huiying.scope', true)) = 'work');
"""


class Migration(migrations.Migration):
    """Row-level security, as on every table of cases."""

    dependencies = [("papers", "0001_papers_and_numbers"), ("case", "0002_guards")]
    operations = [migrations.RunSQL(SQL)]
