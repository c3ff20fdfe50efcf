"""A finished batch goes back once, with the codes that count, and its files are what was delivered."""

import csv
import io
import threading
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from coding.actions.delivery import deliver_batch, formats_of, queue_delivery_if_complete
from coding.models import Coding, Diagnosis, Encounter, EncounterEvent, PreCoding, ProcedureLine, Verification
from coding.tasks import deliver_batch as task
from portal import scope, storage
from portal.actions.deliveries import NotDeliverable, mark_batch_delivered
from portal.actions.jobs import JobLost, claim_job
from portal.models import AuditEvent, Batch, Contract, Delivery, Download, Job, JobState, Membership, Notice
from tests import damage, factories

pytestmark = pytest.mark.django_db
SERVED = date(2026, 3, 2)


def coded(encounter, author, *, version=1, stage="coding", diagnoses=("M1711",), lines=(("20610", ["RT"], 1, [1]),)):
    coding = Coding.objects.create(
        practice=encounter.practice, encounter=encounter, version=version, stage=stage, author=author,
        date_of_service=SERVED, submitted_at=timezone.now(),
    )  # fmt: skip
    for place, code in enumerate(diagnoses, start=1):
        Diagnosis.objects.create(
            practice=encounter.practice, coding=coding, position=place, system="icd10cm", code=code
        )
    for place, (code, modifiers, units, pointers) in enumerate(lines, start=1):
        ProcedureLine.objects.create(
            practice=encounter.practice, coding=coding, position=place, code=code, modifiers=modifiers, units=units,
            pointers=pointers,
        )  # fmt: skip
    return coding


def verdict(encounter, coding, verifier, word, version=None):
    return Verification.objects.create(
        practice=encounter.practice, encounter=encounter, coder_version=coding, verifier_version=version,
        coder=coding.author, verifier=verifier, verdict=word, at=timezone.now(),
    )  # fmt: skip


def visit(batch, ann, *, patient="Marta Quinlan", status="verified", **fields):
    chart = factories.ChartFactory(batch=batch)
    finished_at = timezone.now() if status in {"verified", "not_billable"} else None
    encounter = factories.EncounterFactory(chart=chart, status=status, finished_at=finished_at, **fields)
    PreCoding.objects.create(
        practice=batch.practice, encounter=encounter, patient_name=patient, birth_date=date(1961, 2, 3), sex="F",
        date_from=SERVED, date_to=SERVED, place_of_service="11", visit_type="established", finished_by=ann,
        rendering_provider=factories.ProviderFactory(practice=batch.practice, name="Dr. Reyes"),
        payer=factories.PayerFactory(practice=batch.practice, name=f"Payer {encounter.pk}"), member_id="-77",
        finished_at=timezone.now(),
    )  # fmt: skip
    return encounter


@pytest.fixture
def batch(river, ann, bea):
    """Four visits: verified, corrected, not in the sample, not billable; and a chart nobody could read."""
    batch = factories.BatchFactory(practice=river, number=7)
    verified, corrected, unsampled = (visit(batch, ann) for _ in range(3))
    verdict(verified, coded(verified, ann), bea, "verified")
    first = coded(corrected, ann, diagnoses=("M1710",))
    verdict(corrected, first, bea, "corrected", coded(corrected, bea, version=2, stage="verification"))
    coded(unsampled, ann, diagnoses=("I10", "E119"), lines=(("99213", [], 1, [1, 2]), ("J1030", [], 2, [1])))
    visit(batch, ann, status="not_billable", not_billable_reason="not_a_visit")
    factories.ChartFactory(batch=batch, status="unreadable", reason="empty", ready_at=None, page_count=None)
    return batch


def deliver(batch):
    job = queue_delivery_if_complete(batch=batch, at=timezone.now())
    task(job_id=job.pk)
    batch.refresh_from_db()
    return Job.objects.get(pk=job.pk)


def rows_of(delivery):
    content = storage.opened(delivery.storage_name).read()
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_finished_batch_comes_back_as_files_with_the_codes_that_count(batch, cleo):
    assert deliver(batch).state == JobState.DONE
    assert batch.status == "delivered"
    assert batch.delivered_at is not None
    assert set(Encounter.objects.filter(batch=batch).values_list("status", flat=True)) == {"delivered"}
    assert EncounterEvent.objects.filter(move="deliver").count() == 4
    sheet, manifest, book = Delivery.objects.order_by("format")
    assert (sheet.file_name, book.file_name) == ("RIVER-B-7-v1.csv", "RIVER-B-7-v1.xlsx")
    assert manifest.file_name == "RIVER-B-7-v1.manifest.json"
    assert sheet.encounter_count == 4
    rows = rows_of(sheet)
    assert [(row["Status"], row["Diagnosis 1"], row["Procedure"], row["Verification"]) for row in rows] == [
        ("Billable", "M17.11", "20610", "Verified"),
        ("Billable", "M17.11", "20610", "Verified with corrections"),
        ("Billable", "I10", "99213", "Not in the verification sample"),
        ("Billable", "I10", "J1030", "Not in the verification sample"),
        ("Not billable", "", "", ""),
        ("Not readable", "", "", ""),
    ]
    assert rows[0]["Patient"] == "Marta Quinlan"
    assert rows[0]["Member id"] == "'-77"
    assert rows[4]["Reason"] == "Not a visit (letter, form, blank page)"
    assert rows[5]["Reason"].startswith("The file has no content (0 bytes).")
    workbook = openpyxl.load_workbook(storage.opened(book.storage_name))
    assert workbook["Encounters"].max_row == 6
    assert workbook["Lines"].max_row == 5


def test_people_who_want_results_are_told_once_and_without_names(batch, cleo, otto, river):
    quiet = factories.UserFactory(roles=["practice"], practice=river)
    Membership.objects.filter(user=quiet).update(receives_results=False)
    deliver(batch)
    notice = Notice.objects.get()
    assert (notice.kind, notice.recipient, notice.words) == (
        "results_ready", cleo, {"encounters": 4, "unreadable": 1, "version": 1},
    )  # fmt: skip
    assert Job.objects.filter(kind="portal.send_notice", object_id=notice.pk).exists()


@pytest.mark.parametrize("what", ["encounter", "chart", "silent chart", "status"])
def test_a_batch_with_something_left_is_not_queued(batch, ann, what):
    if what == "encounter":
        visit(batch, ann, status="to_code")
    elif what == "chart":
        factories.ChartFactory(batch=batch, status="received", ready_at=None, page_count=None)
    elif what == "silent chart":
        factories.ChartFactory(batch=batch)
    else:
        Batch.objects.filter(pk=batch.pk).update(status="open")
    assert queue_delivery_if_complete(batch=batch, at=timezone.now()) is None
    assert not Job.objects.filter(kind="coding.deliver_batch").exists()


def test_a_batch_of_which_no_file_could_be_read_comes_back_with_the_reasons(river, cleo):
    batch = factories.BatchFactory(practice=river, number=8)
    broken = factories.ChartFactory(
        batch=batch, status="unreadable", reason="password_protected", ready_at=None, page_count=None
    )
    deliver(batch)
    [row] = rows_of(Delivery.objects.get(format="csv"))
    assert (row["Chart"], row["Status"]) == (broken.label, "Not readable")
    assert Notice.objects.get().words == {"encounters": 0, "unreadable": 1, "version": 1}


def test_a_doubled_message_delivers_once(batch, cleo):
    job = queue_delivery_if_complete(batch=batch, at=timezone.now())
    assert queue_delivery_if_complete(batch=batch, at=timezone.now()) == job
    task(job_id=job.pk)
    task(job_id=job.pk)
    assert Delivery.objects.count() == 3
    assert Notice.objects.count() == 1


def test_a_worker_whose_lease_ran_out_leaves_nothing_behind(batch, cleo):
    job = queue_delivery_if_complete(batch=batch, at=timezone.now())
    late = claim_job(job_id=job.pk, at=timezone.now(), lease=timedelta(microseconds=1))
    assert claim_job(job_id=job.pk, at=timezone.now() + timedelta(seconds=1)) is not None
    with pytest.raises(JobLost):
        deliver_batch(claim=late, at=timezone.now())
    assert not Delivery.objects.exists()
    assert not Notice.objects.exists()
    assert Batch.objects.get(pk=batch.pk).status == "received"


def test_a_batch_reopened_before_the_worker_came_waits_for_its_last_encounter(batch, ann):
    job = queue_delivery_if_complete(batch=batch, at=timezone.now())
    Encounter.objects.filter(batch=batch, status="not_billable").update(
        status="to_code", finished_at=None, not_billable_reason=""
    )
    task(job_id=job.pk)
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
    assert not Delivery.objects.exists()


def test_a_second_delivery_is_a_new_version_and_keeps_the_first(batch, cleo, ann):
    deliver(batch)
    first = storage.opened(Delivery.objects.get(format="csv").storage_name).read()
    encounter = Encounter.objects.filter(batch=batch).earliest("pk")
    coded(encounter, ann, version=2, diagnoses=("M1712",))
    Encounter.objects.filter(pk=encounter.pk).update(status="verified")
    Batch.objects.filter(pk=batch.pk).update(status="received", delivered_at=None)
    deliver(batch)
    assert list(Delivery.objects.filter(format="csv").values_list("version", flat=True)) == [2, 1]
    assert rows_of(Delivery.objects.get(format="csv", version=2))[0]["Diagnosis 1"] == "M17.12"
    assert storage.opened(Delivery.objects.get(format="csv", version=1).storage_name).read() == first
    assert Notice.objects.latest("pk").words["version"] == 2


def test_the_contract_says_which_formats_are_made(batch, river):
    Contract.objects.filter(practice=river).update(delivery_formats=["csv"])
    deliver(batch)
    assert list(Delivery.objects.values_list("format", flat=True)) == ["csv", "manifest"]


def test_the_contract_of_the_practices_own_day_says_which_formats_are_made(batch, river):
    Contract.objects.filter(practice=river).update(delivery_formats=["csv"], ends_on=date(2026, 11, 2))
    Contract.objects.create(practice=river, starts_on=date(2026, 11, 3), delivery_formats=["xlsx"])
    before, after = (datetime(2026, 11, 3, hour, 0, tzinfo=UTC) for hour in (4, 6))  # midnight is at 05:00 UTC
    assert (formats_of(batch, at=before), formats_of(batch, at=after)) == (["csv"], ["xlsx"])


def test_a_delivery_is_written_once(batch):
    deliver(batch)
    one = Delivery.objects.get(format="csv")
    with pytest.raises(IntegrityError, match="portal_delivery_once"), transaction.atomic():
        Delivery.objects.create(
            practice=one.practice, batch=batch, version=1, format="csv", file_name="other.csv", storage_name="x",
            sha256=one.sha256, size=1, encounter_count=1, created_at=timezone.now(),
        )  # fmt: skip
    with pytest.raises(NotDeliverable):
        mark_batch_delivered(batch=batch, at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_the_last_two_encounters_finished_at_one_moment_queue_one_delivery(batch, ann):
    """Each transaction sees the other's encounter unfinished; the lock on the batch makes the second one look again."""
    left = [visit(batch, ann, status="to_code", patient="Zoe") for _ in range(2)]
    for encounter in left:
        coded(encounter, ann)
    both_moved, jobs = threading.Barrier(2, timeout=20), []

    def finish(pk):
        try:
            with scope.service():
                Encounter.objects.filter(pk=pk).update(status="verified", finished_at=timezone.now())
                both_moved.wait()
                jobs.append(queue_delivery_if_complete(batch=batch, at=timezone.now()))
        finally:
            connection.close()

    threads = [threading.Thread(target=finish, args=[encounter.pk]) for encounter in left]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([job for job in jobs if job]) == 1
    assert Job.objects.filter(kind="coding.deliver_batch", state=JobState.READY).count() == 1


def test_the_number_of_queries_to_collect_does_not_grow_with_the_batch(batch, ann, django_assert_max_num_queries):
    from coding.actions.results import collect_result

    for _ in range(20):
        coded(visit(batch, ann), ann)
    with django_assert_max_num_queries(11):
        assert len(collect_result(Batch.objects.select_related("practice").get(pk=batch.pk)).rows) == 25


# -- the download --------------------------------------------------------------------------------


def test_a_practice_user_downloads_and_it_is_noted(batch, cleo, as_user):
    deliver(batch)
    sent = Delivery.objects.get(format="csv")
    answer = as_user(cleo).get(reverse("coding:delivery", args=[sent.pk]))
    assert answer.status_code == 200
    assert answer.content == storage.opened(sent.storage_name).read()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="RIVER-B-7-v1.csv"'
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Download.objects.get().user == cleo
    assert AuditEvent.objects.get(action="delivery.downloaded").actor == cleo


def test_an_outsider_gets_404_and_a_coder_too(batch, otto, ann, as_user):
    deliver(batch)
    url = reverse("coding:delivery", args=[Delivery.objects.get(format="csv").pk])
    for stranger in (otto, ann):
        assert as_user(stranger).get(url).status_code == 404
    assert not Download.objects.exists()
    assert AuditEvent.objects.filter(action="access.refused").count() == 2


@pytest.mark.parametrize("what", ["changed", "gone"])
def test_a_damaged_file_is_not_sent_and_that_is_noted(batch, cleo, as_user, what):
    deliver(batch)
    sent = Delivery.objects.get(format="csv")
    damage.lose(sent.storage_name)
    if what == "changed":
        damage.overwrite(sent.storage_name, b"other")
    answer = as_user(cleo).get(reverse("coding:delivery", args=[sent.pk]))
    assert answer.status_code == 409
    assert b"Marta" not in answer.content
    assert "Content-Disposition" not in answer
    assert not Download.objects.exists()
    assert AuditEvent.objects.get(action="delivery.damaged").object_id == sent.pk


# -- the encounters of a batch -------------------------------------------------------------------


def test_the_practice_sees_how_far_each_encounter_is_without_the_patient_s_name(batch, cleo, ann, max_, as_user):
    visit(
        batch, ann, patient="Quill, Nora", status="held", hold_reason="missing_page", hold_move="practice",
        hold_stage="coding", held_at=timezone.now(), held_by=ann, hold_return_at=timezone.now(),
    )  # fmt: skip
    page = as_user(cleo).get(reverse("coding:batch-encounters", args=[batch.pk]))
    text = page.content.decode()
    assert "Q.N. 1961" in text
    assert "Missing page. Waits for you." in text
    by_max = as_user(max_).get(reverse("coding:batch-encounters", args=[batch.pk]))
    assert "Missing page. Waits for the practice." in by_max.content.decode()
    assert "Quinlan" not in text
    assert "Nora" not in text
    assert "4 of 5 finished" in text
    rows = {row["label"]: row for row in page.context["rows"]}
    assert [row["codes"] for row in rows.values()] == ["1 + 1", "1 + 1", "2 + 2", "", ""]
    part = as_user(cleo).get(reverse("coding:batch-encounters", args=[batch.pk]), headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()


def test_the_list_of_a_batch_pages_by_keyset_with_a_constant_number_of_queries(
    batch, cleo, ann, as_user, django_assert_max_num_queries
):
    for _ in range(60):
        coded(visit(batch, ann), ann)
    browser, url = as_user(cleo), reverse("coding:batch-encounters", args=[batch.pk])
    browser.get(url)
    with django_assert_max_num_queries(26):
        first = browser.get(url)
    assert len(first.context["rows"]) == 50
    second = browser.get(url + first.context["pagination"]["next_url"])
    labels = [row["label"] for page in (first, second) for row in page.context["rows"]]
    assert len(set(labels)) == 64
    back = browser.get(url + second.context["pagination"]["previous_url"])
    assert [row["label"] for row in back.context["rows"]] == labels[:50]
    assert browser.get(url + "?after=nonsense").status_code == 200


def test_an_outsider_does_not_see_a_batch_s_encounters(batch, otto, as_user):
    assert as_user(otto).get(reverse("coding:batch-encounters", args=[batch.pk])).status_code == 404
