"""Whether another case was served the very same reply is asked at every reply."""

from django.db import migrations

SQL = "CREATE INDEX content_reply ON case_content USING hash (text) WHERE name = 'reply'"


class Migration(migrations.Migration):
    """An index on the text's hash, of replies alone."""

    dependencies = [("case", "0002_guards")]
    operations = [migrations.RunSQL(SQL, "DROP INDEX content_reply")]
