"""Row-level security under the templates of results; a version is never changed."""

from django.db.migrations import Migration as BaseMigration

from portal.tenancy import frozen, in_one, removable_by_destruction, row_security, same_practice


class Migration(BaseMigration):
    dependencies = [("portal", "0028_output_templates")]

    operations = [
        in_one(
            row_security("portal_outputtemplateversion"),
            same_practice("portal_delivery", "template_id", "portal_outputtemplateversion"),
            *frozen("portal_outputtemplateversion"),
            removable_by_destruction("portal_outputtemplateversion"),
        )
    ]
