"""What waits for a person's look, over all batches: one row for each person and cause."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from coding.models import Encounter
from feedback.models.thread import OF_INTERNAL, Comment
from feedback.rules.inbox import ItemKind, Shelf
from portal.models import Batch, ClientRow, User, choices, known

COUNTED = 100


class InboxQuerySet(models.QuerySet["InboxItem"]):
    def visible_to(self, user: User) -> InboxQuerySet:
        """Their own, as far as they may still see what each is about."""
        return self.filter(
            models.Exists(Comment.objects.visible_to(user).filter(pk=models.OuterRef("comment"), deleted_at=None)),
            user=user,
        )

    def on_shelf(self, shelf: Shelf, *, at: datetime) -> InboxQuerySet:
        """Open are those not done and not put off beyond this moment."""
        if shelf == Shelf.DONE:
            return self.filter(done_at__isnull=False)
        rows = self.filter(done_at=None)
        later = models.Q(snoozed_until__gt=at)
        return rows.filter(later) if shelf == Shelf.SNOOZED else rows.exclude(later)

    def unseen(self, *, at: datetime) -> InboxQuerySet:
        return self.on_shelf(Shelf.OPEN, at=at).filter(seen_at=None)

    def unseen_count(self, *, at: datetime) -> int:
        """How many open ones were not seen; counted to a hundred."""
        return self.unseen(at=at)[:COUNTED].count()


class InboxItem(ClientRow):
    """One thing that came to one person: seen or not, put off or not, done or not.

    Written with its cause in one transaction; what it says is read from there.
    """

    plain_fields = ("created_at", "seen_at", "snoozed_until", "done_at")
    withheld = OF_INTERNAL

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="inbox")
    kind = models.CharField(max_length=12, choices=choices(ItemKind))
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    encounter = models.ForeignKey(Encounter, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="inbox_items")
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = InboxQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("kind", ItemKind, name="feedback_inboxitem_kind_known"),
            models.UniqueConstraint(fields=["user", "comment"], name="feedback_inboxitem_once"),
            models.CheckConstraint(
                condition=models.Q(done_at=None) | models.Q(seen_at__isnull=False), name="feedback_inboxitem_done_seen"
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "-created_at", "-id"], condition=models.Q(done_at=None), name="feedback_inboxitem_open"
            ),
            models.Index(
                fields=["user", "-created_at", "-id"],
                condition=models.Q(done_at__isnull=False),
                name="feedback_inboxitem_done",
            ),
            models.Index(
                fields=["user"], condition=models.Q(done_at=None, seen_at=None), name="feedback_inboxitem_unseen"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"
