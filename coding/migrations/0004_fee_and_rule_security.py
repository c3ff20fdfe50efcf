"""Row-level security and composite foreign keys of the payers' fees and rules."""

from django.db.migrations import Migration as BaseMigration

from portal.tenancy import in_one, row_security, same_practice

TABLES = ("coding_feeschedule", "coding_fee", "coding_payerrule")
PARENTS = (
    ("coding_feeschedule", "payer_id", "portal_payer"),
    ("coding_fee", "schedule_id", "coding_feeschedule"),
    ("coding_payerrule", "payer_id", "portal_payer"),
)


class Migration(BaseMigration):
    dependencies = [("coding", "0003_code_sets")]

    operations = [in_one(*(row_security(table) for table in TABLES), *(same_practice(*path) for path in PARENTS))]
