"""Quality: what a contract says about it, the scores of verifications, and discrepancies on their way to an end."""

from __future__ import annotations

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from coding.models.coding import Discrepancy, Verification
from coding.models.encounter import Encounter
from coding.rules.discrepancies import Kind
from coding.rules.disputes import OPEN, STEP_HOURS, DisputeStatus, Who
from coding.rules.proportions import Part as RatioPart
from coding.rules.scoring import EncounterScore, Value
from coding.rules.scoring_profiles import STANDARD, Profile, as_data, from_data
from portal.models import ClientRow, User, choices, known
from portal.rules.roles import Permission


class QualityTermsQuerySet(models.QuerySet["QualityTerms"]):
    def in_force(self, on: date) -> QualityTermsQuerySet:
        """The newest word first, among those that have begun."""
        return self.filter(starts_on__lte=on).order_by("-starts_on", "-version")


def standard_profile() -> dict[str, object]:
    return as_data(STANDARD)


class QualityTerms(ClientRow):
    """What a practice's contract says about quality from a day on; later terms follow, none is changed."""

    plain_fields = ("name", "starts_on", "profile", "focus", "set_at")

    version = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    starts_on = models.DateField()
    profile = models.JSONField(default=standard_profile)  # coding.rules.scoring_profiles
    step_hours = models.PositiveSmallIntegerField(default=STEP_HOURS, validators=[MinValueValidator(1)])
    double_coding_share = models.PositiveSmallIntegerField(  # percent of encounters coded twice
        default=0, validators=[MaxValueValidator(100)]
    )
    double_verifying_share = models.PositiveSmallIntegerField(  # percent of verdicts given twice
        default=0, db_default=0, validators=[MaxValueValidator(100)]
    )
    focus = models.CharField(max_length=200, blank=True, db_default="")  # coding.rules.sampling.clean_focus
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects = QualityTermsQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["practice", "version"], name="coding_qualityterms_version_once"),
            models.CheckConstraint(condition=Q(step_hours__range=(1, 1000)), name="coding_qualityterms_hours"),
            models.CheckConstraint(condition=Q(double_coding_share__lte=100), name="coding_qualityterms_share"),
            models.CheckConstraint(
                condition=Q(double_verifying_share__lte=100), name="coding_qualityterms_verifying_share"
            ),
        ]
        ordering = ("practice", "-version")

    def __str__(self) -> str:
        return f"quality terms {self.pk}"

    def scoring_profile(self) -> Profile:
        return from_data(self.profile)


class ScoreQuerySet(models.QuerySet["Score"]):
    def newest(self) -> ScoreQuerySet:
        """The last revision of each verification's score."""
        return self.order_by("verification", "-revision").distinct("verification")


class Score(ClientRow):
    """The figures of one verification under the terms of its day (None: every difference counts).

    Figures are kept, not computed anew: files of fees and lists change, what was reported must not. When a discrepancy
    is withdrawn another revision follows.
    """

    plain_fields = ("at",)

    verification = models.ForeignKey(Verification, on_delete=models.PROTECT, related_name="scores")
    revision = models.PositiveSmallIntegerField()
    terms = models.ForeignKey(QualityTerms, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lines_right = models.DecimalField(max_digits=9, decimal_places=5)
    lines_of = models.DecimalField(max_digits=9, decimal_places=5)
    lines_squares = models.DecimalField(max_digits=9, decimal_places=5)
    rows = models.PositiveSmallIntegerField()
    right_rows = models.PositiveSmallIntegerField()
    is_clean = models.BooleanField()
    pays_the_same = models.BooleanField()
    first_listed_right = models.BooleanField(null=True)
    over = models.DecimalField(max_digits=10, decimal_places=2)  # RVUs, as the three below
    under = models.DecimalField(max_digits=10, decimal_places=2)
    worth = models.DecimalField(max_digits=10, decimal_places=2)
    value_lines = models.PositiveSmallIntegerField()
    unvalued = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    objects = ScoreQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["verification", "revision"], name="coding_score_revision_once"),
            models.CheckConstraint(
                condition=Q(lines_right__gte=0, lines_right__lte=models.F("lines_of")), name="coding_score_lines"
            ),
            models.CheckConstraint(condition=Q(right_rows__lte=models.F("rows")), name="coding_score_rows"),
            models.CheckConstraint(condition=Q(over__gte=0, under__gte=0, worth__gte=0), name="coding_score_value"),
        ]
        indexes = [models.Index(fields=["at"], condition=Q(revision__gt=1), name="coding_score_revised")]

    def __str__(self) -> str:
        return f"score {self.pk}"

    def figures(self) -> EncounterScore:
        return EncounterScore(
            lines=RatioPart(self.lines_right, self.lines_of, self.lines_squares),
            rows=self.rows,
            right_rows=self.right_rows,
            is_clean=self.is_clean,
            pays_the_same=self.pays_the_same,
            first_listed_right=self.first_listed_right,
            value=Value(self.over, self.under, self.worth, self.value_lines, self.unvalued),
        )


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def visible_to(self, user: User) -> DisputeQuerySet:
        """All for managers; for coders and verifiers their own, within the encounters that they may see."""
        if Permission.MANAGE_WORK in user.permissions:
            return self.all()
        if user.permissions & {Permission.CODE, Permission.VERIFY}:
            own = self.filter(Q(coder=user) | Q(verifier=user))
            return own.filter(encounter__in=Encounter.objects.visible_to(user))
        return self.none()

    def open(self) -> DisputeQuerySet:
        return self.filter(status__in=OPEN)

    def waiting_for(self, user: User) -> DisputeQuerySet:
        """Those in which it is this person's turn."""
        mine = Q(status__in=[DisputeStatus.TOLD, DisputeStatus.UPHELD], coder=user)
        mine |= Q(status=DisputeStatus.REBUTTED, verifier=user)
        if Permission.MANAGE_WORK in user.permissions:
            mine |= Q(status=DisputeStatus.ESCALATED) & ~Q(coder=user) & ~Q(verifier=user)
        return self.filter(mine)

    def overdue(self, *, at: object) -> DisputeQuerySet:
        return self.open().filter(due_at__lte=at)

    def due_first(self) -> DisputeQuerySet:
        return self.order_by(models.F("due_at").asc(nulls_last=True), "pk")


class Dispute(ClientRow):
    """One discrepancy between its coder, its verifier and, if they do not agree, a manager who is neither of them.

    Coder and verifier are tied to the verification's. `due_at` is the end of the step in hand, None once it is settled.
    """

    plain_fields = ("since", "due_at")

    discrepancy = models.OneToOneField(Discrepancy, on_delete=models.PROTECT, related_name="dispute")
    verification = models.ForeignKey(Verification, on_delete=models.PROTECT, related_name="disputes")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="disputes")
    kind = models.CharField(max_length=12, choices=choices(Kind))  # the discrepancy's, for lists and trends
    coder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verifier = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=18, choices=choices(DisputeStatus), default=DisputeStatus.TOLD)
    since = models.DateTimeField()
    step_hours = models.PositiveSmallIntegerField(default=STEP_HOURS)  # of the terms at the verdict
    due_at = models.DateTimeField(null=True, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("status", DisputeStatus, name="coding_dispute_status_known"),
            known("kind", Kind, name="coding_dispute_kind_known"),
            models.CheckConstraint(
                condition=Q(status__in=sorted(OPEN), due_at__isnull=False)
                | (~Q(status__in=sorted(OPEN)) & Q(due_at=None)),
                name="coding_dispute_due_while_open",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["settled_upheld", "settled_withdrawn"], manager__isnull=False)
                | (~Q(status__in=["settled_upheld", "settled_withdrawn"]) & Q(manager=None)),
                name="coding_dispute_settled_by",
            ),
            models.CheckConstraint(
                condition=Q(manager=None) | (~Q(manager=models.F("coder")) & ~Q(manager=models.F("verifier"))),
                name="coding_dispute_not_settled_by_a_side",
            ),
        ]
        indexes = [
            models.Index(fields=["coder", "status", "due_at"], name="coding_dispute_coder"),
            models.Index(fields=["verifier", "status", "due_at"], name="coding_dispute_verifier"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="coding_dispute_due"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"D-{self.pk:05d}"

    @property
    def state(self) -> DisputeStatus:
        return DisputeStatus(self.status)

    def who(self, user: User) -> Who:
        """What this person is to the dispute."""
        return Who(
            is_coder=user.pk == self.coder_id,
            is_verifier=user.pk == self.verifier_id,
            is_manager=Permission.MANAGE_WORK in user.permissions,
        )


class DisputeStep(ClientRow):
    """One step of a dispute: which, by whom (None: the clock), when, until when it was due, and what they said."""

    plain_fields = ("move", "at", "was_due_at")
    patient_fields = ("comment",)

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="steps")
    move = models.CharField(max_length=18)
    old_status = models.CharField(max_length=18, choices=choices(DisputeStatus), blank=True)
    new_status = models.CharField(max_length=18, choices=choices(DisputeStatus))
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    comment = models.TextField(blank=True)
    at = models.DateTimeField()
    was_due_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(old_status__in=["", *(status.value for status in DisputeStatus)]),
                name="coding_disputestep_old_status_known",
            ),
            known("new_status", DisputeStatus, name="coding_disputestep_new_status_known"),
        ]
        ordering = ("dispute", "pk")

    def __str__(self) -> str:
        return f"{self.move} {self.dispute_id}"
