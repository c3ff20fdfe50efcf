"""What a queue says, as plain data: stored, worded, compared; and who may take from it."""

from decimal import Decimal

import pytest

from coding.rules.work_queues import (
    WORDS,
    Change,
    Conditions,
    Order,
    Refused,
    Rules,
    Taker,
    as_data,
    changes,
    clean_payers,
    from_data,
    in_words,
    why_refused,
)

FULL = Rules(
    Conditions(
        stages=("coding",), specialties=("cardiology",), practices=(3, 4), payers=("medicare part b",),
        languages=("es",), credentials=("ccs",), pages_from=2, pages_to=9, hours_from=12, value_from=Decimal("1.50"),
    ),
    order=Order.VALUE, most_open=2, most_a_day=30,
)  # fmt: skip
NAMES = {"practices": {3: "River", 4: "Lake"}, "specialties": {"cardiology": "Cardiology"}}
ME = Taker(credentials=frozenset({"cpc"}), languages=frozenset({"en"}), open_of={}, today_of={})


@pytest.mark.parametrize("rules", [Rules(), FULL, Rules(most_open=1), Rules(Conditions(hours_from=0))])
def test_what_is_stored_says_the_same(rules):
    assert from_data(as_data(rules)) == rules


def test_what_is_not_set_is_not_stored():
    assert as_data(Rules()) == {"conditions": {}, "order": "turn"}
    assert as_data(FULL)["conditions"]["value_from"] == "1.50"


def test_every_setting_has_its_words():
    assert [what for what, _ in in_words(FULL, NAMES)] == list(WORDS.values())
    assert ("Practices", "River, Lake") in in_words(FULL, NAMES)
    assert in_words(Rules(), {}) == [("Order", "Earliest promise, each practice in turn")]


def test_two_versions_differ_in_words():
    before = Rules(Conditions(specialties=("cardiology",), pages_from=2), most_open=1)
    after = Rules(Conditions(specialties=("cardiology", "radiology")), most_open=3)
    assert changes(before, after, NAMES) == [
        Change("Specialties", "Cardiology", "Cardiology, radiology"),
        Change("Pages, at least", "2", "–"),
        Change("Most open, each person", "1", "3"),
    ]
    assert changes(after, after, NAMES) == []
    assert changes(None, Rules(), NAMES) == [Change("Order", "–", "Earliest promise, each practice in turn")]


@pytest.mark.parametrize(
    ("rules", "refused"),
    [
        (Rules(), None),
        (Rules(Conditions(credentials=("cpc", "ccs"))), None),
        (Rules(Conditions(credentials=("ccs",))), Refused.CREDENTIAL),
        (Rules(Conditions(languages=("en",))), None),
        (Rules(Conditions(languages=("en", "es"))), Refused.LANGUAGE),
    ],
)
def test_conditions_of_the_person(rules, refused):
    assert why_refused(rules, 7, ME) is refused


def test_limits_are_of_each_queue():
    busy = Taker(frozenset(), frozenset({"en"}), open_of={7: 2}, today_of={8: 5})
    assert why_refused(Rules(most_open=2), 7, busy) is Refused.MOST_OPEN
    assert why_refused(Rules(most_open=3), 7, busy) is None
    assert why_refused(Rules(most_open=2), 8, busy) is None
    assert why_refused(Rules(most_a_day=5), 8, busy) is Refused.MOST_A_DAY
    assert why_refused(Rules(most_a_day=6), 8, busy) is None


def test_payers_are_names_one_a_line():
    assert clean_payers(" Medicare  Part B\n\nmedicare part b\nBlue Heron") == ("medicare part b", "blue heron")
