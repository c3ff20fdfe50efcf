"""One person's submissions that are on their way at the same moment: each of them is written."""

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.ahead import hold_ahead
from coding.actions.leases import open_assignment
from coding.actions.queue import take_next
from coding.models import Verification
from coding.rules.lifecycle import Stage
from portal.models import Contract
from tests import factories
from tests.coding.benches import body, chart_of_pages, form_for
from tests.coding.lines import coded, load_codes, submitted, waiting
from tests.coding.test_queue_concurrency import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
SAME = body("E119", ("99213", [1]))
TRIES = 8


@pytest.mark.usefixtures("at_once")
def test_two_verdicts_at_once_are_both_written(river, ann, bea, as_user):
    """The first answers for itself, the second takes what comes next: both lock in one order."""
    load_codes()
    batch = factories.BatchFactory(practice=river)
    Contract.objects.update(verification_share=100)
    for _ in range(TRIES):
        for _ in range(2):
            one = waiting(at=timezone.now(), chart=chart_of_pages(1, batch=batch))
            submitted(one, ann, at=timezone.now(), version=coded("E119", "99213@1"))
        left = take_next(by=bea, at=timezone.now(), stages=[Stage.VERIFICATION])
        [ahead] = hold_ahead(assignment=left, by=bea, at=timezone.now(), stages=[Stage.VERIFICATION])
        right = open_assignment(assignment=ahead, by=bea, at=timezone.now())
        answers = {}

        def judge(held, right=right, answers=answers):
            headers = {} if held == right else {"X-Next": "shown"}
            url = reverse("coding:verify", args=[held.encounter_id])
            answers[held] = as_user(bea).post(url, form_for(held, body=SAME, action="verified"), headers=headers)

        together([left, right], judge)
        assert [answers[held].status_code for held in (left, right)] == [200, 302]
    assert Verification.objects.count() == 2 * TRIES
