"""Row-level security under the inboxes; nothing in one tells a practice of an internal note."""

from django.db.migrations import Migration as BaseMigration
from django.db.migrations import RunSQL

from portal.tenancy import in_one, row_security, same_practice

# A policy beside that of the practice: an item is seen by whoever sees the comment, under the comments' own policies.
UNSEEN = RunSQL(
    sql="""
    CREATE POLICY feedback_inboxitem_not_internal ON feedback_inboxitem AS RESTRICTIVE
      USING (comment_id IS NULL OR EXISTS (SELECT FROM feedback_comment c WHERE c.id = feedback_inboxitem.comment_id)
             OR (SELECT chartline_staff()));
    """,
    reverse_sql="DROP POLICY feedback_inboxitem_not_internal ON feedback_inboxitem;",
)


class Migration(BaseMigration):
    dependencies = [("feedback", "0008_inbox")]

    operations = [
        in_one(
            row_security("feedback_inboxitem"),
            same_practice("feedback_inboxitem", "batch_id", "portal_batch"),
            same_practice("feedback_inboxitem", "encounter_id", "coding_encounter"),
            same_practice("feedback_inboxitem", "comment_id", "feedback_comment"),
            UNSEEN,
        )
    ]
