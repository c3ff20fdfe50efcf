"""The lookup answers with codes of the day of the visit, and with what the person and the practice use."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.code_usage import save_search_expression
from coding.models import FavouriteCode
from coding.rules.codings import System
from coding.rules.lifecycle import Stage
from tests import factories
from tests.coding.benches import to_code

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


@pytest.fixture
def held(river, ann):
    return to_code(river, ann)


def look(as_user, person, q, **more):
    answer = as_user(person).get(reverse(URL), {"q": q, "on": "2026-03-02", **more})
    assert answer.status_code == 200
    return [row["dotted"] for row in answer.json()["results"]]


def test_a_code_is_found_by_its_beginning_with_or_without_dot_billable_first(codes, ann, as_user):
    assert look(as_user, ann, "e11.2") == look(as_user, ann, "E112") == ["E11.22", "E11.22A", "E11.2"]


def test_words_are_all_looked_for_in_any_order(codes, ann, as_user):
    assert set(look(as_user, ann, "kidney chronic")[:2]) == {"N18.32", "E11.22"}
    assert look(as_user, ann, "diabetes, kidney")[0] == "E11.22"
    assert look(as_user, ann, "kidney tomato") == look(as_user, ann, "kidney"), "a word that no code has is left out"


def test_signs_of_the_search_language_are_just_signs(codes, ann, as_user):
    assert look(as_user, ann, "100%") == ["R52"]
    assert look(as_user, ann, "\\' OR 1=1") == []


def test_each_hit_says_why_and_where_it_stands(codes, ann, as_user):
    answer = as_user(ann).get(reverse(URL), {"q": "t2dm ckd", "on": "2026-03-02"}).json()
    first = answer["results"][0]
    assert set(first) == {"code", "dotted", "title", "billable", "why", "path"}
    assert (first["dotted"], first["path"]) == ("E11.22", "E11 > E11.2")
    assert "ckd: chronic kidney disease" in first["why"]


def test_a_slip_is_answered_with_the_closest_spelling(codes, ann, as_user):
    answer = as_user(ann).get(reverse(URL), {"q": "diabetse", "on": "2026-03-02"}).json()
    assert answer["spelling"] == "diabetes"
    assert "E11.22" in {row["dotted"] for row in answer["results"]}


def test_what_finds_nothing_is_counted_and_not_kept(codes, ann, as_user, caplog):
    with caplog.at_level("INFO", logger="coding.views.codes"):
        assert look(as_user, ann, "Miller tomato") == []
    line = next(record for record in caplog.records if record.name == "coding.views.codes")
    assert (line.getMessage(), line.kind, line.count) == ("code search found nothing", "icd10cm", 2)
    assert "tomato" not in str(vars(line))


def test_a_favourite_is_found_first_and_only_by_its_owner(codes, ann, bea, as_user):
    url, sent = reverse("coding:favourite-code"), {"system": "icd10cm", "code": "e11.22", "on": "1"}
    assert as_user(ann).post(url, sent).json() == {"favourite": True}
    assert as_user(ann).post(url, sent).json() == {"favourite": True}
    assert FavouriteCode.objects.count() == 1
    assert look(as_user, ann, "kidney")[0] == "E11.22"
    assert look(as_user, bea, "kidney")[0] == "N18.32"
    assert as_user(ann).post(url, {**sent, "on": "0"}).json() == {"favourite": False}
    assert look(as_user, ann, "kidney")[0] == "N18.32"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"system": "icd10cm", "code": "E99999", "on": "1"}, 404),
        ({"system": "icd10cm", "code": "E9\0é", "on": "1"}, 404),
        ({"system": "cpt", "code": "E11"}, 400),
    ],
)
def test_a_favourite_is_a_code_of_a_list(codes, ann, as_user, sent, status):
    assert as_user(ann).post(reverse("coding:favourite-code"), sent).status_code == status
    assert not FavouriteCode.objects.exists()


def test_a_practice_s_own_words_count_for_its_encounters_only(held, ann, max_, as_user):
    factories.CodeFactory(code="N1832", title="Chronic kidney disease, stage 3b")
    save_search_expression(
        practice=held.practice, text="quux", means="chronic kidney disease", by=max_, at=timezone.now()
    )
    assert look(as_user, ann, "quux", encounter=held.encounter_id) == ["N18.32"]
    for encounter in ("", "999999", "9" * 5000, "²", "x"):
        assert look(as_user, ann, "quux", encounter=encounter) == []


def test_what_a_practice_s_verified_codings_often_have_is_lifted(held, ann, as_user):
    factories.CodeFactory(code="N1832", title="Chronic kidney disease, stage 3b")
    factories.CodeFactory(code="N1930", title="Diabetic kidney disease of long standing and of every kind")
    plainest, rare = look(as_user, ann, "kidney")
    others = [factories.EncounterFactory(chart__batch=held.encounter.batch) for _ in range(2)]
    for encounter in (held.encounter, *others):
        coding = encounter.codings.create(
            practice=held.practice, version=1, stage=Stage.VERIFICATION, author=ann,
            date_of_service=date(2026, 3, 2), submitted_at=timezone.now(),
        )  # fmt: skip
        coding.diagnoses.create(practice=held.practice, position=1, system=System.ICD10CM, code=rare.replace(".", ""))
    assert look(as_user, ann, "kidney", encounter=held.encounter_id) == [rare, plainest]
    assert look(as_user, ann, "kidney") == [plainest, rare]


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
