"""Who gets which work next: order, skills, client rules, reservations; taken, assigned ahead, or given."""

from datetime import timedelta

import pytest

from coding.actions.holds import hold, resume
from coding.actions.leases import LeaseLost
from coding.actions.moves import AlreadyMoved
from coding.actions.queue import (
    NotSuitable,
    give,
    prioritise,
    push_work,
    release,
    skip,
    stages_of,
    sweep_assignments,
    take_next,
)
from coding.models import Assignment, Encounter, QueueRank
from coding.rules.lifecycle import EncounterStatus, HoldReason, SkipReason, Stage, WhoseMove
from coding.rules.queue import RESERVED_FOR, SKIPPED_FOR, Unsuitable
from portal.actions.people import deactivate_person
from portal.models import AuditEvent, ClientRule
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from portal.signals import person_deactivated
from tests import factories
from tests.coding.lines import MINUTE, NOON, load_codes, precoded, submitted, waiting

pytestmark = pytest.mark.django_db


def taken(by, at=NOON, **more):
    assignment = take_next(by=by, at=at, **more)
    return assignment and assignment.encounter


def handed_out_in_turn(number):
    """What so many fresh coders get, one after the other."""
    return [taken(factories.UserFactory(roles=[Role.CODER])) for _ in range(number)]


def test_stages_follow_the_permissions(ann, bea, max_):
    assert stages_of(ann) == (Stage.PRECODING, Stage.CODING)
    assert stages_of(bea) == (Stage.VERIFICATION,)
    assert stages_of(max_) == ()


def test_the_order_is_returned_answered_due_priority_age(river):
    batch = factories.BatchFactory(practice=river)

    def one(**fields):
        return waiting(chart=factories.ChartFactory(batch=batch), **fields)

    late = one(due_at=NOON + timedelta(hours=30))
    young = one(waiting_since=NOON + MINUTE)
    old = one(waiting_since=NOON - MINUTE)
    urgent = one(priority=5, waiting_since=NOON + 2 * MINUTE)
    answered = one(queue_rank=QueueRank.ANSWERED, due_at=NOON + timedelta(hours=40))
    returned = one(queue_rank=QueueRank.RETURNED, due_at=NOON + timedelta(hours=50))
    assert handed_out_in_turn(6) == [returned, answered, urgent, old, young, late]


def test_an_encounter_taken_is_in_work_with_a_lease_and_a_trace(ann, settings):
    encounter = waiting()
    assignment = take_next(by=ann, at=NOON)
    encounter.refresh_from_db()
    assert encounter.status == EncounterStatus.PRECODING
    assert assignment.lease_until == NOON + timedelta(seconds=settings.LEASE_SECONDS)
    assert (assignment.opened_at, assignment.how, assignment.stage) == (NOON, "pulled", "precoding")
    assert list(encounter.events.values_list("move", "user")) == [("start_precoding", ann.pk)]
    assert AuditEvent.objects.filter(action="encounter.moved", object_id=encounter.pk, actor=ann).count() == 1


def test_whoever_holds_work_gets_the_same_again(ann):
    waiting(), waiting()
    assert take_next(by=ann, at=NOON) == take_next(by=ann, at=NOON + MINUTE)
    assert Assignment.objects.count() == 1


def test_opened_work_comes_before_work_assigned_ahead(ann):
    ahead, opened = waiting(), waiting()
    factories.AssignmentFactory(
        encounter=ahead, user=ann, how="pushed", opened_at=None, started_at=NOON - MINUTE, lease_until=NOON + MINUTE
    )
    factories.AssignmentFactory(encounter=opened, user=ann, opened_at=NOON, started_at=NOON, lease_until=NOON + MINUTE)
    assert taken(ann) == opened


def test_two_coders_get_two_encounters(ann):
    waiting(), waiting()
    other = factories.UserFactory(roles=[Role.CODER])
    assert taken(ann) != taken(other)


def test_an_empty_queue_gives_nothing(ann):
    assert take_next(by=ann, at=NOON) is None


def test_people_without_a_stage_get_nothing(max_, cleo):
    waiting()
    assert take_next(by=max_, at=NOON) is None
    assert take_next(by=cleo, at=NOON) is None


def test_only_the_stages_asked_for(ann):
    waiting()
    assert take_next(by=ann, at=NOON, stages=[Stage.CODING]) is None
    assert take_next(by=ann, at=NOON, stages=[Stage.VERIFICATION]) is None


def test_a_stage_without_permission_is_not_opened_by_asking(bea):
    waiting()
    assert take_next(by=bea, at=NOON, stages=[Stage.PRECODING]) is None


def test_work_of_another_specialty_is_passed_by(river):
    heart = factories.UserFactory(roles=[Role.CODER], specialties=[Specialty.CARDIOLOGY])
    waiting()
    suited = waiting(specialty=Specialty.CARDIOLOGY, due_at=NOON + timedelta(days=9))
    assert taken(heart) == suited


def test_a_client_rule_keeps_a_practice_away(ann, river):
    waiting(chart=factories.ChartFactory(batch=factories.BatchFactory(practice=river)))
    ClientRule.objects.create(practice=river, user=ann, reason="Family")
    assert take_next(by=ann, at=NOON) is None


def test_an_inactive_person_gets_nothing(ann, ada):
    waiting()
    type(ann).objects.filter(pk=ann.pk).update(is_active=False, deactivated_at=NOON, deactivated_by=ada)
    assert take_next(by=ann, at=NOON) is None


def test_returned_work_waits_for_its_coder_and_then_for_anybody(ann):
    waiting(queue_rank=QueueRank.RETURNED, reserved_for=ann)
    other = factories.UserFactory(roles=[Role.CODER])
    assert take_next(by=other, at=NOON + MINUTE) is None
    assert taken(other, at=NOON + RESERVED_FOR) is not None


def test_returned_work_goes_to_its_coder_at_once(ann):
    encounter = waiting(queue_rank=QueueRank.RETURNED, reserved_for=ann)
    assert taken(ann, at=NOON + MINUTE) == encounter


def test_returned_work_of_somebody_gone_goes_to_anybody(ann, ada):
    encounter = waiting(queue_rank=QueueRank.RETURNED, reserved_for=ann)
    type(ann).objects.filter(pk=ann.pk).update(is_active=False, deactivated_at=NOON, deactivated_by=ada)
    assert taken(factories.UserFactory(roles=[Role.CODER]), at=NOON + MINUTE) == encounter


def test_nobody_is_handed_their_own_coding_to_verify(bea):
    load_codes()
    both = factories.UserFactory(roles=[Role.CODER, Role.VERIFIER])
    encounter = submitted(waiting(), both)
    assert take_next(by=both, at=NOON) is None
    assert taken(bea) == encounter


def test_an_earlier_coder_does_not_verify_either(ann, bea):
    load_codes()
    both = factories.UserFactory(roles=[Role.CODER, Role.VERIFIER])
    encounter = submitted(waiting(), both)
    Encounter.objects.filter(pk=encounter.pk).update(coded_by=ann)
    assert take_next(by=both, at=NOON) is None


def test_skipped_work_goes_to_others_and_comes_back_later(ann):
    encounter = waiting()
    skip(assignment=take_next(by=ann, at=NOON), reason=SkipReason.UNREADABLE, by=ann, at=NOON)
    assert take_next(by=ann, at=NOON + MINUTE) is None
    other = factories.UserFactory(roles=[Role.CODER])
    assignment = take_next(by=other, at=NOON + MINUTE)
    assert assignment.encounter == encounter
    release(assignment=assignment, by=other, at=NOON + 2 * MINUTE)
    assert taken(ann, at=NOON + SKIPPED_FOR) == encounter


def test_work_given_back_keeps_its_place_in_the_queue(ann):
    encounter = waiting()
    release(assignment=take_next(by=ann, at=NOON + MINUTE), by=ann, at=NOON + 2 * MINUTE)
    encounter.refresh_from_db()
    assert (encounter.status, encounter.waiting_since) == (EncounterStatus.TO_PRECODE, NOON)


def test_work_is_given_back_once(ann):
    waiting()
    assignment = take_next(by=ann, at=NOON)
    release(assignment=assignment, by=ann, at=NOON)
    with pytest.raises(LeaseLost):
        release(assignment=assignment, by=ann, at=NOON)


def test_a_deactivated_person_hands_everything_over(ann, ada):
    encounter = waiting()
    take_next(by=ann, at=NOON)
    person_deactivated.send(sender=type(ann), user=ann, to=None, by=ada, at=NOON)
    encounter.refresh_from_db()
    assert encounter.status == EncounterStatus.TO_PRECODE
    assert not Assignment.objects.open().exists()


def test_a_deactivated_persons_work_goes_to_whom_the_admin_names(ann, ada):
    encounter, other = waiting(), factories.UserFactory(roles=[Role.CODER])
    take_next(by=ann, at=NOON)
    deactivate_person(user=ann, by=ada, at=NOON, hand_to=other)
    assert Assignment.objects.open().get(encounter=encounter).user == other


# -- given -------------------------------------------------------------------------------------


def test_a_manager_moves_work_from_one_to_another(ann, max_, settings):
    encounter = waiting()
    before = take_next(by=ann, at=NOON)
    other = factories.UserFactory(roles=[Role.CODER])
    assignment = give(encounter=encounter, to=other, by=max_, at=NOON)
    before.refresh_from_db()
    assert (before.end, assignment.how, assignment.opened_at) == ("released", "given", None)
    assert assignment.lease_until == NOON + timedelta(seconds=settings.PUSH_LEASE_SECONDS)
    assert take_next(by=other, at=NOON) == assignment


@pytest.mark.parametrize(
    ("roles", "specialties", "reason"),
    [
        ([Role.VERIFIER], list(Specialty), Unsuitable.NO_PERMISSION),
        ([Role.CODER], [Specialty.RADIOLOGY], Unsuitable.NO_SKILL),
    ],
)
def test_work_is_not_given_to_somebody_unsuitable(ann, max_, roles, specialties, reason):
    encounter = waiting()
    held = take_next(by=ann, at=NOON)
    with pytest.raises(NotSuitable) as refusal:
        give(encounter=encounter, to=factories.UserFactory(roles=roles, specialties=specialties), by=max_, at=NOON)
    assert refusal.value.reason is reason
    held.refresh_from_db()
    assert held.ended_at is None, "whoever held it still does"


def test_work_is_not_given_against_a_client_rule_or_to_the_inactive(ann, max_):
    encounter = waiting()
    ClientRule.objects.create(practice=encounter.practice, user=ann, reason="Family")
    with pytest.raises(NotSuitable) as refusal:
        give(encounter=encounter, to=ann, by=max_, at=NOON)
    assert refusal.value.reason is Unsuitable.CLIENT_RULE
    type(ann).objects.filter(pk=ann.pk).update(is_active=False, deactivated_at=NOON, deactivated_by=max_)
    with pytest.raises(NotSuitable) as refusal:
        give(encounter=encounter, to=ann, by=max_, at=NOON)
    assert refusal.value.reason is Unsuitable.INACTIVE


def test_a_manager_cannot_make_somebody_verify_their_own_work(max_):
    load_codes()
    both = factories.UserFactory(roles=[Role.CODER, Role.VERIFIER])
    encounter = submitted(waiting(), both)
    with pytest.raises(NotSuitable) as refusal:
        give(encounter=encounter, to=both, by=max_, at=NOON)
    assert refusal.value.reason is Unsuitable.OWN_WORK


def test_finished_work_is_not_given_or_prioritised(ann, max_):
    encounter = waiting(status=EncounterStatus.VERIFIED, finished_at=NOON)
    with pytest.raises(AlreadyMoved):
        give(encounter=encounter, to=ann, by=max_, at=NOON)
    with pytest.raises(AlreadyMoved):
        prioritise(encounter=encounter, priority=3, by=max_, at=NOON)


def test_prioritised_work_comes_first_among_equals(ann, max_):
    waiting()
    second = waiting()
    prioritise(encounter=second, priority=3, by=max_, at=NOON)
    assert taken(ann) == second
    assert AuditEvent.objects.filter(action="encounter.prioritised", actor=max_).exists()


# -- assigned ahead ----------------------------------------------------------------------------


def coder(**fields):
    return factories.UserFactory(roles=[Role.CODER], **fields)


def test_work_is_assigned_ahead_up_to_the_limit(settings):
    person = coder(push_limit=2)
    for _ in range(3):
        waiting()
    assert push_work(at=NOON) == 2
    assert push_work(at=NOON) == 0
    held = Assignment.objects.open().filter(user=person)
    assert {(one.how, one.opened_at) for one in held} == {("pushed", None)}
    assert {one.lease_until for one in held} == {NOON + timedelta(seconds=settings.PUSH_LEASE_SECONDS)}


def test_assigned_work_is_shared_by_load():
    small, large = coder(push_limit=2), coder(push_limit=4)
    for _ in range(6):
        waiting()
    assert push_work(at=NOON) == 6
    assert Assignment.objects.filter(user=small).count() == 2
    assert Assignment.objects.filter(user=large).count() == 4


def test_assigned_work_respects_skill_and_client_rule():
    heart = factories.UserFactory(roles=[Role.CODER], specialties=[Specialty.CARDIOLOGY], push_limit=5)
    waiting()
    fits = waiting(specialty=Specialty.CARDIOLOGY)
    barred = waiting(specialty=Specialty.CARDIOLOGY)
    ClientRule.objects.create(practice=barred.practice, user=heart, reason="Family")
    assert push_work(at=NOON) == 1
    assert Assignment.objects.get().encounter == fits


def test_opening_assigned_work_makes_its_lease_an_ordinary_one(settings):
    person = coder(push_limit=1)
    waiting()
    push_work(at=NOON)
    assignment = take_next(by=person, at=NOON + MINUTE)
    assignment.refresh_from_db()
    assert assignment.opened_at == NOON + MINUTE
    assert assignment.lease_until == NOON + MINUTE + timedelta(seconds=settings.LEASE_SECONDS)


def test_nothing_more_is_assigned_to_somebody_who_is_away(settings):
    coder(push_limit=1)
    waiting()
    push_work(at=NOON)
    later = NOON + timedelta(seconds=settings.PUSH_LEASE_SECONDS)
    assert sweep_assignments(at=later) == 1
    assert push_work(at=later) == 0
    assert push_work(at=later + timedelta(hours=5)) == 1


def test_a_person_without_a_limit_takes_work_themselves(ann):
    waiting()
    assert push_work(at=NOON) == 0


# -- the sweep ---------------------------------------------------------------------------------


def test_the_sweep_returns_what_a_lapsed_lease_held(ann, settings):
    encounter = waiting()
    assignment = take_next(by=ann, at=NOON)
    lapsed = NOON + timedelta(seconds=settings.LEASE_SECONDS)
    assert sweep_assignments(at=lapsed - timedelta(seconds=1)) == 0
    assert sweep_assignments(at=lapsed) == 1
    encounter.refresh_from_db()
    assignment.refresh_from_db()
    assert (encounter.status, encounter.waiting_since) == (EncounterStatus.TO_PRECODE, NOON)
    assert (assignment.end, assignment.ended_at) == ("expired", lapsed)


def test_the_next_person_need_not_wait_for_the_sweep(ann, settings):
    encounter = waiting()
    take_next(by=ann, at=NOON)
    other = coder()
    assert take_next(by=other, at=NOON + MINUTE) is None
    assert taken(other, at=NOON + timedelta(seconds=settings.LEASE_SECONDS)) == encounter


def test_held_work_comes_back_on_its_day(ann):
    encounter = waiting()
    precoded(encounter, ann)
    assignment = take_next(by=ann, at=NOON)
    day = NOON + timedelta(days=2)
    hold(
        assignment=assignment, by=ann, at=NOON, reason=HoldReason.MISSING_PAGE, whose_move=WhoseMove.PRACTICE,
        return_at=day,
    )  # fmt: skip
    assert sweep_assignments(at=day - MINUTE) == 0
    assert sweep_assignments(at=day) == 1
    encounter.refresh_from_db()
    assert (encounter.status, encounter.queue_rank) == (EncounterStatus.TO_CODE, QueueRank.NORMAL)


def test_answered_work_goes_ahead(ann, max_):
    encounter = waiting()
    hold(
        assignment=take_next(by=ann, at=NOON), by=ann, at=NOON, reason=HoldReason.DATE_UNCLEAR,
        whose_move=WhoseMove.PRACTICE, return_at=NOON + timedelta(days=2),
    )  # fmt: skip
    encounter.refresh_from_db()
    resume(encounter=encounter, by=max_, at=NOON, answered=True)
    assert (encounter.status, encounter.queue_rank) == (EncounterStatus.TO_PRECODE, QueueRank.ANSWERED)
