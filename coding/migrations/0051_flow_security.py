"""Row-level security under the roll-ups of a practice's days."""

from django.db.migrations import Migration as BaseMigration

from portal.tenancy import in_one, row_security


class Migration(BaseMigration):
    dependencies = [("coding", "0050_flow")]

    operations = [in_one(row_security("coding_flowday"))]
