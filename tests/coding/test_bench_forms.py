"""What a bench sends is cleaned before anything else sees it."""

import json
from datetime import date

import pytest

from coding.forms.coding import BadBody, body_from, body_of, clean_body, coded_from
from coding.forms.precoding import PrecodingForm, SplitForm, TypedDate, draft_body, text_of
from coding.models import PreCoding
from coding.rules.codings import CodedEncounter
from tests import factories
from tests.coding.lines import coded, facts_for


def test_the_json_of_the_code_list_becomes_a_body():
    sent = {
        "diagnoses": [{"code": "e11.22"}],
        "procedures": [{"code": "99213", "modifiers": ["25"], "units": 2, "pointers": [1]}],
    }
    assert body_from({"body": json.dumps(sent)}) == {
        "diagnoses": [{"code": "E1122"}],
        "procedures": [{"code": "99213", "modifiers": ["25"], "units": 2, "pointers": [1]}],
        "comment": "",
        "worksheet": {},
    }


def test_the_rows_of_the_plain_form_become_the_same_body():
    rows = {
        "dx-1": "E11.22",
        "dx-2": "i10",
        "px-1-code": "99213",
        "px-1-modifiers": "25, 59",
        "px-1-units": "2",
        "px-1-pointers": "A2",
    }
    with pytest.raises(BadBody, match="letters from A to L"):
        body_from(rows)
    assert body_from({**rows, "px-1-pointers": "A 2"})["procedures"] == [
        {"code": "99213", "modifiers": ["25", "59"], "units": 2, "pointers": [1, 2]}
    ]


def test_pointers_follow_when_a_row_above_is_left_blank():
    rows = {"dx-1": "", "dx-2": "I10", "dx-4": "E119", "px-1-code": "99213", "px-1-pointers": "BD"}
    body = body_from(rows)
    assert [line["code"] for line in body["diagnoses"]] == ["I10", "E119"]
    assert body["procedures"][0]["pointers"] == [1, 2]


def test_a_pointer_to_a_blank_row_stays_for_the_check_to_find():
    assert body_from({"dx-1": "I10", "px-1-code": "99213", "px-1-pointers": "E"})["procedures"][0]["pointers"] == [5]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ([], "could not be read"),
        ({"diagnoses": "E11"}, "could not be read"),
        ({"diagnoses": [{"code": "<script>"}]}, "Diagnosis 1 is not written like a code"),
        ({"diagnoses": ["E119"]}, "Diagnosis 1 is not written like a code"),
        ({"diagnoses": [{"code": "I10"}] * 13}, "at most 12"),
        ({"procedures": [{"code": "99213"}] * 51}, "at most 50"),
        ({"procedures": [{"code": "99213", "modifiers": ["25", "59", "76", "77", "GT"]}]}, "up to 4 modifiers"),
        ({"procedures": [{"code": "99213", "modifiers": ["255"]}]}, "two characters"),
        ({"procedures": [{"code": "99213", "pointers": [1, 2, 3, 4, 5]}]}, "up to 4 pointers"),
        ({"procedures": [{"code": "99213", "pointers": ["1"]}]}, "up to 4 pointers"),
        ({"procedures": [{"code": "99213", "pointers": [True]}]}, "up to 4 pointers"),
        ({"procedures": [{"code": "99213", "pointers": [13]}]}, "from 1 to 12"),
        ({"procedures": [{"code": "99213", "pointers": "1"}]}, "could not be read"),
        ({"procedures": [{"code": "99213", "units": "-1"}]}, "whole number"),
        ({"procedures": [{"code": "99213", "units": 1000}]}, "whole number"),
    ],
)
def test_what_is_not_a_list_of_codes_is_refused(raw, words):
    with pytest.raises(BadBody, match=words):
        clean_body(raw)


def test_broken_json_is_refused():
    with pytest.raises(BadBody):
        body_from({"body": "{"})


def test_a_body_and_a_coding_are_the_same_thing():
    version = coded("E119 I10", "99213-25x2@1,2")
    assert coded_from(body_of(version), CodedEncounter(date_of_service=version.date_of_service)) == version


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("01/02/1960", date(1960, 1, 2)),
        ("1-2-1960", date(1960, 1, 2)),
        ("01021960", date(1960, 1, 2)),
        ("010260", date(1960, 1, 2)),
        ("1/2/60", date(1960, 1, 2)),
        ("1/2/05", date(2005, 1, 2)),
        ("1960-01-02", date(1960, 1, 2)),
    ],
)
def test_a_date_is_understood_however_it_is_typed(typed, day):
    assert TypedDate().clean(typed) == day


@pytest.mark.parametrize(
    "typed", ["13/01/1960", "02/30/1960", "1960", "1/2", "a/b/c", "1/2/" + "9" * 40, "1/2/99999999"]
)
def test_what_is_not_a_date_is_refused(typed):
    with pytest.raises(Exception, match="MM/DD/YYYY"):
        TypedDate().clean(typed)


@pytest.fixture
def visit(db, river):
    encounter = factories.EncounterFactory(chart__batch__practice=river)
    factories.ProviderFactory(practice=river)
    factories.LocationFactory(practice=river, place_of_service="22")
    return encounter


def sent(visit, **more):
    provider = visit.practice.providers.first()
    return {
        "patient_name": "Test Person", "birth_date": "01021960", "sex": "F", "date_from": "10/30/2026",
        "visit_type": "new", "rendering_provider": str(provider.pk), "place_of_service": "11", **more,
    }  # fmt: skip


def test_one_day_of_service_is_enough(visit, ann):
    form = PrecodingForm(sent(visit), encounter=visit, user=ann)
    assert form.is_valid(), form.errors
    assert (form.facts().date_from, form.facts().date_to) == (date(2026, 10, 30), date(2026, 10, 30))


def test_the_place_of_service_follows_from_the_location(visit, ann):
    location = visit.practice.locations.first()
    form = PrecodingForm(sent(visit, place_of_service="", location=str(location.pk)), encounter=visit, user=ann)
    assert form.is_valid(), form.errors
    assert form.facts().place_of_service == "22"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"date_from": "12/31/2099"}, "date_from"),
        ({"date_from": "10/30/202"}, "date_from"),
        ({"date_from": "12/31/1978"}, "date_from"),
        ({"date_to": "12/31/2099"}, "date_to"),
        ({"birth_date": "01/02/196"}, "birth_date"),
        ({"birth_date": "12/31/1879"}, "birth_date"),
        ({"date_to": "10/29/2026"}, "date_to"),
        ({"birth_date": "10/31/2026", "date_from": "10/30/2026"}, "birth_date"),
        ({"place_of_service": "1A"}, "place_of_service"),
        ({"modifiers": "25 59 76 77 GT"}, "modifiers"),
        ({"modifiers": "255"}, "modifiers"),
    ],
)
def test_facts_that_cannot_be_are_refused_beside_their_field(visit, ann, more, field):
    form = PrecodingForm(sent(visit, **more), encounter=visit, user=ann)
    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_a_provider_of_another_practice_cannot_be_chosen(visit, ann, lake):
    other = factories.ProviderFactory(practice=lake)
    form = PrecodingForm(sent(visit, rendering_provider=str(other.pk)), encounter=visit, user=ann)
    assert "rendering_provider" in form.errors


def test_written_facts_come_back_as_the_form_shows_them(visit, ann):
    facts = facts_for(visit)
    row = PreCoding(**{**facts.__dict__, "modifiers": list(facts.modifiers)})
    form = PrecodingForm(text_of(row), encounter=visit, user=ann)
    assert form.is_valid(), form.errors
    assert form.facts() == facts


def test_a_date_before_its_time_says_which_year_to_check(visit, ann):
    form = PrecodingForm(sent(visit, date_from="10/30/202"), encounter=visit, user=ann)
    assert form.errors["date_from"] == ["Check the year: the date lies before 01/01/1979."]
    assert PrecodingForm(sent(visit, date_from="01/01/1979"), encounter=visit, user=ann).is_valid()


def test_what_the_database_cannot_store_falls_out_of_a_draft():
    assert draft_body({"patient_name": "a\0b\ud800"})["patient_name"] == "ab"
    assert clean_body({"comment": "a\0b\ud800"})["comment"] == "ab"


def test_a_draft_keeps_the_forms_own_fields_and_nothing_else():
    assert draft_body({"patient_name": "x" * 500, "next": "/elsewhere"})["patient_name"] == "x" * 200
    assert "next" not in draft_body({"next": "/elsewhere"})


def test_page_ranges_are_read_as_people_write_them():
    form = SplitForm({"ranges": "1-3, 4 to 6; 7"})
    assert form.is_valid()
    assert form.cleaned_data["ranges"] == ((1, 3), (4, 6), (7, 7))
    assert not SplitForm({"ranges": "all"}).is_valid()
