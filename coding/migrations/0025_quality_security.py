"""Row-level security under what says how well a practice's work was done; frozen what was said and scored."""

from django.db.migrations import Migration as BaseMigration
from django.db.migrations import RunSQL

from portal.tenancy import frozen, in_one, removable_by_destruction, row_security, same_practice

TABLES = ("coding_qualityterms", "coding_score", "coding_dispute", "coding_disputestep")
PARENTS = (
    ("coding_score", "verification_id", "coding_verification"),
    ("coding_score", "terms_id", "coding_qualityterms"),
    ("coding_dispute", "discrepancy_id", "coding_discrepancy"),
    ("coding_dispute", "verification_id", "coding_verification"),
    ("coding_dispute", "encounter_id", "coding_encounter"),
    ("coding_disputestep", "dispute_id", "coding_dispute"),
)
FROZEN = ("coding_qualityterms", "coding_score", "coding_disputestep")

# Coder and verifier of a dispute are those of the verification in which its discrepancy was found.
PEOPLE = RunSQL(
    sql="""
    ALTER TABLE coding_dispute ADD CONSTRAINT coding_dispute_people
      FOREIGN KEY (verification_id, coder_id, verifier_id) REFERENCES coding_verification (id, coder_id, verifier_id)
      DEFERRABLE INITIALLY DEFERRED;
    ALTER TABLE coding_dispute ADD CONSTRAINT coding_dispute_found_there
      FOREIGN KEY (discrepancy_id, verification_id) REFERENCES coding_discrepancy (id, verification_id)
      DEFERRABLE INITIALLY DEFERRED;
    """,
    reverse_sql="""
    ALTER TABLE coding_dispute DROP CONSTRAINT coding_dispute_found_there;
    ALTER TABLE coding_dispute DROP CONSTRAINT coding_dispute_people;
    """,
)


class Migration(BaseMigration):
    dependencies = [("coding", "0024_quality")]

    operations = [
        in_one(
            *(row_security(table) for table in TABLES),
            *(same_practice(*path) for path in PARENTS),
            *(operation for table in FROZEN for operation in frozen(table)),
            *(removable_by_destruction(table) for table in FROZEN),
            PEOPLE,
        )
    ]
