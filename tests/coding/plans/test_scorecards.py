"""Scorecards: a coder's page with everything beside the scores, the same for the manager; a verifier's page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.disputes import decide_rebuttal, rebut_discrepancy
from coding.actions.scorecards import coder_card, verifier_card
from coding.models import Dispute
from coding.rules.reasons import Reason
from portal.models import Contract
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import MINUTE, load_codes
from tests.coding.plan_constraints import plan
from tests.coding.plans.year import one_chart
from tests.coding.quality.twice import agreed_on, judge, on_the_line, visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def worked(river, ann, bea, now):
    """Four visits of Ann's, two of them too high."""
    load_codes()
    Contract.objects.filter(practice=river).update(verification_share=100)
    provider = factories.ProviderFactory(practice=river)
    for number in range(4):
        one_chart(river, provider, ann, bea, now - timedelta(days=1, hours=number), right=number > 1)
    return Dispute.objects.order_by("pk")


def page(browser, name, pk):
    return browser.get(reverse(f"coding:{name}", args=[pk])).content.decode()


def test_the_card_of_a_coder(worked, ann, now):
    card = coder_card(ann, seen_by=ann, at=now)
    assert [one.reason for one in card.found] == [Reason.EM_LEVEL] * 2
    assert {(one.coder_value, one.verifier_value) for one in card.found} == {("99214", "99213")}
    assert card.turnaround.visits == 4
    assert [one.waiting for one in card.audits] == [0, 0, 1, 1]
    assert {one.why for one in card.audits} == {"every visit"}


def test_a_withdrawn_discrepancy_leaves_the_card(worked, ann, bea, now):
    first = worked[0]
    rebut_discrepancy(dispute=first, by=ann, at=now, comment="Two chronic conditions.")
    decide_rebuttal(dispute=Dispute.objects.get(pk=first.pk), upheld=False, by=bea, at=now, comment="Yes.")
    assert len(coder_card(ann, seen_by=ann, at=now).found) == 1


def test_coder_and_manager_read_the_same_page(worked, river, ann, max_, as_user):
    plan(practice=river, set_by=max_)
    mine, theirs = (page(as_user(reader), "person-quality", ann.pk) for reader in (ann, max_))
    for shown in (mine, theirs):
        assert "Accuracy over time" in shown
        assert shown.count("<svg viewBox=") == 3
        assert "99213 (2)" in shown
        assert "4 of 40 charts toward the next gate" in shown
        assert "1 to answer" in shown
        assert "From opening to submitting" in shown
    assert 'data-action="dispute.next"' in mine
    assert 'data-action="dispute.next"' not in theirs


def test_the_pages_seed_is_never_shown_to_a_coder(worked, river, ann, max_, as_user):
    row = plan(practice=river, set_by=max_)
    assert row.seed not in page(as_user(ann), "person-quality", ann.pk)


# -- verifiers -----------------------------------------------------------------------------------------


def test_the_card_of_a_verifier(worked, ann, bea, now):
    first, second = worked
    rebut_discrepancy(dispute=first, by=ann, at=now, comment="Two chronic conditions.")
    decide_rebuttal(dispute=Dispute.objects.get(pk=first.pk), upheld=False, by=bea, at=now, comment="Yes.")
    rebut_discrepancy(dispute=second, by=ann, at=now, comment="This one too.")
    card = verifier_card(bea, at=now + MINUTE)
    assert (card.rebutted.count, card.rebutted.of) == (2, 2)
    assert (card.overturned.count, card.overturned.of, card.open_rebuttals) == (1, 1, 1)
    assert (card.reversed_.count, card.reversed_.of) == (1, 2)
    assert dict(card.verdicts) == {"corrected": 2, "verified": 2}


def test_agreement_with_who_judged_blindly_too(river, ann, bea, ada, now):
    load_codes()
    agreed_on(river, ada, verdicts=100, at=now)
    vic = factories.UserFactory(name="Vic Verity", roles=[Role.VERIFIER])
    for verdict, version in (("corrected", ("E119 I10", "99213@1")), ("verified", None)):
        visit(ann, river, at=now)
        judge(bea, at=now, version=("E119 I10", "99213@1"), verdict="corrected")
        assert on_the_line(at=now) == 1
        judge(vic, at=now, version=version, verdict=verdict)
    for person in (bea, vic):
        card = verifier_card(person, at=now + MINUTE)
        assert card.blind == 2
        assert (card.codes.count, card.codes.of) == (1, 2)
        assert card.kappa.observed.count == 1


def test_a_verifier_reads_their_own_page_and_nobody_elses(worked, bea, max_, as_user):
    other = factories.UserFactory(roles=[Role.VERIFIER])
    shown = page(as_user(bea), "verifier-quality", bea.pk)
    assert "Rebuttals that ended with the discrepancy withdrawn" in shown
    assert "None of these visits was judged by a second verifier yet." in shown
    assert as_user(bea).get(reverse("coding:verifier-quality", args=[other.pk])).status_code == 404
    assert "No verdict yet." in page(as_user(max_), "verifier-quality", other.pk)
