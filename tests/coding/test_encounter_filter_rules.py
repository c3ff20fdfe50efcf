"""What a filter in words says, what is wrong with one, and whom its names fit."""

from datetime import timedelta

import pytest

from coding.rules.encounter_columns import SORTS, USUAL, Column, in_order, sort_of
from coding.rules.encounter_filter import (
    KEYS,
    LONGEST,
    PEOPLE,
    PRACTICES,
    Token,
    from_parameters,
    length_of,
    read_filter,
    with_names,
    with_numbers,
)

NAMES = {
    PEOPLE: {1: ("Ann Archer",), 2: ("Bea Bloom",), 3: ("Anders Bloom",), 4: ("Kim Larsen",), 5: ("Kim Larsen",)},
    PRACTICES: {7: ("RIVER", "River Family Medicine"), 8: ("RIV", "Riverside, Ltd"), 9: ("LAKE", "Lake Heart")},
}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", ""),
        ("status:query", "status:query"),
        ("STATUS:Held  is:overdue", "status:held is:overdue"),
        ("status:to_code,in-work", None),
        ("status:to_code,working", "status:to-code,working"),
        ("status:not-billable", "status:not-billable"),
        ('status:"to code"', "status:to-code"),
        ("stage:coding", "stage:coding"),
        ("age:>24h", "age:>24h"),
        ("age:>=24H age:<7d", "age:>24h age:<7d"),
        ("due:today", "due:today"),
        ("due:<4h", "due:<4h"),
        ("batch:B-012", "batch:B-12"),
        ("batch:12,13", "batch:B-12,B-13"),
        ("specialty:primary-care", "specialty:primary-care"),
        ('practice:"River  Family"', 'practice:"River Family"'),
        ("practice:“River Family”", 'practice:"River Family"'),
        ("coder:ME verifier:none", "coder:me verifier:none"),
        ('coder:"Ann Archer",bea', 'coder:"Ann Archer",bea'),
        ('practice:"Riverside, Ltd"', 'practice:"Riverside, Ltd"'),
        ("status:held status:held", "status:held"),
        ("done:today", "done:today"),
        ("person:#12", "person:#12"),
    ],
)
def test_what_is_read(typed, read):
    found = read_filter(typed)
    if read is None:
        assert found.problems
    else:
        assert not found.problems
        assert str(found) == read
        assert read_filter(read) == found, "what is written is read the same"


@pytest.mark.parametrize(
    ("typed", "token", "words"),
    [
        ("colour:red", "colour:red", "There is no such key. Keys are status, stage, is, due,"),
        ("overdue", "overdue", "Write a key before it, as in practice:RIVER. Keys are"),
        ("status:lost", "status:lost", "Write one of waiting, working, held, query, to-precode,"),
        ("is:late", "is:late", "Write one of overdue, unassigned, first."),
        ("status:", "status:", "It has no value, as in status:query."),
        ("status:,", "status:,", "It has no value"),
        ("age:24h", "age:24h", "Write > or <, a number and m, h, d or w"),
        ("age:>2y", "age:>2y", "Write > or <"),
        ("due:friday", "due:friday", "Write today, tomorrow, or a time from now"),
        ("batch:0", "batch:0", "Write the number of a batch, such as B-12."),
        ("batch:X-1", "batch:X-1", "Write the number of a batch"),
        ("patient:smith", "patient:smith", "There is no such key."),
        ('practice:"River', '"River', "The quote is not closed."),
        ("x" * (LONGEST + 1), "", "at most 400 characters"),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(typed, token, words):
    [problem] = read_filter(typed).problems
    assert problem.token == token
    assert words in problem.words


def test_one_mistake_does_not_hide_another_or_the_rest():
    found = read_filter("is:overdue colour:red smith stage:coding")
    assert [problem.token for problem in found.problems] == ["colour:red", "smith"]
    assert str(found) == "is:overdue stage:coding"


@pytest.mark.parametrize(
    ("typed", "number", "name"),
    [
        ("coder:ann", "coder:#1", 'coder:"Ann Archer"'),
        ('coder:"arch ann"', "coder:#1", 'coder:"Ann Archer"'),
        ("coder:me,none", "coder:me,none", "coder:me,none"),
        ("coder:#2", "coder:#2", 'coder:"Bea Bloom"'),
        ("verifier:bea,anders", "verifier:#2,#3", 'verifier:"Bea Bloom","Anders Bloom"'),
        ("person:#4", "person:#4", "person:#4"),  # two people are called so
        ("practice:riv", "practice:#8", "practice:RIV"),  # a code that is whole, although it begins another
        ("practice:lake", "practice:#9", "practice:LAKE"),
        ('practice:"riverside, ltd"', "practice:#8", "practice:RIV"),
        ("practice:heart", "practice:#9", "practice:LAKE"),
    ],
)
def test_names_become_numbers_and_numbers_names(typed, number, name):
    found = with_numbers(read_filter(typed), NAMES)
    assert not found.problems
    assert str(found) == number
    shown = with_names(found, NAMES)
    assert str(shown) == name
    assert with_numbers(read_filter(str(shown)), NAMES) == found


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("coder:zoe", "Nobody and nothing here is called “zoe”."),
        ("coder:#99", "Nobody and nothing here is called “#99”."),
        ("verifier:bloom", "“bloom” fits Bea Bloom (#2), Anders Bloom (#3). Write more of it."),
        ("person:kim", "“kim” fits Kim Larsen (#4), Kim Larsen (#5). Write more of it."),
        ("practice:none", "Nobody and nothing here is called “none”."),
    ],
)
def test_a_name_that_fits_none_or_several_is_a_problem(typed, words):
    found = with_numbers(read_filter(typed), NAMES)
    assert [problem.words for problem in found.problems] == [words]
    assert found.tokens == ()


def test_a_kept_number_that_is_nobodys_any_more_is_a_problem():
    assert "has the number #99" in with_names(read_filter("coder:#99"), NAMES).problems[0].words


@pytest.mark.parametrize(
    ("parameters", "filter_"),
    [
        ({}, ""),
        ({"state": "", "practice": ""}, ""),
        ({"stage": "coding", "state": "waiting"}, "stage:coding status:waiting"),
        ({"state": "in_work"}, "status:working"),
        ({"state": "done_today", "person": "4"}, "done:today person:#4"),
        ({"state": "not_billable"}, "status:not-billable"),
        ({"practice": "7", "overdue": "on", "due": "today"}, "practice:#7 due:today is:overdue"),
        ({"after": "[1]", "sort": "age"}, ""),
    ],
)
def test_addresses_of_other_pages_say_the_same_in_words(parameters, filter_):
    assert from_parameters(parameters) == filter_
    assert not read_filter(filter_).problems


@pytest.mark.parametrize(
    ("typed", "reaches"),
    [("", False), ("status:held", False), ("status:held,verified", True), ("done:today", True), ("status:any", True)],
)
def test_finished_work_is_reached_by_asking_for_it(typed, reaches):
    assert read_filter(typed).reaches_finished is reaches


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (">24h", (True, timedelta(days=1))),
        ("<30m", (False, timedelta(minutes=30))),
        (">2w", (True, timedelta(days=14))),
    ],
)
def test_lengths(value, meant):
    assert length_of(value) == meant


def test_every_key_has_an_example_that_can_be_read():
    for name, key in KEYS.items():
        [token] = read_filter(key.example).tokens
        assert token.key == name
    assert read_filter("is:overdue status:held").without(0).tokens == (Token("status", ("held",)),)
    assert "patient" not in KEYS


def test_columns_stand_in_their_order_and_orders_turn_round():
    assert in_order(["age", "nonsense", "patient"]) == (Column.PATIENT, Column.AGE)
    assert set(USUAL) < set(Column)
    for name, sort in SORTS.items():
        assert SORTS[sort.turned].turned == name
        assert {SORTS[sort.turned].runs, sort.runs} == {"ascending", "descending"}
    assert sort_of("age") == "age"
    assert sort_of("patient") == sort_of("") == "due"
