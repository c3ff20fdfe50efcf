"""The two PDF documents: their words golden, their bytes the same when made again, nothing cut off or lost."""

import re
import time
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.rules.formats import summary_pdf, superbill_pdf
from coding.rules.formats.clinical import CodedDiagnosis, CodedLine, Shown
from coding.rules.formats.pdf_paper import BOTTOM, LEFT, RIGHT
from coding.rules.formats.person_names import person_name
from tests.coding.clinical.visits import BATCH, EMERGENCY, KNEE, TWELVE, VISITS, cutting, only, render

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "clinical"
DOCUMENTS = {"summary": summary_pdf, "superbill": superbill_pdf}


def pages(content):
    """The text of each page."""
    with pypdfium2.PdfDocument(content) as document:
        return [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in document]


def words(content):
    return "\n\f\n".join(pages(content)) + "\n"


def flat(content):
    return re.sub(r"\s+", " ", words(content))


@pytest.mark.parametrize("kind", DOCUMENTS)
@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.encounter)
def test_the_words_of_a_visit_are_its_golden_file(kind, visit):
    written = words(render(DOCUMENTS[kind], only(visit)))
    assert written == (GOLDEN / f"{visit.encounter}.{kind}.txt").read_text()


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_made_again_later_it_is_the_same_bytes(kind, monkeypatch):
    first = render(DOCUMENTS[kind], BATCH)
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert render(DOCUMENTS[kind], BATCH) == first


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_what_is_said_about_the_file_names_no_patient(kind):
    with pypdfium2.PdfDocument(render(DOCUMENTS[kind], BATCH)) as document:
        said = document.get_metadata_dict(skip_empty=True)
        marks = [mark.get_title() for mark in document.get_toc()]
    assert said["Title"].endswith("RIVER-B-7-v1")
    assert said["CreationDate"].startswith("D:20260309143005")
    assert marks == [visit.encounter for visit in VISITS]
    assert not [text for text in said.values() if "Quinlan" in text]


def boxes(content):
    with pypdfium2.PdfDocument(content) as document:
        for page in document:
            text = page.get_textpage()
            for number in range(text.count_rects()):
                left, bottom, right, top = text.get_rect(number)
                yield left, 792 - top, right, 792 - bottom


LONG = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 6
MUCH = replace(
    TWELVE,
    patient=person_name(f"{LONG}, {LONG[:40]}"),
    location=LONG,
    member_id=LONG[:40],
    account_number=LONG[:40],
    verification="Verified with corrections",
    checks=tuple(f"Finding {number}: {LONG}" for number in range(30)),
    check_reason="The payer wants it so",
    diagnoses=tuple(
        CodedDiagnosis("M1711", LONG, (Shown("C-0099 page 12", "word " * 200, picture=cutting("x", height=600)),) * 5)
        for _ in range(12)
    ),
    lines=tuple(CodedLine("99213", ("25", "RT", "59", "KX"), 999, (1, 2, 3, 12)) for _ in range(60)),
)


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_however_much_there_is_nothing_leaves_the_page(kind):
    content = render(DOCUMENTS[kind], replace(BATCH, practice=LONG[:120], visits=(KNEE, MUCH, EMERGENCY)))
    for left, top, right, bottom in boxes(content):
        assert left >= LEFT - 2
        assert right <= RIGHT + 2
        assert top > 20
        assert bottom < 780
        assert bottom <= BOTTOM + 4 or top > 745, "nothing but the foot stands below"
    said = pages(content)
    assert said[-1].strip().endswith(f"Page {len(said)} of {len(said)}")
    assert flat(content).count("99213 25 RT 59 KX") == 60
    assert sum("continued" in page for page in said) >= 2


def test_the_summary_shows_cuttings_with_page_and_quote():
    content = render(summary_pdf, only(KNEE))
    assert "“Severe OA of the right knee, bone on bone medially”" in flat(content)
    with pypdfium2.PdfDocument(content) as document:
        pictures = [one for page in document for one in page.get_objects() if one.type == 3]
    assert len(pictures) == 5


def test_further_places_of_a_code_are_named_and_not_shown():
    places = tuple(Shown(f"Page {number}", f"words {number}", picture=cutting("x")) for number in range(1, 7))
    content = render(summary_pdf, only(KNEE, diagnoses=(CodedDiagnosis("I10", "", places),), lines=()))
    assert "words 3" in flat(content)
    assert "words 4" not in flat(content)
    assert "Also on page 4, page 5, page 6." in flat(content)


def test_a_place_whose_picture_is_gone_still_has_its_words():
    content = render(summary_pdf, only(KNEE, diagnoses=(CodedDiagnosis("I10", "", (Shown("Page 4", "HTN"),)),)))
    assert "I10 Page 4" in flat(content).replace("Page 4 “HTN”", "Page 4")
    assert "“HTN”" in flat(content)


def test_the_summary_lists_what_has_no_codes_and_what_was_waived():
    said = flat(render(summary_pdf, BATCH))
    assert "Not a visit (letter, form, blank page)" in said
    assert "The file has no content (0 bytes)." in said
    assert "99284 with 25605 on the same day needs modifier 57." in said
    assert "Reason: The documentation supports it" in said


def test_a_superbill_is_one_page_a_visit_with_letters_units_and_a_line_to_sign():
    said = pages(render(superbill_pdf, BATCH))
    assert len(said) == len(VISITS)
    knee = re.sub(r"\s+", " ", said[0])
    assert "1 03/02/2026 11 99213 25 A B 1" in knee
    assert "3 03/02/2026 11 J1030 A 2" in knee
    assert "Signature of Dr. Ana Reyes, MD" in knee
    for letter in "ABCDEFGHIJKL":
        assert re.search(rf"\b{letter}\b", knee)
    assert "Aetna · 60054" in knee


def test_a_batch_without_visits_says_so():
    empty = replace(BATCH, visits=(), not_coded=())
    assert "no visit of batch B-7 is billable" in flat(render(superbill_pdf, empty))
    assert "Coding results" in flat(render(summary_pdf, empty))


def test_letters_without_a_shape_are_marked_and_that_is_said():
    said = flat(render(summary_pdf, only(KNEE, patient=person_name("王 小明"))))
    assert "stands for letters that this document has no shape for" in said
    assert "stands for letters" not in flat(render(summary_pdf, only(KNEE)))


@settings(max_examples=12, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_a_chart_says_a_document_is_made(name, quote):
    visit = replace(
        KNEE,
        patient=person_name(name),
        location=quote,
        diagnoses=(CodedDiagnosis("I10", quote, (Shown(name, quote),)),),
    )
    for document in DOCUMENTS.values():
        assert render(document, replace(BATCH, visits=(visit,))).startswith(b"%PDF-")
