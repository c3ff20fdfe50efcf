"""A lease is renewed by work, runs out by itself, and nothing gets past the fence without one."""

from datetime import timedelta

import pytest

from coding.actions.arranging import split_encounter
from coding.actions.coding import submit_coding
from coding.actions.drafts import save_draft
from coding.actions.holds import hold, mark_not_billable
from coding.actions.leases import LeaseLost, hold_lease, open_assignment, renew_lease
from coding.actions.precoding import finish_precoding, send_back_to_precoding
from coding.actions.queue import give, release, skip, sweep_assignments, take_back, take_next
from coding.actions.verification import give_verdict
from coding.models import Coding, Draft, Encounter, EncounterEvent, PreCoding, Verdict, Verification
from coding.rules.check_reasons import CheckReason
from coding.rules.lifecycle import EncounterStatus, HoldReason, NotBillableReason, SkipReason, Stage, WhoseMove
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import MINUTE, NOON, coded, facts_for, load_codes, precoded, submitted, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def lease(settings):
    return timedelta(seconds=settings.LEASE_SECONDS)


@pytest.fixture
def held(ann):
    """Ann holds an encounter at pre-coding since noon."""
    waiting()
    return take_next(by=ann, at=NOON)


def test_a_heartbeat_extends_the_lease(held, ann, lease):
    assert renew_lease(assignment_id=held.pk, by=ann, at=NOON + MINUTE) == NOON + MINUTE + lease
    held.refresh_from_db()
    assert held.lease_until == NOON + MINUTE + lease


def test_a_lease_that_ran_out_is_not_renewed(held, ann, lease):
    with pytest.raises(LeaseLost):
        renew_lease(assignment_id=held.pk, by=ann, at=NOON + lease)


def test_nobody_renews_the_lease_of_another(held, bea):
    with pytest.raises(LeaseLost):
        renew_lease(assignment_id=held.pk, by=bea, at=NOON + MINUTE)
    with pytest.raises(LeaseLost):
        open_assignment(assignment=held, by=bea, at=NOON + MINUTE)


def test_an_ended_assignment_is_not_renewed(held, ann):
    release(assignment=held, by=ann, at=NOON + MINUTE)
    with pytest.raises(LeaseLost):
        hold_lease(assignment=held, by=ann, at=NOON + MINUTE)


def test_the_fence_shows_the_encounter_as_it_is_now(held, ann):
    Encounter.objects.filter(pk=held.encounter_id).update(priority=9)
    assert hold_lease(assignment=held, by=ann, at=NOON + MINUTE).priority == 9


# -- what a stale holder tries -------------------------------------------------------------------


def stale_writes(assignment, person, at):
    """Every write that a holder can make at some stage."""
    encounter = assignment.encounter
    return {
        "save": lambda: save_draft(assignment=assignment, by=person, version=0, body={}, at=at),
        "finish_precoding": lambda: finish_precoding(
            assignment=assignment, by=person, at=at, facts=facts_for(encounter)
        ),
        "split": lambda: split_encounter(assignment=assignment, by=person, at=at, ranges=[(1, 1)]),
        "skip": lambda: skip(assignment=assignment, reason=SkipReason.OTHER, by=person, at=at),
        "hold": lambda: hold(
            assignment=assignment, by=person, at=at, reason=HoldReason.DATE_UNCLEAR, whose_move=WhoseMove.SERVICE,
            return_at=at + MINUTE,
        ),
        "not_billable": lambda: mark_not_billable(
            assignment=assignment, by=person, at=at, reason=NotBillableReason.NOT_A_VISIT
        ),
        "submit": lambda: submit_coding(
            assignment=assignment, by=person, at=at, coded=coded(), reason=CheckReason.DOCUMENTED
        ),
        "back": lambda: send_back_to_precoding(assignment=assignment, by=person, at=at, comment="Wrong date."),
        "verdict": lambda: give_verdict(
            assignment=assignment, by=person, at=at, verdict=Verdict.VERIFIED, coded=None
        ),
    }  # fmt: skip


WRITES = ("save", "finish_precoding", "split", "skip", "hold", "not_billable", "submit", "back", "verdict")


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("how", ["expired", "swept", "given to another", "not theirs"])
def test_a_stale_holder_writes_nothing(held, ann, max_, lease, write, how):
    load_codes()
    person, at = ann, NOON + lease
    if how == "swept":
        sweep_assignments(at=at)
    elif how == "given to another":
        at = NOON + MINUTE
        give(encounter=held.encounter, to=factories.UserFactory(roles=[Role.CODER]), by=max_, at=at)
    elif how == "not theirs":
        person, at = factories.UserFactory(roles=[Role.CODER]), NOON + MINUTE
    before = Encounter.objects.filter(pk=held.encounter_id).values().get(), EncounterEvent.objects.count()
    with pytest.raises(LeaseLost):
        stale_writes(held, person, at)[write]()
    assert (Encounter.objects.filter(pk=held.encounter_id).values().get(), EncounterEvent.objects.count()) == before
    assert not any(model.objects.exists() for model in (Draft, PreCoding, Coding, Verification))


# -- taking it back ------------------------------------------------------------------------------


def test_work_still_free_is_taken_back(held, ann, lease):
    later = NOON + lease + MINUTE
    again = take_back(encounter=held.encounter, stage=Stage.PRECODING, by=ann, at=later)
    held.refresh_from_db()
    assert (held.end, again.user, again.lease_until) == ("expired", ann, later + lease)
    assert again.pk != held.pk, "the old fence stays closed"


def test_work_swept_and_still_free_is_taken_back(held, ann, lease):
    later = NOON + lease + MINUTE
    sweep_assignments(at=later)
    assert take_back(encounter=held.encounter, stage=Stage.PRECODING, by=ann, at=later).user == ann


def test_work_in_other_hands_is_not_taken_back(held, ann, lease):
    later = NOON + lease + MINUTE
    take_next(by=factories.UserFactory(roles=[Role.CODER]), at=later)
    with pytest.raises(LeaseLost):
        take_back(encounter=held.encounter, stage=Stage.PRECODING, by=ann, at=later)


def test_work_that_moved_on_is_not_taken_back(held, ann):
    finish_precoding(assignment=held, by=ann, at=NOON, facts=facts_for(held.encounter))
    with pytest.raises(LeaseLost):
        take_back(encounter=held.encounter, stage=Stage.PRECODING, by=ann, at=NOON + MINUTE)


def test_taking_back_what_one_holds_keeps_it(held, ann):
    assert take_back(encounter=held.encounter, stage=Stage.PRECODING, by=ann, at=NOON + MINUTE) == held


def test_nobody_takes_back_for_verification_what_they_coded():
    load_codes()
    both = factories.UserFactory(roles=[Role.CODER, Role.VERIFIER])
    encounter = submitted(waiting(), both)
    with pytest.raises(LeaseLost):
        take_back(encounter=encounter, stage=Stage.VERIFICATION, by=both, at=NOON)


def test_nobody_takes_back_at_a_stage_that_is_not_theirs(ann, bea):
    encounter = precoded(waiting(), ann)
    with pytest.raises(LeaseLost):
        take_back(encounter=encounter, stage=Stage.CODING, by=bea, at=NOON)
    assert encounter.status == EncounterStatus.TO_CODE
