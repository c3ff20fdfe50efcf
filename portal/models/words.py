"""The words of pages, and how far reading them is: the rows are the queue of the readers."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from portal.models.batch import Page
from portal.models.rows import ClientRow, choices, known
from portal.rules.words import Lines, Word, WordsSource, WordsState


class PageWordsQuerySet(models.QuerySet["PageWords"]):
    def due(self, *, at: datetime) -> PageWordsQuerySet:
        """Waiting for a reader, and in nobody's hands or in those of one who is gone."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=at), state=WordsState.WAITING, due_at__lte=at)

    def in_hand(self, *, at: datetime) -> PageWordsQuerySet:
        return self.filter(state=WordsState.WAITING, lease_until__gte=at)

    def without_words(self) -> PageWordsQuerySet:
        """For lists and queues: the words themselves are large."""
        return self.defer("words", "line_starts")


class PageWords(ClientRow):
    """The words of one page as `portal.rules.words` writes them, or the fact that they are still to be read.

    `turn` is by how many degrees clockwise the drawn image was turned to be upright, `skew` by how many hundredths of
    a degree its lines rise to the right. `attempt` fences the reader who holds the row until `lease_until`.
    """

    patient_fields = ("words",)
    plain_fields = (
        "line_starts", "headings", "engine", "fault", "due_at", "lease_until", "started_at", "finished_at",
    )  # fmt: skip

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="words")
    state = models.CharField(max_length=8, choices=choices(WordsState), default=WordsState.WAITING)
    source = models.CharField(max_length=6, choices=choices(WordsSource), default=WordsSource.NONE)
    engine = models.CharField(max_length=40, blank=True)
    confidence = models.PositiveSmallIntegerField(default=0)
    words = models.JSONField(default=list)
    line_starts = models.JSONField(default=list)
    headings = models.JSONField(default=list)  # [name of the section, y in ten-thousandths]: names of our own
    turn = models.PositiveSmallIntegerField(default=0)
    skew = models.SmallIntegerField(default=0)
    attempt = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=120, blank=True)  # a class name or a code, never a message
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = PageWordsQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("state", WordsState, name="portal_pagewords_state_known"),
            known("source", WordsSource, name="portal_pagewords_source_known"),
            models.CheckConstraint(condition=Q(confidence__lte=100), name="portal_pagewords_confidence_share"),
            models.CheckConstraint(condition=Q(turn__in=[0, 90, 180, 270]), name="portal_pagewords_quarter_turn"),
            models.CheckConstraint(
                condition=Q(state=WordsState.WAITING, finished_at=None)
                | (~Q(state=WordsState.WAITING) & Q(finished_at__isnull=False, lease_until=None)),
                name="portal_pagewords_finished_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=WordsState.DONE) | ~Q(source=WordsSource.NONE),
                name="portal_pagewords_done_whence",
            ),
            models.CheckConstraint(
                condition=Q(lease_until=None) | Q(started_at__isnull=False), name="portal_pagewords_held_since"
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice", "id"], condition=Q(state=WordsState.WAITING), name="portal_pagewords_waiting"
            ),
            models.Index(fields=["practice", "-started_at"], name="portal_pagewords_last_read"),
            # A handful of rows however many wait: what each practice has in hand is counted at every claim.
            models.Index(fields=["practice"], condition=Q(lease_until__isnull=False), name="portal_pagewords_in_hand"),
        ]

    def __str__(self) -> str:
        return f"words of page {self.page_id}"

    def lines(self) -> Lines:
        """The words in lines."""
        return Lines([Word(*word) for word in self.words], list(self.line_starts))
