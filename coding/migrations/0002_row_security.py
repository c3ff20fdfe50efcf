"""Row-level security, composite foreign keys and frozen tables."""

from django.db.migrations import Migration as BaseMigration
from django.db.migrations import RunSQL

from portal.tenancy import frozen, in_one, row_security, same_practice

TABLES = (
    "coding_encounter",
    "coding_encounterevent",
    "coding_assignment",
    "coding_precoding",
    "coding_draft",
    "coding_coding",
    "coding_diagnosis",
    "coding_procedureline",
    "coding_verification",
    "coding_discrepancy",
)
PARENTS = (
    ("coding_encounter", "chart_id", "portal_chart"),
    ("coding_encounter", "batch_id", "portal_batch"),
    ("coding_encounterevent", "encounter_id", "coding_encounter"),
    ("coding_assignment", "encounter_id", "coding_encounter"),
    ("coding_precoding", "encounter_id", "coding_encounter"),
    ("coding_precoding", "rendering_provider_id", "portal_provider"),
    ("coding_precoding", "referring_provider_id", "portal_provider"),
    ("coding_precoding", "location_id", "portal_location"),
    ("coding_precoding", "payer_id", "portal_payer"),
    ("coding_draft", "encounter_id", "coding_encounter"),
    ("coding_coding", "encounter_id", "coding_encounter"),
    ("coding_diagnosis", "coding_id", "coding_coding"),
    ("coding_procedureline", "coding_id", "coding_coding"),
    ("coding_verification", "encounter_id", "coding_encounter"),
    ("coding_verification", "coder_version_id", "coding_coding"),
    ("coding_verification", "verifier_version_id", "coding_coding"),
    ("coding_discrepancy", "verification_id", "coding_verification"),
)

FROZEN = (
    "coding_coding",
    "coding_diagnosis",
    "coding_procedureline",
    "coding_verification",
    "coding_discrepancy",
    "coding_encounterevent",
)

# The coder named by a verification is the author of the version it is about, on the same encounter.
AUTHORS = RunSQL(
    sql="""
    ALTER TABLE coding_verification ADD CONSTRAINT coding_verification_coder_is_author
      FOREIGN KEY (coder_version_id, coder_id) REFERENCES coding_coding (id, author_id) DEFERRABLE INITIALLY DEFERRED;
    ALTER TABLE coding_verification ADD CONSTRAINT coding_verification_same_encounter
      FOREIGN KEY (coder_version_id, encounter_id) REFERENCES coding_coding (id, encounter_id)
      DEFERRABLE INITIALLY DEFERRED;
    """,
    reverse_sql="""
    ALTER TABLE coding_verification DROP CONSTRAINT coding_verification_coder_is_author;
    ALTER TABLE coding_verification DROP CONSTRAINT coding_verification_same_encounter;
    """,
)


class Migration(BaseMigration):
    dependencies = [("coding", "0001_initial"), ("portal", "0002_row_security")]

    operations = [
        in_one(
            *(row_security(table) for table in TABLES),
            *(same_practice(*path) for path in PARENTS),
            *(operation for table in FROZEN for operation in frozen(table)),
            AUTHORS,
        )
    ]
