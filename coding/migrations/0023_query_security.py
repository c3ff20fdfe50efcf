"""Queries are seen by their practice and the service only; what was cited and what was signed stays as it is."""

from django.db import migrations

from portal.tenancy import frozen, in_one, removable_by_destruction, row_security, same_practice

TABLES = ("coding_query", "coding_queryindicator", "coding_signedaddendum")
PARENTS = (
    ("coding_query", "encounter_id", "coding_encounter"),
    ("coding_query", "provider_id", "portal_provider"),
    ("coding_queryindicator", "query_id", "coding_query"),
    ("coding_queryindicator", "page_id", "portal_page"),
    ("coding_signedaddendum", "query_id", "coding_query"),
    ("coding_signedaddendum", "encounter_id", "coding_encounter"),
    ("coding_signedaddendum", "provider_id", "portal_provider"),
)
# A reply stands in the chart of the visit that was asked about.
SAME_ENCOUNTER = migrations.RunSQL(
    sql="""
    ALTER TABLE coding_signedaddendum ADD CONSTRAINT coding_signedaddendum_of_encounter
      FOREIGN KEY (query_id, encounter_id) REFERENCES coding_query (id, encounter_id) DEFERRABLE INITIALLY DEFERRED;
    """,
    reverse_sql="ALTER TABLE coding_signedaddendum DROP CONSTRAINT coding_signedaddendum_of_encounter;",
)
# What a query asks never changes; only its status and what goes with that does.
ASKED_ONCE = migrations.RunSQL(
    sql="""
    CREATE FUNCTION coding_query_asked_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (OLD.encounter_id, OLD.purpose, OLD.form, OLD.title, OLD.question, OLD.options, OLD.asked_at, OLD.asked_by_id)
         IS DISTINCT FROM
         (NEW.encounter_id, NEW.purpose, NEW.form, NEW.title, NEW.question, NEW.options, NEW.asked_at, NEW.asked_by_id)
      THEN RAISE EXCEPTION 'what a query asks never changes' USING ERRCODE = 'restrict_violation'; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER coding_query_asked_once BEFORE UPDATE ON coding_query
      FOR EACH ROW EXECUTE FUNCTION coding_query_asked_once();
    """,
    reverse_sql="DROP TRIGGER coding_query_asked_once ON coding_query; DROP FUNCTION coding_query_asked_once();",
)


class Migration(migrations.Migration):

    dependencies = [("coding", "0022_queries"), ("portal", "0012_destruction")]

    operations = [
        in_one(
            *(row_security(table) for table in TABLES),
            *(same_practice(*parent) for parent in PARENTS),
            *frozen("coding_queryindicator"),
            *frozen("coding_signedaddendum"),
            removable_by_destruction("coding_queryindicator"),
            removable_by_destruction("coding_signedaddendum"),
            SAME_ENCOUNTER,
            ASKED_ONCE,
        )
    ]
