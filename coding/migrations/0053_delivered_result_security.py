"""Row-level security under what deliveries were made of; it is never changed."""

from django.db.migrations import Migration as BaseMigration

from portal.tenancy import frozen, in_one, removable_by_destruction, row_security, same_practice


class Migration(BaseMigration):
    dependencies = [("coding", "0052_delivered_results")]

    operations = [
        in_one(
            row_security("coding_deliveredresult"),
            same_practice("coding_deliveredresult", "batch_id", "portal_batch"),
            *frozen("coding_deliveredresult"),
            removable_by_destruction("coding_deliveredresult"),
        )
    ]
