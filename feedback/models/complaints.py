"""Complaints of practices, what the service answers again and again, and how satisfied people were with a delivery."""

from __future__ import annotations

from datetime import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from feedback.models.thread import Comment, Thread
from feedback.rules.complaints import PENDING, ComplaintStatus
from portal.models import Batch, ClientRow, Practice, User, choices, known, together
from portal.rules.roles import Permission


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def visible_to(self, user: User) -> ComplaintQuerySet:
        """The practice's own; all for managers, who answer for them."""
        if Permission.DISCUSS not in user.permissions:
            return self.none()
        if not user.is_service_staff:
            return self.filter(practice_id__in=user.practice_ids)
        return self.all() if Permission.MANAGE_WORK in user.permissions else self.none()

    def pending(self) -> ComplaintQuerySet:
        return self.filter(status__in=PENDING)

    def overdue(self, *, at: datetime) -> ComplaintQuerySet:
        """Those not answered in time, which nobody was told of yet."""
        return self.filter(status=ComplaintStatus.OPEN, due_at__lte=at)


class Complaint(ClientRow):
    """A comment that complains: one manager answers for it until a time; it ends with words."""

    patient_fields = ("closing",)
    plain_fields = ("raised_at", "due_at", "escalated_at", "closed_at")

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="complaints")
    comment = models.OneToOneField(Comment, on_delete=models.PROTECT, related_name="complaint")
    status = models.CharField(max_length=10, choices=choices(ComplaintStatus), default=ComplaintStatus.OPEN)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True, blank=True)
    closing = models.TextField(blank=True)
    closed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("status", ComplaintStatus, name="feedback_complaint_status_known"),
            together("closed_by", "closed_at", name="feedback_complaint_closed_by_at"),
            models.CheckConstraint(condition=Q(due_at__gt=F("raised_at")), name="feedback_complaint_due_later"),
            models.CheckConstraint(
                condition=(Q(status=ComplaintStatus.CLOSED, closed_at__isnull=False) & ~Q(closing=""))
                | (~Q(status=ComplaintStatus.CLOSED) & Q(closed_at=None, closing="")),
                name="feedback_complaint_closed_with_words",
            ),
            models.CheckConstraint(
                condition=~Q(status=ComplaintStatus.ESCALATED) | Q(escalated_at__isnull=False),
                name="feedback_complaint_escalated_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=Q(status__in=sorted(PENDING)), name="feedback_complaint_due"
            ),
            models.Index(fields=["practice", "-raised_at"], name="feedback_complaint_practice"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"K-{self.pk:05d}"

    @property
    def state(self) -> ComplaintStatus:
        return ComplaintStatus(self.status)


class SavedAnswerQuerySet(models.QuerySet["SavedAnswer"]):
    def for_practice(self, practice_id: int) -> SavedAnswerQuerySet:
        """Those in use that fit its threads: the service's and its own."""
        return self.filter(Q(practice=None) | Q(practice=practice_id), retired_at=None).order_by("title", "pk")


class SavedAnswer(models.Model):
    """Words that the service says again and again, for all practices or (with one) for that one.

    They are put into a message and sent by a person, never by themselves. No patient is named in them.
    """

    patient_fields = ()
    plain_fields = ("title", "body", "created_at", "retired_at")

    practice = models.ForeignKey(Practice, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    body = models.TextField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    retired_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = SavedAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "title"],
                condition=Q(retired_at=None),
                nulls_distinct=False,
                name="feedback_savedanswer_title_once",
            ),
            models.CheckConstraint(condition=~Q(title="") & ~Q(body=""), name="feedback_savedanswer_says_something"),
            together("retired_by", "retired_at", name="feedback_savedanswer_retired_by_at"),
        ]

    def __str__(self) -> str:
        return self.title


class Rating(ClientRow):
    """How one person of a practice found one delivery: two questions and a word, or that they did not want to say."""

    patient_fields = ("words",)
    plain_fields = ("at",)

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="ratings")
    version = models.PositiveSmallIntegerField()  # of the delivery
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    accuracy = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    turnaround = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    words = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["batch", "version", "user"], name="feedback_rating_once"),
            together("accuracy", "turnaround", name="feedback_rating_both"),
            models.CheckConstraint(
                condition=Q(accuracy=None) | Q(accuracy__range=(1, 5), turnaround__range=(1, 5)),
                name="feedback_rating_scale",
            ),
            models.CheckConstraint(
                condition=Q(accuracy__isnull=False) | Q(words=""), name="feedback_rating_dismissed_says_nothing"
            ),
        ]
        indexes = [models.Index(fields=["practice", "at"], name="feedback_rating_practice")]

    def __str__(self) -> str:
        return f"rating {self.pk}"
