"""Work stops for a named reason and is taken up again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from coding.actions.drafts import draft_of, save_draft
from coding.actions.holds import CommentMissing, ReturnDatePassed, hold, mark_not_billable, reopen, resume
from coding.actions.moves import AlreadyMoved
from coding.actions.queue import take_next
from coding.actions.verification import give_verdict
from coding.forms.coding import HoldForm
from coding.models import Assignment, Encounter, QueueRank, Verdict
from coding.rules.lifecycle import EncounterStatus, HoldReason, NotBillableReason, Stage, WhoseMove
from coding.signals import encounter_finished
from portal.models import AuditEvent, Batch
from portal.rules.lifecycle import BatchStatus
from tests.coding.lines import MINUTE, NOON, load_codes, precoded, submitted, waiting

pytestmark = pytest.mark.django_db


def on_hold(assignment, by, **more):
    return hold(**{
        "assignment": assignment, "by": by, "at": NOON, "reason": HoldReason.MISSING_PAGE,
        "whose_move": WhoseMove.PRACTICE, "return_at": NOON + timedelta(days=3), **more,
    })  # fmt: skip


@pytest.fixture
def held(ann):
    precoded(waiting(), ann)
    return take_next(by=ann, at=NOON)


def test_a_hold_says_why_whose_move_and_until_when(held, ann):
    save_draft(assignment=held, by=ann, version=0, body={"x": 1}, at=NOON)
    encounter = on_hold(held, ann, comment="Page 2 is missing.")
    encounter.refresh_from_db()
    held.refresh_from_db()
    assert (encounter.status, encounter.hold_reason, encounter.hold_move, encounter.hold_stage) == (
        EncounterStatus.HELD, HoldReason.MISSING_PAGE, WhoseMove.PRACTICE, Stage.CODING,
    )  # fmt: skip
    assert (encounter.held_by, encounter.held_at, held.end) == (ann, NOON, "released")
    assert draft_of(encounter=encounter, stage=Stage.CODING, author=ann) is not None
    assert encounter.events.get(move="hold").comment == "Page 2 is missing."
    assert "missing." not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


def test_a_hold_ends_in_the_future(held, ann):
    with pytest.raises(ReturnDatePassed):
        on_hold(held, ann, return_at=NOON)


@pytest.mark.parametrize("stage", list(Stage))
def test_each_stage_is_taken_up_where_it_stopped(ann, bea, max_, stage):
    load_codes()
    encounter = waiting()
    if stage is Stage.CODING:
        precoded(encounter, ann)
    elif stage is Stage.VERIFICATION:
        submitted(encounter, ann)
    encounter.refresh_from_db()
    before = encounter.status
    person = bea if stage is Stage.VERIFICATION else ann
    encounter = on_hold(take_next(by=person, at=NOON), person)
    resume(encounter=encounter, by=max_, at=NOON + MINUTE)
    encounter.refresh_from_db()
    assert (encounter.status, encounter.waiting_since) == (before, NOON + MINUTE)
    assert (encounter.hold_reason, encounter.hold_stage, encounter.held_by, encounter.hold_return_at) == (
        "", "", None, None,
    )  # fmt: skip


def test_an_answer_puts_it_ahead_but_not_behind_returned_work(held, ann, max_):
    Encounter.objects.update(queue_rank=QueueRank.RETURNED)
    encounter = on_hold(held, ann)
    resume(encounter=encounter, by=max_, at=NOON, answered=True)
    assert encounter.queue_rank == QueueRank.RETURNED


def test_only_held_work_is_resumed_and_only_once(held, ann, max_):
    encounter = on_hold(held, ann)
    twin = Encounter.objects.get()
    resume(encounter=encounter, by=max_, at=NOON)
    for stale in (encounter, twin):
        with pytest.raises(AlreadyMoved):
            resume(encounter=stale, by=max_, at=NOON)


def test_not_billable_work_is_finished_for_a_reason(held, ann):
    told = []

    def hear(*, encounter, **_):
        told.append(encounter.pk)

    encounter_finished.connect(hear)
    encounter = mark_not_billable(assignment=held, by=ann, at=NOON, reason=NotBillableReason.NOT_SIGNED)
    encounter.refresh_from_db()
    assert (encounter.status, encounter.not_billable_reason, encounter.finished_at) == (
        EncounterStatus.NOT_BILLABLE, NotBillableReason.NOT_SIGNED, NOON,
    )  # fmt: skip
    assert told == [encounter.pk]
    assert not Assignment.objects.open().exists()


def test_a_reopened_encounter_goes_first_to_its_coder_and_undelivers_its_batch(ann, bea, max_):
    load_codes()
    encounter = submitted(waiting(), ann)
    give_verdict(assignment=take_next(by=bea, at=NOON), by=bea, at=NOON, verdict=Verdict.VERIFIED, coded=None)
    Batch.objects.update(status=BatchStatus.DELIVERED, delivered_at=NOON)
    encounter.refresh_from_db()
    with pytest.raises(CommentMissing):
        reopen(encounter=encounter, by=max_, at=NOON, comment="")
    reopen(encounter=encounter, by=max_, at=NOON, comment="Wrong knee.")
    encounter.refresh_from_db()
    assert (encounter.status, encounter.finished_at, encounter.reserved_for, encounter.queue_rank) == (
        EncounterStatus.TO_CODE, None, ann, QueueRank.RETURNED,
    )  # fmt: skip
    assert (encounter.batch.status, encounter.batch.delivered_at) == (BatchStatus.RECEIVED, None)
    assert AuditEvent.objects.filter(action="batch.reopened").exists()


def test_not_billable_before_precoding_reopens_at_precoding(ann, max_):
    waiting()
    encounter = mark_not_billable(
        assignment=take_next(by=ann, at=NOON), by=ann, at=NOON, reason=NotBillableReason.NOT_A_VISIT
    )
    reopen(encounter=encounter, by=max_, at=NOON, comment="It is one.")
    encounter.refresh_from_db()
    assert (encounter.status, encounter.not_billable_reason) == (EncounterStatus.TO_PRECODE, "")


def test_work_in_progress_is_not_reopened(held, max_):
    with pytest.raises(AlreadyMoved):
        reopen(encounter=held.encounter, by=max_, at=NOON, comment="x")


@pytest.mark.parametrize(("days", "good"), [(0, False), (1, True), (30, True), (31, False)])
def test_a_chart_waits_for_a_month_at_most(days, good):
    day = timezone.localdate() + timedelta(days=days)
    form = HoldForm({"reason": "missing_page", "whose_move": "practice", "return_on": day.isoformat()})
    assert form.is_valid() is good
    assert list(form.errors) == ([] if good else ["return_on"])
