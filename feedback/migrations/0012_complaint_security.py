"""Complaints and ratings are their practice's; saved answers are the service's and no practice reads them."""

from django.db.migrations import Migration as BaseMigration
from django.db.migrations import RunSQL

from portal.tenancy import in_one, row_security, same_practice

STAFF_ONLY = RunSQL(
    sql="""
    ALTER TABLE feedback_savedanswer ENABLE ROW LEVEL SECURITY;
    ALTER TABLE feedback_savedanswer FORCE ROW LEVEL SECURITY;
    CREATE POLICY feedback_savedanswer_scope ON feedback_savedanswer
      USING ((SELECT chartline_staff())) WITH CHECK ((SELECT chartline_staff()));
    """,
    reverse_sql="""
    DROP POLICY feedback_savedanswer_scope ON feedback_savedanswer;
    ALTER TABLE feedback_savedanswer NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE feedback_savedanswer DISABLE ROW LEVEL SECURITY;
    """,
)


class Migration(BaseMigration):
    dependencies = [("feedback", "0011_complaints")]

    operations = [
        in_one(
            row_security("feedback_complaint"),
            row_security("feedback_rating"),
            same_practice("feedback_complaint", "thread_id", "feedback_thread"),
            same_practice("feedback_complaint", "comment_id", "feedback_comment"),
            same_practice("feedback_rating", "batch_id", "portal_batch"),
            STAFF_ONLY,
        )
    ]
