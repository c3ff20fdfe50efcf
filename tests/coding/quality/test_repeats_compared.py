"""What was done twice is nobody's production; it is compared, for managers alone."""

from datetime import timedelta

import pytest
from django.urls import reverse

from coding.actions.coding import submit_coding
from coding.actions.double_coding import double_coding_report
from coding.actions.holds import mark_not_billable
from coding.actions.queue import take_next
from coding.actions.suggesting import keep_suggestions
from coding.actions.undoing import submit_undoably, take_back_submission
from coding.models import (
    SuggestionDecision,
)
from coding.rules.codings import System
from coding.rules.lifecycle import NotBillableReason, Stage
from coding.rules.proportions import Proportion
from tests import factories
from tests.coding.lines import NOON, coded, load_codes, precoded, waiting
from tests.coding.quality.twice import FIRST, agreed_on, code_twice, judge, on_the_line, visit
from tests.coding.worded import Suggested

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


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
    shown = client.get(reverse("coding:double-coding")).content.decode()
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
    assert "Nothing to compare yet." in client.get(reverse("coding:double-coding")).content.decode()


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
