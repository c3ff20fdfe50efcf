"""Row-level security under reports; a practice sees none that was not shared, whatever a query forgets to leave out."""

from django.db.migrations import Migration as BaseMigration
from django.db.migrations import RunSQL

from portal.tenancy import in_one, row_security, same_practice

UNSHARED = RunSQL(
    sql="""
    CREATE POLICY coding_report_shared ON coding_report AS RESTRICTIVE
      USING (shared_at IS NOT NULL OR (SELECT chartline_staff()));
    """,
    reverse_sql="DROP POLICY coding_report_shared ON coding_report;",
)


class Migration(BaseMigration):
    dependencies = [("coding", "0035_reports")]

    operations = [
        in_one(
            row_security("coding_report"),
            row_security("coding_reportschedule"),
            row_security("coding_reportreader"),
            same_practice("coding_report", "schedule_id", "coding_reportschedule"),
            same_practice("coding_reportreader", "schedule_id", "coding_reportschedule"),
            UNSHARED,
        )
    ]
