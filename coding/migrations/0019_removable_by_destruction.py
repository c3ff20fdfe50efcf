"""What was submitted goes only with a destruction that has its certificate."""

from django.db.migrations import Migration as BaseMigration

from portal.tenancy import in_one, removable_by_destruction

TABLES = (
    "coding_coding",
    "coding_diagnosis",
    "coding_procedureline",
    "coding_verification",
    "coding_discrepancy",
    "coding_encounterevent",
)


class Migration(BaseMigration):
    dependencies = [("coding", "0018_pages_of_a_coding"), ("portal", "0012_destruction")]

    operations = [in_one(*(removable_by_destruction(table) for table in TABLES))]
