"""Earlier versions of comments go only with a destruction that has its certificate."""

from django.db.migrations import Migration as BaseMigration

from portal.tenancy import removable_by_destruction


class Migration(BaseMigration):
    dependencies = [("feedback", "0004_service_speaks"), ("portal", "0012_destruction")]

    operations = [removable_by_destruction("feedback_commentversion")]
