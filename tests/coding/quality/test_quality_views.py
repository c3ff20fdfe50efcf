"""Pages of quality: what waits for whom, a step with its refusals, and figures with what they rest on."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.models import Dispute
from coding.rules.check_reasons import CheckReason
from portal.rules.roles import Role
from tests import factories
from tests.coding.judged import told
from tests.coding.lines import coded, load_codes, verified, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def dispute(river, ann, bea):
    """Ann coded 99214, Bea 99213."""
    load_codes()
    verified(river, ann, bea)
    return Dispute.objects.get()


def step(client, dispute, move, comment=""):
    return client.post(reverse("coding:dispute-step", args=[dispute.pk]), {"move": move, "comment": comment})


def page(client, name, *args):
    return client.get(reverse(f"coding:{name}", args=args)).content.decode()


def test_a_coder_finds_what_waits_and_rebuts_it(client, dispute, ann, bea):
    client.force_login(ann)
    assert dispute.label in page(client, "quality")
    shown = page(client, "dispute", dispute.pk)
    assert "99214" in shown
    assert "99213" in shown
    assert "E/M level" in shown
    assert 'value="agree"' in shown
    assert 'value="rebut"' in shown
    assert 'value="uphold"' not in shown
    answer = step(client, dispute, "rebut", "Two chronic conditions.")
    assert (answer.status_code, answer.url) == (302, reverse("coding:quality"))
    assert "Nothing waits for you." in page(client, "quality")
    client.force_login(bea)
    shown = page(client, "dispute", dispute.pk)
    assert "Two chronic conditions." in shown
    assert 'value="withdraw"' in shown
    assert 'value="agree"' not in shown


def test_after_a_step_comes_the_next_that_waits(client, dispute, river, ann, bea):
    verified(river, ann, bea)
    other = Dispute.objects.exclude(pk=dispute.pk).get()
    client.force_login(ann)
    assert step(client, dispute, "agree").url == reverse("coding:dispute", args=[other.pk])


def test_what_is_settled_is_shown_once_more_with_its_ruling_and_the_next(client, dispute, river, ann, bea, max_):
    verified(river, ann, bea)
    other = Dispute.objects.exclude(pk=dispute.pk).get()
    for one in (dispute, other):
        client.force_login(ann)
        step(client, one, "rebut", "Two chronic conditions.")
        client.force_login(bea)
        step(client, one, "escalate", "We read it differently.")
    client.force_login(max_)
    here = reverse("coding:dispute", args=[dispute.pk])
    assert step(client, dispute, "settle_withdrawn", "Both are in the plan.").url == here
    shown = page(client, "dispute", dispute.pk)
    assert f'{reverse("coding:issue-ruling")}?dispute={dispute.pk}" data-action="dispute.rule"' in shown
    assert f'{reverse("coding:dispute", args=[other.pk])}" data-action="dispute.next"' in shown
    assert 'data-action="dispute.next"' not in page(client, "dispute", other.pk)  # it has to be settled itself first


def test_a_rebuttal_without_a_reason_is_shown_again_with_what_is_missing(client, dispute, ann):
    client.force_login(ann)
    answer = step(client, dispute, "rebut", "  ")
    assert answer.status_code == 422
    assert "Say why, in a sentence." in answer.content.decode()
    dispute.refresh_from_db()
    assert dispute.status == "told"


def test_a_step_that_is_not_theirs_is_refused(client, dispute, ann, bea):
    client.force_login(bea)
    assert step(client, dispute, "agree").status_code == 409
    client.force_login(ann)
    assert step(client, dispute, "lapse").status_code == 422
    answer = step(client, dispute, "uphold", "No.")
    assert (answer.status_code, answer.url) == (302, reverse("coding:dispute", args=[dispute.pk]))
    dispute.refresh_from_db()
    assert dispute.status == "told"


def test_another_coder_finds_neither_the_discrepancy_nor_the_figures(client, dispute, ann):
    client.force_login(factories.UserFactory(roles=[Role.CODER]))
    assert client.get(reverse("coding:dispute", args=[dispute.pk])).status_code == 404
    assert step(client, dispute, "agree").status_code == 404
    assert client.get(reverse("coding:person-quality", args=[ann.pk])).status_code == 404


def test_figures_print_numerator_denominator_and_interval(client, dispute, river, ann, bea, max_):
    verified(river, ann, bea, mine="99213@1", theirs="99213@1")
    for reader in (ann, max_):
        client.force_login(reader)
        shown = page(client, "person-quality", ann.pk)
        # 3 lines each (E11.9, I10, the visit): 5 of 6 right; 1 of 2 encounters.
        assert "5 of 6 · 83 % (44 to 97)" in shown
        assert "1 of 2 · 50 % (9 to 91)" in shown
        assert "0.62 RVUs" in shown
        assert "Every difference, divided by correct + missed + wrong + extra: 2" in shown


def test_the_trend_counts_what_stands_by_kind_and_month(client, river, ann, bea, time_machine):
    now = timezone.now().replace(day=15, hour=17)
    time_machine.move_to(now, tick=False)
    for back, part in ((0, 1), (0, 2), (40, 3)):
        chart = factories.ChartFactory(batch=factories.BatchFactory(practice=river))
        told(waiting(chart=chart, part=part), coder=ann, verifier=bea, at=now - timedelta(days=back))
    gone = Dispute.objects.latest("pk")
    Dispute.objects.filter(pk=gone.pk).update(status="withdrawn", due_at=None)
    client.force_login(ann)
    context = client.get(reverse("coding:person-quality", args=[ann.pk])).context
    trend = context["trend"]
    assert [count for _, count in trend["encounters"]] == [1, 2]
    (missed,) = trend["kinds"]
    assert (missed["label"], [count for _, count in missed["counts"]], missed["all"]) == ("Missed", [0, 2], 2)
    assert [month for month, _ in missed["counts"]] == trend["months"]


def test_only_the_first_verdict_on_an_encounter_counts(client, river, ann, bea):
    from coding.actions.coding import submit_coding
    from coding.actions.queue import take_next
    from coding.actions.verification import give_verdict
    from coding.rules.lifecycle import Stage
    from tests.coding.lines import submitted

    load_codes()
    at = timezone.now()
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=river))
    submitted(waiting(at=at, chart=chart), ann, at=at, version=coded("E119", "99214@1"))
    give_verdict(
        assignment=take_next(by=bea, at=at), by=bea, at=at, verdict="returned", coded=coded("E119", "99213@1"),
        comment="The level?",
    )  # fmt: skip
    submit_coding(
        assignment=take_next(by=ann, at=at, stages=[Stage.CODING]), by=ann, at=at, coded=coded("E119", "99213@1"),
        reason=CheckReason.DOCUMENTED,
    )  # fmt: skip
    give_verdict(assignment=take_next(by=bea, at=at), by=bea, at=at, verdict="verified", coded=None)
    client.force_login(ann)
    context = client.get(reverse("coding:person-quality", args=[ann.pk])).context
    assert context["encounters"] == 1
    assert context["figures"][2]["value"].startswith("0 of 1")
