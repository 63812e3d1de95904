"""Audits are the centre's: a unit reads a finding on its own case, and no list."""

from django.db import migrations

TABLE = """
ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON {name} FOR SELECT USING (
    (SELECT current_setting('huiying.scope', true)) IN ('work', 'centre')
);
CREATE POLICY worked_on ON {name} FOR ALL
    USING ((SELECT current_setting('huiying.scope', true)) = 'work')
    WITH CHECK ((SELECT current_setting('huiying.scope', true)) = 'work');
"""


class Migration(migrations.Migration):
    """Row-level security, as on every table of cases."""

    dependencies = [("audit", "0001_lists_and_draws")]
    operations = [migrations.RunSQL(TABLE.format(name=name)) for name in ("audit_audit", "audit_entry")]
