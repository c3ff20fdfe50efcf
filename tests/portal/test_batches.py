"""A practice opens, describes and sends a batch."""

import io
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.base import File
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from portal.actions.batches import (
    BatchNotOpen,
    NoAgreement,
    NothingToSend,
    day_of,
    describe_batch,
    leave_out,
    open_batch,
    send_batch,
)
from portal.actions.charts import receive_file
from portal.models import AuditEvent, Batch, BusinessAssociateAgreement, Chart, Contract, Job
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from portal.rules.specialties import Specialty
from portal.signals import batch_sent
from tests import factories, files

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def opened(practice, by=None, **fields):
    fields = {"name": "March", "specialty": Specialty.CARDIOLOGY, "at": AT, **fields}
    return open_batch(practice=practice, by=by, **fields)


def received(batch, content=None, name="a.pdf", by=None):
    content = files.small_pdf(1) if content is None else content
    return receive_file(batch=batch, file=File(io.BytesIO(content), name=name), name=name, by=by, at=AT)


@pytest.mark.django_db
def test_batches_are_numbered_for_each_practice(river, lake, cleo):
    assert [opened(river, cleo).number, opened(river).number, opened(lake).number] == [1, 2, 1]


@pytest.mark.django_db(transaction=True)
def test_batches_opened_at_once_get_different_numbers(river):
    from portal import scope

    numbers = []

    def work():
        try:
            with scope.practice(river.pk):
                numbers.append(opened(river).number)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 9))


@pytest.mark.django_db
def test_the_database_refuses_a_number_used_before(river):
    batch = opened(river)
    with pytest.raises(IntegrityError, match="portal_batch_number_once"), transaction.atomic():
        factories.BatchFactory(practice=river, number=batch.number)


@pytest.mark.django_db
def test_nothing_is_opened_without_an_agreement_in_force(river):
    BusinessAssociateAgreement.objects.filter(practice=river).update(ends_on=date(2026, 3, 1))
    with pytest.raises(NoAgreement):
        opened(river)
    BusinessAssociateAgreement.objects.filter(practice=river).update(ends_on=date(2026, 3, 2))
    opened(river)


@pytest.mark.django_db
def test_nothing_is_opened_without_a_contract_in_force(river):
    Contract.objects.filter(practice=river).update(starts_on=date(2026, 3, 3))
    with pytest.raises(NoAgreement):
        opened(river)


@pytest.mark.django_db
def test_the_day_of_an_agreement_is_the_practices_own(river):
    assert day_of(river, datetime(2026, 3, 2, 3, 0, tzinfo=UTC)) == date(2026, 3, 1)


@pytest.mark.django_db
def test_sending_starts_the_promise_and_tells_the_other_apps(river, cleo):
    Contract.objects.filter(practice=river).update(turnaround_hours=30)
    batch = opened(river, cleo)
    received(batch)
    told = []

    def listen(sender, **kwargs):
        told.append(kwargs)

    batch_sent.connect(listen)
    try:
        send_batch(batch=batch, by=cleo, at=AT)
    finally:
        batch_sent.disconnect(listen)
    batch.refresh_from_db()
    assert (batch.status, batch.received_at, batch.due_at) == (BatchStatus.RECEIVED, AT, AT + timedelta(hours=30))
    assert [(call["batch"], call["by"], call["at"]) for call in told] == [(batch, cleo, AT)]
    assert AuditEvent.objects.get(action="batch.sent").detail == {"old": "open", "new": "received", "charts": 1}


@pytest.mark.django_db
def test_a_batch_is_sent_once(river, cleo):
    batch = opened(river, cleo)
    received(batch)
    send_batch(batch=batch, by=cleo, at=AT)
    with pytest.raises(BatchNotOpen):
        send_batch(batch=Batch.objects.get(pk=batch.pk), by=cleo, at=AT + timedelta(hours=1))
    with pytest.raises(BatchNotOpen):
        describe_batch(batch=batch, name="Other", specialty=Specialty.RADIOLOGY, by=cleo, at=AT)
    assert Batch.objects.get(pk=batch.pk).received_at == AT


@pytest.mark.django_db
@pytest.mark.parametrize("content", [None, b""])
def test_a_batch_without_a_workable_file_is_not_sent(river, content):
    batch = opened(river)
    if content is not None:
        received(batch, content)
    with pytest.raises(NothingToSend), transaction.atomic():
        send_batch(batch=batch, by=None, at=AT)
    assert Batch.objects.get(pk=batch.pk).status == BatchStatus.OPEN


@pytest.mark.django_db
def test_a_sent_batch_takes_no_more_files_and_keeps_none_of_their_bytes(river, settings):
    batch = opened(river)
    received(batch)
    send_batch(batch=batch, by=None, at=AT)
    with pytest.raises(BatchNotOpen), transaction.atomic():
        received(batch, files.small_pdf(2))
    assert Chart.objects.count() == 1
    from pathlib import Path

    kept = [path for path in Path(settings.STORAGES["default"]["OPTIONS"]["location"]).rglob("*") if path.is_file()]
    assert len(kept) == 1


@pytest.mark.django_db(transaction=True)
def test_a_file_on_its_way_makes_the_sending_wait(river):
    """Otherwise it would be in a sent batch that nobody counted it into."""
    from portal import scope

    batch = opened(river)
    received(batch)
    in_hand, order = threading.Event(), []

    def work():
        try:
            with scope.practice(river.pk):
                received(batch, files.small_pdf(2))
                in_hand.set()
                sending.join(timeout=0.5)
                order.append("received")
        finally:
            connection.close()

    def send():
        in_hand.wait()
        try:
            with scope.practice(river.pk):
                send_batch(batch=batch, by=None, at=AT)
                order.append("sent")
        finally:
            connection.close()

    sending, receiving = threading.Thread(target=send), threading.Thread(target=work)
    sending.start()
    receiving.start()
    receiving.join()
    sending.join()
    assert order == ["received", "sent"]
    assert AuditEvent.objects.get(action="batch.sent").detail["charts"] == 2


@pytest.mark.django_db
def test_a_batch_can_be_described_until_it_is_sent(river, cleo):
    batch = opened(river, cleo)
    describe_batch(batch=batch, name="April", specialty=Specialty.RADIOLOGY, by=cleo, at=AT)
    batch.refresh_from_db()
    assert (batch.name, batch.specialty) == ("April", Specialty.RADIOLOGY)


@pytest.mark.django_db
def test_what_is_taken_out_stays_where_it_was_received_and_yields_no_work(river, cleo):
    batch = opened(river, cleo)
    first, second = received(batch).chart, received(batch, files.small_pdf(2)).chart
    bad = received(batch, b"").chart
    assert leave_out(batch=batch, keep={first.pk}, by=cleo, at=AT) == 1
    reasons = dict(Chart.objects.values_list("pk", "reason"))
    assert reasons == {first.pk: "", second.pk: Refusal.LEFT_OUT, bad.pk: Refusal.EMPTY}
    assert AuditEvent.objects.get(action="chart.left_out").object_id == second.pk
    send_batch(batch=batch, by=cleo, at=AT)
    with pytest.raises(BatchNotOpen):
        leave_out(batch=batch, keep=set(), by=cleo, at=AT)


@pytest.mark.django_db
def test_a_file_that_was_taken_out_comes_back_when_it_is_sent_again(river, cleo):
    batch = opened(river, cleo)
    received(batch)
    out = received(batch, files.small_pdf(2)).chart
    leave_out(batch=batch, keep={out.pk - 1}, by=cleo, at=AT)
    Job.objects.filter(object_id=out.pk).update(state="done")
    receipt = received(opened(river, cleo), files.small_pdf(2), name="again.pdf")
    out.refresh_from_db()
    assert (receipt.outcome, out.status, out.duplicate_of) == ("received", ChartStatus.DUPLICATE, receipt.chart)
    assert Job.objects.filter(object_id=receipt.chart.pk, state="ready").count() == 1


@pytest.mark.django_db
def test_each_good_file_has_a_job_from_its_receipt_on(river):
    batch = opened(river)
    good = received(batch).chart
    received(batch, b"")
    received(batch, files.small_pdf(1), name="again.pdf")
    assert list(Job.objects.values_list("kind", "object_id")) == [("portal.render_chart", good.pk)]


@pytest.mark.django_db
def test_a_file_that_waits_for_its_password_stands_in_both_lists(river, cleo, as_user):
    factories.ChartFactory(
        batch__practice=river, status=ChartStatus.LOCKED, reason=Refusal.PASSWORD_NEEDED, page_count=None, ready_at=None
    )
    for page in ("portal:home", "portal:batches"):
        assert "1 needs a password" in as_user(cleo).get(reverse(page)).content.decode()
