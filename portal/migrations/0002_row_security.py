"""Row-level security, composite foreign keys and frozen tables."""

from django.db.migrations import Migration as BaseMigration
from django.db.migrations import RunSQL

from portal.tenancy import FUNCTIONS, frozen, in_one, row_security, same_practice

TABLES = (
    "portal_provider",
    "portal_location",
    "portal_payer",
    "portal_contract",
    "portal_businessassociateagreement",
    "portal_clientrule",
    "portal_batch",
    "portal_chart",
    "portal_page",
    "portal_delivery",
    "portal_download",
    "portal_idempotentrequest",
    "portal_apicall",
)
PARENTS = (
    ("portal_chart", "batch_id", "portal_batch"),
    ("portal_chart", "duplicate_of_id", "portal_chart"),
    ("portal_page", "chart_id", "portal_chart"),
    ("portal_delivery", "batch_id", "portal_batch"),
    ("portal_download", "delivery_id", "portal_delivery"),
    ("portal_download", "token_id", "portal_apitoken"),
    ("portal_idempotentrequest", "token_id", "portal_apitoken"),
    ("portal_apicall", "token_id", "portal_apitoken"),
)

FROZEN = (
    "portal_auditevent",
    "portal_auditseal",
    "portal_download",
)

AUDIT = RunSQL(
    sql="""
    ALTER TABLE portal_auditevent ENABLE ROW LEVEL SECURITY;
    ALTER TABLE portal_auditevent FORCE ROW LEVEL SECURITY;
    CREATE POLICY portal_auditevent_add ON portal_auditevent FOR INSERT WITH CHECK (true);
    CREATE POLICY portal_auditevent_read ON portal_auditevent FOR SELECT USING ((SELECT chartline_staff()));
    ALTER TABLE portal_auditseal ENABLE ROW LEVEL SECURITY;
    ALTER TABLE portal_auditseal FORCE ROW LEVEL SECURITY;
    CREATE POLICY portal_auditseal_scope ON portal_auditseal USING ((SELECT chartline_staff()));
    CREATE TRIGGER portal_auditevent_kept BEFORE TRUNCATE ON portal_auditevent
      EXECUTE FUNCTION portal_auditevent_refuse();
    CREATE TRIGGER portal_auditseal_kept BEFORE TRUNCATE ON portal_auditseal
      EXECUTE FUNCTION portal_auditseal_refuse();
    """,
    reverse_sql="""
    DROP TRIGGER portal_auditevent_kept ON portal_auditevent;
    DROP TRIGGER portal_auditseal_kept ON portal_auditseal;
    DROP POLICY portal_auditevent_add ON portal_auditevent;
    DROP POLICY portal_auditevent_read ON portal_auditevent;
    DROP POLICY portal_auditseal_scope ON portal_auditseal;
    ALTER TABLE portal_auditevent DISABLE ROW LEVEL SECURITY;
    ALTER TABLE portal_auditseal DISABLE ROW LEVEL SECURITY;
    """,
)

# What was received stays as it was received.
CHART_BYTES = RunSQL(
    sql="""
    CREATE FUNCTION portal_chart_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
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

CACHE_TABLE = RunSQL(
    sql="""
    CREATE TABLE site_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
    CREATE INDEX site_cache_expires ON site_cache (expires);
    """,
    reverse_sql="DROP TABLE site_cache;",
)


class Migration(BaseMigration):
    dependencies = [("portal", "0001_initial")]

    operations = [
        in_one(
            FUNCTIONS,
            row_security("portal_practice", column="id"),
            row_security("portal_job"),
            row_security("portal_notice"),
            row_security("portal_membership", also="user_id = (SELECT chartline_user())"),
            row_security("portal_apitoken", also="token_hash = current_setting('chartline.token', true)"),
            *(row_security(table) for table in TABLES),
            *(same_practice(*path) for path in PARENTS),
            *(operation for table in FROZEN for operation in frozen(table)),
            AUDIT,
            CHART_BYTES,
            CACHE_TABLE,
        )
    ]
