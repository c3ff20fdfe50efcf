"""Row-level security under emergency access, which is the service's own affair: no practice sees it."""

from django.db.migrations import Migration as BaseMigration
from django.db.migrations import RunSQL

from portal.tenancy import in_one, row_security, same_practice

SERVICE_ONLY = RunSQL(
    sql="""
    CREATE POLICY coding_emergencyaccess_service ON coding_emergencyaccess AS RESTRICTIVE
      USING ((SELECT chartline_staff()));
    """,
    reverse_sql="DROP POLICY coding_emergencyaccess_service ON coding_emergencyaccess;",
)


class Migration(BaseMigration):
    dependencies = [("coding", "0037_emergency_access")]

    operations = [
        in_one(
            row_security("coding_emergencyaccess"),
            same_practice("coding_emergencyaccess", "encounter_id", "coding_encounter"),
            SERVICE_ONLY,
        )
    ]
