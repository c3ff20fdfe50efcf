"""Blind double coding: drawn by the terms, coded and judged out of the ordinary queue, counted for managers alone."""

from datetime import timedelta

import pytest

from coding.actions.coding import submit_coding
from coding.actions.delivery import is_complete
from coding.actions.double_coding import double_coding_report
from coding.actions.earlier_services import earlier_services
from coding.actions.holds import hold
from coding.actions.precoding import send_back_to_precoding
from coding.actions.queries import expire_queries
from coding.actions.queue import NotSuitable, give, skip, take_next
from coding.actions.repeats import begin_repeats, give_up_repeats
from coding.actions.suggesting import keep_suggestions
from coding.actions.undoing import submit_undoably, take_back_submission
from coding.forms.coding import body_of
from coding.models import (
    Dispute,
    Encounter,
    PreCoding,
    QualityTerms,
    Query,
    QueueRank,
    Repeat,
    Score,
)
from coding.rules.codings import System
from coding.rules.lifecycle import EncounterStatus, HoldReason, SkipReason, Stage, WhoseMove
from coding.rules.sampling import is_selected
from feedback.models import Comment
from portal.models import ClientRule, Job
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from tests import factories
from tests.coding.lines import MINUTE, NOON, coded, load_codes, precoded, waiting
from tests.coding.quality.twice import FIRST, agreed_on, code_twice, judge, on_the_line, visit
from tests.coding.queries.asking import ask, write_words
from tests.coding.worded import Suggested
from tests.query_factories import QueryFactory

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


# -- drawing -------------------------------------------------------------------------------------------


def test_without_terms_nothing_is_done_twice(ann, bea, river):
    load_codes()
    visit(ann, river)
    judge(bea)
    assert not Repeat.objects.exists()


def test_the_share_is_drawn_by_its_own_seed_and_can_be_drawn_again(ann, river, ada):
    load_codes()
    terms = agreed_on(river, ada, codings=40)
    encounters = [visit(ann, river) for _ in range(12)]
    expected = {one.pk for one in encounters if is_selected(seed=f"double {terms.pk}", number=one.pk, share=40)}
    assert set(Repeat.objects.values_list("encounter_id", flat=True)) == expected
    assert {(row.seed, row.share) for row in Repeat.objects.all()} == {(f"double {terms.pk}", 40)}


def test_verdicts_have_a_draw_of_their_own(judged):
    (row,) = Repeat.objects.all()
    assert (row.stage, row.seed, row.share) == ("verification", f"double verdict {QualityTerms.objects.get().pk}", 100)
    assert row.verification.encounter == judged


def test_only_the_first_version_and_the_first_verdict_are_done_again(ann, bea, river, ada):
    load_codes()
    agreed_on(river, ada, codings=100, verdicts=100)
    visit(ann, river)
    judge(bea, verdict="returned", comment="Which knee?")
    on_the_line()
    again = take_next(by=ann, at=NOON, stages=["coding"])
    submit_coding(assignment=again, by=ann, at=NOON, coded=coded(*FIRST), reason="documented")
    judge(bea)
    assert [(row.stage, row.coding.version) for row in Repeat.objects.order_by("pk")] == [
        ("coding", 1), ("verification", 1)
    ]  # fmt: skip


def test_a_visit_about_which_the_practice_was_asked_is_not_drawn(ann, river, ada):
    load_codes()
    agreed_on(river, ada, codings=100)
    encounter = precoded(waiting(chart=factories.ChartFactory(batch=factories.BatchFactory(practice=river))), ann)
    QueryFactory(encounter=encounter, status="withdrawn", ended_at=NOON, ended_by=ann)
    held = take_next(by=ann, at=NOON, stages=["coding"])
    submit_coding(assignment=held, by=ann, at=NOON, coded=coded(*FIRST), reason="documented")
    assert not Repeat.objects.exists()


def test_what_may_be_taken_back_is_not_on_the_line_yet(ann, river, ada, kim):
    load_codes()
    agreed_on(river, ada, codings=100)
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=river))
    precoded(waiting(chart=chart), ann)
    held = take_next(by=ann, at=NOON, stages=["coding"])
    what = {"by": ann, "coded": coded(*FIRST), "draft": body_of(coded(*FIRST)), "reason": "documented"}
    sent = submit_undoably(submit_coding, assignment=held, at=NOON, **what)
    assert begin_repeats(at=NOON + timedelta(seconds=29)) == 0
    held = take_back_submission(submission=sent, by=ann, at=NOON + timedelta(seconds=10))
    assert begin_repeats(at=LATER) == 0
    again = submit_undoably(submit_coding, assignment=held, at=NOON + MINUTE, **what)
    assert begin_repeats(at=LATER) == 1
    assert Repeat.objects.get().coding == again.coding


# -- the copy ------------------------------------------------------------------------------------------


def test_the_copy_has_what_the_first_coder_had(ann, river, ada):
    load_codes()
    agreed_on(river, ada, codings=100)
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=river))
    encounter = precoded(waiting(chart=chart, priority=3), ann)
    found = [Suggested(System.ICD10CM, "I10", source="section")]
    keep_suggestions(encounter=encounter, found=found, engine="test", at=NOON)
    held = take_next(by=ann, at=NOON, stages=["coding"])
    submit_coding(assignment=held, by=ann, at=NOON, coded=coded(*FIRST), reason="documented")
    on_the_line(at=LATER)
    copy = Encounter.objects.get(repeats=encounter)
    assert (copy.status, copy.priority, copy.queue_rank, copy.coded_by) == ("to_code", 3, QueueRank.NORMAL, None)
    assert copy.due_at - LATER == encounter.due_at - encounter.created_at
    assert PreCoding.objects.get(encounter=copy).visit() == PreCoding.objects.get(encounter=encounter).visit()
    assert list(copy.placed.values_list("page", "position")) == list(encounter.placed.values_list("page", "position"))
    assert list(copy.suggested.values_list("code", "source")) == [("I10", "section")]
    assert copy.suggestion_set.is_blind == encounter.suggestion_set.is_blind
    assert (copy.codings.count(), copy.events.get().move) == (0, "create")


def test_it_comes_in_the_ordinary_order(copy, kim, river):
    """By its promise, among the rest: neither first nor last."""
    sooner = precoded(waiting(due_at=copy.due_at - MINUTE), factories.UserFactory(roles=[Role.CODER]))
    later = precoded(waiting(due_at=copy.due_at + MINUTE), factories.UserFactory(roles=[Role.CODER]))
    given = []
    for _ in range(3):
        held = take_next(by=kim, at=NOON, stages=["coding"])
        given.append(held.encounter_id)
        skip(assignment=held, reason=SkipReason.OTHER, by=kim, at=NOON)
    assert given == [sooner.pk, copy.pk, later.pk]


# -- whose it is ---------------------------------------------------------------------------------------


def test_neither_the_coder_nor_who_saw_the_visit_gets_it(copy, ann, bea, kim):
    assert take_next(by=ann, at=NOON, stages=["coding"]) is None
    take_next(by=bea, at=NOON, stages=["verification"])  # she verifies the first, and has it before her
    coder_too = factories.UserFactory(roles=[Role.CODER, Role.VERIFIER])
    factories.AssignmentFactory(
        encounter=copy.repeats, user=coder_too, stage=Stage.PRECODING, lease_until=NOON, ended_at=NOON, end="finished"
    )
    assert take_next(by=coder_too, at=NOON, stages=["coding"]) is None
    assert take_next(by=kim, at=NOON, stages=["coding"]).encounter == copy


def test_who_has_the_second_never_gets_the_first(original, copy, max_):
    both = factories.UserFactory(roles=[Role.CODER, Role.VERIFIER])
    code_twice(both)
    assert take_next(by=both, at=NOON) is None
    with pytest.raises(NotSuitable, match="twice"):
        give(encounter=original, to=both, by=max_, at=NOON)


def test_who_sees_all_visits_gets_no_repeat(copy):
    chief = factories.UserFactory(roles=[Role.CODER, Role.MANAGER])
    assert take_next(by=chief, at=NOON, stages=["coding"]) is None


def test_specialties_and_barred_practices_hold_here_too(copy, river):
    hand = factories.UserFactory(roles=[Role.CODER], specialties=[Specialty.RADIOLOGY])
    assert take_next(by=hand, at=NOON, stages=["coding"]) is None
    barred = factories.UserFactory(roles=[Role.CODER])
    ClientRule.objects.create(practice=river, user=barred, reason="Conflict of interest")
    assert take_next(by=barred, at=NOON, stages=["coding"]) is None


def test_the_second_verifier_is_neither_coder_nor_first_verifier(judged, ann, bea, vic):
    assert take_next(by=bea, at=NOON, stages=["verification"]) is None
    coder_too = factories.UserFactory(roles=[Role.CODER, Role.VERIFIER])
    assert take_next(by=ann, at=NOON) is None
    held = take_next(by=vic, at=NOON, stages=["verification"])
    assert held.encounter.repeats == judged
    assert take_next(by=coder_too, at=NOON) is None


def test_of_two_repeats_of_a_visit_a_person_gets_one(ann, bea, river, ada):
    load_codes()
    agreed_on(river, ada, codings=100, verdicts=100)
    visit(ann, river)
    judge(bea)
    assert on_the_line() == 2
    both = factories.UserFactory(roles=[Role.CODER, Role.VERIFIER])
    take_next(by=both, at=NOON, stages=["verification"])
    assert take_next(by=both, at=NOON, stages=["coding"]) is None


# -- it stays where it is ------------------------------------------------------------------------------


def test_a_second_coding_moves_nothing_and_tells_nobody(original, copy, kim):
    before = state_of(original)
    coding = code_twice(kim, version=("E119", "99213@1"))
    assert state_of(original) == before
    copy.refresh_from_db()
    assert (copy.status, coding.encounter) == ("verified", copy)
    assert not Repeat.objects.filter(encounter=copy).exists()


def state_of(encounter):
    encounter.refresh_from_db()
    row = {field.attname: getattr(encounter, field.attname) for field in encounter._meta.concrete_fields}
    return row, encounter.codings.count(), encounter.events.count(), Job.objects.count(), Comment.objects.count()


def test_the_batch_is_complete_without_it(original, copy, bea):
    batch = original.batch
    batch.__class__.objects.filter(pk=batch.pk).update(status="received")
    assert not is_complete(batch)
    judge(bea)
    assert is_complete(batch)


def test_a_second_verdict_makes_no_score_no_dispute_and_returns_nothing(judged, ann, bea, vic):
    before = Score.objects.count(), Dispute.objects.count()
    state = state_of(judged)
    judge(vic, version=("E119", "99213@1"), verdict="returned", comment="Only diabetes.")
    copy = Encounter.objects.get(repeats=judged)
    assert copy.status == EncounterStatus.VERIFIED
    assert (Score.objects.count(), Dispute.objects.count()) == before
    assert state_of(judged) == state
    assert take_next(by=ann, at=NOON) is None


def test_a_second_verifier_judges_the_same_version(judged, vic):
    held = take_next(by=vic, at=NOON, stages=["verification"])
    (version,) = held.encounter.codings.all()
    first = judged.codings.get(version=1)
    assert version.coded() == first.coded()
    assert version.author == first.author


def test_the_practice_is_not_asked_and_the_visit_comes_back_without_its_answer(ann, kim, river, ada, max_, cleo):
    load_codes()
    agreed_on(river, ada, codings=100)
    original = visit(ann, river, pages=1)
    for page in original.pages():
        write_words(page)
    on_the_line()
    copy = Encounter.objects.get(repeats=original)
    query = ask(take_next(by=kim, at=NOON, stages=["coding"]), kim, NOON)
    copy.refresh_from_db()
    assert (query.encounter, copy.status) == (copy, "held")
    assert not Comment.objects.exists()
    assert not Query.objects.visible_to(max_).exists()
    assert not Query.objects.visible_to(cleo).exists()
    expire_queries(at=query.expires_at)
    query.refresh_from_db()
    copy.refresh_from_db()
    assert (query.status, copy.status, copy.queue_rank) == ("closed", "to_code", QueueRank.ANSWERED)
    assert take_next(by=kim, at=query.expires_at, stages=["coding"]).encounter == copy


def test_a_hold_for_the_practice_asks_it_nothing(copy, kim):
    held = take_next(by=kim, at=NOON, stages=["coding"])
    hold(
        assignment=held, by=kim, at=NOON, reason=HoldReason.MISSING_PAGE, whose_move=WhoseMove.PRACTICE,
        return_at=NOON + timedelta(days=2), comment="Page 2?",
    )  # fmt: skip
    copy.refresh_from_db()
    assert (copy.status, Comment.objects.count()) == ("held", 0)


def test_a_wrong_fact_ends_it_and_nobody_precodes_it_again(copy, kim, ann):
    held = take_next(by=kim, at=NOON, stages=["coding"])
    send_back_to_precoding(assignment=held, by=kim, at=NOON, comment="Another patient.")
    copy.refresh_from_db()
    assert copy.status == "verified"
    assert take_next(by=ann, at=NOON) is None
    assert double_coding_report(stage=Stage.CODING, at=NOON).progress.left == 1


def test_what_nobody_takes_for_a_month_ends(copy):
    assert give_up_repeats(at=NOON + timedelta(days=29)) == 0
    assert give_up_repeats(at=NOON + timedelta(days=31)) == 1
    copy.refresh_from_db()
    assert copy.status == "verified"


def test_another_visit_of_the_patient_is_checked_against_the_first_coding_alone(original, copy, kim, ann):
    code_twice(kim)
    other = precoded(waiting(chart=factories.ChartFactory(batch=original.batch)), ann)
    known = PreCoding.objects.get(encounter=other)
    services = earlier_services(other, known, on=known.date_from)
    assert [service.encounter for service in services] == [original.label]
