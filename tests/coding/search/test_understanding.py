"""What is typed is taken apart into a code, things looked for, a side and an episode."""

import pytest

from coding.rules.code_search import Episode, Expressions, Side, understand
from coding.rules.code_search.words import indexed, key_of, words_of
from coding.rules.codings import System

TABLE = Expressions.of(
    [
        ("t2dm", "type 2 diabetes mellitus"),
        ("ckd", "chronic kidney disease"),
        ("dist", "distal|lower end"),
        ("fx", "fracture"),
        ("a fib", "atrial fibrillation"),
        ("r/o", "ruled out"),
        ("pt", ""),
        ("w/o", "without"),
    ]
)


def asked(text, system=System.ICD10CM):
    return understand(system, text, TABLE)


def alternatives(text):
    return [group.alternatives or (group.typed,) for group in asked(text).groups]


@pytest.mark.parametrize(
    ("system", "text", "prefix"),
    [
        (System.ICD10CM, " e11.2 ", "E112"),
        (System.ICD10CM, "E11.65.", "E1165"),
        (System.ICD10CM, "icd-10-cm: m17.11", "M1711"),
        (System.ICD10CM, "ICD10 s52.5", "S525"),
        (System.ICD10CM, "dx i10", "I10"),
        (System.ICD10CM, "M17 knee", ""),
        (System.ICD10CM, "e", ""),
        (System.ICD10CM, "of", ""),
        (System.ICD9CM, "v70", "V70"),
        (System.ICD9CM, "250.60", "25060"),
        (System.PROCEDURE, "j10", "J10"),
        (System.PROCEDURE, "0071t", "0071T"),
        (System.PROCEDURE, "CPT 99213", "99213"),
        (System.PROCEDURE, "99213-25", "99213"),
        (System.ICD10CM, "", ""),
    ],
)
def test_a_code_is_known_with_or_without_dot_and_label(system, text, prefix):
    assert asked(text, system).prefix == prefix


def test_an_abbreviation_stands_for_all_its_alternatives():
    assert alternatives("dist") == [(("distal",), ("lower", "end"))]
    assert alternatives("t2dm") == [(tuple(words_of("type 2 diabetes mellitus")),)]


def test_the_longest_expression_is_taken():
    assert alternatives("a fib") == [(("atrial", "fibrillation"),)]
    assert [group.typed for group in asked("r/o fx").groups] == [("r", "o"), ("fx",)]
    assert asked("r/o fx").side is None


def test_letters_and_a_stage_written_together_come_apart():
    assert alternatives("ckd3a") == [(("chronic", "kidney", "disease"),), (("3a",),)]
    assert alternatives("b12") == [(("b12",),)]


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("r knee pain", Side.RIGHT),
        ("knee pain rt", Side.RIGHT),
        ("pain left knee", Side.LEFT),
        ("lt knee", Side.LEFT),
        ("b/l knee pain", Side.BILATERAL),
        ("bilat knee", Side.BILATERAL),
        ("both knees", Side.BILATERAL),
        ("right and left knee", Side.BILATERAL),
        ("knee pain", None),
    ],
)
def test_a_side_is_known_however_it_is_written(text, side):
    assert asked(text).side is side
    assert ("knee",) in [group.typed for group in asked(text).groups]


@pytest.mark.parametrize(
    ("text", "episode"),
    [
        ("fx init", Episode.INITIAL),
        ("fx initial encounter", Episode.INITIAL),
        ("fx subsequent", Episode.SUBSEQUENT),
        ("fx subs enc", Episode.SUBSEQUENT),
        ("fx sequela", Episode.SEQUELA),
        ("fx late effect", Episode.SEQUELA),
        ("fx", None),
    ],
)
def test_an_episode_of_care_is_known(text, episode):
    assert asked(text).episode is episode


def test_a_visit_of_a_procedure_list_is_just_a_word():
    assert asked("initial visit", System.PROCEDURE).episode is None


def test_words_that_decide_nothing_are_left_out_and_negations_stay():
    assert [group.typed for group in asked("pain in the knee").groups] == [("pain",), ("knee",)]
    assert alternatives("migraine w/o aura") == [(("migraine",),), (("without",),), (("aura",),)]
    assert asked("pt fx").groups == asked("fx").groups


def test_a_practice_has_its_own_words_over_the_house_s():
    own = TABLE.with_own([("ckd", "cook"), ("zeb", "zebra")])
    assert understand(System.ICD10CM, "ckd zeb", own).groups[0].alternatives == (("cook",),)
    assert understand(System.ICD10CM, "ckd", TABLE).groups[0].alternatives == (("chronic", "kidney", "disease"),)


def test_very_long_texts_are_cut():
    assert len(asked("word " * 1000).groups) <= 12


def test_a_last_word_may_be_unfinished_until_a_blank_follows():
    assert asked("knee pa").typing
    assert not asked("knee pa ").typing
    assert not asked("").typing


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Crohn's disease", "crohns disease"),
        ("anaemia", "anemia"),
        ("oedema", "edema"),
        ("Friedländer", "friedlander"),
        ("stage III", "stage 3"),
        ("fractures", "fracture"),
        ("biopsies", "biopsy"),
        ("abscesses", "abscess"),
    ],
)
def test_spellings_of_one_word_are_one_word(one, other):
    assert words_of(one) == words_of(other) or key_of(words_of(one)) == key_of(words_of(other))


def test_short_words_are_not_taken_for_british_or_plural():
    assert words_of("toe shoe gas pus") == ["toe", "shoe", "gas", "pus"]


def test_a_compound_is_found_in_one_and_in_parts():
    assert indexed("Severe pre-eclampsia") == ["severe", "pre", "eclampsia", "preeclampsia"]


def test_a_phrase_is_the_same_in_any_order():
    assert key_of(words_of("calculus of kidney")) == key_of(words_of("kidney calculus"))
