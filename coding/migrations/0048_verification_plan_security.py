"""Row-level security under verification plans; frozen what a plan says, where coders came to, and what was drawn."""

from django.db.migrations import Migration as BaseMigration

from portal.tenancy import frozen, in_one, removable_by_destruction, row_security, same_practice

TABLES = ("coding_verificationplan", "coding_standing", "coding_focusedaudit", "coding_auditdraw")
FROZEN = ("coding_verificationplan", "coding_standing", "coding_auditdraw")


class Migration(BaseMigration):
    dependencies = [("coding", "0047_verification_plans")]

    operations = [
        in_one(
            *(row_security(table) for table in TABLES),
            same_practice("coding_standing", "plan_id", "coding_verificationplan"),
            same_practice("coding_sample", "plan_id", "coding_verificationplan"),
            same_practice("coding_sample", "audit_id", "coding_focusedaudit"),
            *(operation for table in FROZEN for operation in frozen(table)),
            *(removable_by_destruction(table) for table in FROZEN),
        )
    ]
