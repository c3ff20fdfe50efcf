"""The same bytes a second time, and files for which nothing may be received."""

import io
from datetime import timedelta

import pytest
from django.core.files.base import File
from django.utils import timezone

from portal.actions.batches import NoAgreement, leave_out, open_batch, send_batch
from portal.actions.charts import ReceiptOutcome, receive_file
from portal.models import Batch, BusinessAssociateAgreement, Chart, Job
from portal.rules.intake import ChartStatus
from portal.rules.specialties import Specialty
from tests import files


def test_a_chart_that_was_uploaded_but_never_sent_is_worked_on_when_it_is_sent_again(river, cleo):
    forgotten = opened(river, cleo)
    first = received(forgotten, cleo).chart
    later = opened(river, cleo)
    again = received(later, cleo)
    assert again.outcome == ReceiptOutcome.RECEIVED
    first.refresh_from_db()
    assert (first.status, first.duplicate_of_id) == (ChartStatus.DUPLICATE, again.chart.pk)
    send_batch(batch=later, by=cleo, at=timezone.now())
    assert Job.objects.filter(kind="portal.render_chart", object_id=again.chart.pk).exists()


def test_what_was_sent_before_stays_the_original(river, cleo):
    sent = opened(river, cleo)
    first = received(sent, cleo).chart
    send_batch(batch=sent, by=cleo, at=timezone.now())
    again = received(opened(river, cleo), cleo)
    assert (again.outcome, again.chart.duplicate_of_id) == (ReceiptOutcome.DUPLICATE, first.pk)


def test_a_file_taken_out_of_one_batch_is_worked_on_in_the_next(river, cleo):
    batch = opened(river, cleo)
    kept, dropped = received(batch, cleo, b"kept").chart, received(batch, cleo, b"dropped").chart
    leave_out(batch=batch, keep={kept.pk}, by=cleo, at=timezone.now())
    send_batch(batch=batch, by=cleo, at=timezone.now())
    again = received(opened(river, cleo), cleo, b"dropped")
    assert again.outcome == ReceiptOutcome.RECEIVED
    dropped.refresh_from_db()
    assert dropped.duplicate_of_id == again.chart.pk


def test_nothing_is_received_once_the_agreement_has_ended(river, cleo):
    batch = opened(river, cleo)
    BusinessAssociateAgreement.objects.update(ends_on=timezone.now().date() - timedelta(days=2))
    with pytest.raises(NoAgreement):
        received(batch, cleo)
    assert not Chart.objects.exists()


def test_nothing_is_received_for_a_practice_that_is_no_longer_served(river, cleo):
    batch = opened(river, cleo)
    river.is_active = False
    river.save()
    with pytest.raises(NoAgreement):
        received(batch, cleo)


def opened(practice, by):
    return open_batch(practice=practice, name="Notes", specialty=Specialty.PRIMARY_CARE, by=by, at=timezone.now())


def received(batch, by, more=b""):
    content = files.png() + more
    batch = Batch.objects.select_related("practice").get(pk=batch.pk)
    return receive_file(batch=batch, file=File(io.BytesIO(content)), name="a.png", by=by, at=timezone.now())
