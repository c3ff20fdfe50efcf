"""Codes are found by their beginning or by words, on the day of the visit."""

from datetime import date

import pytest
from django.urls import reverse

from coding.rules.code_search import Wanted, wanted
from coding.rules.codings import System
from tests import factories

URL = "coding:code-lookup"


@pytest.fixture
def codes(db):
    for code, title, billable in (
        ("E11", "Type 2 diabetes mellitus", False),
        ("E112", "Type 2 diabetes mellitus with kidney complications", False),
        ("E1122", "Type 2 diabetes mellitus with diabetic chronic kidney disease", True),
        ("E1122A", "A longer one", True),
        ("N1832", "Chronic kidney disease, stage 3b", True),
        ("R52", "Pain, 100% unspecified", True),
        ("R529", "Pain_unspecified", True),
    ):
        factories.CodeFactory(code=code, title=title, billable=billable)
    old = {"valid_from": date(1979, 1, 1), "valid_to": date(2015, 9, 30)}
    factories.CodeFactory(system=System.ICD9CM, code="E8000", title="Collision", **old)
    factories.CodeFactory(system=System.ICD9CM, code="4800", title="Pneumonia due to adenovirus", **old)
    factories.CodeFactory(system=System.PROCEDURE, code="99213", title="Demo: a visit", valid_from=date(1990, 1, 1))


def look(as_user, person, q, **more):
    answer = as_user(person).get(reverse(URL), {"q": q, "on": "2026-03-02", **more})
    assert answer.status_code == 200
    return [row["dotted"] for row in answer.json()["results"]]


def test_a_code_is_found_by_its_beginning_with_or_without_dot_billable_first(codes, ann, as_user):
    assert look(as_user, ann, "e11.2") == look(as_user, ann, "E112") == ["E11.22", "E11.22A", "E11.2"]


def test_words_are_all_looked_for_in_any_order(codes, ann, as_user):
    assert look(as_user, ann, "kidney chronic") == ["N18.32", "E11.22"]
    assert look(as_user, ann, "diabetes, kidney") == ["E11.22", "E11.2"]
    assert look(as_user, ann, "kidney tomato") == []


def test_signs_of_the_search_language_are_just_signs(codes, ann, as_user):
    assert look(as_user, ann, "100%") == ["R52"]
    assert look(as_user, ann, "n_unspec") == ["R52.9"]
    assert look(as_user, ann, "\\' OR 1=1") == []


def test_the_day_of_the_visit_decides_which_list_is_used(codes, ann, as_user):
    assert look(as_user, ann, "480", on="2015-09-30") == ["480.0"]
    assert look(as_user, ann, "480", on="2015-10-01") == []
    assert look(as_user, ann, "E800", on="2015-09-30") == ["E800.0"]
    assert look(as_user, ann, "E11", on="2015-09-30") == []
    assert look(as_user, ann, "4800", system="icd9cm") == [], "not valid in 2026"
    assert look(as_user, ann, "992", system="procedure") == ["99213"]


def test_twelve_are_shown(codes, ann, as_user):
    for number in range(20):
        factories.CodeFactory(code=f"Y{number:02d}", title="Something else again")
    assert len(look(as_user, ann, "something")) == 12


def test_htmx_gets_options(codes, ann, as_user):
    answer = as_user(ann).get(reverse(URL), {"q": "E112"}, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert text.count('role="option"') == 3
    assert "Needs more characters" in text


@pytest.mark.parametrize("query", [{"on": "soon"}, {"on": "2026-02-31"}, {"system": "cpt"}])
def test_a_question_that_makes_no_sense_is_refused(codes, ann, as_user, query):
    assert as_user(ann).get(reverse(URL), {"q": "E11", **query}).status_code == 400


def test_only_people_who_code_may_look(codes, bea, cleo, max_, as_user):
    assert look(as_user, bea, "R52") == ["R52", "R52.9"]
    for person in (cleo, max_):
        assert as_user(person).get(reverse(URL), {"q": "R52"}).status_code == 404


@pytest.mark.parametrize(
    ("system", "text", "expected"),
    [
        (System.ICD10CM, " e11.2 ", Wanted("E112", ("e11.2",))),
        (System.ICD10CM, "M17 knee", Wanted("", ("M17", "knee"))),
        (System.ICD10CM, "e", Wanted("", ())),
        (System.ICD10CM, "of", Wanted("", ())),
        (System.ICD9CM, "v70", Wanted("V70", ("v70",))),
        (System.PROCEDURE, "j10", Wanted("J10", ("j10",))),
        (System.PROCEDURE, "0071t", Wanted("0071T", ("0071t",))),
        (System.ICD10CM, "", Wanted("", ())),
    ],
)
def test_what_is_typed_is_a_code_or_words(system, text, expected):
    assert wanted(system, text) == expected
