"""Row-level security, composite foreign keys, and the earlier versions of comments, which are frozen.

Internal notes are what the service says to itself in a thread: they are out of every practice's sight in the database
too, with all that is part of them. Saved answers are the service's, and no practice reads them.
"""

from django.db.migrations import Migration as BaseMigration
from django.db.migrations import RunSQL

from portal.tenancy import frozen, in_one, removable_by_destruction, row_security, same_practice

TABLES = (
    "feedback_attachment",
    "feedback_comment",
    "feedback_commentversion",
    "feedback_complaint",
    "feedback_inboxitem",
    "feedback_mention",
    "feedback_rating",
    "feedback_readmark",
    "feedback_thread",
)
PARENTS = (
    ("feedback_attachment", "comment_id", "feedback_comment"),
    ("feedback_comment", "chart_id", "portal_chart"),
    ("feedback_comment", "encounter_id", "coding_encounter"),
    ("feedback_comment", "query_id", "coding_query"),
    ("feedback_comment", "remark_id", "coding_remark"),
    ("feedback_comment", "reply_to_id", "feedback_comment"),
    ("feedback_comment", "thread_id", "feedback_thread"),
    ("feedback_comment", "token_id", "portal_apitoken"),
    ("feedback_commentversion", "comment_id", "feedback_comment"),
    ("feedback_complaint", "comment_id", "feedback_comment"),
    ("feedback_complaint", "thread_id", "feedback_thread"),
    ("feedback_inboxitem", "batch_id", "portal_batch"),
    ("feedback_inboxitem", "comment_id", "feedback_comment"),
    ("feedback_inboxitem", "encounter_id", "coding_encounter"),
    ("feedback_mention", "comment_id", "feedback_comment"),
    ("feedback_rating", "batch_id", "portal_batch"),
    ("feedback_readmark", "thread_id", "feedback_thread"),
    ("feedback_thread", "batch_id", "portal_batch"),
)
PARTS = ("feedback_attachment", "feedback_commentversion", "feedback_inboxitem", "feedback_mention")
STAFF = "(SELECT chartline_staff())"


def unseen(table: str, condition: str) -> RunSQL:
    """A policy beside that of the practice: both must hold."""
    return RunSQL(
        sql=f"CREATE POLICY {table}_not_internal ON {table} AS RESTRICTIVE USING ({condition} OR {STAFF});",
        reverse_sql=f"DROP POLICY {table}_not_internal ON {table};",
    )


def with_its_comment(table: str) -> RunSQL:
    """A part of a comment is seen by whoever sees the comment: the sub-select is under the comments' own policies."""
    return unseen(
        table, f"comment_id IS NULL OR EXISTS (SELECT FROM feedback_comment c WHERE c.id = {table}.comment_id)"
    )


STAFF_ONLY = RunSQL(
    sql=f"""
    ALTER TABLE feedback_savedanswer ENABLE ROW LEVEL SECURITY;
    ALTER TABLE feedback_savedanswer FORCE ROW LEVEL SECURITY;
    CREATE POLICY feedback_savedanswer_scope ON feedback_savedanswer USING ({STAFF}) WITH CHECK ({STAFF});
    """,
    reverse_sql="""
    DROP POLICY feedback_savedanswer_scope ON feedback_savedanswer;
    ALTER TABLE feedback_savedanswer NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE feedback_savedanswer DISABLE ROW LEVEL SECURITY;
    """,
)


class Migration(BaseMigration):
    dependencies = [("feedback", "0001_initial"), ("portal", "0003_frozen")]

    operations = [
        in_one(
            *(row_security(table) for table in TABLES),
            *(same_practice(*path) for path in PARENTS),
            unseen("feedback_comment", "NOT is_internal"),
            *(with_its_comment(table) for table in PARTS),
            STAFF_ONLY,
            *frozen("feedback_commentversion"),
            removable_by_destruction("feedback_commentversion"),
        )
    ]
