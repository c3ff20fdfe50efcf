"""Blind double coding: drawn by the terms, coded and judged out of the ordinary queue, counted for managers alone."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.coding import submit_coding
from coding.actions.delivery import is_complete
from coding.actions.double_coding import double_coding_report
from coding.actions.earlier_services import earlier_services
from coding.actions.holds import hold, mark_not_billable
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
    SuggestionDecision,
)
from coding.rules.codings import System
from coding.rules.lifecycle import EncounterStatus, HoldReason, NotBillableReason, SkipReason, Stage, WhoseMove
from coding.rules.proportions import Proportion
from coding.rules.sampling import is_selected
from feedback.models import Comment
from portal import scope
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


@pytest.fixture
def kim(db):
    return factories.UserFactory(name="Kim Larsen", roles=[Role.CODER])


@pytest.fixture
def vic(db):
    return factories.UserFactory(name="Vic Verity", roles=[Role.VERIFIER])


@pytest.fixture
def original(ann, river, ada):
    """Ann's coding of a River visit, on the line once more."""
    load_codes()
    agreed_on(river, ada, codings=100)
    encounter = visit(ann, river)
    assert on_the_line() == 1
    return encounter


@pytest.fixture
def copy(original):
    return Encounter.objects.get(repeats=original)


@pytest.fixture
def judged(ann, bea, river, ada):
    """A visit that Ann coded and Bea verified, to be judged once more."""
    load_codes()
    agreed_on(river, ada, verdicts=100)
    encounter = visit(ann, river)
    judge(bea, version=("E119 I10", "99213@1"), verdict="corrected")
    assert on_the_line() == 1
    return encounter


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


# -- blind ---------------------------------------------------------------------------------------------


def read(response):
    return response.content.decode(errors="replace")


def test_the_bench_of_a_second_coder_is_that_of_a_first_one(client, ann, river, ada, kim):
    """The very same page, but for the numbers in it, as before anybody had coded the visit."""
    load_codes()
    agreed_on(river, ada, codings=100)
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=river))
    factories.PageFactory(chart=chart, number=1)
    at = timezone.now()
    encounter = precoded(waiting(chart=chart, at=at), ann, at=at)
    client.force_login(ann)
    client.post(reverse("coding:next"))
    first = client.get(reverse("coding:code", args=[encounter.pk]))
    held = take_next(by=ann, at=timezone.now(), stages=["coding"])
    submit_coding(assignment=held, by=ann, at=timezone.now(), coded=coded(*FIRST), reason="documented")
    on_the_line(at=timezone.now())
    copy = Encounter.objects.get(repeats=encounter)
    client.force_login(kim)
    answer = client.post(reverse("coding:next"))
    assert answer.url == reverse("coding:code", args=[copy.pk])
    second = client.get(answer.url)
    assert without_numbers(read(second), "Kim Larsen", copy) == without_numbers(read(first), "Ann Archer", encounter)


def without_numbers(page, name, encounter):
    """The page without what differs between any two visits and people: ids, labels, tokens, times and links."""
    page = page.replace(name, "NAME").replace(encounter.label, "LABEL")
    page = re.sub(r'(csrfmiddlewaretoken" value|csrf-token" content|nonce)="[^"]*"', r"\1", page)
    page = re.sub(r"/work/p/[^\"']+", "PAGE", page)
    page = re.sub(r"\b(KL|AA)\b", "XX", page)
    return [line.strip() for line in re.sub(r"\d+", "0", page).splitlines() if line.strip()]


def test_the_second_coder_finds_nothing_of_the_first_anywhere(client, original, copy, kim, ann):
    Comment.objects.bulk_create([comment_about(original, ann, "99214 fits, E11.9 as well.")])
    client.force_login(kim)
    take_next(by=kim, at=timezone.now(), stages=["coding"])
    names = {"encounter": copy.pk}
    pages = [
        client.get(reverse("coding:queue")),
        client.get(reverse("coding:code", args=[copy.pk])),
        client.get(reverse("coding:encounter", args=[copy.pk])),
        client.get(reverse("coding:recent")),
        client.post(reverse("coding:findings", args=[copy.pk]), {**names, "body": "{}"}),
        client.get(reverse("coding:quality")),
        client.get(reverse("coding:queries")),
    ]
    for page in pages:
        assert page.status_code in {200, 422}
        for word in ("E11.9", "E119", "99214", "Ann Archer"):
            assert word not in read(page), (page.request["PATH_INFO"], word)
    for name in ("encounter", "work", "code", "verify", "precode"):
        assert client.get(reverse(f"coding:{name}", args=[original.pk])).status_code == 404
    thread = original.batch.thread
    assert client.get(reverse("feedback:thread", args=[thread.pk])).status_code == 404
    assert list(Encounter.objects.visible_to(kim)) == [copy]


def comment_about(encounter, by, body):
    thread = factories.ThreadFactory(batch=encounter.batch)
    return Comment(
        practice=encounter.practice, thread=thread, author=by, encounter=encounter, body=body, created_at=NOON
    )


def test_in_a_thread_of_the_batch_they_do_not_see_what_is_said_of_the_visit(original, copy, kim, ann):
    Comment.objects.bulk_create([comment_about(original, ann, "99214 fits.")])
    other = factories.EncounterFactory(chart=factories.ChartFactory(batch=original.batch))
    factories.AssignmentFactory(encounter=other, user=kim, lease_until=LATER)
    assert Comment.objects.visible_to(kim).count() == 1
    code_twice(kim, at=LATER + MINUTE)
    assert not Comment.objects.visible_to(kim).exists()


def test_what_the_second_coder_did_looks_as_anything_that_they_did(client, copy, kim):
    code_twice(kim, at=timezone.now())
    client.force_login(kim)
    queue = read(client.get(reverse("coding:queue")))
    assert "To verify" in queue
    assert "Verified" not in queue


def test_a_second_verifier_who_returned_it_sees_it_returned(client, judged, vic):
    judge(vic, verdict="returned", comment="Which knee?", at=timezone.now())
    client.force_login(vic)
    assert "To code" in read(client.get(reverse("coding:queue")))


def test_nobody_else_sees_the_copy(client, original, copy, ann, bea, max_, cleo):
    for person in (ann, bea, max_, cleo):
        assert copy not in Encounter.objects.visible_to(person)
        client.force_login(person)
        assert client.get(reverse("coding:encounter", args=[copy.pk])).status_code == 404


def test_the_database_itself_keeps_it_from_the_practice(original, copy, cleo):
    assert original.practice_id in cleo.practice_ids
    with scope.practice(original.practice_id):
        assert set(Encounter.objects.values_list("pk", flat=True)) == {original.pk}


# -- figures -------------------------------------------------------------------------------------------


def test_it_counts_as_nobodys_production(client, original, copy, kim, max_):
    from coding.views.figures import done_today, people_figures

    before = done_today(at=NOON)
    code_twice(kim)
    assert done_today(at=NOON) == before
    row = next(row for row in people_figures(at=NOON) if row["name"] == "Kim Larsen")
    assert row["done"]["count"] == 0


def test_the_report_by_hand(client, ann, kim, max_, river, ada, time_machine):
    load_codes()
    time_machine.move_to(NOON, tick=False)
    agreed_on(river, ada, codings=100)
    for mine, theirs in (
        (("E119 I10", "99214@1"), ("E119 I10", "99213@1")),
        (("I10", "99213@1"), ("I10", "99213@1")),
    ):
        visit(ann, river, version=mine)
        on_the_line()
        code_twice(kim, version=theirs)
    visit(ann, river)
    report = double_coding_report(stage=Stage.CODING, at=NOON)
    # Codes: 99214 against 99213 in the first, all alike in the second. Used by both: E11.9, I10; I10, 99213: 2 × 4 of
    # 3 + 3 + 2 + 2. Over 4 codes in 2 visits: 16 words, 10 there, 6 not; two places apart: 1 - 15 × 4 / (256 - 136).
    assert (report.codes.encounters, report.progress.waiting, report.progress.taken) == (2, 1, 0)
    assert (report.codes.exact, report.codes.positive) == (Proportion(1, 2), Proportion(8, 10))
    assert report.codes.alpha == pytest.approx(0.5)
    assert report.categories.exact == Proportion(2, 2)
    client.force_login(max_)
    shown = read(client.get(reverse("coding:double-coding")))
    assert "8 of 10 · 80 %" in shown
    assert "Ann Archer and Kim Larsen" in shown
    assert "0.50 (" in shown


def test_verifiers_are_compared_by_verdict_and_by_what_they_let_stand(client, ann, bea, vic, max_, river, ada):
    load_codes()
    agreed_on(river, ada, verdicts=100)
    verdicts = [(None, "verified"), (("E119 I10", "99213@1"), "corrected")]
    for first, second in ((0, 0), (0, 1), (1, 1)):
        visit(ann, river)
        judge(bea, version=verdicts[first][0], verdict=verdicts[first][1])
        on_the_line()
        judge(vic, version=verdicts[second][0], verdict=verdicts[second][1])
    report = double_coding_report(stage=Stage.VERIFICATION, at=NOON)
    # Verdicts: alike in 2 of 3. 6 words, 3 verified, 3 corrected; one visit apart, 2 coincidences: 1 - 5 × 2 / 18 = 4/9
    assert report.verdicts.same == Proportion(2, 3)
    assert report.verdicts.alpha == pytest.approx(4 / 9)
    # Codes let stand: E11.9, I10 always; 99214 or 99213 apart once: 2 × (3 + 2 + 3) of 3 × 6
    assert (report.codes.exact, report.codes.positive) == (Proportion(2, 3), Proportion(16, 18))
    assert double_coding_report(stage=Stage.CODING, at=NOON).codes.encounters == 0


def test_not_billable_is_a_word_without_codes(copy, kim):
    held = take_next(by=kim, at=NOON, stages=["coding"])
    mark_not_billable(assignment=held, by=kim, at=NOON, reason=NotBillableReason.NOT_SIGNED)
    report = double_coding_report(stage=Stage.CODING, at=NOON)
    assert (report.codes.encounters, report.codes.positive) == (1, Proportion(0, 3))


def test_what_was_taken_back_is_not_compared(copy, kim):
    held = take_next(by=kim, at=NOON, stages=["coding"])
    sent = submit_undoably(
        submit_coding, assignment=held, by=kim, at=NOON, coded=coded(*FIRST), draft={}, reason="documented"
    )
    take_back_submission(submission=sent, by=kim, at=NOON)
    assert double_coding_report(stage=Stage.CODING, at=NOON).codes.encounters == 0
    copy.refresh_from_db()
    assert copy.status == "coding"


def test_an_empty_report_says_so(client, max_):
    client.force_login(max_)
    assert "Nothing to compare yet." in read(client.get(reverse("coding:double-coding")))


def test_the_report_costs_as_many_queries_for_many_visits(ann, kim, river, ada, django_assert_max_num_queries):
    load_codes()
    agreed_on(river, ada, codings=100)
    counts = []
    for _ in range(2):
        for _ in range(2):
            visit(ann, river)
            on_the_line()
            code_twice(kim)
        with django_assert_max_num_queries(14) as counted:
            double_coding_report(stage=Stage.CODING, at=NOON)
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_suggestions_are_decided_on_the_copy(ann, river, ada, kim):
    load_codes()
    agreed_on(river, ada, codings=100)
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=river))
    encounter = precoded(waiting(chart=chart), ann)
    found = [Suggested(System.ICD10CM, "I10")]
    made = keep_suggestions(encounter=encounter, found=found, engine="test", at=NOON)
    type(made).objects.update(is_blind=False)
    held = take_next(by=ann, at=NOON, stages=["coding"])
    submit_coding(assignment=held, by=ann, at=NOON, coded=coded(*FIRST), reason="documented")
    on_the_line()
    second = code_twice(kim, version=("E119", "99213@1"))
    rows = SuggestionDecision.objects.order_by("pk").values_list("coding__author__name", "decision")
    assert list(rows) == [("Ann Archer", "accepted"), ("Kim Larsen", "undecided")]
    assert second.encounter.repeats == encounter
