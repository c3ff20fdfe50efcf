"""The doors of a practice: SFTP accounts with their keys, the folders of its inbox, and the FHIR server we ask."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from django.db import models

from portal.models.batch import Batch, Chart
from portal.models.people import User
from portal.models.practice import Practice, PracticeOwnedQuerySet
from portal.models.rows import ClientRow, choices, known, together
from portal.rules.inbox import FileState, FolderState
from portal.rules.specialties import Specialty


class SftpAccount(ClientRow):
    """A name under which one person, or one named system, of a practice signs in by SFTP."""

    plain_fields = ("login", "name", "password", "password_set_at", "created_at", "ended_at")

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="sftp_accounts")
    login = models.CharField(max_length=32, unique=True)  # never given twice, also after its end
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    specialty = models.CharField(max_length=24, choices=choices(Specialty))  # of the batches that come this way
    password = models.CharField(max_length=128, blank=True)  # argon2, or none
    password_set_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = PracticeOwnedQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("specialty", Specialty, name="portal_sftpaccount_specialty_known"),
            models.CheckConstraint(
                condition=models.Q(login__regex=r"^[a-z0-9][a-z0-9-]{2,31}$"), name="portal_sftpaccount_login_form"
            ),
            models.CheckConstraint(
                condition=models.Q(password="") ^ models.Q(password_set_at__isnull=False),
                name="portal_sftpaccount_password_since",
            ),
            together("ended_at", "ended_by", name="portal_sftpaccount_ended_by_at"),
        ]
        ordering = ("login",)

    def __str__(self) -> str:
        return self.login


class SftpKey(ClientRow):
    """A public key of an account; the secret half never comes here."""

    plain_fields = ("name", "public_key", "fingerprint", "created_at", "last_used_at", "revoked_at")

    account = models.ForeignKey(SftpAccount, on_delete=models.PROTECT, related_name="keys")
    name = models.CharField(max_length=80)
    public_key = models.TextField()  # one line as in authorized_keys, without options
    fingerprint = models.CharField(max_length=60)  # SHA256:… as OpenSSH prints it
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = PracticeOwnedQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["fingerprint"], condition=models.Q(revoked_at=None), name="portal_sftpkey_once"
            ),
        ]
        ordering = ("account", "-created_at")

    def __str__(self) -> str:
        return self.fingerprint


class InboxFolder(ClientRow):
    """A folder of a practice's inbox, which becomes one batch; that without a name holds the files beside folders."""

    patient_fields = ("name",)  # practices name folders after patients too
    plain_fields = ("created_at", "touched_at", "ended_at")

    account = models.ForeignKey(SftpAccount, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255, blank=True)
    batch = models.OneToOneField(Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="inbox_folder")
    state = models.CharField(max_length=8, choices=choices(FolderState), default=FolderState.OPEN)
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()  # something was last done in it
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("state", FolderState, name="portal_inboxfolder_state_known"),
            models.UniqueConstraint(
                fields=["practice", "name"],
                condition=models.Q(state=FolderState.OPEN),
                name="portal_inboxfolder_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(state=FolderState.OPEN) ^ models.Q(ended_at__isnull=False),
                name="portal_inboxfolder_ended_since",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=FolderState.SENT) | models.Q(batch__isnull=False),
                name="portal_inboxfolder_sent_as_what",
            ),
        ]

    def __str__(self) -> str:
        return f"inbox folder {self.pk}"


class InboxFile(ClientRow):
    """One upload of a file by SFTP, from its first byte until it is a chart."""

    patient_fields = ("name",)
    plain_fields = ("station", "staged", "opened_at", "written_at", "closed_at", "flagged_at", "fault")

    folder = models.ForeignKey(InboxFolder, on_delete=models.PROTECT, related_name="files")
    account = models.ForeignKey(SftpAccount, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    station = models.CharField(max_length=16)  # the server in whose staging directory the bytes lie
    staged = models.CharField(max_length=32, unique=True)
    size = models.PositiveBigIntegerField(default=0)  # bytes as last noted
    attempt = models.PositiveIntegerField(default=1)  # fences out a connection that lost the file to a later one
    in_order = models.BooleanField(default=True)  # the bytes came one after the other: there can be no hole
    state = models.CharField(max_length=8, choices=choices(FileState), default=FileState.WRITING)
    chart = models.OneToOneField(Chart, null=True, blank=True, on_delete=models.PROTECT, related_name="inbox_file")
    fault = models.CharField(max_length=24, blank=True)
    opened_at = models.DateTimeField()
    written_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    flagged_at = models.DateTimeField(null=True, blank=True)  # it stayed unfinished for too long

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("state", FileState, name="portal_inboxfile_state_known"),
            models.CheckConstraint(
                condition=models.Q(state=FileState.TAKEN) ^ models.Q(chart=None), name="portal_inboxfile_taken_as_what"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[FileState.CLOSED, FileState.TAKEN]) | models.Q(closed_at__isnull=False),
                name="portal_inboxfile_closed_since",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "opened_at"], name="portal_inboxfile_recent"),
            models.Index(
                fields=["state"],
                condition=models.Q(state__in=["writing", "cut", "parked", "closed"]),
                name="portal_inboxfile_open",
            ),
        ]

    def __str__(self) -> str:
        return f"inbox file {self.pk}"


class SftpServer(models.Model):
    """An SFTP server that runs or ran: where it listens and by what key clients know it."""

    patient_fields = ()
    plain_fields = ("station", "address", "fingerprint", "started_at", "seen_at")

    station = models.CharField(max_length=16, unique=True)
    address = models.CharField(max_length=120)  # host:port as clients reach it
    fingerprint = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"sftp server {self.pk}"


class EndpointState(StrEnum):
    ON = "on"
    OFF = "off"


class FhirEndpointQuerySet(PracticeOwnedQuerySet["FhirEndpoint"]):
    def on(self) -> Self:
        return self.filter(state=EndpointState.ON, practice__is_active=True)


class FhirEndpoint(ClientRow):
    """The FHIR server of a practice, asked for new documents as a backend service (SMART App Launch 2.0)."""

    plain_fields = (
        "base_url", "token_url", "client_id", "key_id", "private_key", "public_key", "scopes", "since", "last_run_at",
        "last_fault", "fault_since", "created_at",
    )  # fmt: skip

    practice = models.OneToOneField(Practice, on_delete=models.PROTECT, related_name="fhir_endpoint")
    base_url = models.CharField(max_length=300)
    token_url = models.CharField(max_length=300)
    client_id = models.CharField(max_length=200)
    scopes = models.CharField(max_length=200, default="system/DocumentReference.rs system/Binary.r")
    specialty = models.CharField(max_length=24, choices=choices(Specialty))
    key_id = models.CharField(max_length=40, unique=True)
    private_key = models.TextField()  # a JWK, enciphered with a key derived from the site's secret
    public_key = models.TextField()  # a JWK
    since = models.DateTimeField()  # documents changed up to here were fetched
    state = models.CharField(max_length=4, choices=choices(EndpointState), default=EndpointState.ON)
    batch = models.OneToOneField(  # that is being filled; a run that was killed leaves it to the next
        Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    last_run_at = models.DateTimeField(null=True, blank=True)
    last_fault = models.CharField(max_length=40, blank=True)
    fault_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = FhirEndpointQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("state", EndpointState, name="portal_fhirendpoint_state_known"),
            known("specialty", Specialty, name="portal_fhirendpoint_specialty_known"),
            models.CheckConstraint(
                condition=models.Q(last_fault="") ^ models.Q(fault_since__isnull=False),
                name="portal_fhirendpoint_fault_since",
            ),
        ]

    def __str__(self) -> str:
        return f"fhir endpoint {self.pk}"


class FhirDocument(ClientRow):
    """One attachment of a document that was fetched, or could not be: it is not asked for again."""

    plain_fields = ("reference", "fault", "fetched_at")

    endpoint = models.ForeignKey(FhirEndpoint, on_delete=models.PROTECT, related_name="documents")
    reference = models.CharField(
        max_length=64
    )  # SHA-256 over the document's id, its version and the attachment's place
    chart = models.OneToOneField(Chart, null=True, blank=True, on_delete=models.PROTECT, related_name="fhir_document")
    fault = models.CharField(max_length=40, blank=True)
    fetched_at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["endpoint", "reference"], name="portal_fhirdocument_once"),
            models.CheckConstraint(
                condition=models.Q(chart=None) ^ models.Q(fault=""), name="portal_fhirdocument_chart_or_fault"
            ),
        ]

    def __str__(self) -> str:
        return f"fhir document {self.pk}"
