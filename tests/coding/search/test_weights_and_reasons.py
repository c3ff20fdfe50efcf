"""Which code comes first, why it was found, and how a slip of the fingers is read."""

import pytest

from coding.rules.code_search import Episode, Expressions, Side, understand
from coding.rules.code_search.reasons import reason
from coding.rules.code_search.spelling import closest, distance
from coding.rules.code_search.weights import episode_of, side_of, weight_of
from coding.rules.codings import System

INITIAL = "Unspecified fracture of the lower end of left radius, initial encounter for closed fracture"
LATER = "Unspecified fracture of the lower end of left radius, subsequent encounter for closed fracture with nonunion"
TABLE = Expressions.of([("ckd", "chronic kidney disease"), ("dist", "distal|lower end"), ("fx", "fracture")])


def weight(code, title, *, billable=True):
    return weight_of(System.ICD10CM, code, title, billable=billable)


def test_a_title_names_its_side():
    assert side_of(INITIAL) is Side.LEFT
    assert side_of("Pain in right knee") is Side.RIGHT
    assert side_of("Bilateral primary osteoarthritis of knee") is Side.BILATERAL
    assert side_of("Bright light") is None


@pytest.mark.parametrize(
    ("code", "title", "episode"),
    [
        ("S52502A", INITIAL, Episode.INITIAL),
        ("S52502K", LATER, Episode.SUBSEQUENT),
        ("S52502S", "Fracture of radius, sequela", Episode.SEQUELA),
        ("S52502", "Fracture of radius", None),
        ("O411010", "Infection of amniotic sac", None),
    ],
)
def test_a_seventh_character_tells_the_episode(code, title, episode):
    assert episode_of(System.ICD10CM, code, title) is episode


def test_what_nobody_needs_to_name_weighs_most():
    assert weight("S52502A", INITIAL) > weight("S52502K", LATER)
    assert weight("E119", "Type 2 diabetes") > weight("E11", "Type 2 diabetes", billable=False)
    assert weight("M25569", "Pain in unspecified knee") > weight("M25561", "Pain in right knee")


def why(text, title, phrases=(), used="", code="N1831"):
    return reason(understand(System.ICD10CM, text, TABLE), code, title, phrases, used)


def test_a_hit_by_its_own_title_says_so():
    assert why("kidney disease", "Chronic kidney disease, stage 3a") == "title"


def test_an_abbreviation_is_told_with_what_it_stood_for():
    assert why("ckd 3a", "Chronic kidney disease, stage 3a") == "ckd: chronic kidney disease"
    assert why("dist radius fx", INITIAL) == "dist: lower end; fx: fracture"


def test_a_path_or_term_is_told_when_it_explains_more_than_the_title():
    phrases = [("index: Attack, heart", "attack heart"), ("inclusion term: Coronary", "coronary")]
    assert why("heart attack", "Acute myocardial infarction", phrases) == "index: Attack, heart"


def test_a_code_s_beginning_and_who_uses_it_are_told():
    assert why("n18", "Chronic kidney disease", used="your favourite") == "your favourite; code"
    assert why("kidney", "Chronic kidney disease", used="often used here") == "often used here"


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("pnemonia", "pneumonia", 1),
        ("siezure", "seizure", 1),
        ("abc", "abc", 0),
        ("diabetis", "diabete", 2),
        ("", "ab", 2),
    ],
)
def test_slips_are_counted(one, other, slips):
    assert distance(one, other, 2) == slips


def test_more_slips_than_asked_for_are_not_counted():
    assert distance("abcdef", "uvwxyz", 2) == 3


def test_the_closest_word_wins_and_of_several_the_commonest():
    words = [("pneumonia", 300), ("pneumonic", 3), ("anemia", 100)]
    assert closest("pnemonia", words) == "pneumonia"
    assert closest("frature", [("fracture", 10), ("feature", 900)]) == "feature"
    assert closest("celulitis", [("cellulitis", 10)]) == "cellulitis"
    assert closest("xyz", [("xyzz", 10)]) == "", "too short to guess"
    assert closest("bananas", [("cellulitis", 10)]) == ""
