"""For half a minute a submission can be taken back by its person, and nobody else gets the encounter."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.ahead import hold_ahead
from coding.actions.coding import submit_coding
from coding.actions.delivery import JOB, queue_delivery_if_complete
from coding.actions.disputes import StepRefused, rebut_discrepancy
from coding.actions.drafts import draft_of, save_draft
from coding.actions.leases import LeaseLost
from coding.actions.moves import AlreadyMoved
from coding.actions.precoding import finish_precoding
from coding.actions.quality import first_scores
from coding.actions.queue import give, push_work, take_back, take_next
from coding.actions.undoing import TooLate, forget_sent_drafts, submit_undoably, take_back_submission
from coding.actions.verification import earlier_differences, give_verdict
from coding.forms.quality import DisputeStepForm
from coding.models import (
    Assignment,
    Coding,
    Dispute,
    DisputeStep,
    Encounter,
    QueueRank,
    Submission,
    Verdict,
    Verification,
)
from coding.rules.check_reasons import CheckReason
from coding.rules.lifecycle import EncounterStatus, Stage
from coding.signals import submission_taken_back
from portal.models import AuditEvent, Contract, Job, User
from portal.rules.roles import Role
from tests import factories
from tests.coding.benches import body, form_for, to_code, to_verify, visit, with_words
from tests.coding.lines import MINUTE, NOON, coded, facts_for, load_codes, precoded, submitted, waiting

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
DRAFT = {"diagnoses": [{"code": "E119"}], "procedures": [], "comment": "as sent", "worksheet": {}}


def code_it(assignment, by, at=NOON, version=None):
    return submit_undoably(
        submit_coding, assignment=assignment, by=by, at=at, draft=DRAFT, coded=version or coded(),
        reason=CheckReason.DOCUMENTED,
    )  # fmt: skip


@pytest.fixture
def codes(db):
    load_codes()
    Contract.objects.update(verification_share=100)


@pytest.fixture
def sent(ann, codes):
    """Ann has submitted the coding of a returned encounter."""
    encounter = precoded(waiting(), ann)
    Encounter.objects.filter(pk=encounter.pk).update(queue_rank=QueueRank.RETURNED, reserved_for=ann, coded_by=ann)
    work = take_next(by=ann, at=NOON, stages=[Stage.CODING])
    save_draft(assignment=work, by=ann, version=0, body=DRAFT, at=NOON)
    return code_it(work, ann)


def the_encounter():
    return Encounter.objects.get()


def test_nobody_else_gets_it_before_the_half_minute_is_over(sent, bea):
    assert take_next(by=bea, at=NOON + 29 * SECOND) is None
    assert the_encounter().status == EncounterStatus.TO_VERIFY
    assert take_next(by=bea, at=NOON + 30 * SECOND).encounter == sent.encounter


def test_it_is_not_assigned_nor_held_ahead_before(sent, bea):
    User.objects.filter(pk=bea.pk).update(push_limit=3)
    assert push_work(at=NOON + 29 * SECOND) == 0
    other = submitted(waiting(), factories.UserFactory(roles=[Role.CODER]))
    work = take_next(by=bea, at=NOON)
    assert work.encounter == other
    assert hold_ahead(assignment=work, by=bea, at=NOON + 29 * SECOND) == []
    assert [one.encounter for one in hold_ahead(assignment=work, by=bea, at=NOON + 30 * SECOND)] == [sent.encounter]


def test_taken_back_it_is_as_it_was(sent, ann):
    before = Coding.objects.get()
    work = take_back_submission(submission=sent, by=ann, at=NOON + 29 * SECOND)
    encounter = the_encounter()
    assert (encounter.status, encounter.queue_rank) == (EncounterStatus.CODING, QueueRank.RETURNED)
    assert (encounter.reserved_for, encounter.coded_by, encounter.rests_until) == (ann, ann, None)
    assert encounter.waiting_since == NOON
    assert (work.pk, work.ended_at, work.end) == (sent.assignment_id, None, "")
    assert work.lease_until > NOON + MINUTE
    assert draft_of(encounter=encounter, stage=Stage.CODING, author=ann).body == DRAFT
    assert Coding.objects.get() == before, "what was written stays as history"
    assert list(encounter.events.values_list("move", flat=True))[-2:] == ["submit_coding", "undo_coding"]
    assert AuditEvent.objects.filter(action="encounter.moved", actor=ann, detail__move="undo_coding").exists()
    again = code_it(work, ann, at=NOON + MINUTE)
    assert Coding.objects.order_by("version").last().version == before.version + 1
    assert take_back_submission(submission=again, by=ann, at=NOON + MINUTE).pk == work.pk


def test_the_half_minute_ends(sent, ann):
    with pytest.raises(TooLate):
        take_back_submission(submission=sent, by=ann, at=NOON + 30 * SECOND)
    assert the_encounter().status == EncounterStatus.TO_VERIFY


def test_it_is_taken_back_once(sent, ann):
    take_back_submission(submission=sent, by=ann, at=NOON)
    with pytest.raises(AlreadyMoved):
        take_back_submission(submission=sent, by=ann, at=NOON)


def test_others_take_nothing_back(sent, bea):
    with pytest.raises(TooLate):
        take_back_submission(submission=sent, by=bea, at=NOON)


def test_what_somebody_was_given_meanwhile_stays_with_them(sent, ann, bea, max_):
    given = give(encounter=sent.encounter, to=bea, by=max_, at=NOON + SECOND)
    with pytest.raises(AlreadyMoved):
        take_back_submission(submission=sent, by=ann, at=NOON + 2 * SECOND)
    assert Assignment.objects.open().get() == given


def test_a_refused_submission_rests_not(ann, codes):
    precoded(waiting(), ann)
    work = take_next(by=ann, at=NOON, stages=[Stage.CODING])
    with pytest.raises(LeaseLost):
        code_it(work, ann, at=work.lease_until)
    assert the_encounter().rests_until is None
    assert not Submission.objects.exists()


def test_precoding_is_taken_back_from_ones_own_coding(ann, codes):
    encounter = waiting()
    work = take_next(by=ann, at=NOON)
    facts = {"patient_name": "Test Person"}
    sent = submit_undoably(
        finish_precoding, assignment=work, by=ann, at=NOON, draft=facts, facts=facts_for(encounter)
    )  # fmt: skip
    assert take_next(by=factories.UserFactory(roles=[Role.CODER]), at=NOON) is None
    with pytest.raises(LeaseLost):
        take_back(encounter=encounter, stage=Stage.CODING, by=factories.UserFactory(roles=[Role.CODER]), at=NOON)
    coding = take_next(by=ann, at=NOON + SECOND)
    assert coding.encounter == encounter, "its own person may go on with it"
    take_back_submission(submission=sent, by=ann, at=NOON + 2 * SECOND)
    coding.refresh_from_db()
    assert (coding.end, the_encounter().status) == ("released", EncounterStatus.PRECODING)
    assert draft_of(encounter=encounter, stage=Stage.PRECODING, author=ann).body == facts


def test_a_verdict_is_taken_back_and_counts_no_more(ann, bea, codes):
    encounter = submitted(waiting(), ann)
    work = take_next(by=bea, at=NOON)
    verdict = {"verdict": Verdict.RETURNED, "coded": None, "comment": "Look again."}
    sent = submit_undoably(give_verdict, assignment=work, by=bea, at=NOON, draft=DRAFT, **verdict)
    assert take_next(by=ann, at=NOON + SECOND) is None, "the coder does not get it yet"
    heard = []
    submission_taken_back.connect(lambda submission, **_more: heard.append(submission), weak=False, dispatch_uid="t")
    try:
        take_back_submission(submission=sent, by=bea, at=NOON + SECOND)
    finally:
        submission_taken_back.disconnect(dispatch_uid="t")
    assert [one.verification for one in heard] == [Verification.objects.get()]
    encounter.refresh_from_db()
    assert (encounter.status, encounter.queue_rank, encounter.reserved_for) == ("verifying", QueueRank.NORMAL, None)
    assert encounter.waiting_since == NOON
    assert draft_of(encounter=encounter, stage=Stage.VERIFICATION, author=bea).body == DRAFT


def test_nothing_of_a_verdict_stands_that_was_taken_back(ann, bea, codes):
    encounter = submitted(waiting(), ann, version=coded(procedures="99214@1"))
    work = take_next(by=bea, at=NOON)
    mine = {"verdict": Verdict.CORRECTED, "coded": coded(procedures="99213@1")}
    sent = submit_undoably(give_verdict, assignment=work, by=bea, at=NOON, draft=DRAFT, **mine)
    assert [one.status for one in Dispute.objects.all()] == ["told"]
    assert len(first_scores(ann, seen_by=bea, since=NOON - MINUTE)) == 1
    work = take_back_submission(submission=sent, by=bea, at=NOON + SECOND)
    assert [one.status for one in Dispute.objects.all()] == ["withdrawn"]
    assert DisputeStep.objects.get(move="take_back").user == bea
    assert first_scores(ann, seen_by=bea, since=NOON - MINUTE) == []
    assert earlier_differences(encounter) == [], "the same difference may be said again"
    submit_undoably(give_verdict, assignment=work, by=bea, at=NOON + MINUTE, draft=DRAFT, **mine)
    [score] = first_scores(ann, seen_by=bea, since=NOON - MINUTE)
    assert score.verification != sent.verification
    with pytest.raises(StepRefused):
        rebut_discrepancy(dispute=Dispute.objects.get(status="told"), by=bea, at=NOON + MINUTE, comment="Mine")


def test_no_person_takes_a_single_discrepancy_back():
    assert not DisputeStepForm({"move": "take_back", "comment": ""}).is_valid()
    assert DisputeStepForm({"move": "agree", "comment": ""}).is_valid()


def test_what_was_taken_back_does_not_send_the_next_version_to_verification(ann, codes):
    precoded(waiting(), ann)
    Contract.objects.update(verification_share=0)
    work = take_next(by=ann, at=NOON, stages=[Stage.CODING])
    sent = code_it(work, ann)
    assert the_encounter().status == EncounterStatus.VERIFIED
    take_back_submission(submission=sent, by=ann, at=NOON)
    assert (the_encounter().status, the_encounter().finished_at) == (EncounterStatus.CODING, None)
    code_it(work, ann, at=NOON + SECOND)
    assert the_encounter().status == EncounterStatus.VERIFIED


def test_a_batch_is_delivered_when_nothing_of_it_can_be_taken_back(ann, bea, codes):
    encounter = submitted(waiting(), ann)
    work = take_next(by=bea, at=NOON)
    submit_undoably(
        give_verdict, assignment=work, by=bea, at=NOON, draft={}, verdict=Verdict.VERIFIED, coded=None
    )  # fmt: skip
    job = Job.objects.get(kind=JOB)
    assert job.due_at == NOON + 30 * SECOND
    Encounter.objects.filter(pk=encounter.pk).update(rests_until=NOON + 50 * SECOND)
    assert queue_delivery_if_complete(batch=encounter.batch, at=NOON + SECOND) == job
    job.refresh_from_db()
    assert job.due_at == NOON + 50 * SECOND


def test_sent_drafts_are_kept_no_longer_than_needed(sent):
    assert forget_sent_drafts(at=NOON + 29 * SECOND) == 0
    assert forget_sent_drafts(at=NOON + 30 * SECOND) == 1
    assert Submission.objects.get().draft is None


# -- at the bench ----------------------------------------------------------------------------------------------


def submit(browser, held, **headers):
    form = form_for(held, body=body("E119", ("99213", [1])), action="submit_next")
    return browser.post(reverse("coding:code", args=[held.encounter_id]), form, headers=headers)


def test_a_bench_that_shows_the_next_is_only_told(river, ann, as_user):
    held = to_code(river, ann)
    visit(river)
    answer = submit(as_user(ann), held, **{"X-Next": "shown"})
    sent = Submission.objects.get()
    assert answer.json()["said"] == f"{held.encounter.label} submitted."
    undo = answer.json()["undo"]
    assert (undo["url"], undo["encounter"]) == (reverse("coding:undo", args=[sent.pk]), held.encounter_id)
    assert 27 <= undo["seconds"] <= 30
    assert not Assignment.objects.open().exists(), "the next is opened by the page that shows it"
    assert sent.draft["diagnoses"] == [{"code": "E119"}]


def test_it_is_taken_back_at_the_bench_with_what_was_sent(river, ann, as_user):
    held, browser = to_code(river, ann), as_user(ann)
    submit(browser, held)
    sent = Submission.objects.get()
    url = reverse("coding:undo", args=[sent.pk])
    assert browser.post(url, {"encounter": held.encounter_id + 1}).status_code == 404
    answer = browser.post(url, {"encounter": held.encounter_id}, follow=True)
    assert answer.redirect_chain == [(reverse("coding:code", args=[held.encounter_id]), 302)]
    assert [row["code"] for row in answer.context["state"]["diagnoses"]] == ["E119"]


def test_without_scripts_it_is_taken_back_from_the_next_page(river, ann, as_user):
    held, browser = to_code(river, ann), as_user(ann)
    visit(river)
    page = browser.get(submit(browser, held).url).content.decode()
    assert reverse("coding:undo", args=[Submission.objects.get().pk]) in page
    assert (
        reverse("coding:undo", args=[Submission.objects.get().pk])
        in browser.get(reverse("coding:queue")).content.decode()
    )


def test_why_it_was_not_taken_back_is_said(river, ann, as_user):
    held, browser = to_code(river, ann), as_user(ann)
    submit(browser, held)
    sent = Submission.objects.get()
    Submission.objects.update(until=timezone.now(), submitted_at=timezone.now() - MINUTE)
    url, form = reverse("coding:undo", args=[sent.pk]), {"encounter": held.encounter_id}
    refused = browser.post(url, form, headers={"X-Requested-With": "fetch"})
    assert (refused.status_code, refused.json()["message"]) == (
        409, f"{held.encounter.label} was not taken back: it was submitted too long ago.",
    )  # fmt: skip
    assert "submitted too long ago" in browser.post(url, form, follow=True).content.decode()
    Encounter.objects.update(status=EncounterStatus.TO_CODE)
    assert "moved on" in browser.post(url, form, headers={"X-Requested-With": "fetch"}).json()["message"]


def test_the_drawer_lists_ten_with_their_keys(river, ann, bea, as_user):
    held = to_verify(river, ann, bea)
    browser = as_user(bea)
    form = form_for(held, body=with_words(held, body("E119 I10", ("99213", [1, 2]))), action="corrected")
    browser.post(reverse("coding:verify", args=[held.encounter_id]), form)
    for place in range(11):
        factories.AssignmentFactory(
            user=bea, stage=Stage.VERIFICATION, end="finished", ended_at=timezone.now() - place * MINUTE
        )
    rows = browser.get(reverse("coding:recent")).context["recent"]
    assert [row["key"] for row in rows] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]
    assert [row["label"] for row in rows if row["undo"]] == [held.encounter.label]
    assert {row["url"] for row in rows if row["pk"] == held.encounter_id} == {
        reverse("coding:verify", args=[held.encounter_id])
    }


def test_figures_count_what_lasts(river, ann, max_, as_user):
    held, browser = to_code(river, ann), as_user(ann)
    submit(browser, held)
    manager = as_user(max_)

    def coded_today():
        stage = manager.get(reverse("coding:operations")).context["stages"][1]
        rows = manager.get(reverse("coding:operations-encounters"), {"state": "done_today", "stage": "coding"})
        assert len(rows.context["rows"]) == stage["done"]["count"]
        return stage["done"]["count"]

    assert coded_today() == 1
    sent = Submission.objects.get()
    browser.post(reverse("coding:undo", args=[sent.pk]), {"encounter": held.encounter_id})
    assert coded_today() == 0
