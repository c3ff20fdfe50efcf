"""A manifest beside a batch: previewed, corrected, matched; a suggestion and never a fact."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from coding.forms.known_facts import COMPARED
from coding.models import PreCoding
from coding.rules.lifecycle import EncounterStatus, Stage
from portal import storage
from portal.models import AuditEvent, Manifest, ManifestRow
from portal.rules.lifecycle import BatchStatus
from tests import factories

pytestmark = pytest.mark.django_db
CSV = (
    b"Scan,Patient Name,DOB,Date of Service,Provider,MRN\n"
    b"a,Quill; Marta,1/2/1960,3/2/2026,Dr. Eva Stone,M-7\n"
    b"z.pdf,Doe,x,,,\n"
)


@pytest.fixture
def batch(river):
    found = factories.BatchFactory(practice=river, status=BatchStatus.OPEN, received_at=None, due_at=None)
    factories.ChartFactory(batch=found, original_name="a.pdf")
    factories.ChartFactory(batch=found, original_name="b.pdf")
    return found


def address(batch):
    return reverse("portal:batch-manifest", args=[batch.pk])


def send(browser, batch, content=CSV):
    return browser.post(address(batch), {"file": SimpleUploadedFile("list.csv", content)}, follow=True)


def test_it_is_read_shown_and_kept_as_file_and_as_rows(cleo, as_user, batch):
    page = send(as_user(cleo), batch).content.decode()
    for words in (
        "2 rows, 1 for a file of this batch, 1 with a problem.", "Quill; Marta", "01/02/1960", "03/02/2026",
        "Dr. Eva Stone",
        "No file of the batch has this name.", "Birth date: this is no date", "In no row: b.pdf",
    ):  # fmt: skip
        assert words in page
    manifest = Manifest.objects.get()
    assert b"".join(storage.blocks(manifest.storage_name)) == CSV
    assert manifest.columns == ["file", "patient", "birth_date", "service_date", "provider", "mrn"]
    assert manifest.rows.count() == 2
    assert AuditEvent.objects.filter(action="manifest.kept", actor=cleo.pk).exists()


def test_a_name_that_grows_without_its_case_is_kept(cleo, as_user, batch):
    name = "ß" * 500
    assert send(as_user(cleo), batch, f"File,Patient\n{name},Quill\n".encode()).status_code == 200
    assert ManifestRow.objects.get().file == name


def test_columns_are_corrected_by_hand(cleo, as_user, batch):
    browser = as_user(cleo)
    send(browser, batch)
    columns = {
        "column0": "file",
        "column1": "notes",
        "column2": "",
        "column3": "birth_date",
        "column4": "",
        "column5": "",
    }
    browser.post(address(batch), {"action": "columns", **columns})
    row = ManifestRow.objects.get(line=2)
    assert (row.patient, row.notes, str(row.birth_date)) == ("", "Quill; Marta", "2026-03-02")
    twice = browser.post(address(batch), {"action": "columns", **columns, "column4": "notes"})
    assert twice.status_code == 422
    assert "Two columns are chosen as: Notes." in twice.content.decode()
    nameless = browser.post(address(batch), {"action": "columns", **columns, "column0": ""})
    assert "Choose the column that holds the file names." in nameless.content.decode()
    assert ManifestRow.objects.get(line=2).notes == "Quill; Marta"


def test_another_one_takes_its_place_and_it_can_be_taken_back(cleo, as_user, batch):
    browser = as_user(cleo)
    send(browser, batch)
    send(browser, batch, b"File,Patient\nb.pdf,Roe\n")
    assert [row.patient for row in ManifestRow.objects.all()] == ["Roe"]
    browser.post(address(batch), {"action": "remove"})
    assert not Manifest.objects.exists()


def test_what_is_no_manifest_is_refused_with_a_reason(cleo, as_user, batch):
    answer = send(as_user(cleo), batch, b"PK\x03\x04\0")
    assert answer.status_code == 422
    assert "The file is not text." in answer.content.decode()
    assert not Manifest.objects.exists()


def test_a_batch_that_was_sent_takes_none(cleo, as_user, batch):
    type(batch).objects.filter(pk=batch.pk).update(
        status=BatchStatus.RECEIVED, received_at=batch.created_at, due_at=batch.created_at
    )
    assert "was sent already" in send(as_user(cleo), batch).content.decode()
    assert not Manifest.objects.exists()


def test_an_outsider_sees_none(cleo, otto, as_user, batch):
    send(as_user(cleo), batch)
    assert as_user(otto).get(address(batch)).status_code == 404
    assert as_user(otto).post(address(batch), {"action": "remove"}).status_code == 404
    assert Manifest.objects.exists()


# -- at pre-coding -------------------------------------------------------------------------------
@pytest.fixture
def visit(river, cleo, as_user, batch, ann):
    """Ann pre-codes the visit of a.pdf, about which the manifest says something."""
    stone = factories.ProviderFactory(practice=river, name="Eva Stone MD")
    send(as_user(cleo), batch)
    chart = batch.charts.get(original_name="a.pdf")
    factories.PageFactory(chart=chart, number=1)
    encounter = factories.EncounterFactory(chart=chart, status=EncounterStatus.PRECODING)
    assignment = factories.AssignmentFactory(encounter=encounter, stage=Stage.PRECODING, user=ann)
    return encounter, assignment, stone


def filled_in(visit, **more):
    _, assignment, stone = visit
    return {
        "encounter": assignment.encounter_id, "assignment": assignment.pk, "version": 0, "stage": "precoding",
        "action": "finish", "patient_name": "Quill; Marta", "birth_date": "01/02/1960", "sex": "F",
        "account_number": "M-7", "date_from": "03/02/2026", "visit_type": PreCoding.VisitType.values[0],
        "rendering_provider": stone.pk, "place_of_service": "11", **more,
    }  # fmt: skip


def test_what_it_says_is_filled_in_and_marked(visit, ann, as_user):
    encounter, _, stone = visit
    page = as_user(ann).get(reverse("coding:precode", args=[encounter.pk])).content.decode()
    assert 'value="Quill; Marta"' in page
    assert 'value="01/02/1960"' in page
    assert 'value="03/02/2026"' in page
    assert f'value="{stone.pk}" selected' in page
    assert page.count("To confirm: manifest") == 5
    assert "I compared with the chart what is to be confirmed" in page


def test_it_is_never_taken_over_unread(visit, ann, as_user):
    encounter, *_ = visit
    path = reverse("coding:precode", args=[encounter.pk])
    refused = as_user(ann).post(path, filled_in(visit))
    assert refused.status_code == 422
    assert "Compare what is filled in with the chart" in refused.content.decode()
    assert not PreCoding.objects.exists()
    assert as_user(ann).post(path, filled_in(visit, **{COMPARED: "on"})).status_code == 302
    assert PreCoding.objects.get().patient_name == "Quill; Marta"


def test_a_chart_of_several_visits_gets_no_suggestion(visit, ann, as_user):
    encounter, *_ = visit
    factories.EncounterFactory(chart=encounter.chart, part=2)
    page = as_user(ann).get(reverse("coding:precode", args=[encounter.pk])).content.decode()
    assert "Quill" not in page
    assert "manifest" not in page
