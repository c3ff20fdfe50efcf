"""Earlier versions of comments go only with a destruction that has its certificate."""

from django.db.migrations import Migration as BaseMigration

from portal.tenancy import removable_by_destruction


class Migration(BaseMigration):
    dependencies = [("feedback", "0003_attachments_share_bytes"), ("portal", "0011_destruction")]

    operations = [removable_by_destruction("feedback_commentversion")]
