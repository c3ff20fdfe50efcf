"""Queries to the provider, the passages they cite, and the signed replies that became part of the chart."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from coding.models.encounter import Encounter
from coding.rules.lifecycle import Stage
from coding.rules.queries.figures import waited
from coding.rules.queries.states import PENDING, QueryStatus, SignerRole
from coding.rules.queries.wording import OPTION_LENGTH, REQUIRED, TITLE_LENGTH, Purpose, QueryForm
from portal.models import ClientRow, Page, Provider, User, choices, known, together
from portal.rules.roles import Permission


class QueryQuerySet(models.QuerySet["Query"]):
    def visible_to(self, user: User) -> QueryQuerySet:
        """Of visits that the person may see, for those who talk with practices or are one."""
        if Permission.DISCUSS not in user.permissions:
            return self.none()
        return self.filter(encounter__in=Encounter.objects.visible_to(user))

    def pending(self) -> QueryQuerySet:
        """Those for which a visit is on hold."""
        return self.filter(status__in=PENDING)

    def overdue(self, *, at: datetime) -> QueryQuerySet:
        return self.filter(status=QueryStatus.OPEN, expires_at__lte=at)


class Query(ClientRow):
    """One question to the provider about what a chart documents. What it asks never changes; its status does."""

    patient_fields = ("title", "question", "options", "close_note")
    plain_fields = ("asked_at", "expires_at", "reminded_at", "expired_at", "ended_at", "due_before", "due_after")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="queries")
    provider = models.ForeignKey(Provider, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=12, choices=choices(Stage))
    purpose = models.CharField(max_length=16, choices=choices(Purpose))
    form = models.CharField(max_length=8, choices=choices(QueryForm))
    title = models.CharField(max_length=TITLE_LENGTH)
    question = models.TextField()
    options = ArrayField(models.CharField(max_length=OPTION_LENGTH))  # all, with the required ones
    status = models.CharField(max_length=10, choices=choices(QueryStatus), default=QueryStatus.OPEN)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="queries")
    expires_at = models.DateTimeField()
    stops_clock = models.BooleanField()  # what the contract said on the day
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True, blank=True)
    expired_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The promised time before and after the waiting was added; the same twice if the clock went on.
    due_before = models.DateTimeField(null=True, blank=True)
    due_after = models.DateTimeField(null=True, blank=True)
    close_note = models.TextField(blank=True)

    objects = QueryQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["id", "encounter"], name="coding_query_id_encounter"),
            models.UniqueConstraint(
                fields=["encounter"], condition=models.Q(status__in=sorted(PENDING)), name="coding_query_one_pending"
            ),
            known("stage", Stage, name="coding_query_stage_known"),
            known("purpose", Purpose, name="coding_query_purpose_known"),
            known("form", QueryForm, name="coding_query_form_known"),
            known("status", QueryStatus, name="coding_query_status_known"),
            models.CheckConstraint(
                condition=models.Q(options__contains=list(REQUIRED)), name="coding_query_required_options"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("asked_at")), name="coding_query_expires_later"
            ),
            together("ended_at", "ended_by", name="coding_query_ended_by_at"),
            together("due_before", "due_after", name="coding_query_due_both"),
            models.CheckConstraint(
                condition=models.Q(status__in=sorted(PENDING), ended_at=None)
                | (~models.Q(status__in=sorted(PENDING)) & models.Q(ended_at__isnull=False)),
                name="coding_query_ended_when",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "asked_at"], name="coding_query_status_asked"),
            models.Index(
                fields=["expires_at"], condition=models.Q(status=QueryStatus.OPEN), name="coding_query_expiring"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"Q-{self.pk:05d}"

    @property
    def state(self) -> QueryStatus:
        return QueryStatus(self.status)

    @property
    def is_pending(self) -> bool:
        return self.status in PENDING

    def waiting(self, *, at: datetime | None = None) -> timedelta:
        """How long it has waited, or had when it ended."""
        return waited(asked_at=self.asked_at, until=self.ended_at or at or timezone.now())


class QueryIndicator(ClientRow):
    """One passage of the chart that a query cites."""

    patient_fields = ("quote",)
    plain_fields = ("boxes",)

    query = models.ForeignKey(Query, on_delete=models.PROTECT, related_name="indicators")
    position = models.PositiveSmallIntegerField()
    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="+")
    quote = models.TextField()
    boxes = models.JSONField(default=list)  # [x0, y0, x1, y1] in ten-thousandths of the page, one for a line
    by_eye = models.BooleanField(default=False)  # the page has no words that could be compared

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["query", "position"], name="coding_queryindicator_position_once"),
            models.CheckConstraint(condition=models.Q(position__gte=1), name="coding_queryindicator_from_one"),
            models.CheckConstraint(condition=~models.Q(quote=""), name="coding_queryindicator_says_something"),
        ]
        ordering = ("query", "position")

    def __str__(self) -> str:
        return f"indicator {self.position} of {self.query_id}"


class SignedAddendum(ClientRow):
    """A reply to a query, signed by somebody of the practice: part of the chart from then on, never changed.

    `sha256` is over what was asked and what was replied, by whom and when (coding.rules.queries.signing).
    """

    patient_fields = ("option", "text")
    plain_fields = ("signer_name", "signed_at", "sha256")

    query = models.OneToOneField(Query, on_delete=models.PROTECT, related_name="reply")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="signed_addenda")
    option = models.CharField(max_length=OPTION_LENGTH)
    text = models.TextField(blank=True)
    signer_name = models.CharField(max_length=120)
    signer_role = models.CharField(max_length=10, choices=choices(SignerRole))
    provider = models.ForeignKey(Provider, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("signer_role", SignerRole, name="coding_signedaddendum_role_known"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="coding_signedaddendum_hash_form"
            ),
            # Staff write down what a provider said: then it says which one.
            models.CheckConstraint(
                condition=~models.Q(signer_role=SignerRole.ON_BEHALF) | models.Q(provider__isnull=False),
                name="coding_signedaddendum_for_whom",
            ),
        ]
        ordering = ("encounter", "pk")

    def __str__(self) -> str:
        return f"reply to {self.query_id}"
