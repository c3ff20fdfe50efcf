"""Remarks are seen by their practice and the service only; what one says, and about what, never changes."""

from django.db import migrations

from portal.tenancy import in_one, row_security, same_practice

# The version that is objected to is one of the visit, and its author is who is named as that.
OF_VISIT = migrations.RunSQL(
    sql="""
    ALTER TABLE coding_remark ADD CONSTRAINT coding_remark_coding_of_encounter
      FOREIGN KEY (coding_id, encounter_id) REFERENCES coding_coding (id, encounter_id) DEFERRABLE INITIALLY DEFERRED;
    ALTER TABLE coding_remark ADD CONSTRAINT coding_remark_author_of_coding
      FOREIGN KEY (coding_id, author_id) REFERENCES coding_coding (id, author_id) DEFERRABLE INITIALLY DEFERRED;
    """,
    reverse_sql="""
    ALTER TABLE coding_remark DROP CONSTRAINT coding_remark_author_of_coding;
    ALTER TABLE coding_remark DROP CONSTRAINT coding_remark_coding_of_encounter;
    """,
)
SAID_ONCE = migrations.RunSQL(
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


class Migration(migrations.Migration):

    dependencies = [("coding", "0039_remarks")]

    operations = [
        in_one(
            row_security("coding_remark"),
            same_practice("coding_remark", "encounter_id", "coding_encounter"),
            same_practice("coding_remark", "coding_id", "coding_coding"),
            OF_VISIT,
            SAID_ONCE,
        )
    ]
