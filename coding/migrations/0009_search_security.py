"""Row-level security of a practice's own search expressions."""

from django.db.migrations import Migration as BaseMigration

from portal.tenancy import row_security


class Migration(BaseMigration):
    dependencies = [("coding", "0008_search")]

    operations = [row_security("coding_searchexpression")]
