"""Codes are found as coders ask for them, and each says why."""

import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from tests import factories
from tests.coding.search.small_list import codes, fill, found, more_codes, why

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_list(db):
    fill()


def test_abbreviations_in_any_order_lead_to_the_code():
    assert codes("t2dm ckd")[0] == "E1122"
    assert codes("ckd t2dm")[0] == "E1122"
    assert codes("ckd 3a")[0] == codes("ckd3a")[0] == "N1831"
    assert "ckd: chronic kidney disease" in why("ckd 3a", "N1831")


def test_what_the_house_calls_a_code_finds_it():
    assert codes("htn")[0] == codes("high blood pressure")[0] == "I10"
    assert "synonym: " in why("high blood pressure", "I10") or why("high blood pressure", "I10").startswith("high")


def test_a_code_is_found_by_its_beginning_billable_codes_first():
    assert codes("e11") == codes("E11.") == ["E119", "E1122", "E11"]
    assert codes("N18.31") == ["N1831"]
    assert why("e11", "E119") == "code"


def test_the_side_that_was_typed_comes_first():
    assert codes("r knee oa")[0] == "M1711"
    assert codes("knee oa lt")[0] == "M1712"
    assert codes("bilat knee oa")[0] == "M170"
    assert codes("knee oa")[0] == "M179"


@pytest.mark.parametrize(("word", "last"), [("init", "A"), ("subsequent", "D"), ("sequela", "S"), ("", "A")])
def test_the_episode_decides_the_seventh_character(word, last):
    assert codes(f"r dist radius fx {word}".strip())[0] == f"S52501{last}"


def test_inclusion_terms_of_a_category_find_its_codes():
    assert codes("gonarthrosis")[0] == "M179"
    assert why("gonarthrosis", "M1711") == "inclusion term: Gonarthrosis"
    assert codes("coxarthrosis") == [], "what is excluded is not found"


def test_paths_of_the_index_find_codes_also_through_a_reference():
    assert codes("infarction myocardial") == ["I219"]
    assert codes("heart attack")[0] == "I219"
    assert codes("dinner fork")[0] == "S52501A"
    assert why("dinner fork", "S52501A") == "index: Broken wrist, dinner-fork"


def test_slips_are_forgiven_and_told():
    answer = found("pnemonia")
    assert [hit.code for hit in answer.hits] == ["J189"]
    assert answer.spelling == "pneumonia"
    assert codes("hypertesnion")[0] == "I10"
    assert found("pneumonia").spelling == ""


def test_a_word_that_is_still_being_typed_is_enough():
    assert codes("pneu") == ["J189"]
    assert codes("pneu ") == [], "a blank ends the word"


def test_a_word_that_no_code_has_beside_the_others_is_left_out():
    assert codes("chronic kidney disease tomato")[0] in {"N1831", "N1832", "E1122"}
    assert codes("tomato") == []


def test_billable_codes_come_before_categories():
    assert codes("knee osteoarthritis")[-1] == "M17"
    parents = {hit.code: hit.parents for hit in found("knee osteoarthritis").hits}
    assert parents["M1711"] == (("M17", "Osteoarthritis of knee"),)


def test_favourites_and_frequent_codes_are_lifted_and_say_so():
    assert codes("kidney disease")[0] != "N1832"
    assert codes("kidney disease", favourites=frozenset({"N1832"}))[0] == "N1832"
    assert why("kidney disease", "N1832", frequent=frozenset({"N1832"})) == "often used here"
    assert codes("pneumonia", favourites=frozenset({"N1832"})) == ["J189"], "only among what was asked for"


def test_a_practice_s_own_words_count_for_it_alone():
    assert codes("sugar feet", expressions=(("sugar feet", "type 2 diabetes mellitus"),))[0] == "E119"
    assert codes("sugar feet") == []


def test_the_day_decides_the_edition_and_the_row():
    more_codes("J990", "Pneumonia of the year 2026")
    assert codes("pneumonia", on=date(2026, 1, 31)) == ["J189"]
    assert codes("pneumonia", on=date(2026, 2, 1)) == ["J990"]
    assert codes("I10", system=System.ICD9CM) == []


def test_a_row_with_dates_is_found_between_them():
    factories.CodeFactory(
        system=System.PROCEDURE, code="J1", title="Injection", valid_from=date(2020, 1, 1), valid_to=date(2020, 12, 31)
    )
    for day, expected in ((date(2019, 12, 31), []), (date(2020, 1, 1), ["J1"]), (date(2021, 1, 1), [])):
        assert codes("injection", on=day, system=System.PROCEDURE) == expected


def test_of_two_lists_with_one_code_the_first_list_s_is_shown_once():
    factories.CodeFactory(system=System.PROCEDURE, code="G0439", title="Demo: wellness")
    official = factories.EditionFactory(code_set=CodeSet.HCPCS)
    factories.CodeFactory(edition=official, system=System.PROCEDURE, code="G0439", title="Official wellness")
    assert [hit.title for hit in found("wellness", system=System.PROCEDURE).hits] == ["Official wellness"]


@pytest.mark.parametrize("text", ["", "  ", "(((", "\\", "a AND", '"', "*", "ü" * 300, "of the", "\x00"])
def test_any_text_is_just_text(text):
    assert codes(text) == []


def output(*arguments, **options):
    out = io.StringIO()
    call_command("search_codes", *arguments, stdout=out, **options)
    return out.getvalue()


def test_the_command_prints_lines_or_json():
    assert output("t2dm ckd", on=date(2026, 3, 1)).startswith("E11.22")
    answer = json.loads(output("t2dm ckd", system="icd10cm", on=date(2026, 3, 1), json=True, limit=1))
    assert answer["results"] == [
        {
            "code": "E1122",
            "title": "Type 2 diabetes mellitus with diabetic chronic kidney disease",
            "billable": True,
            "why": why("t2dm ckd", "E1122"),
        }
    ]
    assert output("tomato", on=date(2026, 3, 1)) == "No code found.\n"


def test_the_command_measures_a_file_of_queries(tmp_path):
    file = tmp_path / "queries.tsv"
    file.write_text(
        "id\tsystem\ton\tquery\taccept\n1\ticd10cm\t2026-03-01\tt2dm ckd\tE112*\n2\ticd10cm\t2026-03-01\ttomato\tI10\n"
    )
    report = json.loads(output(queries=file, json=True))
    assert (report["all"]["queries"], report["all"]["hit_at_1"], report["all"]["hit_at_10"]) == (2, 0.5, 0.5)
    assert set(report["systems"]) == {"icd10cm"}
    assert [(miss["id"], miss["accept"], miss["found"]) for miss in report["misses"]] == [("2", ["I10"], [])]
    assert "hit@10 50.0%" in output(queries=file)
    file.write_text("id\n")
    with pytest.raises(CommandError, match="Columns are missing"):
        output(queries=file)
