"""The audit trail: append-only events, and the seals that chain them."""

import uuid
from enum import StrEnum

from django.db import models

from portal.models.people import User
from portal.models.practice import Practice
from portal.models.rows import choices, known


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"


class AuditEvent(models.Model):
    """Something a person did or was refused: who, what, on which object; never what the chart says.

    The id is made here so that an event can be written by someone who may not read the trail.
    """

    patient_fields = ()
    plain_fields = ("at", "action", "object_type", "object_id", "address", "session", "detail")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    token_id = models.BigIntegerField(null=True)
    practice = models.ForeignKey(Practice, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60)
    outcome = models.CharField(max_length=8, choices=choices(Outcome), default=Outcome.DONE)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.BigIntegerField(null=True)
    address = models.GenericIPAddressField(null=True)
    session = models.CharField(max_length=16, blank=True)  # the beginning of a hash, to tell sessions apart
    detail = models.JSONField(default=dict)  # ids, counts, names of states and of roles

    class Meta:
        constraints = [known("outcome", Outcome, name="portal_auditevent_outcome_known")]
        indexes = [
            models.Index(fields=["-at", "-id"], name="portal_audit_newest"),
            models.Index(fields=["object_type", "object_id", "-at"], name="portal_audit_object"),
            models.Index(fields=["actor", "-at"], name="portal_audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.id}"


class AuditSeal(models.Model):
    """One link of the chain: SHA-256 over the previous hash, the position and the event's canonical JSON."""

    patient_fields = ()
    plain_fields = ("previous_hash", "hash", "sealed_at")

    position = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)  # no foreign key: a removed event must leave its seal behind
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"seal {self.position}"
