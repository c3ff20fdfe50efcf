"""Background work as rows, and the notices that leave by e-mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import models

from portal.models.batch import Batch
from portal.models.people import User
from portal.models.practice import Practice
from portal.models.rows import choices, known

HEARD_OF = timedelta(seconds=15)


class JobState(StrEnum):
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobQuerySet(models.QuerySet["Job"]):
    def due(self, *, at: datetime) -> JobQuerySet:
        """Waiting and due, or taken by somebody whose lease has run out."""
        return self.filter(
            models.Q(state=JobState.READY, due_at__lte=at) | models.Q(state=JobState.RUNNING, lease_until__lt=at)
        )

    def in_hand(self, *, at: datetime) -> JobQuerySet:
        """Taken by somebody who was heard of a short while ago: who works on a chart renews the lease every second.

        What a killed worker held is handed on when its lease runs out, and holds nothing else up until then.
        """
        heard = at + max(timedelta(0), timedelta(seconds=settings.JOB_LEASE_SECONDS) - HEARD_OF)
        return self.filter(state=JobState.RUNNING, lease_until__gte=heard)


class Job(models.Model):
    """One unit of background work; the row is the truth, the Celery message a doorbell.

    `kind` is the name of the Celery task that does it, `object_id` the row it is about.
    """

    patient_fields = ()
    plain_fields = ("kind", "due_at", "lease_until", "rung_at", "fault", "created_at", "started_at", "finished_at")

    kind = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    practice = models.ForeignKey(Practice, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=choices(JobState), default=JobState.READY)
    attempt = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=120, blank=True)  # a class name or a code, never a message
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)  # of the newest attempt
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            known("state", JobState, name="portal_job_state_known"),
            models.UniqueConstraint(
                fields=["kind", "object_id"],
                condition=models.Q(state__in=[JobState.READY, JobState.RUNNING]),
                name="portal_job_one_open",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=JobState.RUNNING) | models.Q(lease_until__isnull=False),
                name="portal_job_running_has_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(state__in=["ready", "running"]), name="portal_job_open_due"
            ),
            models.Index(fields=["practice", "kind", "-started_at"], name="portal_job_last_started"),
            # A handful of rows however many wait: what each practice has in hand is counted at every claim.
            models.Index(fields=["practice", "kind"], condition=models.Q(state="running"), name="portal_job_in_hand"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class Notice(models.Model):
    """An e-mail to send: who, about what, and a link; never what a chart or a comment says."""

    patient_fields = ()
    plain_fields = ("kind", "email", "link", "created_at", "sent_at", "words", "held_until")

    kind = models.CharField(max_length=40)  # the template under templates/mail/
    recipient = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="notices")
    email = models.EmailField()
    practice = models.ForeignKey(Practice, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="notices")
    link = models.CharField(max_length=300)  # a path on this site
    words = models.JSONField(default=dict)  # what the template may say: counts and names of our own
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)  # for the reader's digest of that time
    digest = models.ForeignKey(  # the e-mail that it became a line of
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="lines"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["recipient", "held_until"],
                condition=models.Q(held_until__isnull=False, sent_at=None),
                name="portal_notice_held",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
