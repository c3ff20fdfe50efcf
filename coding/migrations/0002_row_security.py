"""Row-level security, and composite foreign keys: a row and what it points to have one practice."""

from django.db.migrations import Migration as BaseMigration
from django.db.migrations import RunSQL

from portal.tenancy import in_one, row_security, same_practice

TABLES = (
    "coding_addendum",
    "coding_assignment",
    "coding_auditdraw",
    "coding_coding",
    "coding_deliveredresult",
    "coding_deliveryreview",
    "coding_diagnosis",
    "coding_discrepancy",
    "coding_dispute",
    "coding_disputestep",
    "coding_doublekeying",
    "coding_doublekeyrule",
    "coding_draft",
    "coding_draftaction",
    "coding_emergencyaccess",
    "coding_encounter",
    "coding_encounterevent",
    "coding_encounterpage",
    "coding_factorigin",
    "coding_fee",
    "coding_feeschedule",
    "coding_flowday",
    "coding_focusedaudit",
    "coding_payerrule",
    "coding_precoding",
    "coding_procedureline",
    "coding_qualityterms",
    "coding_query",
    "coding_queryindicator",
    "coding_remark",
    "coding_repeat",
    "coding_report",
    "coding_reportreader",
    "coding_reportschedule",
    "coding_reveal",
    "coding_ruling",
    "coding_sample",
    "coding_score",
    "coding_searchexpression",
    "coding_signedaddendum",
    "coding_standing",
    "coding_submission",
    "coding_suggestedcode",
    "coding_suggestiondecision",
    "coding_suggestionset",
    "coding_verification",
    "coding_verificationplan",
)
PARENTS = (
    ("coding_addendum", "chart_id", "portal_chart"),
    ("coding_addendum", "encounter_id", "coding_encounter"),
    ("coding_assignment", "encounter_id", "coding_encounter"),
    ("coding_coding", "encounter_id", "coding_encounter"),
    ("coding_deliveredresult", "batch_id", "portal_batch"),
    ("coding_deliveryreview", "encounter_id", "coding_encounter"),
    ("coding_diagnosis", "coding_id", "coding_coding"),
    ("coding_discrepancy", "verification_id", "coding_verification"),
    ("coding_dispute", "discrepancy_id", "coding_discrepancy"),
    ("coding_dispute", "encounter_id", "coding_encounter"),
    ("coding_dispute", "verification_id", "coding_verification"),
    ("coding_disputestep", "dispute_id", "coding_dispute"),
    ("coding_doublekeying", "encounter_id", "coding_encounter"),
    ("coding_draft", "encounter_id", "coding_encounter"),
    ("coding_draftaction", "encounter_id", "coding_encounter"),
    ("coding_emergencyaccess", "encounter_id", "coding_encounter"),
    ("coding_encounter", "batch_id", "portal_batch"),
    ("coding_encounter", "chart_id", "portal_chart"),
    ("coding_encounter", "repeats_id", "coding_encounter"),
    ("coding_encounterevent", "encounter_id", "coding_encounter"),
    ("coding_encounterpage", "addendum_id", "coding_addendum"),
    ("coding_encounterpage", "chart_id", "portal_chart"),
    ("coding_encounterpage", "encounter_id", "coding_encounter"),
    ("coding_encounterpage", "page_id", "portal_page"),
    ("coding_factorigin", "precoding_id", "coding_precoding"),
    ("coding_fee", "schedule_id", "coding_feeschedule"),
    ("coding_feeschedule", "payer_id", "portal_payer"),
    ("coding_payerrule", "payer_id", "portal_payer"),
    ("coding_precoding", "encounter_id", "coding_encounter"),
    ("coding_precoding", "location_id", "portal_location"),
    ("coding_precoding", "payer_id", "portal_payer"),
    ("coding_precoding", "referring_provider_id", "portal_provider"),
    ("coding_precoding", "rendering_provider_id", "portal_provider"),
    ("coding_procedureline", "coding_id", "coding_coding"),
    ("coding_query", "encounter_id", "coding_encounter"),
    ("coding_query", "provider_id", "portal_provider"),
    ("coding_queryindicator", "page_id", "portal_page"),
    ("coding_queryindicator", "query_id", "coding_query"),
    ("coding_remark", "coding_id", "coding_coding"),
    ("coding_remark", "encounter_id", "coding_encounter"),
    ("coding_repeat", "coding_id", "coding_coding"),
    ("coding_repeat", "copy_id", "coding_encounter"),
    ("coding_repeat", "encounter_id", "coding_encounter"),
    ("coding_repeat", "verification_id", "coding_verification"),
    ("coding_report", "schedule_id", "coding_reportschedule"),
    ("coding_reportreader", "schedule_id", "coding_reportschedule"),
    ("coding_reveal", "coding_id", "coding_coding"),
    ("coding_reveal", "encounter_id", "coding_encounter"),
    ("coding_sample", "audit_id", "coding_focusedaudit"),
    ("coding_sample", "coding_id", "coding_coding"),
    ("coding_sample", "encounter_id", "coding_encounter"),
    ("coding_sample", "plan_id", "coding_verificationplan"),
    ("coding_score", "terms_id", "coding_qualityterms"),
    ("coding_score", "verification_id", "coding_verification"),
    ("coding_signedaddendum", "encounter_id", "coding_encounter"),
    ("coding_signedaddendum", "provider_id", "portal_provider"),
    ("coding_signedaddendum", "query_id", "coding_query"),
    ("coding_standing", "plan_id", "coding_verificationplan"),
    ("coding_submission", "assignment_id", "coding_assignment"),
    ("coding_submission", "coding_id", "coding_coding"),
    ("coding_submission", "encounter_id", "coding_encounter"),
    ("coding_submission", "verification_id", "coding_verification"),
    ("coding_suggestedcode", "encounter_id", "coding_encounter"),
    ("coding_suggestiondecision", "coding_id", "coding_coding"),
    ("coding_suggestiondecision", "suggested_id", "coding_suggestedcode"),
    ("coding_suggestionset", "encounter_id", "coding_encounter"),
    ("coding_verification", "coder_version_id", "coding_coding"),
    ("coding_verification", "encounter_id", "coding_encounter"),
    ("coding_verification", "verifier_version_id", "coding_coding"),
)

# Policies beside those of the practice: both must hold, whatever a query forgets to leave out. No practice sees a
# repeat, or a report that was not shared; emergency access is the service's own affair.
UNSEEN = RunSQL(
    sql="""
    CREATE POLICY coding_encounter_originals ON coding_encounter AS RESTRICTIVE
      USING (repeats_id IS NULL OR (SELECT chartline_staff()));
    CREATE POLICY coding_report_shared ON coding_report AS RESTRICTIVE
      USING (shared_at IS NOT NULL OR (SELECT chartline_staff()));
    CREATE POLICY coding_emergencyaccess_service ON coding_emergencyaccess AS RESTRICTIVE
      USING ((SELECT chartline_staff()));
    """,
    reverse_sql="""
    DROP POLICY coding_emergencyaccess_service ON coding_emergencyaccess;
    DROP POLICY coding_report_shared ON coding_report;
    DROP POLICY coding_encounter_originals ON coding_encounter;
    """,
)


class Migration(BaseMigration):
    dependencies = [("coding", "0001_initial"), ("portal", "0002_row_security")]

    operations = [
        in_one(
            *(row_security(table) for table in TABLES),
            *(same_practice(*path) for path in PARENTS),
            UNSEEN,
        )
    ]
