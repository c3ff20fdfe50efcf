"""Row-level security under the draws; no practice sees a repeat, whatever a query forgets to leave out."""

from django.db.migrations import Migration as BaseMigration
from django.db.migrations import RunSQL

from portal.tenancy import in_one, row_security, same_practice

# A policy beside that of the practice: both must hold.
UNSEEN = RunSQL(
    sql="""
    CREATE POLICY coding_encounter_originals ON coding_encounter AS RESTRICTIVE
      USING (repeats_id IS NULL OR (SELECT chartline_staff()));
    """,
    reverse_sql="DROP POLICY coding_encounter_originals ON coding_encounter;",
)
# What is repeated, and judged, is of the visit that was drawn; a repeat of a repeat there is none.
OF_ENCOUNTER = RunSQL(
    sql="""
    ALTER TABLE coding_encounter ADD CONSTRAINT coding_encounter_id_repeats UNIQUE (id, repeats_id);
    ALTER TABLE coding_repeat ADD CONSTRAINT coding_repeat_coding_of_encounter
      FOREIGN KEY (coding_id, encounter_id) REFERENCES coding_coding (id, encounter_id) DEFERRABLE INITIALLY DEFERRED;
    ALTER TABLE coding_repeat ADD CONSTRAINT coding_repeat_copy_of_encounter
      FOREIGN KEY (copy_id, encounter_id) REFERENCES coding_encounter (id, repeats_id) DEFERRABLE INITIALLY DEFERRED;
    """,
    reverse_sql="""
    ALTER TABLE coding_repeat DROP CONSTRAINT coding_repeat_copy_of_encounter;
    ALTER TABLE coding_repeat DROP CONSTRAINT coding_repeat_coding_of_encounter;
    ALTER TABLE coding_encounter DROP CONSTRAINT coding_encounter_id_repeats;
    """,
)


class Migration(BaseMigration):
    dependencies = [("coding", "0033_repeats")]

    operations = [
        in_one(
            row_security("coding_repeat"),
            same_practice("coding_repeat", "encounter_id", "coding_encounter"),
            same_practice("coding_repeat", "copy_id", "coding_encounter"),
            same_practice("coding_repeat", "coding_id", "coding_coding"),
            same_practice("coding_repeat", "verification_id", "coding_verification"),
            same_practice("coding_encounter", "repeats_id", "coding_encounter"),
            UNSEEN,
            OF_ENCOUNTER,
        )
    ]
