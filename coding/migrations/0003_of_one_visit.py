"""Composite foreign keys beyond the practice: what is said of a visit is about its own pages, codings and people."""

from django.db.migrations import Migration as BaseMigration
from django.db.migrations import RunSQL

from portal.tenancy import in_one


def bound(name: str, table: str, columns: str, parent: str, parent_columns: str) -> RunSQL:
    """A foreign key over several columns."""
    return RunSQL(
        sql=f"""
        ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns})
          REFERENCES {parent} ({parent_columns}) DEFERRABLE INITIALLY DEFERRED;
        """,
        reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {name};",
    )


def of_encounter(name: str, table: str) -> RunSQL:
    """The version that a row names is one of the visit that it names."""
    return bound(name, table, "coding_id, encounter_id", "coding_coding", "id, encounter_id")


# A page lies in the chart that its row names; without an addendum that is the visit's own chart, with one it is the
# chart that was added to this very visit. The generated column binds the first case: it is null in the second.
OWN_CHART = RunSQL(
    sql="""
    ALTER TABLE coding_encounterpage ADD COLUMN own_chart_id bigint
      GENERATED ALWAYS AS (CASE WHEN addendum_id IS NULL THEN chart_id END) STORED;
    """,
    reverse_sql="ALTER TABLE coding_encounterpage DROP COLUMN own_chart_id;",
)
PAGES = (
    OWN_CHART,
    bound(
        "coding_encounterpage_page_of_chart", "coding_encounterpage", "page_id, chart_id", "portal_page", "id, chart_id"
    ),
    bound(
        "coding_encounterpage_own_chart",
        "coding_encounterpage",
        "encounter_id, own_chart_id",
        "coding_encounter",
        "id, chart_id",
    ),
    bound(
        "coding_encounterpage_added_chart",
        "coding_encounterpage",
        "addendum_id, encounter_id, chart_id",
        "coding_addendum",
        "id, encounter_id, chart_id",
    ),
)

# The coder named by a verification is the author of the version it is about, on the same encounter; coder and verifier
# of a dispute are those of the verification in which its discrepancy was found.
PEOPLE = (
    bound(
        "coding_verification_coder_is_author",
        "coding_verification",
        "coder_version_id, coder_id",
        "coding_coding",
        "id, author_id",
    ),
    bound(
        "coding_verification_same_encounter",
        "coding_verification",
        "coder_version_id, encounter_id",
        "coding_coding",
        "id, encounter_id",
    ),
    bound(
        "coding_dispute_people",
        "coding_dispute",
        "verification_id, coder_id, verifier_id",
        "coding_verification",
        "id, coder_id, verifier_id",
    ),
    bound(
        "coding_dispute_found_there",
        "coding_dispute",
        "discrepancy_id, verification_id",
        "coding_discrepancy",
        "id, verification_id",
    ),
)

# The version that a remark objects to has the author whom the remark names; a reply to a query stands in the chart of
# the visit that was asked about.
SAID = (
    of_encounter("coding_remark_coding_of_encounter", "coding_remark"),
    bound("coding_remark_author_of_coding", "coding_remark", "coding_id, author_id", "coding_coding", "id, author_id"),
    bound(
        "coding_signedaddendum_of_encounter",
        "coding_signedaddendum",
        "query_id, encounter_id",
        "coding_query",
        "id, encounter_id",
    ),
)

# What is repeated, and judged, is of the visit that was drawn; a repeat of a repeat there is none.
REPEATS = (
    RunSQL(
        sql="ALTER TABLE coding_encounter ADD CONSTRAINT coding_encounter_id_repeats UNIQUE (id, repeats_id);",
        reverse_sql="ALTER TABLE coding_encounter DROP CONSTRAINT coding_encounter_id_repeats;",
    ),
    of_encounter("coding_repeat_coding_of_encounter", "coding_repeat"),
    bound(
        "coding_repeat_copy_of_encounter",
        "coding_repeat",
        "copy_id, encounter_id",
        "coding_encounter",
        "id, repeats_id",
    ),
)


class Migration(BaseMigration):
    dependencies = [("coding", "0002_row_security")]

    operations = [
        in_one(
            *PAGES,
            *PEOPLE,
            *SAID,
            *REPEATS,
            of_encounter("coding_sample_of_encounter", "coding_sample"),
            of_encounter("coding_reveal_of_encounter", "coding_reveal"),
        )
    ]
