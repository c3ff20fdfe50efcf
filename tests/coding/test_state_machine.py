"""Anything people and sweeps may do, in any order, against the real database: the invariants hold after each step."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from coding.actions.ahead import AHEAD, hold_ahead, release_ahead
from coding.actions.coding import submit_coding
from coding.actions.drafts import DraftChanged, keep_late_draft, save_draft
from coding.actions.holds import hold, mark_not_billable, reopen, resume
from coding.actions.leases import LeaseLost
from coding.actions.moves import AlreadyMoved
from coding.actions.precoding import finish_precoding, send_back_to_precoding
from coding.actions.queue import NotSuitable, give, push_work, release, skip, sweep_assignments, take_back, take_next
from coding.actions.undoing import TooLate, submit_undoably, take_back_submission
from coding.actions.verification import give_verdict
from coding.models import (
    Assignment,
    Coding,
    Draft,
    Encounter,
    EncounterEvent,
    Submission,
    Verdict,
    Verification,
)
from coding.rules.check_reasons import CheckReason
from coding.rules.lifecycle import (
    IN_WORK,
    MOVES,
    EncounterStatus,
    HoldReason,
    NotBillableReason,
    SkipReason,
    Stage,
    WhoseMove,
)
from portal.models import Contract, User
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import NOON, coded, facts_for, load_codes, waiting

SAME, OTHER = coded("E119", "99213@1"), coded("E119 I10", "99214@1,2")
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=3)  # as forms leave it
PEOPLE = st.integers(0, 3)
WORK = st.integers(0, 2)
REFUSALS = (LeaseLost, AlreadyMoved, NotSuitable)
STALE = (LeaseLost, AlreadyMoved)


class Line(RuleBasedStateMachine):
    """What four people, a manager, the sweep and the clock may do with the work of the house."""

    house = None  # who and what is there at the beginning of each example

    def __init__(self):
        super().__init__()
        self.manager, self.work, self.facts = self.house.manager, self.house.work, self.house.facts
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.now = NOON
        self.drafts = {}
        self.in_hand = {}  # person -> the last assignment they know of, stale or not

    def teardown(self):
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize(share=st.sampled_from([0, 100]), limit=st.sampled_from([0, 2]))
    def open_the_house(self, share, limit):
        Contract.objects.update(verification_share=share)
        User.objects.update(push_limit=limit)
        self.people = list(User.objects.filter(pk__in=[person.pk for person in self.house.people]).order_by("pk"))

    # -- time ------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 5, 11, 130, 60 * 25]))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule()
    def leases_are_swept(self):
        sweep_assignments(at=self.now)
        assert not Assignment.objects.expired(at=self.now).exists()

    @rule()
    def work_is_pushed(self):
        push_work(at=self.now)

    # -- people ----------------------------------------------------------------------------------

    @rule(who=PEOPLE)
    def take(self, who):
        assignment = take_next(by=self.people[who], at=self.now)
        if assignment is not None:
            assert assignment.user_id == self.people[who].pk
            assert assignment.lease_until > self.now
            self.in_hand[who] = assignment

    @rule(who=PEOPLE)
    def hold_two_ahead(self, who):
        assignment = self.assignment_of(who)
        if assignment is None:
            return
        person, worked_on = self.people[who], self.is_theirs(assignment) and assignment.opened_at is not None
        try:
            held = hold_ahead(assignment=assignment, by=person, at=self.now)
        except LeaseLost:
            assert not worked_on
            return
        assert worked_on
        assert len(held) <= AHEAD
        assert {(one.user_id, one.lease_until > self.now) for one in held} <= {(person.pk, True)}

    @rule(who=PEOPLE)
    def go_away(self, who):
        release_ahead(user=self.people[who], by=self.people[who], at=self.now)
        assert not Assignment.objects.open().ahead().filter(user=self.people[who]).exists()

    def assignment_of(self, who):
        """What the person believes to hold, whatever has become of it since."""
        known = self.in_hand.get(who)
        return known and Assignment.objects.select_related("encounter").get(pk=known.pk)

    def is_theirs(self, assignment):
        return assignment.ended_at is None and assignment.lease_until > self.now

    def attempt(self, assignment, act):
        """A write by whoever held it last: it works exactly if the lease is alive (and the stage allows it)."""
        alive = self.is_theirs(assignment)
        before = Encounter.objects.filter(pk=assignment.encounter_id).values().get()
        try:
            act()
        except STALE:
            assert Encounter.objects.filter(pk=assignment.encounter_id).values().get() == before
            return False
        assert alive, "a stale holder wrote"
        return True

    @rule(who=PEOPLE, version=st.integers(0, 3), text=TEXT)
    def save(self, who, version, text):
        assignment = self.assignment_of(who)
        if assignment is None:
            return
        key = (assignment.encounter_id, assignment.stage, self.people[who].pk)
        try:
            draft = save_draft(
                assignment=assignment, by=self.people[who], version=version, body={"text": text}, at=self.now
            )
            assert self.is_theirs(assignment)
        except DraftChanged as changed:
            assert version != (changed.draft.version if changed.draft else 0)  # noqa: PT017
            return
        except LeaseLost:
            assert not self.is_theirs(assignment)
            draft = keep_late_draft(
                encounter=assignment.encounter, stage=Stage(assignment.stage), by=self.people[who],
                body={"text": text}, at=self.now,
            )  # fmt: skip
            assert draft.is_late
        self.drafts[key] = (draft.version, text)

    @rule(who=PEOPLE, corrected=st.booleans(), undoably=st.booleans())
    def finish(self, who, corrected, undoably):
        assignment = self.assignment_of(who)
        if assignment is None:
            return
        person, at = self.people[who], self.now
        acts = {
            Stage.PRECODING: lambda: finish_precoding(
                assignment=assignment, by=person, at=at, facts=self.facts[assignment.encounter_id]
            ),
            Stage.CODING: lambda: submit_coding(
                assignment=assignment, by=person, at=at, coded=SAME, reason=CheckReason.DOCUMENTED
            ),
            Stage.VERIFICATION: lambda: give_verdict(
                assignment=assignment, by=person, at=at, coded=OTHER if corrected else SAME,
                verdict=Verdict.CORRECTED if corrected else Verdict.VERIFIED,
            ),
        }  # fmt: skip
        act = acts[Stage(assignment.stage)]
        if undoably:
            sent = {"text": str(assignment.pk)}
            submitted = self.attempt(
                assignment,
                lambda: submit_undoably(
                    lambda **_who: act(), assignment=assignment, by=person, at=at, draft=sent
                ),
            )  # fmt: skip
        else:
            submitted = self.attempt(assignment, act)
        if submitted:
            self.drafts.pop((assignment.encounter_id, assignment.stage, person.pk), None)

    @rule(who=PEOPLE, seconds=st.sampled_from([0, 20, 30]))
    def take_back_what_was_sent(self, who, seconds):
        self.now += timedelta(seconds=seconds)
        sent = Submission.objects.filter(user=self.people[who]).order_by("-pk").first()
        if sent is None:
            return
        before = Encounter.objects.filter(pk=sent.encounter_id).values().get()
        mine = Assignment.objects.open().filter(encounter=sent.encounter_id).exclude(user=self.people[who])
        is_taken, kept = mine.exists(), sent.draft
        try:
            self.in_hand[who] = take_back_submission(submission=sent, by=self.people[who], at=self.now)
        except (TooLate, AlreadyMoved):
            assert Encounter.objects.filter(pk=sent.encounter_id).values().get() == before
            return
        assert not is_taken
        assert sent.until > self.now
        draft = Draft.objects.get(encounter=sent.encounter_id, stage=sent.stage, author=self.people[who])
        assert draft.body == kept
        self.drafts[sent.encounter_id, sent.stage, self.people[who].pk] = (draft.version, kept["text"])

    @rule(who=PEOPLE)
    def return_to_coder(self, who):
        assignment = self.assignment_of(who)
        if assignment is not None and assignment.stage == Stage.VERIFICATION:
            person = self.people[who]
            returned = self.attempt(
                assignment,
                lambda: give_verdict(
                    assignment=assignment, by=person, at=self.now, verdict=Verdict.RETURNED, coded=None, comment="Why?"
                ),
            )
            if returned:
                self.drafts.pop((assignment.encounter_id, assignment.stage, person.pk), None)

    @rule(who=PEOPLE)
    def back_to_precoding(self, who):
        assignment = self.assignment_of(who)
        if assignment is not None:
            self.attempt(
                assignment,
                lambda: send_back_to_precoding(assignment=assignment, by=self.people[who], at=self.now, comment="Date"),
            )

    @rule(who=PEOPLE, hours=st.integers(1, 40))
    def hold_it(self, who, hours):
        assignment = self.assignment_of(who)
        if assignment is not None:
            self.attempt(
                assignment,
                lambda: hold(
                    assignment=assignment, by=self.people[who], at=self.now, reason=HoldReason.DATE_UNCLEAR,
                    whose_move=WhoseMove.PRACTICE, return_at=self.now + timedelta(hours=hours),
                ),
            )  # fmt: skip

    @rule(who=PEOPLE)
    def call_it_not_billable(self, who):
        assignment = self.assignment_of(who)
        if assignment is not None:
            self.attempt(
                assignment,
                lambda: mark_not_billable(
                    assignment=assignment, by=self.people[who], at=self.now, reason=NotBillableReason.NO_SERVICE
                ),
            )

    @rule(who=PEOPLE)
    def skip_it(self, who):
        assignment = self.assignment_of(who)
        if assignment is not None:
            self.attempt(
                assignment,
                lambda: skip(assignment=assignment, reason=SkipReason.OTHER, by=self.people[who], at=self.now),
            )

    @rule(who=PEOPLE)
    def give_it_back(self, who):
        assignment = self.assignment_of(who)
        if assignment is not None and self.is_theirs(assignment):
            release(assignment=assignment, by=self.people[who], at=self.now)

    @rule(who=PEOPLE, which=WORK)
    def come_back(self, who, which):
        for stage in Stage:
            try:
                self.in_hand[who] = take_back(encounter=self.work[which], stage=stage, by=self.people[who], at=self.now)
            except LeaseLost:
                continue

    # -- the manager -------------------------------------------------------------------------------

    def fresh(self, which):
        return Encounter.objects.get(pk=self.work[which].pk)

    @rule(who=PEOPLE, which=WORK)
    def reassign(self, who, which):
        try:
            assignment = give(encounter=self.fresh(which), to=self.people[who], by=self.manager, at=self.now)
        except REFUSALS:
            return
        self.in_hand[who] = assignment

    @rule(which=WORK, answered=st.booleans())
    def take_up_again(self, which, answered):
        encounter = self.fresh(which)
        held = encounter.status == EncounterStatus.HELD
        try:
            resume(encounter=encounter, by=self.manager, at=self.now, answered=answered)
            assert held
        except AlreadyMoved:
            assert not held

    @rule(which=WORK)
    def reopen_it(self, which):
        encounter = self.fresh(which)
        finished = encounter.finished_at is not None
        try:
            reopen(encounter=encounter, by=self.manager, at=self.now, comment="Look again.")
            assert finished
        except AlreadyMoved:
            assert not finished

    # -- what always holds -------------------------------------------------------------------------

    @invariant()
    def everything_holds(self):
        self.found = list(Encounter.objects.all())
        self.open = list(Assignment.objects.open())
        self.the_database_agrees()
        self.events_replay_to_the_status_by_legal_moves()
        self.work_is_in_hand_exactly_if_it_has_one_open_assignment()
        self.nobody_verifies_their_own_work()
        self.nobody_else_has_what_rests()
        self.no_draft_is_lost()
        self.what_is_finished_was_coded_or_says_why()

    def the_database_agrees(self):
        with connection.cursor() as cursor:  # what would be checked at commit
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    def events_replay_to_the_status_by_legal_moves(self):
        statuses = dict.fromkeys((encounter.pk for encounter in self.work), EncounterStatus.TO_PRECODE)
        for event in EncounterEvent.objects.order_by("pk"):
            assert event.old_status == statuses[event.encounter_id]
            assert event.old_status in MOVES[event.move].old
            assert event.new_status == MOVES[event.move].new
            statuses[event.encounter_id] = event.new_status
        assert {encounter.pk: encounter.status for encounter in self.found} == statuses

    def work_is_in_hand_exactly_if_it_has_one_open_assignment(self):
        stage_in_work = {status: stage for stage, status in IN_WORK.items()}
        expected = [(e.pk, stage_in_work[e.status]) for e in self.found if e.status in stage_in_work]
        assert sorted((one.encounter_id, one.stage) for one in self.open) == sorted(expected)

    def nobody_verifies_their_own_work(self):
        assert not Verification.objects.filter(verifier=F("coder_version__author")).exists()
        authors = set(Coding.objects.filter(stage=Stage.CODING).values_list("encounter", "author"))
        verifying = {(one.encounter_id, one.user_id) for one in self.open if one.stage == Stage.VERIFICATION}
        assert not authors & verifying

    def nobody_else_has_what_rests(self):
        """Handed out by the queue, that is: what a manager gives is given."""
        rests = {e.pk: e.rests_for_id for e in self.found if e.rests_until and e.rests_until > self.now}
        taken = [one for one in self.open if one.encounter_id in rests and one.how != Assignment.How.GIVEN]
        assert all(one.user_id == rests[one.encounter_id] for one in taken)

    def no_draft_is_lost(self):
        stored = {(d.encounter_id, d.stage, d.author_id): (d.version, d.body["text"]) for d in Draft.objects.all()}
        assert stored == self.drafts

    def what_is_finished_was_coded_or_says_why(self):
        for encounter in self.found:
            if encounter.status == EncounterStatus.VERIFIED:
                assert encounter.coded_by_id
            elif encounter.finished_at:
                assert encounter.not_billable_reason


class House:
    """Three encounters; a coder, two who code and verify, a verifier; a manager."""

    def __init__(self):
        load_codes()
        both = [Role.CODER, Role.VERIFIER]
        self.people = [factories.UserFactory(roles=roles) for roles in ([Role.CODER], both, both, [Role.VERIFIER])]
        self.manager = factories.UserFactory(roles=[Role.MANAGER])
        self.work = [waiting() for _ in range(3)]
        self.facts = {encounter.pk: facts_for(encounter) for encounter in self.work}


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("runs", [30, pytest.param(100, marks=pytest.mark.every_fault)])
def test_the_line_in_any_order(monkeypatch, runs):
    monkeypatch.setattr(Line, "house", House())
    how = settings(max_examples=runs, stateful_step_count=30, deadline=None, database=None)
    run_state_machine_as_test(Line, settings=settings(how, suppress_health_check=list(HealthCheck)))
