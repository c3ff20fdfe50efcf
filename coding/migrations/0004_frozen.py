"""What was submitted, scored, drawn or delivered never changes; it goes only with a destruction that is certified."""

from django.db.migrations import Migration as BaseMigration
from django.db.migrations import RunSQL

from portal.tenancy import frozen, in_one, removable_by_destruction

TABLES = (
    "coding_auditdraw",
    "coding_coding",
    "coding_deliveredresult",
    "coding_deliveryreview",
    "coding_diagnosis",
    "coding_discrepancy",
    "coding_disputestep",
    "coding_draftaction",
    "coding_encounterevent",
    "coding_procedureline",
    "coding_qualityterms",
    "coding_queryindicator",
    "coding_reveal",
    "coding_sample",
    "coding_score",
    "coding_signedaddendum",
    "coding_standing",
    "coding_verification",
    "coding_verificationplan",
)

# What a query asks never changes; only its status and what goes with that does.
ASKED_ONCE = RunSQL(
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
# Nor does what a remark says, and about what; its outcome comes once.
SAID_ONCE = RunSQL(
    sql="""
    CREATE FUNCTION coding_remark_said_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (OLD.encounter_id, OLD.coding_id, OLD.part, OLD.position, OLD.code, OLD.words, OLD.raised_at, OLD.raised_by_id)
         IS DISTINCT FROM
         (NEW.encounter_id, NEW.coding_id, NEW.part, NEW.position, NEW.code, NEW.words, NEW.raised_at, NEW.raised_by_id)
         OR (OLD.outcome <> '' AND OLD.outcome IS DISTINCT FROM NEW.outcome)
      THEN RAISE EXCEPTION 'what a remark says never changes' USING ERRCODE = 'restrict_violation'; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER coding_remark_said_once BEFORE UPDATE ON coding_remark
      FOR EACH ROW EXECUTE FUNCTION coding_remark_said_once();
    """,
    reverse_sql="DROP TRIGGER coding_remark_said_once ON coding_remark; DROP FUNCTION coding_remark_said_once();",
)


class Migration(BaseMigration):
    dependencies = [("coding", "0003_of_one_visit"), ("portal", "0003_frozen")]

    operations = [
        in_one(
            *(operation for table in TABLES for operation in frozen(table)),
            *(removable_by_destruction(table) for table in TABLES),
            ASKED_ONCE,
            SAID_ONCE,
        )
    ]
