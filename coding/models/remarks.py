"""What a practice objects to in a delivered code, and what a second verifier found."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from coding.models.assignment import Assignment
from coding.models.coding import Coding, Verification
from coding.models.encounter import Encounter
from coding.models.rulings import Ruling
from coding.rules.discrepancies import Part
from coding.rules.lifecycle import SkipReason
from coding.rules.remarks import DECIDED, PENDING, RemarkStatus, Who
from portal.models import ClientRow, ClientRule, User, choices, known, together
from portal.rules.roles import Permission


class RemarkQuerySet(models.QuerySet["Remark"]):
    def visible_to(self, user: User) -> RemarkQuerySet:
        """The practice's own; all for managers; for verifiers what waits for a second look by somebody like them and
        what they took; for who worked on the visit what is said about it."""
        if Permission.DISCUSS not in user.permissions:
            return self.none()
        if not user.is_service_staff:
            return self.filter(practice_id__in=user.practice_ids)
        if Permission.MANAGE_WORK in user.permissions:
            return self.all()
        barred = ClientRule.objects.filter(user=user).values("practice")
        conflicts = Assignment.objects.filter(user=user, skip_reason=SkipReason.CONFLICT).values("encounter")
        own = Q(reviewer=user) | Q(encounter__in=Encounter.objects.visible_to(user))
        if Permission.VERIFY in user.permissions:
            own |= Q(status=RemarkStatus.WAITING)
        return self.exclude(practice__in=barred).exclude(encounter__in=conflicts).filter(own)

    def pending(self) -> RemarkQuerySet:
        return self.filter(status__in=PENDING)


class Remark(ClientRow):
    """One objection of a practice to one line of a delivered coding; `coding` is the version it was made about.

    What it says never changes; its status does. The reviewer is neither that version's author nor who judged it last.
    """

    patient_fields = ("code", "words", "outcome")
    plain_fields = ("raised_at", "taken_at", "ended_at")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="remarks")
    coding = models.ForeignKey(Coding, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")  # of the coding
    verifier = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=choices(Part))
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=24)  # as it stood, with modifiers
    words = models.TextField()
    status = models.CharField(max_length=10, choices=choices(RemarkStatus), default=RemarkStatus.WAITING)
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    reviewer = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ruling = models.ForeignKey(Ruling, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = RemarkQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("part", Part, name="coding_remark_part_known"),
            known("status", RemarkStatus, name="coding_remark_status_known"),
            models.UniqueConstraint(
                fields=["coding", "part", "position"],
                condition=Q(status__in=sorted(PENDING)),
                name="coding_remark_one_pending",
            ),
            together("reviewer", "taken_at", name="coding_remark_taken_by_at"),
            together("ended_by", "ended_at", name="coding_remark_ended_by_at"),
            models.CheckConstraint(
                condition=Q(reviewer=None)
                | (~Q(reviewer=F("author")) & (Q(verifier=None) | ~Q(reviewer=F("verifier")))),
                name="coding_remark_by_somebody_new",
            ),
            models.CheckConstraint(
                condition=Q(status=RemarkStatus.WAITING, reviewer=None, ended_at=None)
                | Q(status=RemarkStatus.LOOKED_AT, reviewer__isnull=False, ended_at=None)
                | Q(status__in=sorted(DECIDED), reviewer__isnull=False, ended_by=F("reviewer"))
                | Q(status=RemarkStatus.WITHDRAWN, ended_at__isnull=False),
                name="coding_remark_status_says_who",
            ),
            models.CheckConstraint(
                condition=~Q(words="") & (Q(status__in=sorted(DECIDED)) ^ Q(outcome="")), name="coding_remark_explained"
            ),
            models.CheckConstraint(
                condition=Q(ruling=None) | Q(status=RemarkStatus.UPHELD), name="coding_remark_ruling_of_upheld"
            ),
        ]
        indexes = [
            models.Index(
                fields=["raised_at", "id"], condition=Q(status__in=sorted(PENDING)), name="coding_remark_pending"
            ),
            models.Index(fields=["-raised_at", "-id"], name="coding_remark_newest"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"M-{self.pk:05d}"

    @property
    def state(self) -> RemarkStatus:
        return RemarkStatus(self.status)

    def who(self, user: User) -> Who:
        """A person towards this remark; two queries."""
        return Who(
            is_practice=not user.is_service_staff and self.practice_id in user.practice_ids,
            verifies=bool(user.permissions & {Permission.VERIFY, Permission.MANAGE_WORK}),
            worked_on_it=user.pk in {self.author_id, self.verifier_id} or worked_on(self.encounter_id, user),
            is_reviewer=self.reviewer_id == user.pk,
        )


def worked_on(encounter_id: int, user: User) -> bool:
    """Whether the person authored a version of the visit or of a repeat of it, or judged one."""
    of_visit = Q(encounter=encounter_id) | Q(encounter__repeats=encounter_id)
    return (
        Coding.objects.filter(of_visit, author=user).exists()
        or Verification.objects.filter(of_visit, verifier=user).exists()
    )
