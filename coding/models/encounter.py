"""Encounters: one visit documented in a chart, the unit of coding work."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils import timezone

from coding.models.assignment import NEVER_SHOWN, Assignment
from coding.models.sight import opened_in_emergency
from coding.rules.arranging import in_words
from coding.rules.lifecycle import (
    FINISHED,
    IN_WORK,
    WAITING,
    EncounterStatus,
    HoldReason,
    NotBillableReason,
    SkipReason,
    Stage,
    WhoseMove,
)
from coding.rules.queue import CREDENTIALED, RESERVED_FOR, Hands
from portal.models import (
    Batch,
    Chart,
    ClientRow,
    ClientRule,
    Page,
    User,
    choices,
    known,
    together,
)
from portal.rules.roles import Permission
from portal.rules.specialties import Specialty

if TYPE_CHECKING:
    from collections.abc import Iterable


# Who sees all visits is not blind to what others coded.
SEES_ALL = frozenset({Permission.MANAGE_WORK, Permission.SEE_CLAIMS})


class EncounterQuerySet(models.QuerySet["Encounter"]):
    def visible_to(self, user: User) -> EncounterQuerySet:
        """Their practice's for practice users; what they hold or worked on for coders and verifiers; all for managers.

        Repeats are seen at the benches alone, by whom they were handed to. Minimum necessary (45 CFR 164.502(b)): a
        coder sees no other people's charts, nor what they skipped, nor a practice barred for them or a conflict of
        interest; in an emergency they open what they were not given.
        """
        if user.permissions & SEES_ALL:
            return self.originals()
        if user.permissions & {Permission.PRECODE, Permission.CODE, Permission.VERIFY}:
            own = Assignment.objects.filter(encounter=models.OuterRef("pk"), user=user)
            barred = ClientRule.objects.filter(practice=models.OuterRef("practice"), user=user)
            away = models.Exists(own.filter(skip_reason=SkipReason.CONFLICT)) | models.Exists(barred)
            given = models.Exists(own.exclude(end=Assignment.End.SKIPPED).exclude(NEVER_SHOWN))
            return self.filter(~away, given | opened_in_emergency(user))
        if Permission.SEE_CHARTS in user.permissions:
            return self.originals().filter(practice_id__in=user.practice_ids)
        return self.originals().filter(opened_in_emergency(user))

    def originals(self) -> EncounterQuerySet:
        """Without the repeats: what counts, is delivered and is billed."""
        return self.filter(repeats=None)

    def held_by(self, user: User, stage: Stage, *, at: datetime) -> EncounterQuerySet:
        return self.filter(
            assignments__user=user,
            assignments__stage=stage,
            assignments__ended_at=None,
            assignments__lease_until__gt=at,
        )

    def waiting(self, stages: Iterable[Stage] = tuple(Stage)) -> EncounterQuerySet:
        return self.filter(status__in=[WAITING[stage] for stage in stages])

    def resting(self, *, at: datetime) -> EncounterQuerySet:
        """Submitted just now: their people may take them back."""
        return self.filter(rests_until__gt=at)

    def in_work(self, stages: Iterable[Stage] = tuple(Stage)) -> EncounterQuerySet:
        return self.filter(status__in=[IN_WORK[stage] for stage in stages])

    def on_hold(self) -> EncounterQuerySet:
        return self.filter(status=EncounterStatus.HELD)

    def returning(self, *, at: datetime) -> EncounterQuerySet:
        """On hold, and their day has come; a hold for a query ends with the query."""
        return self.on_hold().filter(hold_return_at__lte=at).exclude(hold_reason=HoldReason.QUERY)

    def finished(self) -> EncounterQuerySet:
        return self.filter(status__in=FINISHED)

    def billable(self) -> EncounterQuerySet:
        """With codes that a claim can be made of."""
        done = [EncounterStatus.VERIFIED, EncounterStatus.DELIVERED]
        return self.originals().filter(status__in=done, not_billable_reason="")

    def unfinished(self) -> EncounterQuerySet:
        return self.filter(finished_at=None)  # as coding_encounter_finished_at has it; of these there is an index

    def overdue(self, *, at: datetime) -> EncounterQuerySet:
        """Unfinished past the promised time; while its clock stands still nothing is."""
        return self.unfinished().filter(due_at__lt=at, clock_stopped=False)

    def suiting(self, hands: Hands, *, at: datetime) -> EncounterQuerySet:
        """What may be handed to a person: their skills and credentials, no barred practice, not skipped just now, not
        kept for somebody else, not submitted by another just now, nothing to verify that they coded, and of a visit
        and its repeats no more than one."""
        kept = Q(reserved_for__isnull=False, waiting_since__gt=at - RESERVED_FOR) & ~Q(reserved_for=hands.user_id)
        gone = models.Exists(User.objects.filter(pk=models.OuterRef("reserved_for"), is_active=False))
        wrote = models.Exists(
            apps.get_model("coding", "Coding").objects.filter(
                encounter=models.OuterRef("pk"), author=hands.user_id, stage=Stage.CODING
            )
        )
        return (
            self.skilled(hands)
            .filter(~kept | gone)
            .exclude(Q(rests_until__gt=at) & ~Q(rests_for=hands.user_id))
            .exclude(Q(status=EncounterStatus.TO_VERIFY) & (Q(coded_by=hands.user_id) | wrote))
            .exclude(practice_id__in=sorted(hands.barred))
            .exclude(pk__in=sorted(hands.passed_over))
            .blind_for(hands)
        )

    def skilled(self, hands: Hands) -> EncounterQuerySet:
        """In specialties and at stages in which a person is skilled, and where their credentials meet the demands."""
        of_stage = {stage: hands.specialties_at(stage) for stage in Stage}
        if len(set(of_stage.values())) == 1:
            rows = self.filter(specialty__in=of_stage[Stage.CODING])
        else:
            skills = [Q(status=WAITING[stage], specialty__in=known) for stage, known in of_stage.items()]
            rows = self.filter(skills[0] | skills[1] | skills[2])
        for demand in hands.unmet:
            about = Q(status__in=[WAITING[stage] for stage in sorted(CREDENTIALED)])
            if demand.practice_id is not None:
                about &= Q(practice_id=demand.practice_id)
            if demand.specialty:
                about &= Q(specialty=demand.specialty)
            rows = rows.exclude(about)
        return rows

    def blind_for(self, hands: Hands) -> EncounterQuerySet:
        """Without visits that the person had before them as another of the same: as a repeat, or as its original.

        Who sees all visits gets no repeat. A repeat is handed out at its own stage alone.
        """
        own = Assignment.objects.filter(user=hands.user_id).exclude(NEVER_SHOWN)
        rows = self.filter(~models.Exists(own.filter(encounter__repeats=models.OuterRef("pk"))))
        if hands.permissions & SEES_ALL:
            return rows.originals()
        of_original = models.Exists(own.filter(encounter=models.OuterRef("repeats")))
        others = own.filter(encounter__repeats=models.OuterRef("repeats")).exclude(encounter=models.OuterRef("pk"))
        at_its_stage = Q(repeat_stage=Stage.CODING, status=EncounterStatus.TO_CODE) | Q(
            repeat_stage=Stage.VERIFICATION, status=EncounterStatus.TO_VERIFY
        )
        return rows.filter(Q(repeats=None) | (at_its_stage & ~of_original & ~models.Exists(others)))

    def with_pages(self) -> EncounterQuerySet:
        """With the pages of each in their order, for `page_words`; two queries however many there are."""
        return self.prefetch_related("placed", models.Prefetch("placed__page", Page.objects.only("number")))

    def next_first(self) -> EncounterQuerySet:
        """The order in which work is handed out: returned, answered, turn (as a rule the promise), priority, age."""
        return self.order_by("queue_rank", "turn_at", "-priority", "waiting_since", "pk")


class QueueRank(models.IntegerChoices):
    RETURNED = 0, "Returned"
    ANSWERED = 1, "Answered"
    NORMAL = 2, "In turn"


class Encounter(ClientRow):
    """One visit of a chart (its pages are coding.models.EncounterPage) on its way along the line."""

    plain_fields = (
        "due_at", "turn_at", "waiting_since", "created_at", "finished_at", "hold_return_at", "held_at", "rests_until",
    )  # fmt: skip

    chart = models.ForeignKey(Chart, on_delete=models.PROTECT, related_name="encounters")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="encounters")
    part = models.PositiveSmallIntegerField(default=1)  # 1 for the first visit of a chart, 2 for the second …
    status = models.CharField(max_length=14, choices=choices(EncounterStatus), default=EncounterStatus.TO_PRECODE)
    specialty = models.CharField(max_length=24, choices=choices(Specialty))
    priority = models.SmallIntegerField(default=0)  # higher goes first
    queue_rank = models.SmallIntegerField(choices=QueueRank.choices, default=QueueRank.NORMAL)
    due_at = models.DateTimeField()
    # Its place in the queue as a time: the promise, or later if its practice sent more than its share (rules.turns).
    # The database gives it, whoever adds the row, unless it is given.
    turn_at = models.DateTimeField(null=True, editable=False)
    waiting_since = models.DateTimeField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    # Who is asked first for it: the coder to whom it was returned. Others get it once they are gone.
    reserved_for = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    coded_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Submitted just now: until then only its person gets it, who may take it back.
    rests_until = models.DateTimeField(null=True, blank=True)
    rests_for = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    hold_reason = models.CharField(max_length=24, blank=True, choices=choices(HoldReason))
    hold_move = models.CharField(max_length=10, blank=True, choices=choices(WhoseMove))
    hold_stage = models.CharField(max_length=12, blank=True, choices=choices(Stage))
    hold_return_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    # On hold for a query during which the promise stands still.
    clock_stopped = models.BooleanField(default=False, db_default=False)
    held_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    not_billable_reason = models.CharField(max_length=24, blank=True, choices=choices(NotBillableReason))
    # A repeat: the same visit once more, for somebody else to code or to judge blindly; it counts for nothing else.
    repeats = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="repeated_as")
    repeat_stage = models.CharField(max_length=12, blank=True, db_default="", choices=choices(Stage))

    objects = EncounterQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("status", EncounterStatus, name="coding_encounter_status_known"),
            known("specialty", Specialty, name="coding_encounter_specialty_known"),
            models.UniqueConstraint(
                fields=["chart", "part"], condition=models.Q(repeats=None), name="coding_encounter_part_once"
            ),
            models.CheckConstraint(
                condition=models.Q(repeats=None, repeat_stage="")
                | models.Q(repeats__isnull=False, repeat_stage__in=[Stage.CODING.value, Stage.VERIFICATION.value]),
                name="coding_encounter_repeat_stage",
            ),
            models.UniqueConstraint(fields=["id", "chart"], name="coding_encounter_id_chart"),  # its pages point to it
            models.CheckConstraint(condition=models.Q(turn_at__isnull=False), name="coding_encounter_has_a_turn"),
            together("held_at", "held_by", name="coding_encounter_held_by_at"),
            together("rests_until", "rests_for", name="coding_encounter_rests_for_until"),
            models.CheckConstraint(
                condition=Q(queue_rank__in=QueueRank.values), name="coding_encounter_queue_rank_known"
            ),
            models.CheckConstraint(
                condition=models.Q(hold_stage__in=["", *(stage.value for stage in Stage)]),
                name="coding_encounter_hold_stage_known",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(
                        status=EncounterStatus.HELD,
                        hold_reason__in=[r.value for r in HoldReason],
                        hold_move__in=[m.value for m in WhoseMove],
                        hold_stage__in=[s.value for s in Stage],
                        held_at__isnull=False,
                        hold_return_at__isnull=False,
                    )
                    | (~models.Q(status=EncounterStatus.HELD) & models.Q(hold_reason="", hold_move="", held_at=None))
                ),
                name="coding_encounter_hold_says_why",
            ),
            models.CheckConstraint(
                condition=models.Q(clock_stopped=False) | models.Q(status=EncounterStatus.HELD),
                name="coding_encounter_clock_stopped_on_hold",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=EncounterStatus.NOT_BILLABLE)
                | models.Q(not_billable_reason__in=[r.value for r in NotBillableReason]),
                name="coding_encounter_not_billable_says_why",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=sorted(FINISHED), finished_at__isnull=False)
                | (~models.Q(status__in=sorted(FINISHED)) & models.Q(finished_at=None)),
                name="coding_encounter_finished_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["status", "queue_rank", "turn_at", "-priority", "waiting_since", "id"],
                condition=models.Q(status__in=["to_precode", "to_code", "to_verify"]),
                name="coding_encounter_queue",
            ),
            # The same order for people who work at several stages: one walk instead of a sort of all that waits.
            models.Index(
                fields=["queue_rank", "turn_at", "-priority", "waiting_since", "id"],
                condition=models.Q(status__in=["to_precode", "to_code", "to_verify"]),
                name="coding_encounter_next",
            ),
            # The last of a practice's own, behind which its next one goes.
            models.Index(
                fields=["practice", "-turn_at"],
                condition=models.Q(status__in=["to_precode", "to_code", "to_verify"], repeats=None),
                name="coding_encounter_turns",
            ),
            models.Index(fields=["batch", "status"], name="coding_encounter_batch"),
            models.Index(fields=["practice", "-id"], name="coding_encounter_practice"),
            models.Index(fields=["status", "finished_at"], name="coding_encounter_finished"),
            models.Index(fields=["due_at"], condition=Q(finished_at=None), name="coding_encounter_open"),
            models.Index(fields=["due_at", "id"], name="coding_encounter_due"),
            models.Index(fields=["created_at", "id"], name="coding_encounter_came"),  # the list in the order of age
            models.Index(fields=["-finished_at"], condition=~Q(finished_at=None), name="coding_encounter_last_done"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"E-{self.pk:05d}"

    @property
    def state(self) -> EncounterStatus:
        return EncounterStatus(self.status)

    def pages(self) -> models.QuerySet[Page]:
        """The pages of its own chart that document this visit, in their order."""
        return Page.objects.filter(placed__encounter=self, placed__addendum=None).order_by("placed__position")

    @property
    def page_words(self) -> str:
        """The numbers of its pages as "1–3, 7"; those of a later document behind its label. See `with_pages`."""
        groups = groupby(self.placed.all(), lambda place: place.chart_id)
        return "; ".join(
            ("" if chart == self.chart_id else f"C-{chart:04d}: ") + in_words(place.page.number for place in places)
            for chart, places in groups
        )

    @property
    def is_repeat(self) -> bool:
        """Whether it is there to measure agreement only."""
        return self.repeats_id is not None

    def was_coded_by(self, user: User) -> bool:
        """Whether any version that a verifier judges is by this person."""
        return self.coded_by_id == user.pk or self.codings.filter(author=user, stage=Stage.CODING).exists()

    def is_repeated_by(self, user: User) -> bool:
        """Whether the person has or had a repeat of it before them."""
        own = Assignment.objects.filter(user=user, encounter__repeats=self.pk)
        return own.exclude(NEVER_SHOWN).exists()

    @property
    def is_beyond_share(self) -> bool:
        """Whether its turn is later than its promise, because its practice sent more than its share."""
        return self.turn_at is not None and self.turn_at > self.due_at

    @property
    def is_overdue(self) -> bool:
        return self.status not in FINISHED and not self.clock_stopped and self.due_at < timezone.now()
