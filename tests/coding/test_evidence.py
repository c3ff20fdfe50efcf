"""Evidence in drafts and codings: only of the visit's own pages, and in the pages' own words."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.arranging import arrange_pages
from coding.actions.evidence import true_evidence
from coding.actions.queue import take_next
from coding.forms.bad_body import BadBody
from coding.forms.coding import body_of, clean_body, coded_from
from coding.models import Coding, Draft, EncounterPage
from coding.rules.arranging import Arrangement, Slot, Visit
from coding.rules.codings import CodedEncounter
from coding.rules.evidence import BOX_LIMIT, PASSAGE_LIMIT
from coding.rules.lifecycle import Stage
from portal.models import Page
from portal.rules.words import WordsState
from tests import factories
from tests.coding.benches import body, form_for, to_code, to_precode, to_verify, visit, with_words

pytestmark = pytest.mark.django_db

BOX = [1000, 1000, 2000, 1200]
NEXT = [2100, 1000, 3000, 1200]


def read_page(page, words=("hypertension", "controlled"), state=WordsState.DONE):
    """The page's words are read: they stand in BOX and NEXT."""
    done = {"state": state, "source": "layer", "finished_at": timezone.now()} if state == WordsState.DONE else {}
    return factories.PageWordsFactory(
        page=page, words=[[text, *box, 99] for text, box in zip(words, (BOX, NEXT), strict=True)], line_starts=[0],
        confidence=99, **done,
    )  # fmt: skip


@pytest.fixture
def held(river, ann):
    return to_code(river, ann)


@pytest.fixture
def pages(held):
    found = list(held.encounter.pages())
    for page in found:
        read_page(page)
    return found


def passage(page, *boxes, quote="", **more):
    return {"page": page.pk if isinstance(page, Page) else page, "boxes": list(boxes) or [BOX], "quote": quote, **more}


def a_body(*passages, **more):
    return {"diagnoses": [{"code": "I10", "evidence": list(passages)}], "procedures": [], **more}


def saved(browser, held, body, version=0):
    url = reverse("coding:draft", args=[held.encounter_id])
    return browser.post(url, form_for(held, body=json.dumps(body), version=version))


def test_a_draft_keeps_evidence_in_the_words_of_the_page(held, pages, ann, as_user):
    """Whatever the browser says that it reads there."""
    sent = a_body(passage(pages[1], BOX, quote="no hypertension"))
    assert saved(as_user(ann), held, sent).status_code == 200
    kept = Draft.objects.get().body["diagnoses"][0]["evidence"]
    assert kept == [{"page": pages[1].pk, "number": 2, "boxes": [BOX], "quote": "hypertension"}]


def test_a_box_without_words_has_an_empty_quote(held, pages, ann, as_user):
    saved(as_user(ann), held, a_body(passage(pages[0], [5000, 5000, 6000, 6000], quote="made up")))
    assert Draft.objects.get().body["diagnoses"][0]["evidence"][0]["quote"] == ""


def test_words_that_are_not_read_yet_are_no_quote(held, ann, as_user):
    page = held.encounter.pages()[0]
    read_page(page, state=WordsState.WAITING)
    saved(as_user(ann), held, a_body(passage(page, quote="hypertension")))
    assert Draft.objects.get().body["diagnoses"][0]["evidence"][0]["quote"] == ""


def test_the_page_of_another_chart_is_no_evidence(held, pages, ann, as_user, river):
    elsewhere = visit(river).pages()[0]
    read_page(elsewhere)
    saved(as_user(ann), held, a_body(passage(elsewhere, quote="hypertension"), passage(pages[0])))
    assert [one["page"] for one in Draft.objects.get().body["diagnoses"][0]["evidence"]] == [pages[0].pk]
    saved(as_user(ann), held, a_body(passage(elsewhere)), version=1)
    assert Draft.objects.get().body["diagnoses"] == [{"code": "I10"}]


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ("here", "could not be read"),
        ([{"page": "1", "boxes": [BOX]}], "could not be read"),
        ([{"page": 1, "boxes": []}], "could not be read"),
        ([7], "could not be read"),
        ([{"page": 1, "boxes": [[0, 0, 20_000, 5]]}], "outside the page"),
        ([{"page": 1, "boxes": [[5, 5, 5, 9]]}], "outside the page"),
        ([{"page": 1, "boxes": [BOX]}] * (PASSAGE_LIMIT + 1), "at most 20 passages"),
        ([{"page": 1, "boxes": [BOX] * (BOX_LIMIT + 1)}], "at most 200 words"),
    ],
)
def test_what_is_no_evidence_is_refused(evidence, said):
    with pytest.raises(BadBody, match=said):
        clean_body({"diagnoses": [{"code": "I10", "evidence": evidence}]})


def test_a_whole_chart_is_no_evidence():
    marked = [{"page": 1, "boxes": [BOX] * 200}] * 20
    with pytest.raises(BadBody, match="too much evidence"):
        clean_body({"diagnoses": [{"code": "I10", "evidence": marked}, {"code": "E119", "evidence": marked}]})


@pytest.mark.usefixtures("at_once")
def test_a_submitted_coding_keeps_its_evidence_and_the_verifier_gets_it(held, pages, ann, bea, as_user):
    line = {"code": "99213", "modifiers": [], "units": 1, "pointers": [1], "evidence": [passage(pages[0], NEXT)]}
    sent = {**a_body(passage(pages[1], BOX, NEXT)), "procedures": [line]}
    url = reverse("coding:code", args=[held.encounter_id])
    assert as_user(ann).post(url, form_for(held, body=json.dumps(sent), check_reason="")).status_code == 302
    coding = Coding.objects.get()
    assert coding.diagnoses.get().evidence[0]["quote"] == "hypertension controlled"
    assert coding.procedures.get().evidence[0]["quote"] == "controlled"
    assert (coding.checks, coding.check_reason) == ([], "")
    take_next(by=bea, at=timezone.now(), stages=[Stage.VERIFICATION])
    page = as_user(bea).get(reverse("coding:verify", args=[held.encounter_id]))
    assert page.context["state"]["diagnoses"][0]["evidence"][0]["quote"] == "hypertension controlled"


def test_what_was_marked_is_what_the_edits_read(held, ann, as_user):
    """A quote wakes the edits of wording."""
    page = held.encounter.pages()[0]
    read_page(page, words=("possible", "hypertension"))
    factories.CodeFactory.reset_sequence()
    browser = as_user(ann)
    url = reverse("coding:findings", args=[held.encounter_id])
    text = browser.post(url, form_for(held, body=json.dumps(a_body(passage(page, BOX, NEXT))))).content.decode()
    assert "possible" in text
    assert "No evidence is marked for I10" not in text
    text = browser.post(url, form_for(held, body=json.dumps(a_body()))).content.decode()
    assert "No evidence is marked for I10." in text


def test_the_worksheet_carries_evidence_too(held, pages):
    sheet = {"problems": {"minor": 1}, "evidence": {"problem-minor": [passage(pages[0])], "other": [passage(1)]}}
    body = true_evidence(encounter=held.encounter, body=clean_body({"worksheet": sheet}))
    assert body["worksheet"]["evidence"]["problem-minor"][0]["quote"] == "hypertension"
    assert list(body["worksheet"]["evidence"]) == ["problem-minor"]
    coded = coded_from(body, CodedEncounter(date_of_service=None))
    assert coded.worksheet.is_shown


def test_a_body_of_a_coding_is_that_coding_again(held, pages):
    body = true_evidence(encounter=held.encounter, body=clean_body(a_body(passage(pages[0]))))
    again = body_of(coded_from(body, CodedEncounter(date_of_service=None)))
    assert again["diagnoses"] == body["diagnoses"]


# -- pages that are arranged again -------------------------------------------------------------------


def test_a_page_that_left_the_visit_supports_nothing_and_the_bench_says_so(held, pages, ann, as_user):
    browser = as_user(ann)
    saved(browser, held, a_body(passage(pages[2])))
    EncounterPage.objects.filter(encounter=held.encounter, page=pages[2]).delete()
    page = browser.get(reverse("coding:code", args=[held.encounter_id]))
    assert page.context["evidence_gone"] == 1
    assert "evidence" not in page.context["state"]["diagnoses"][0]
    assert "No evidence is marked for I10." in page.content.decode()


def test_a_page_that_was_moved_and_turned_keeps_its_evidence(river, ann, as_user):
    """Boxes lie on the page as it was drawn, and the page is named by its id: neither depends on the arrangement."""
    held = to_precode(river, ann)
    first = held.encounter.pages().first()
    read_page(first)
    body = clean_body(a_body(passage(first)))
    before = true_evidence(encounter=held.encounter, body=body)
    asked = Arrangement((Visit((Slot(3), Slot(2), Slot(1, 90)), held.encounter_id),))
    arrange_pages(assignment=held, by=ann, at=timezone.now(), asked=asked)
    assert true_evidence(encounter=held.encounter, body=body) == before
    assert held.encounter.placed.get(page=first).position == 3


def test_a_verifier_starts_from_evidence_that_the_visit_still_has(river, ann, bea, as_user):
    held = to_verify(river, ann, bea)
    page = as_user(bea).get(reverse("coding:verify", args=[held.encounter_id]))
    assert page.context["evidence_gone"] == 0


# -- why it is submitted with something to check ------------------------------------------------------


def submit(browser, held, reason, comment=""):
    url = reverse("coding:code", args=[held.encounter_id])
    line = {"code": "99213", "modifiers": [], "units": 1, "pointers": [1]}
    sent = {**a_body(), "procedures": [line], "comment": comment}
    return browser.post(url, form_for(held, body=json.dumps(sent), check_reason=reason))


def test_what_is_to_be_checked_needs_one_reason(held, ann, as_user):
    answer = submit(as_user(ann), held, "")
    assert answer.status_code == 422
    assert answer.context["asks_reason"]
    assert "Submit with something to check?" in answer.content.decode()
    assert not Coding.objects.exists()
    assert submit(as_user(ann), held, "because").status_code == 422
    assert submit(as_user(ann), held, "documented").status_code == 302
    coding = Coding.objects.get()
    assert coding.checks == ["No evidence is marked for I10.", "No evidence is marked for 99213."]
    assert coding.check_reason == "documented"


def test_the_reason_that_names_the_note_needs_the_note(held, ann, as_user):
    assert submit(as_user(ann), held, "note").status_code == 422
    assert submit(as_user(ann), held, "note", "As told on the phone.").status_code == 302


@pytest.mark.usefixtures("at_once")
def test_the_verifier_reads_the_reason(held, ann, bea, as_user):
    submit(as_user(ann), held, "payer_rule")
    take_next(by=bea, at=timezone.now(), stages=[Stage.VERIFICATION])
    text = as_user(bea).get(reverse("coding:verify", args=[held.encounter_id])).content.decode()
    assert "Submitted with 2 to check:" in text
    assert "The payer wants it so" in text


# -- without scripts -------------------------------------------------------------------------------------


def test_the_form_without_scripts_keeps_what_was_marked(held, pages, ann, as_user):
    browser = as_user(ann)
    saved(browser, held, a_body(passage(pages[0]), rejected={"9": 1}))
    url = reverse("coding:code", args=[held.encounter_id])
    browser.post(url, form_for(held, version=1, **{"dx-1": "E11.9", "dx-2": "I10"}, action="save"))
    body = Draft.objects.get().body
    assert [line["code"] for line in body["diagnoses"]] == ["E119", "I10"]
    assert "evidence" not in body["diagnoses"][0]
    assert body["diagnoses"][1]["evidence"][0]["quote"] == "hypertension"
    assert body["rejected"] == {"9": 1}


@pytest.mark.usefixtures("at_once")
def test_a_correction_without_scripts_keeps_the_coders_evidence(held, pages, ann, bea, as_user):
    line = {"code": "99213", "modifiers": [], "units": 1, "pointers": [1]}
    sent = {**a_body(passage(pages[1])), "procedures": [line]}
    as_user(ann).post(reverse("coding:code", args=[held.encounter_id]), form_for(held, body=json.dumps(sent)))
    judging = take_next(by=bea, at=timezone.now(), stages=[Stage.VERIFICATION])
    rows = {"dx-1": "I10", "px-1-code": "99214", "px-1-units": "1", "px-1-pointers": "A"}
    judged = json.loads(with_words(judging, body("I10", ("99214", [1]))))["judged"]
    for number, (key, word) in enumerate(judged.items(), start=1):
        rows |= {f"difference-{number}": key, f"reason-{number}": word["reason"]}
        rows |= {f"severity-{number}": word["severity"]}
    url = reverse("coding:verify", args=[held.encounter_id])
    assert as_user(bea).post(url, form_for(judging, **rows, action="corrected")).status_code == 302
    final = Coding.objects.get(version=2)
    assert final.diagnoses.get().evidence[0]["quote"] == "hypertension"
    assert final.procedures.get().evidence == []


def test_a_finished_chart_shows_where_its_codes_stand(held, pages, ann, as_user):
    line = {
        "code": "99213",
        "modifiers": [],
        "units": 1,
        "pointers": [1],
        "evidence": [passage(pages[0], [1, 1, 9, 9])],
    }
    sent = {**a_body(passage(pages[1])), "procedures": [line]}
    browser, url = as_user(ann), reverse("coding:code", args=[held.encounter_id])
    browser.post(url, form_for(held, body=json.dumps(sent)))
    text = browser.get(url).content.decode()
    assert "You are only reading." in text
    assert "Page 2 “hypertension”" in text
    assert "Page 1 a box without words" in text
