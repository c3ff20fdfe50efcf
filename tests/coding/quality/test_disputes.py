"""From the verdict to the end of its discrepancies, and what that does to the score."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from coding.actions.disputes import (
    StepRefused,
    agree_discrepancy,
    decide_rebuttal,
    escalate_dispute,
    lapse_disputes,
    rebut_discrepancy,
    settle_dispute,
)
from coding.actions.moves import AlreadyMoved
from coding.actions.queue import take_next
from coding.actions.scores import Backdated, keep_score, set_quality_terms
from coding.actions.verification import ReasonsMissing, earlier_differences, give_verdict
from coding.models import Dispute, DisputeStep, QualityTerms, Score, Verdict
from coding.rules.check_reasons import CheckReason
from coding.rules.discrepancies import keys_of
from coding.rules.disputes import DisputeStatus, Refusal, sort_out
from coding.rules.reasons import Judgement, Reason, Severity
from coding.rules.scoring_profiles import PRESETS, STANDARD
from portal.models import AuditEvent
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import MINUTE, NOON, coded, load_codes, submitted, waiting

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
STANDARD_TERMS = {"name": "Plain", "profile": STANDARD, "step_hours": 24}


@pytest.fixture
def held(ann, bea):
    """Bea verifies Ann's 99214 for diabetes and hypertension."""
    load_codes()
    submitted(waiting(), ann, version=coded("E119 I10", "99214@1"))
    return take_next(by=bea, at=NOON)


@pytest.fixture
def said(held, bea):
    """Bea corrects: hypertension is not documented, the level is 99213."""
    return give_verdict(assignment=held, by=bea, at=NOON, verdict=Verdict.CORRECTED, coded=coded("E119", "99213@1"))


@pytest.fixture
def level(said):
    return said.disputes.get(kind="up_coded")


def lines(score):
    return score.lines_right, score.lines_of


# -- the verdict ---------------------------------------------------------------------------------------


def test_a_verdict_proposes_reasons_tells_the_coder_and_is_scored(said, ann, bea):
    assert list(
        said.discrepancies.values_list("kind", "part", "coder_place", "verifier_place", "reason", "severity")
    ) == [
        ("unsupported", "diagnosis", 2, None, "unsupported", "payment"),
        ("up_coded", "procedure", 1, 1, "em_level", "payment"),
    ]
    for dispute in said.disputes.all():
        assert (dispute.status, dispute.coder, dispute.verifier) == ("told", ann, bea)
        assert (dispute.since, dispute.due_at) == (NOON, NOON + 48 * HOUR)
        assert [step.move for step in dispute.steps.all()] == ["tell"]
    score = said.scores.get()
    # E11.9 right of E11.9, I10 (extra) and the level; 99214 for 99213 is 1.92 - 1.30 over.
    assert (lines(score), score.rows, score.right_rows, score.terms) == ((1, 3), 3, 1, None)
    assert (score.over, score.under, score.worth) == (Decimal("0.62"), 0, Decimal("1.30"))
    assert (score.is_clean, score.pays_the_same, score.first_listed_right) == (False, False, True)


def test_the_verifiers_word_replaces_what_was_proposed(held, bea):
    version = coded("E119", "99213@1")
    from coding.actions.verification import differences, judged_version

    struck, level = keys_of(differences(judged_version(held.encounter), version))
    word = Judgement(Reason.GUIDELINE, Severity.QUALITY, "See the time statement.")
    with pytest.raises(ReasonsMissing) as missing:
        give_verdict(
            assignment=held, by=bea, at=NOON, verdict=Verdict.CORRECTED, coded=version, judgements={level: word}
        )
    assert missing.value.keys == (struck,)
    said = give_verdict(
        assignment=held, by=bea, at=NOON, verdict=Verdict.CORRECTED, coded=version,
        judgements={
            struck: Judgement(Reason.UNSUPPORTED, Severity.PAYMENT), level: word, "of nothing there": word,
        },
    )  # fmt: skip
    assert list(said.discrepancies.values_list("reason", "severity", "note")) == [
        ("unsupported", "payment", ""),
        ("guideline", "quality", "See the time statement."),
    ]


def test_agreement_scores_all_lines_right(held, bea):
    said = give_verdict(assignment=held, by=bea, at=NOON, verdict=Verdict.VERIFIED, coded=None)
    score = said.scores.get()
    assert (lines(score), score.is_clean, score.pays_the_same) == ((3, 3), True, True)
    assert not said.disputes.exists()


def test_work_returned_without_a_version_is_not_scored(held, bea):
    said = give_verdict(assignment=held, by=bea, at=NOON, verdict=Verdict.RETURNED, coded=None, comment="Which knee?")
    assert not said.scores.exists()


# -- the terms -----------------------------------------------------------------------------------------


def test_the_terms_of_the_day_score_it_and_set_the_clock(held, bea, ada):
    practice = held.encounter.practice
    first, second = (
        set_quality_terms(
            practice=practice, by=ada, at=NOON, name=name, starts_on=starts_on, profile=PRESETS[name], step_hours=hours
        )
        for name, starts_on, hours in (
            ("Codes the verifier has", date(2026, 11, 2), 24),
            ("Payment only", date(2026, 11, 3), 5),
        )
    )
    assert (first.version, second.version) == (1, 2)
    said = give_verdict(assignment=held, by=bea, at=NOON, verdict=Verdict.CORRECTED, coded=coded("E119", "99213@1"))
    # Two codes has the verifier, E11.9 is among the coder's; the extra I10 is out of it.
    score = said.scores.get()
    assert (score.terms, lines(score)) == (first, (1, 2))
    assert {dispute.due_at for dispute in said.disputes.all()} == {NOON + 24 * HOUR}
    later = QualityTerms.objects.in_force(date(2026, 11, 3)).filter(practice=practice).first()
    assert later == second
    assert AuditEvent.objects.filter(action="quality.terms_set", object_id=second.pk).exists()


def test_later_terms_do_not_reach_an_earlier_score(said, bea, ada, ann, level):
    practice = said.encounter.practice
    set_quality_terms(
        practice=practice, by=ada, at=NOON + HOUR, name="New", starts_on=date(2026, 11, 2),
        profile=PRESETS["Payment only"], step_hours=1,
    )  # fmt: skip
    rebut_discrepancy(dispute=level, by=ann, at=NOON + HOUR, comment="Two chronic conditions.")
    assert level.due_at == NOON + 49 * HOUR
    decide_rebuttal(dispute=level, upheld=False, by=bea, at=NOON + 2 * HOUR)
    assert [score.terms for score in said.scores.order_by("revision")] == [None, None]


def test_terms_do_not_begin_in_the_past(river, ada):
    with pytest.raises(Backdated):
        set_quality_terms(practice=river, by=ada, at=NOON, starts_on=date(2026, 11, 1), **STANDARD_TERMS)


# -- the way -------------------------------------------------------------------------------------------


def test_a_coder_agrees(level, ann, said):
    agree_discrepancy(dispute=level, by=ann, at=NOON + MINUTE)
    assert (level.status, level.due_at, level.since) == ("agreed", None, NOON + MINUTE)
    step = level.steps.get(move="agree")
    assert (step.user, step.old_status, step.new_status, step.was_due_at) == (ann, "told", "agreed", NOON + 48 * HOUR)
    assert AuditEvent.objects.filter(action="dispute.moved", object_id=level.pk, actor=ann).exists()
    assert said.scores.count() == 1


def test_a_rebuttal_is_withdrawn_and_the_score_counted_anew(level, ann, bea, said):
    rebut_discrepancy(dispute=level, by=ann, at=NOON, comment="  Prescription drug management. ")
    assert level.steps.get(move="rebut").comment == "Prescription drug management."
    decide_rebuttal(dispute=level, upheld=False, by=bea, at=NOON + HOUR)
    assert level.status == "withdrawn"
    first, second = said.scores.order_by("revision")
    assert (lines(first), lines(second), second.at) == ((1, 3), (2, 3), NOON + HOUR)
    assert (second.over, second.worth) == (0, Decimal("1.92"))
    assert list(Score.objects.newest()) == [second]


def test_an_upheld_one_goes_to_a_manager_who_is_neither_side(level, ann, bea, max_, said):
    rebut_discrepancy(dispute=level, by=ann, at=NOON, comment="Two chronic conditions.")
    decide_rebuttal(dispute=level, upheld=True, by=bea, at=NOON, comment="Only one is addressed.")
    assert (level.status, level.due_at) == ("upheld", NOON + 48 * HOUR)
    escalate_dispute(dispute=level, by=ann, at=NOON, comment="The plan names both.")
    for side in (ann, bea):
        with pytest.raises(StepRefused) as refused:
            settle_dispute(dispute=level, upheld=True, by=side, at=NOON, comment="I am right.")
        assert refused.value.reason is Refusal.OWN_WORK
    settle_dispute(dispute=level, upheld=False, by=max_, at=NOON + HOUR, comment="The plan does name both.")
    assert (level.status, level.manager) == ("settled_withdrawn", max_)
    assert [step.move for step in level.steps.all()] == ["tell", "rebut", "uphold", "escalate", "settle_withdrawn"]
    assert said.scores.count() == 2


def test_a_verifier_who_manages_too_does_not_settle_their_own_verdict(ann):
    load_codes()
    both = factories.UserFactory(roles=[Role.VERIFIER, Role.MANAGER])
    submitted(waiting(), ann, version=coded("E119", "99214@1"))
    held = take_next(by=both, at=NOON)
    said = give_verdict(assignment=held, by=both, at=NOON, verdict=Verdict.CORRECTED, coded=coded("E119", "99213@1"))
    dispute = said.disputes.get()
    rebut_discrepancy(dispute=dispute, by=ann, at=NOON, comment="No.")
    escalate_dispute(dispute=dispute, by=both, at=NOON, comment="Please decide.")
    with pytest.raises(StepRefused):
        settle_dispute(dispute=dispute, upheld=True, by=both, at=NOON, comment="I am right.")
    with pytest.raises(IntegrityError, match="not_settled_by_a_side"), transaction.atomic():
        Dispute.objects.filter(pk=dispute.pk).update(status="settled_upheld", manager=both, due_at=None)
    assert not Dispute.objects.waiting_for(both).exists()


def test_a_step_out_of_turn_is_refused_and_leaves_nothing(level, ann, bea):
    with pytest.raises(AlreadyMoved):
        decide_rebuttal(dispute=level, upheld=False, by=bea, at=NOON)
    with pytest.raises(StepRefused):
        agree_discrepancy(dispute=level, by=bea, at=NOON)
    with pytest.raises(StepRefused):
        rebut_discrepancy(dispute=level, by=ann, at=NOON, comment="   ")
    agree_discrepancy(dispute=level, by=ann, at=NOON)
    with pytest.raises(AlreadyMoved):
        rebut_discrepancy(dispute=level, by=ann, at=NOON, comment="On second thoughts.")
    assert list(DisputeStep.objects.filter(dispute=level).values_list("move", flat=True)) == ["tell", "agree"]


def test_what_a_coder_does_not_answer_lapses_and_stands(said, level, ann, bea, max_):
    other = said.disputes.exclude(pk=level.pk).get()
    rebut_discrepancy(dispute=level, by=ann, at=NOON, comment="Two chronic conditions.")
    assert lapse_disputes(at=NOON + 47 * HOUR) == 0
    assert lapse_disputes(at=NOON + 48 * HOUR) == 1
    other.refresh_from_db()
    assert (other.status, other.steps.get(move="lapse").user) == ("lapsed", None)
    assert said.scores.count() == 1
    # A rebuttal never lapses by itself: its coder may go to a manager once the verifier is late.
    with pytest.raises(StepRefused) as refused:
        escalate_dispute(dispute=level, by=ann, at=NOON + 47 * HOUR, comment="No word.")
    assert refused.value.reason is Refusal.NOT_YET
    escalate_dispute(dispute=level, by=ann, at=NOON + 48 * HOUR, comment="No word.")
    assert list(Dispute.objects.waiting_for(max_)) == [level]


def test_whose_turn_it_is(said, level, ann, bea, max_):
    def turns():
        return [Dispute.objects.waiting_for(person).count() for person in (ann, bea, max_)]

    assert turns() == [2, 0, 0]
    rebut_discrepancy(dispute=level, by=ann, at=NOON, comment="No.")
    assert turns() == [1, 1, 0]
    decide_rebuttal(dispute=level, upheld=True, by=bea, at=NOON, comment="Yes.")
    assert turns() == [2, 0, 0]
    escalate_dispute(dispute=level, by=ann, at=NOON, comment="No.")
    assert turns() == [1, 0, 1]


def test_only_its_people_and_managers_see_a_dispute(level, ann, bea, max_, cleo, ada):
    kim = factories.UserFactory(roles=[Role.CODER])
    seen = [level in Dispute.objects.visible_to(person) for person in (ann, bea, max_, kim, cleo, ada)]
    assert seen == [True, True, True, False, False, False]


def test_the_next_verification_is_told_what_was_said_before(held, ann, bea, max_):
    from coding.actions.coding import submit_coding
    from coding.actions.verification import differences, judged_version

    version = coded("E119", "99213@1")
    said = give_verdict(
        assignment=held, by=bea, at=NOON, verdict=Verdict.RETURNED, coded=version, comment="Please look again."
    )
    level, extra = said.disputes.get(kind="up_coded"), said.disputes.get(kind="unsupported")
    agree_discrepancy(dispute=extra, by=ann, at=NOON)
    rebut_discrepancy(dispute=level, by=ann, at=NOON, comment="Two chronic conditions.")
    decide_rebuttal(dispute=level, upheld=False, by=bea, at=NOON)
    again = take_next(by=ann, at=NOON + MINUTE)
    version_two = coded("E119 I10", "99214-25@1")
    submit_coding(assignment=again, by=ann, at=NOON + MINUTE, coded=version_two, reason=CheckReason.DOCUMENTED)
    encounter = again.encounter
    found = differences(judged_version(encounter), version)
    sorted_out = sort_out(found, earlier_differences(encounter))
    assert [one.kind.value for one in sorted_out.fresh] == ["modifier"]
    assert [one.kind.value for one in sorted_out.fallen] == ["up_coded"]
    assert [one.kind.value for one in sorted_out.repeated] == ["unsupported"]


def test_a_score_is_the_same_when_it_is_counted_again(said):
    again = keep_score(verification=said, at=NOON)
    first = said.scores.get(revision=1)
    assert again.figures() == first.figures()
    assert (again.revision, again.terms) == (2, None)


def test_every_status_of_the_table_is_one_of_the_model():
    assert {value for value, _ in Dispute._meta.get_field("status").choices} == set(DisputeStatus)
