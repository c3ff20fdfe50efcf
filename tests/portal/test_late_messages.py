"""Messages are hints: late, doubled, or from before a restore, they do no job that is not theirs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.actions.jobs import ATTEMPTS, OUTAGE_WAIT, claim_job, put_off_job
from portal.models import Job, JobState
from portal.tasks import render_chart, send_notice

pytestmark = pytest.mark.django_db(transaction=True)


def job(kind="coding.deliver_batch"):
    now = timezone.now()
    return Job.objects.create(kind=kind, object_id=1, due_at=now, created_at=now)


@pytest.mark.parametrize("task", [render_chart, send_notice])
def test_a_message_from_before_a_restore_does_not_close_the_job_that_has_its_number_now(task):
    waiting = job()
    task(job_id=waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempt) == (JobState.READY, 0)


def test_what_failed_for_an_outage_does_not_count_and_the_fence_still_holds():
    waiting, at = job(), timezone.now()
    for _ in range(2 * ATTEMPTS):
        claim = claim_job(job_id=waiting.pk, at=at, kind=waiting.kind)
        assert claim.attempt == 1
        assert not put_off_job(claim=claim, fault="OSError", at=at, outage=True)
        at += timedelta(seconds=OUTAGE_WAIT)
        put_off_job(claim=claim, fault="late", at=at)  # it is nobody's now: a second word of the same claim is void
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempt, waiting.fault) == (JobState.READY, 0, "OSError")
