"""The bench of pre-coding fills in what is known, has it confirmed, and keeps where each fact is from."""

import json
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.arranging import arrangement_of
from coding.actions.precoding import finish_precoding
from coding.actions.queue import take_next
from coding.forms.known_facts import COMPARED
from coding.models import Draft, FactOrigin, PreCoding
from coding.rules.arranging import fingerprint
from coding.rules.lifecycle import Stage
from coding.visit_facts import facts_known
from tests import factories
from tests.coding.benches import form_for, lapse
from tests.coding.lines import facts_for, waiting
from tests.coding.worded import passage, worded_chart

pytestmark = pytest.mark.django_db

PAGES = (
    ("Patient: Rosa Whitfield", "DOB: 04/17/1958", "MRN: 00417-22", "Date of service: 10/28/2026"),
    ("Provider: Dana Whitlow, MD", "Insurance: BHHP", "Date of service: 10/29/2026"),
)


@pytest.fixture
def lists(river):
    """A provider, a location and a payer that charts call otherwise."""
    return {
        "provider": factories.ProviderFactory(practice=river, name="Dana Whitlow, MD"),
        "other": factories.ProviderFactory(practice=river, name="Samuel Okoro, MD"),
        "payer": factories.PayerFactory(practice=river, name="Blue Heron Health Plan", also_known_as=["BHHP"]),
    }


@pytest.fixture
def held(river, ann, lists):
    return bench(river, ann)


def bench(practice, by, pages=PAGES):
    waiting(at=timezone.now(), chart=worded_chart(practice, pages=pages))
    return take_next(by=by, at=timezone.now(), stages=[Stage.PRECODING])


def url_of(held, name="precode"):
    return reverse(f"coding:{name}", args=[held.encounter_id])


def answers(held, lists, **more):
    return form_for(
        held, action="finish", patient_name="Rosa Whitfield", birth_date="04/17/1958", sex="F",
        account_number="00417-22", date_from="10/28/2026", visit_type="new", rendering_provider=lists["provider"].pk,
        payer=lists["payer"].pk, place_of_service="11", **more,
    )  # fmt: skip


READ = "patient_name birth_date account_number rendering_provider payer"


def origins():
    return {row.field: row for row in FactOrigin.objects.all()}


def test_what_the_pages_say_is_filled_in_with_where_it_was_read(held, lists, ann, as_user):
    page = as_user(ann).get(url_of(held))
    text = page.content.decode()
    assert 'value="Rosa Whitfield"' in text
    assert 'value="04/17/1958"' in text
    assert f'value="{lists["payer"].pk}" selected' in text
    assert 'data-fact-badge="birth_date">To confirm: page 1</span>' in text
    assert 'data-fact-badge="payer">To confirm: page 2</span>' in text
    assert 'data-fact-badge="date_from">2 found</span>' in text
    assert "10/28/2026 (Page 1); 10/29/2026 (Page 2)" in text
    assert page.context["form"].initial.get("date_from") is None
    [candidate] = page.context["known"]["birth_date"]["candidates"]
    assert candidate["passages"][0]["page"] == held.encounter.pages().get(number=1).pk
    assert candidate["passages"][0]["quote"] == "04/17/1958"


def test_nothing_that_was_filled_in_is_taken_over_unread(held, lists, ann, as_user):
    browser = as_user(ann)
    page = browser.post(url_of(held), answers(held, lists, confirmed="patient_name birth_date"))
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"account_number", "rendering_provider", "payer", COMPARED}
    assert "Compare it with the chart (page 2), then confirm it." in page.content.decode()
    assert not PreCoding.objects.exists()
    assert browser.post(url_of(held), answers(held, lists, confirmed=READ)).status_code == 302
    assert PreCoding.objects.get().payer == lists["payer"]


def test_without_scripts_one_tick_confirms_all(held, lists, ann, as_user):
    assert as_user(ann).post(url_of(held), answers(held, lists, **{COMPARED: "on"})).status_code == 302
    assert origins()["birth_date"].how == "confirmed"


def test_what_was_changed_needs_no_confirming(held, lists, ann, as_user):
    sent = {**answers(held, lists, confirmed=READ.replace("birth_date ", "")), "birth_date": "04/11/1958"}
    assert as_user(ann).post(url_of(held), sent).status_code == 302
    assert PreCoding.objects.get().birth_date == date(1958, 4, 11)


def test_where_each_fact_is_from_is_kept(held, lists, ann, as_user):
    sent = {**answers(held, lists, confirmed=READ), "rendering_provider": lists["other"].pk, "member_id": "R1"}
    as_user(ann).post(url_of(held), sent)
    kept = origins()
    page = held.encounter.pages().get(number=1)
    assert {name: (row.how, row.source, row.said, row.offered) for name, row in kept.items()} == {
        "patient_name": ("confirmed", "page", "Page 1", ""),
        "birth_date": ("confirmed", "page", "Page 1", ""),
        "account_number": ("confirmed", "page", "Page 1", ""),
        "payer": ("confirmed", "page", "Page 2", ""),
        "date_from": ("chosen", "page", "Page 1", ""),
        "rendering_provider": ("changed", "", "", "Dana Whitlow, MD"),
        "sex": ("typed", "", "", ""),
        "visit_type": ("typed", "", "", ""),
        "place_of_service": ("typed", "", "", ""),
        "member_id": ("typed", "", "", ""),
    }  # the last day was left empty: it is the first
    assert kept["birth_date"].passages[0]["page"] == page.pk
    assert kept["birth_date"].passages[0]["quote"] == "04/17/1958"
    assert {row.confirmed_by for row in kept.values()} == {ann}


def marked(field, value, page, text):
    found = passage(page, text)
    return json.dumps(
        {field: {"value": value, "passages": [{"page": page.pk, "boxes": found.boxes, "quote": "said by the browser"}]}}
    )


def test_words_taken_from_a_page_are_kept_as_the_page_has_them(held, lists, ann, as_user):
    page = held.encounter.pages().get(number=2)
    sent = answers(held, lists, confirmed=READ, marked=marked("date_from", "10/28/2026", page, "10/29/2026"))
    assert as_user(ann).post(url_of(held), sent).status_code == 302
    row = origins()["date_from"]
    assert (row.how, row.source, row.said, row.passages[0]["quote"]) == ("marked", "page", "Page 2", "10/29/2026")


def test_a_page_of_another_visit_stands_for_nothing(held, lists, river, ann, as_user):
    other = worded_chart(river, pages=PAGES).pages.get(number=2)
    sent = answers(held, lists, confirmed=READ, marked=marked("sex", "F", other, "10/29/2026"))
    assert as_user(ann).post(url_of(held), sent).status_code == 302
    assert origins()["sex"].how == "typed"


@pytest.mark.parametrize("text", ["{", "[]", '{"sex": 7}', '{"sex": {"passages": [{"page": "x"}]}}', "x" * 30_000])
def test_marks_that_cannot_be_read_stop_nobody(held, lists, ann, as_user, text):
    answer = as_user(ann).post(url_of(held), answers(held, lists, confirmed=READ, marked=text[:20_000]))
    assert answer.status_code == 302
    assert origins()["sex"].how == "typed"


def test_a_draft_keeps_what_was_confirmed_and_marked(held, ann, as_user):
    browser = as_user(ann)
    page = held.encounter.pages().get(number=1)
    body = {"patient_name": "Rosa Whitfield", "confirmed": "patient_name", "marked": marked("sex", "F", page, "MRN:")}
    browser.post(url_of(held, "draft"), form_for(held, body=json.dumps(body)))
    kept = Draft.objects.get().body
    assert (kept["confirmed"], json.loads(kept["marked"])["sex"]["value"]) == ("patient_name", "F")
    text = browser.get(url_of(held)).content.decode()
    assert 'name="confirmed" value="patient_name"' in text


def test_what_came_back_from_the_coder_was_stood_for(held, lists, ann, as_user):
    browser = as_user(ann)
    browser.post(url_of(held), answers(held, lists, confirmed=READ))
    coding = take_next(by=ann, at=timezone.now(), stages=[Stage.CODING])
    browser.post(url_of(coding, "send-back"), form_for(coding, comment="Wrong date"))
    form = browser.get(url_of(held)).context["form"]
    assert form.initial["date_from"] == "10/28/2026"
    assert "birth_date" in form.initial["confirmed"].split()


def test_the_encounter_says_where_its_facts_are_from(held, lists, ann, cleo, as_user):
    assert "Where the facts are from" not in as_user(ann).get(url_of(held, "encounter")).content.decode()
    as_user(ann).post(url_of(held), answers(held, lists, confirmed=READ))
    text = as_user(ann).get(url_of(held, "encounter")).content.decode()
    assert "Where the facts are from" in text
    assert '<a href="#page-1">Page 1</a> <q>04/17/1958</q>' in text
    assert "Ann Archer" in text
    assert "Ann Archer" not in as_user(cleo).get(url_of(held, "encounter")).content.decode()


# -- words for a field ---------------------------------------------------------------------------------------
def ask(browser, held, field, page, text, **more):
    found = passage(page, text)
    sent = json.dumps([{"page": page.pk, "boxes": found.boxes, "quote": ""}])
    return browser.post(url_of(held, "read-fact"), form_for(held, field=field, passages=sent, **more))


def test_marked_words_are_read_for_the_field_in_hand(held, lists, ann, as_user):
    browser, page = as_user(ann), held.encounter.pages().get(number=2)
    answer = ask(browser, held, "rendering_provider", page, "Dana Whitlow, MD".replace(",", ""))
    assert answer.json()["values"] == [{"value": str(lists["provider"].pk), "shown": "Dana Whitlow, MD"}]
    assert answer.json()["passages"][0]["quote"] == "Dana Whitlow, MD"
    assert ask(browser, held, "date_from", page, "10/29/2026").json()["values"] == [
        {"value": "10/29/2026", "shown": "10/29/2026"}
    ]
    assert ask(browser, held, "payer", page, "10/29/2026").json()["values"] == []


def test_what_cannot_be_read_for_a_field_is_refused(held, lists, river, ann, as_user):
    browser, page = as_user(ann), held.encounter.pages().get(number=2)
    assert ask(browser, held, "no_field", page, "10/29/2026").status_code == 422
    other = worded_chart(river, pages=PAGES).pages.get(number=2)
    assert ask(browser, held, "date_from", other, "10/29/2026").status_code == 422
    broken = browser.post(url_of(held, "read-fact"), form_for(held, field="sex", passages="{"))
    assert broken.status_code == 422
    lapse(held)
    assert ask(browser, held, "date_from", page, "10/29/2026").status_code == 409


# -- earlier visits ------------------------------------------------------------------------------------------
def earlier_visit(practice, by, **facts):
    one = waiting(at=timezone.now(), chart=worded_chart(practice, pages=(("Nothing.",),)))
    assignment = take_next(by=by, at=timezone.now(), stages=[Stage.PRECODING])
    assert assignment.encounter == one
    found = vars(facts_for(one)) | {
        "patient_name": "Whitfield, Rosa", "birth_date": date(1958, 4, 17), "account_number": "00417-22", "sex": "F",
        "date_from": date(2026, 5, 11), "date_to": date(2026, 5, 11), "member_id": "R730037", **facts,
    }  # fmt: skip
    finish_precoding(assignment=assignment, by=by, at=timezone.now(), facts=type(facts_for(one))(**found))
    return one


def test_an_earlier_visit_of_the_patient_is_asked(river, ann, lists):
    one = earlier_visit(river, ann, payer=lists["payer"])
    facts = facts_known(bench(river, ann).encounter)
    offered = facts["member_id"].candidates[0]
    assert (offered.value, offered.said, facts["member_id"].fills) == ("R730037", f"{one.label}, 05/11/2026", False)
    assert [(row.value, row.said) for row in facts["sex"].candidates] == [("F", f"{one.label}, 05/11/2026")]
    assert facts["payer"].filled.said == f"Page 2, {one.label}, 05/11/2026"


def test_a_visit_of_another_practice_is_never_asked(river, lake, ann, lists):
    earlier_visit(lake, ann)
    facts = facts_known(bench(river, ann).encounter)
    assert "member_id" not in facts
    assert "sex" not in facts


# -- what was filled in stays known as such ------------------------------------------------------------------
def test_what_was_filled_from_a_page_that_is_gone_is_still_to_be_confirmed(held, lists, ann, as_user):
    browser = as_user(ann)
    form = browser.get(url_of(held)).context["form"]
    assert json.loads(form["filled"].value())["payer"] == str(lists["payer"].pk)
    body = {**form.initial, "date_from": "10/28/2026"}
    browser.post(url_of(held, "draft"), form_for(held, body=json.dumps(body)))
    version = fingerprint(arrangement_of(held.encounter.chart))
    browser.post(url_of(held, "move-page"), form_for(held, move="out", page=2, grown_from=version))
    again = browser.get(url_of(held)).context
    assert again["known"]["payer"]["candidates"] == []
    assert again["known"]["payer"]["filled"] == str(lists["payer"].pk)
    sent = answers(held, lists, version=1, filled=again["form"].initial["filled"], confirmed="patient_name birth_date")
    page = browser.post(url_of(held), sent)
    assert page.status_code == 422
    assert {"payer", "rendering_provider", "account_number"} <= set(page.context["form"].errors)
    assert "where it was read is no longer of this visit" in page.content.decode()
    sent["confirmed"] = f"{READ} date_from"  # of one page, one day: it would be filled in now
    assert browser.post(url_of(held), sent).status_code == 302
    assert origins()["payer"].how == "typed"


@pytest.mark.parametrize("text", ["{", "[]", '{"payer": 7}', "x" * 5000])
def test_what_says_that_something_was_filled_in_and_cannot_be_read_is_nothing(held, lists, ann, as_user, text):
    answer = as_user(ann).post(url_of(held), answers(held, lists, confirmed=READ, filled=text[:4000]))
    assert answer.status_code == 302
