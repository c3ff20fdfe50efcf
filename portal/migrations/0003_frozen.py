"""Tables whose rows are only added, charts that stay as they were received, and the destruction that may end them."""

from django.db.migrations import Migration as BaseMigration
from django.db.migrations import RunSQL

from portal.tenancy import DESTROYING, frozen, in_one, removable_by_destruction

KEPT = ("portal_auditevent", "portal_auditseal", "portal_destruction")
REMOVABLE = ("portal_download", "portal_outputtemplateversion")

# The trail is not emptied either.
AUDIT_KEPT = RunSQL(
    sql="""
    CREATE TRIGGER portal_auditevent_kept BEFORE TRUNCATE ON portal_auditevent
      EXECUTE FUNCTION portal_auditevent_refuse();
    CREATE TRIGGER portal_auditseal_kept BEFORE TRUNCATE ON portal_auditseal
      EXECUTE FUNCTION portal_auditseal_refuse();
    """,
    reverse_sql="""
    DROP TRIGGER portal_auditevent_kept ON portal_auditevent;
    DROP TRIGGER portal_auditseal_kept ON portal_auditseal;
    """,
)

# What was received stays as it was received.
CHART_BYTES = RunSQL(
    sql="""
    CREATE FUNCTION portal_chart_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        IF chartline_destroying(OLD.practice_id) THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'a received chart is never removed' USING ERRCODE = 'restrict_violation';
      ELSIF (NEW.sha256, NEW.size, NEW.storage_name, NEW.received_at, NEW.batch_id, NEW.practice_id)
         IS DISTINCT FROM (OLD.sha256, OLD.size, OLD.storage_name, OLD.received_at, OLD.batch_id, OLD.practice_id) THEN
        RAISE EXCEPTION 'what was received is never changed' USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER portal_chart_kept BEFORE UPDATE OR DELETE ON portal_chart
      FOR EACH ROW EXECUTE FUNCTION portal_chart_refuse();
    """,
    reverse_sql="DROP TRIGGER portal_chart_kept ON portal_chart; DROP FUNCTION portal_chart_refuse();",
)


class Migration(BaseMigration):
    dependencies = [("portal", "0002_row_security")]

    operations = [
        in_one(
            DESTROYING,
            *(operation for table in (*KEPT, *REMOVABLE) for operation in frozen(table)),
            *(removable_by_destruction(table) for table in REMOVABLE),
            AUDIT_KEPT,
            CHART_BYTES,
        )
    ]
