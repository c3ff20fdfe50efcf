"""The words of each comment as full text, kept by the database itself; and the order in which they are looked through.

No GIN index: under row-level security PostgreSQL uses an index only for conditions that cannot leak a hidden row, and
the match of full text is not among these (its operator is not LEAKPROOF). So the newest comments of the practice are
walked by index and their stored words are compared.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("feedback", "0002_row_security")]

    operations = [
        migrations.RunSQL(
            sql="""
            ALTER TABLE feedback_comment ADD COLUMN words tsvector
              GENERATED ALWAYS AS (to_tsvector('english', body)) STORED;
            CREATE INDEX feedback_comment_newest ON feedback_comment (practice_id, id DESC);
            """,
            reverse_sql="""
            DROP INDEX feedback_comment_newest;
            ALTER TABLE feedback_comment DROP COLUMN words;
            """,
        )
    ]
