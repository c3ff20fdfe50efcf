"""Row-level security, and composite foreign keys: a row and what it points to have one practice."""

from django.db.migrations import Migration as BaseMigration
from django.db.migrations import RunSQL

from portal.tenancy import FUNCTIONS, in_one, row_security, same_practice

TABLES = (
    "portal_apicall",
    "portal_attempt",
    "portal_batch",
    "portal_businessassociateagreement",
    "portal_channel",
    "portal_chart",
    "portal_chartstep",
    "portal_clientrule",
    "portal_contract",
    "portal_credentialdemand",
    "portal_damagedfile",
    "portal_delivery",
    "portal_destruction",
    "portal_dispatch",
    "portal_download",
    "portal_fhirdocument",
    "portal_fhirendpoint",
    "portal_idempotentrequest",
    "portal_inboxfile",
    "portal_inboxfolder",
    "portal_job",
    "portal_legalhold",
    "portal_location",
    "portal_manifest",
    "portal_manifestrow",
    "portal_notice",
    "portal_outputtemplateversion",
    "portal_page",
    "portal_pagewords",
    "portal_payer",
    "portal_practicekey",
    "portal_provider",
    "portal_sftpaccount",
    "portal_sftpkey",
    "portal_upload",
    "portal_uploadpart",
)
PARENTS = (
    ("portal_apicall", "token_id", "portal_apitoken"),
    ("portal_attempt", "dispatch_id", "portal_dispatch"),
    ("portal_chart", "archive_id", "portal_chart"),
    ("portal_chart", "batch_id", "portal_batch"),
    ("portal_chart", "duplicate_of_id", "portal_chart"),
    ("portal_chartstep", "chart_id", "portal_chart"),
    ("portal_delivery", "batch_id", "portal_batch"),
    ("portal_delivery", "template_id", "portal_outputtemplateversion"),
    ("portal_dispatch", "channel_id", "portal_channel"),
    ("portal_dispatch", "delivery_id", "portal_delivery"),
    ("portal_dispatch", "resend_of_id", "portal_dispatch"),
    ("portal_download", "account_id", "portal_sftpaccount"),
    ("portal_download", "delivery_id", "portal_delivery"),
    ("portal_download", "token_id", "portal_apitoken"),
    ("portal_fhirdocument", "chart_id", "portal_chart"),
    ("portal_fhirdocument", "endpoint_id", "portal_fhirendpoint"),
    ("portal_fhirendpoint", "batch_id", "portal_batch"),
    ("portal_idempotentrequest", "token_id", "portal_apitoken"),
    ("portal_inboxfile", "account_id", "portal_sftpaccount"),
    ("portal_inboxfile", "chart_id", "portal_chart"),
    ("portal_inboxfile", "folder_id", "portal_inboxfolder"),
    ("portal_inboxfolder", "account_id", "portal_sftpaccount"),
    ("portal_inboxfolder", "batch_id", "portal_batch"),
    ("portal_legalhold", "batch_id", "portal_batch"),
    ("portal_manifest", "batch_id", "portal_batch"),
    ("portal_manifest", "token_id", "portal_apitoken"),
    ("portal_manifestrow", "manifest_id", "portal_manifest"),
    ("portal_page", "chart_id", "portal_chart"),
    ("portal_pagewords", "page_id", "portal_page"),
    ("portal_sftpkey", "account_id", "portal_sftpaccount"),
    ("portal_upload", "batch_id", "portal_batch"),
    ("portal_upload", "chart_id", "portal_chart"),
    ("portal_upload", "token_id", "portal_apitoken"),
    ("portal_uploadpart", "upload_id", "portal_upload"),
)

# Everybody's actions go on the trail; the service reads it and seals it.
AUDIT = RunSQL(
    sql="""
    ALTER TABLE portal_auditevent ENABLE ROW LEVEL SECURITY;
    ALTER TABLE portal_auditevent FORCE ROW LEVEL SECURITY;
    CREATE POLICY portal_auditevent_add ON portal_auditevent FOR INSERT WITH CHECK (true);
    CREATE POLICY portal_auditevent_read ON portal_auditevent FOR SELECT USING ((SELECT chartline_staff()));
    ALTER TABLE portal_auditseal ENABLE ROW LEVEL SECURITY;
    ALTER TABLE portal_auditseal FORCE ROW LEVEL SECURITY;
    CREATE POLICY portal_auditseal_scope ON portal_auditseal USING ((SELECT chartline_staff()));
    """,
    reverse_sql="""
    DROP POLICY portal_auditevent_add ON portal_auditevent;
    DROP POLICY portal_auditevent_read ON portal_auditevent;
    DROP POLICY portal_auditseal_scope ON portal_auditseal;
    ALTER TABLE portal_auditevent NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE portal_auditseal NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE portal_auditevent DISABLE ROW LEVEL SECURITY;
    ALTER TABLE portal_auditseal DISABLE ROW LEVEL SECURITY;
    """,
)


class Migration(BaseMigration):
    dependencies = [("portal", "0001_initial")]

    operations = [
        in_one(
            FUNCTIONS,
            row_security("portal_practice", column="id"),
            row_security("portal_membership", also="user_id = (SELECT chartline_user())"),
            row_security("portal_apitoken", also="token_hash = current_setting('chartline.token', true)"),
            *(row_security(table) for table in TABLES),
            *(same_practice(*path) for path in PARENTS),
            AUDIT,
        )
    ]
