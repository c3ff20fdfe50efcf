"""How each named constraint of the doors' tables is broken; tests.portal.test_constraints does it."""

from django.utils import timezone

from portal.models import FhirDocument
from portal.rules.inbox import FileState, FolderState
from tests import factories

NOW = timezone.now()


def change(row, **values):
    type(row).objects.filter(pk=row.pk).update(**values)


def again(row, **values):
    """Write an existing row a second time, under a new id."""
    row.pk = None
    for name, value in values.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def document(**fields):
    endpoint = fields.pop("endpoint", None) or factories.FhirEndpointFactory()
    return FhirDocument.objects.create(**{
        "practice": endpoint.practice, "endpoint": endpoint, "reference": "a" * 64, "fault": "too_large",
        "fetched_at": NOW, **fields,
    })  # fmt: skip


DOORS = {
    "portal_sftpaccount_specialty_known": lambda: factories.SftpAccountFactory(specialty="magic"),
    "portal_sftpaccount_login_form": lambda: factories.SftpAccountFactory(login="Root!"),
    "portal_sftpaccount_password_since": lambda: factories.SftpAccountFactory(password="argon2$x"),
    "portal_sftpaccount_ended_by_at": lambda: factories.SftpAccountFactory(ended_at=NOW),
    "portal_sftpkey_once": lambda: again(factories.SftpKeyFactory()),
    "portal_inboxfolder_state_known": lambda: change(factories.InboxFolderFactory(), state="lost", ended_at=NOW),
    "portal_inboxfolder_one_open": lambda: again(factories.InboxFolderFactory()),
    "portal_inboxfolder_ended_since": lambda: change(factories.InboxFolderFactory(), ended_at=NOW),
    "portal_inboxfolder_sent_as_what": lambda: change(
        factories.InboxFolderFactory(), state=FolderState.SENT, ended_at=NOW
    ),
    "portal_inboxfile_state_known": lambda: change(factories.InboxFileFactory(), state="lost"),
    "portal_inboxfile_taken_as_what": lambda: change(
        factories.InboxFileFactory(), state=FileState.TAKEN, closed_at=NOW
    ),
    "portal_inboxfile_closed_since": lambda: change(factories.InboxFileFactory(), state=FileState.CLOSED),
    "portal_fhirendpoint_state_known": lambda: factories.FhirEndpointFactory(state="dim"),
    "portal_fhirendpoint_specialty_known": lambda: factories.FhirEndpointFactory(specialty="magic"),
    "portal_fhirendpoint_fault_since": lambda: factories.FhirEndpointFactory(last_fault="timeout"),
    "portal_fhirdocument_once": lambda: again(document()),
    "portal_fhirdocument_chart_or_fault": lambda: document(fault=""),
}

DOORS_AT_THE_END = {
    "portal_sftpkey_account_id_same_practice": lambda: factories.SftpKeyFactory(practice=factories.PracticeFactory()),
    "portal_inboxfolder_account_id_same_practice": lambda: factories.InboxFolderFactory(
        practice=factories.PracticeFactory()
    ),
    "portal_inboxfolder_batch_id_same_practice": lambda: factories.InboxFolderFactory(batch=factories.BatchFactory()),
    "portal_inboxfile_folder_id_same_practice": lambda: factories.InboxFileFactory(
        practice=factories.PracticeFactory()
    ),
    "portal_inboxfile_account_id_same_practice": lambda: factories.InboxFileFactory(
        account=factories.SftpAccountFactory()
    ),
    "portal_inboxfile_chart_id_same_practice": lambda: factories.InboxFileFactory(
        chart=factories.ChartFactory(), state=FileState.TAKEN, closed_at=NOW
    ),
    "portal_fhirendpoint_batch_id_same_practice": lambda: factories.FhirEndpointFactory(batch=factories.BatchFactory()),
    "portal_fhirdocument_endpoint_id_same_practice": lambda: document(practice=factories.PracticeFactory()),
    "portal_fhirdocument_chart_id_same_practice": lambda: document(chart=factories.ChartFactory(), fault=""),
}
