"""A finished batch goes back in the clinical formats: from the rows, with the pages, and the same when made again."""

import io
import json
from datetime import date
from zoneinfo import ZoneInfo

import hl7
import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.clinical_results import collect_clinical, images_of, with_pictures
from coding.actions.kept_results import collect_contents, remake_delivery
from coding.models import Code, PreCoding
from coding.rules.codings import System
from coding.rules.formats import FORMATS
from portal.models import Provider
from tests import damage, factories
from tests.coding.clinical.conftest import CLINICAL, coded, content, deliver, visit
from tests.coding.worded import passage, worded_chart

pytestmark = pytest.mark.django_db


def clinical(batch):
    return collect_contents(batch, formats=CLINICAL, at=timezone.now()).clinical


def test_a_delivered_batch_has_every_format_that_was_chosen(batch, cleo):
    files = deliver(batch)
    assert sorted(files) == CLINICAL
    assert {one.file_name for one in files.values()} == {
        f"RIVER-{batch.label}-v1{ending}" for ending in (".fhir.json", ".hl7", ".summary.pdf", ".superbills.pdf")
    }
    found = hl7.parse_batch(content(files["hl7"]).decode())
    assert [one.extract_field("DG1", 1, 3) for one in found] == ["M17.11", "480.0"]
    assert [one.extract_field("DG1", 1, 3, 1, 2) for one in found] == [
        "Unilateral primary osteoarthritis, right knee", "Pneumonia due to adenovirus",
    ]  # fmt: skip
    bundle = json.loads(content(files["fhir"]))
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert (kinds.count("Claim"), kinds.count("Condition"), kinds.count("ChargeItem")) == (2, 3, 3)
    with pypdfium2.PdfDocument(content(files["superbill"])) as document:
        assert len(document) == 2
    with pypdfium2.PdfDocument(content(files["summary"])) as document:
        said = " ".join(page.get_textpage().get_text_bounded() for page in document)
        pictures = [one for page in document for one in page.get_objects() if one.type == 3]
    assert "Primary osteoarthritis of the right knee." in said
    assert "99213 with 20610 needs modifier 25." in said
    assert "Not a visit (letter, form, blank page)" in said
    assert len(pictures) == 3


def test_made_again_after_names_have_changed_each_file_is_the_same_byte_for_byte(batch):
    files = deliver(batch)
    PreCoding.objects.update(patient_name="Renamed", account_number="9")
    Provider.objects.update(name="Dr. Somebody Else")
    Code.objects.update(title="Another title")
    for name, sent in files.items():
        assert remake_delivery(sent) == content(sent), name


def test_what_is_collected_is_what_the_rows_say(batch):
    knee, old = clinical(batch).visits
    assert (knee.patient.family, knee.patient.given) == ("Quinlan", ("Marta", "Louise"))
    assert (knee.payer.name, knee.payer.electronic_id, knee.location) == ("Aetna", "60054", "Main Street")
    assert (knee.verification, old.verification) == ("Verified", "Not in the verification sample")
    assert knee.checks == ("99213 with 20610 needs modifier 25.",)
    assert knee.check_reason == "The documentation supports it"
    assert [line.title for line in knee.diagnoses] == [
        "Unilateral primary osteoarthritis, right knee", "Essential hypertension",
    ]  # fmt: skip
    [place] = knee.diagnoses[0].evidence
    assert (place.label, place.quote, place.turn) == ("Page 2", "Primary osteoarthritis of the right knee.", 0)
    assert (old.system, old.diagnoses[0].evidence[0].turn) == (System.ICD9CM, 90)
    assert [(one.status, one.encounter == "") for one in clinical(batch).not_coded] == [
        ("Not billable", False), ("Not readable", True),
    ]  # fmt: skip
    assert clinical(batch).made_at.utcoffset() == timezone.now().astimezone(ZoneInfo("America/New_York")).utcoffset()


def test_a_passage_of_a_later_document_names_its_chart(batch, ann):
    encounter = clinical_visit(batch)
    later = worded_chart(batch.practice)
    page = later.pages.get(number=2)
    coded(encounter, ann, version=2, diagnoses=[("I10", passage(page, "Essential hypertension"))], lines=[])
    [place] = clinical(batch).visits[0].diagnoses[0].evidence
    assert place.label == f"{later.label} page 2"


def clinical_visit(batch):
    return batch.encounters.order_by("pk").first()


def test_a_cutting_shows_the_words_and_a_turned_page_is_read_upright(batch):
    found = clinical(batch)
    knee, old = with_pictures(found, images=images_of(found)).visits
    picture = knee.diagnoses[0].evidence[0].picture
    assert picture.width > picture.height
    [mark] = picture.marks
    assert 0 < mark[0] < mark[2] < picture.width
    upright = old.diagnoses[0].evidence[0].picture
    assert upright.height > upright.width, "the page was turned by a quarter"
    assert darkest_within(picture, mark) < 60
    assert darkest_within(upright, upright.marks[0]) < 60


def darkest_within(picture, mark):
    from PIL import Image

    return min(Image.open(io.BytesIO(picture.content)).crop(mark).convert("L").tobytes())


@pytest.mark.parametrize("what", ["changed", "gone"])
def test_a_damaged_page_takes_its_picture_away_and_nothing_else(batch, what):
    for name in images_of(clinical(batch)).values():
        damage.lose(name)
        if what == "changed":
            damage.overwrite(name, b"other")
    files = deliver(batch)
    with pypdfium2.PdfDocument(content(files["summary"])) as document:
        said = " ".join(page.get_textpage().get_text_bounded() for page in document)
        assert not [one for page in document for one in page.get_objects() if one.type == 3]
    assert "Primary osteoarthritis of the right knee." in said


def test_the_number_of_queries_does_not_grow_with_the_batch(batch, ann, django_assert_num_queries):
    contents = collect_contents(batch, formats=["csv"], at=timezone.now())
    with django_assert_num_queries(7):
        assert len(collect_clinical(contents).visits) == 2
    page = clinical_visit(batch).chart.pages.get(number=2)
    for day in range(1, 9):
        chart = factories.ChartFactory(batch=batch)
        coded(
            visit(chart, ann, day=date(2026, 1, day)), ann, day=date(2026, 1, day),
            diagnoses=[("I10", passage(page, "Essential hypertension"))], lines=[("99213", [], 1, [1])],
        )  # fmt: skip
    contents = collect_contents(batch, formats=["csv"], at=timezone.now())
    with django_assert_num_queries(7):
        found = collect_clinical(contents)
    assert len(found.visits) == 10
    with django_assert_num_queries(1):
        images_of(found)


def test_formats_without_evidence_collect_none(batch):
    assert collect_contents(batch, formats=["csv", "json"], at=timezone.now()).clinical is None


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("fhir", "application/fhir+json; fhirVersion=4.0"),
        ("hl7", "application/hl7-v2; charset=utf-8"),
        ("summary", "application/pdf"),
        ("superbill", "application/pdf"),
    ],
)
def test_a_practice_user_downloads_each(batch, cleo, as_user, name, media_type):
    sent = deliver(batch)[name]
    answer = as_user(cleo).get(reverse("coding:delivery", args=[sent.pk]))
    assert answer.status_code == 200
    assert answer.content == content(sent)
    assert answer["Content-Type"] == media_type
    assert answer["Content-Disposition"] == f'attachment; filename="{sent.file_name}"'
    page = as_user(cleo).get(reverse("portal:batch", args=[batch.pk])).content.decode()
    assert FORMATS[name].LABEL in page
