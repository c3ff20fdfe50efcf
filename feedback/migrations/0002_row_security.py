"""Row-level security, composite foreign keys and frozen tables."""

from django.db.migrations import Migration as BaseMigration

from portal.tenancy import frozen, in_one, row_security, same_practice

TABLES = (
    "feedback_thread",
    "feedback_comment",
    "feedback_commentversion",
    "feedback_mention",
    "feedback_attachment",
    "feedback_readmark",
)
PARENTS = (
    ("feedback_thread", "batch_id", "portal_batch"),
    ("feedback_comment", "thread_id", "feedback_thread"),
    ("feedback_comment", "token_id", "portal_apitoken"),
    ("feedback_comment", "reply_to_id", "feedback_comment"),
    ("feedback_comment", "encounter_id", "coding_encounter"),
    ("feedback_commentversion", "comment_id", "feedback_comment"),
    ("feedback_mention", "comment_id", "feedback_comment"),
    ("feedback_attachment", "comment_id", "feedback_comment"),
    ("feedback_readmark", "thread_id", "feedback_thread"),
)

FROZEN = (
    "feedback_commentversion",
)


class Migration(BaseMigration):
    dependencies = [("feedback", "0001_initial"), ("portal", "0002_row_security"), ("coding", "0002_row_security")]

    operations = [
        in_one(
            *(row_security(table) for table in TABLES),
            *(same_practice(*path) for path in PARENTS),
            *(operation for table in FROZEN for operation in frozen(table)),
        )
    ]
