"""The talk about a batch: one thread, its comments, who was mentioned, who has read what."""

from __future__ import annotations

from django.db import models
from django.db.models.expressions import ExpressionWrapper, RawSQL
from django.db.models.functions import Coalesce, Length
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from coding.models import Assignment, Encounter, Query, Remark
from coding.rules.lifecycle import SkipReason
from feedback.rules.talk import BODY_LIMIT, Side
from portal.models import Batch, Chart, ClientRow, ClientRule, Membership, User, UserRole, together
from portal.rules.roles import Permission, Role

OF_INTERNAL = models.Q(comment__is_internal=True)


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, user: User) -> ThreadQuerySet:
        """Their practice's for practice users, all for managers, and threads of batches they work on for the rest."""
        if Permission.DISCUSS not in user.permissions:
            return self.none()
        if not user.is_service_staff:
            return self.filter(practice_id__in=user.practice_ids)
        if Permission.MANAGE_WORK in user.permissions:
            return self.all()
        return self.filter(
            models.Exists(Encounter.objects.visible_to(user).originals().filter(batch_id=models.OuterRef("batch_id")))
        )

    def unread_by(self, user: User) -> ThreadQuerySet:
        """Threads with a comment by somebody else since this person last looked."""
        return self.filter(models.Exists(news_for(user)))

    def open_for(self, side: Side) -> ThreadQuerySet:
        """Threads with a question that waits for this side's answer."""
        return self.filter(models.Exists(open_questions(side)))

    def counted_for(self, user: User, side: Side) -> ThreadQuerySet:
        """Each thread with `unread`, `questions` (for this side) and `waiting` (for the other)."""
        return self.annotate(
            unread=count_of(news_for(user)),
            questions=count_of(open_questions(side)),
            waiting=count_of(open_questions(side.other)),
        )


def news_for(user: User) -> models.QuerySet[Comment]:
    """Comments of the outer thread that this person has not seen; their own are never news."""
    read_to = ReadMark.objects.filter(thread=models.OuterRef("thread"), user=user).values("read_at")[:1]
    return (
        Comment.objects.meant_for(user)
        .filter(thread=models.OuterRef("pk"), deleted_at=None)
        .exclude(author=user)
        .filter(~models.Exists(repeated_by(user)))
        .annotate(read_to=models.Subquery(read_to))
        .filter(models.Q(read_to=None) | models.Q(created_at__gt=models.F("read_to")))
    )


def open_questions(side: Side) -> models.QuerySet[Comment]:
    """Questions of the outer thread that wait for this side."""
    return Comment.objects.unanswered().filter(thread=models.OuterRef("pk"), needs_answer_from=side)


def count_of(rows: models.QuerySet[Comment]) -> Coalesce:
    """How many rows of a query on comments belong to the outer thread."""
    counted = rows.order_by().values("thread").annotate(number=models.Count("pk")).values("number")
    return Coalesce(models.Subquery(counted, output_field=models.IntegerField()), 0)


class Thread(ClientRow):
    """The one thread of a batch, between the practice and the service."""

    plain_fields = ("created_at", "last_comment_at", "latest_at")

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, related_name="thread")
    created_at = models.DateTimeField()
    last_comment_at = models.DateTimeField(null=True, blank=True)
    latest_at = models.GeneratedField(  # by which lists are ordered
        expression=Coalesce("last_comment_at", "created_at"), output_field=models.DateTimeField(), db_persist=True
    )

    objects = ThreadQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [*ClientRow.Meta.constraints]
        indexes = [
            models.Index(fields=["-latest_at", "-id"], name="feedback_thread_latest"),
            models.Index(fields=["practice", "-latest_at", "-id"], name="feedback_thread_practice"),
        ]

    def __str__(self) -> str:
        return f"thread of {self.batch_id}"

    def people(self) -> models.QuerySet[User]:
        """Who takes part: the practice's people, managers, and coders and verifiers of the batch's encounters
        for whom neither the practice is barred nor the chart a conflict of interest.

        The same people as `Thread.objects.visible_to` lets in, seen from the thread.
        """
        roles = UserRole.objects.filter(user=models.OuterRef("pk"))
        member = Membership.objects.filter(user=models.OuterRef("pk"), practice_id=self.practice_id)
        barred = ClientRule.objects.filter(user=models.OuterRef("pk"), practice_id=self.practice_id)
        own = Assignment.objects.filter(
            user=models.OuterRef("pk"), encounter__batch_id=self.batch_id, encounter__repeats=None
        )
        conflicts = Assignment.objects.filter(
            user=models.OuterRef("user"), encounter=models.OuterRef("encounter"), skip_reason=SkipReason.CONFLICT
        )
        worked = own.exclude(end=Assignment.End.SKIPPED).filter(~models.Exists(conflicts))
        people: models.QuerySet[User] = (
            User.objects.filter(is_active=True)
            .filter(
                models.Exists(roles.filter(role=Role.MANAGER))
                | models.Exists(roles.filter(role=Role.PRACTICE)) & models.Exists(member)
                | models.Exists(roles.filter(role__in=[Role.CODER, Role.VERIFIER]))
                & models.Exists(worked)
                & ~models.Exists(barred)
            )
            .by_name()
        )
        return people


def repeated_by(user: User) -> models.QuerySet[Assignment]:
    """That the person has or had a repeat of the visit that the outer comment is about."""
    return Assignment.objects.filter(user=user, encounter__repeats=models.OuterRef("encounter"))


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, user: User) -> CommentQuerySet:
        """Those of the threads they may see, but for what is said about a visit that they code or judge blindly,
        and for practice users the service's internal notes."""
        rows = self.meant_for(user).filter(thread__in=Thread.objects.visible_to(user))
        if not user.is_service_staff:
            return rows
        return rows.filter(~models.Exists(repeated_by(user)))

    def meant_for(self, user: User) -> CommentQuerySet:
        """All for the service's people, all but internal notes for the others."""
        return self.all() if user.is_service_staff else self.filter(is_internal=False)

    def saying(self, words: str) -> CommentQuerySet:
        """Those in which the words stand, in any form; quotes and a minus as people know them from the web."""
        fits = RawSQL("feedback_comment.words @@ websearch_to_tsquery('english', %s)", [words])  # migrations/0003
        return self.filter(ExpressionWrapper(fits, output_field=models.BooleanField()))

    def oldest_first(self) -> CommentQuerySet:
        return self.order_by("created_at", "pk")

    def open_for(self, side: Side) -> CommentQuerySet:
        """Questions that wait for this side's answer."""
        return self.unanswered().filter(needs_answer_from=side)

    def unanswered(self) -> CommentQuerySet:
        return self.filter(resolved_at=None, deleted_at=None).exclude(needs_answer_from="")


class Comment(ClientRow):
    """What somebody said. Editing keeps the earlier words, deleting keeps all of them out of sight.

    A person says it, or a token for its practice, or with neither of them the service by itself. An internal note is
    said by the service to the service: no practice sees it, here or anywhere (see migrations/0002).
    """

    class AnswerFrom(models.TextChoices):
        PRACTICE = "practice", "the practice"
        SERVICE = "service", "the service"

    patient_fields = ("body",)
    plain_fields = ("created_at", "edited_at", "deleted_at", "resolved_at")
    withheld = models.Q(is_internal=True)

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="comments")
    token = models.ForeignKey("portal.ApiToken", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reply_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replies")
    encounter = models.ForeignKey(Encounter, null=True, blank=True, on_delete=models.PROTECT, related_name="comments")
    chart = models.ForeignKey(Chart, null=True, blank=True, on_delete=models.PROTECT, related_name="comments")
    # The question of a query: it is answered, withdrawn and closed as that, never here.
    query = models.OneToOneField(Query, null=True, blank=True, on_delete=models.PROTECT, related_name="comment")
    # The remark on a code that it makes: withdrawn and decided as that, never changed here.
    remark = models.OneToOneField(Remark, null=True, blank=True, on_delete=models.PROTECT, related_name="comment")
    body = models.TextField()
    is_internal = models.BooleanField(default=False, db_default=False)
    needs_answer_from = models.CharField(max_length=10, choices=AnswerFrom.choices, blank=True)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = CommentQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(author=None) | models.Q(token=None), name="feedback_comment_by_one"
            ),
            models.CheckConstraint(
                condition=models.Q(needs_answer_from__in=["", "practice", "service"]),
                name="feedback_comment_answer_from",
            ),
            models.CheckConstraint(
                condition=models.Q(GreaterThan(Length("body"), 0))
                & models.Q(LessThanOrEqual(Length("body"), BODY_LIMIT)),
                name="feedback_comment_body_length",
            ),
            # A question is to somebody of either side and is counted for both; a colleague is asked by a mention.
            models.CheckConstraint(
                condition=models.Q(is_internal=False)
                | models.Q(needs_answer_from="", author__isnull=False, token=None, query=None),
                name="feedback_comment_internal_of_person",
            ),
            together("deleted_at", "deleted_by", name="feedback_comment_deleted_by_at"),
            together("resolved_at", "resolved_by", name="feedback_comment_resolved_by_at"),
        ]
        indexes = [
            models.Index(fields=["thread", "created_at"], name="feedback_comment_thread"),
            models.Index(
                fields=["practice", "created_at"],
                condition=models.Q(resolved_at=None, deleted_at=None) & ~models.Q(needs_answer_from=""),
                name="feedback_comment_open",
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk}"

    def people(self) -> models.QuerySet[User]:
        """Who may see it: those of the thread; of an internal note those of them who are the service's."""
        people = self.thread.people()
        return people.exclude(memberships__practice_id=self.practice_id) if self.is_internal else people

    @property
    def is_fixed(self) -> bool:
        """Whether it is the words of a query or a remark, which have a life of their own: nobody edits it here."""
        return self.query_id is not None or self.remark_id is not None

    @property
    def is_open_question(self) -> bool:
        return bool(self.needs_answer_from) and self.resolved_at is None and self.deleted_at is None


class CommentVersion(ClientRow):
    """The words of a comment before an edit."""

    patient_fields = ("body",)
    plain_fields = ("replaced_at",)
    withheld = OF_INTERNAL

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="versions")
    body = models.TextField()
    replaced_at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [*ClientRow.Meta.constraints]
        ordering = ("replaced_at",)

    def __str__(self) -> str:
        return f"version {self.pk}"


class Mention(ClientRow):
    """A person named in a comment."""

    withheld = OF_INTERNAL

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="mentions")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="mentions")

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["comment", "user"], name="feedback_mention_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.comment_id}"


class Attachment(ClientRow):
    """A file sent with a comment, kept after the same checks as a chart."""

    patient_fields = ("original_name",)
    plain_fields = ("media_type", "storage_name", "sha256", "created_at")
    stored_files = {"storage_name": "sha256"}
    withheld = OF_INTERNAL

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="attachments")
    original_name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=40)
    storage_name = models.CharField(max_length=200)  # equal bytes of a practice share it
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()  # bytes
    created_at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [*ClientRow.Meta.constraints]

    def __str__(self) -> str:
        return f"attachment {self.pk}"


class ReadMark(ClientRow):
    """How far a person has read a thread."""

    plain_fields = ("read_at",)

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="read_marks")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["thread", "user"], name="feedback_readmark_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.thread_id}"
