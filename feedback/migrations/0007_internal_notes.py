"""Internal notes: what the service says to itself in a thread, out of every practice's sight in the database too."""

from django.conf import settings
from django.db import migrations, models

from portal.tenancy import in_one

STAFF = "(SELECT chartline_staff())"
PARTS = ("feedback_commentversion", "feedback_mention", "feedback_attachment")


def unseen(table: str, condition: str) -> migrations.RunSQL:
    """A policy beside that of the practice: both must hold."""
    return migrations.RunSQL(
        sql=f"""
        CREATE POLICY {table}_not_internal ON {table} AS RESTRICTIVE USING ({condition} OR {STAFF});
        """,
        reverse_sql=f"DROP POLICY {table}_not_internal ON {table};",
    )


def with_its_comment(table: str) -> migrations.RunSQL:
    """A part of a comment is seen by whoever sees the comment: the sub-select is under the comments' own policies."""
    return unseen(
        table, f"comment_id IS NULL OR EXISTS (SELECT FROM feedback_comment c WHERE c.id = {table}.comment_id)"
    )


class Migration(migrations.Migration):

    dependencies = [
        ("feedback", "0006_comment_of_a_query"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="comment",
            name="is_internal",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_internal", False),
                    models.Q(
                        ("author__isnull", False), ("needs_answer_from", ""), ("query", None), ("token", None)
                    ),
                    _connector="OR",
                ),
                name="feedback_comment_internal_of_person",
            ),
        ),
        in_one(unseen("feedback_comment", "NOT is_internal"), *(with_its_comment(table) for table in PARTS)),
    ]
