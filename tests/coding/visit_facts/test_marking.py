"""Words that a person takes from a page become the text of a field, and where a value is from is told truly."""

import pytest

from coding.rules.evidence import Passage
from coding.rules.fact_origins import How, Marked, origin_of, origins_of, unconfirmed
from coding.rules.visit_facts import Facts, Source, text_of
from coding.rules.visit_facts.ranking import ranked
from coding.rules.visit_facts.shape import Mention, Weight
from tests.coding.visit_facts.practice import PRACTICE, RECEIVED

PASSAGE = Passage(5, 2, ((0, 0, 10, 10),), "words")


@pytest.mark.parametrize(
    ("field", "quote", "texts"),
    [
        ("birth_date", "DOB: 04/17/1958", ["04/17/1958"]),
        ("date_from", "seen on November 3, 2026", ["11/03/2026"]),
        ("date_from", "11/03/2026 - 11/05/2026", ["11/03/2026", "11/05/2026"]),
        ("date_from", "12/03/2026", []),
        ("patient_name", "Dr. Rosa  Whitfield, PhD", ["Rosa Whitfield"]),
        ("patient_name", "Whitfield", ["Whitfield"]),
        ("rendering_provider", "seen by D. Whitlow MD".removeprefix("seen by "), ["11"]),
        ("rendering_provider", "Okoro", ["12", "14"]),
        ("rendering_provider", "NPI 1000000012", ["12"]),
        ("rendering_provider", "Clara Bennet, MD", []),
        ("referring_provider", "Priya Raman", ["13"]),
        ("location", "Lake Surgery Center", ["25"]),
        ("location", "Mill Street", ["21", "22"]),
        ("payer", "UHC", ["34"]),
        ("payer", "Granite State", []),
        ("sex", "67-year-old woman", ["F"]),
        ("sex", "M", ["M"]),
        ("visit_type", "New patient visit", ["new"]),
        ("place_of_service", "POS 11", ["11"]),
        ("modifiers", "25, GC", ["25 GC"]),
        ("account_number", " # 00417-22.", ["00417-22"]),
        ("member_id", "1EG4 TE5 MK72", ["1EG4 TE5 MK72"]),
        ("birth_date", "   ", []),
    ],
)
def test_what_marked_words_are_for_a_field(field, quote, texts):
    assert text_of(field, quote, practice=PRACTICE, on=RECEIVED) == texts


def known(value, weight=Weight.LABELLED, source=Source.PAGE, same=""):
    passage = PASSAGE if source is Source.PAGE else None
    return Mention(value, f"shown {value}", weight, passage, same, source, "Manifest")


FILLED = ranked([known("a")])
OFFERED = ranked([known("a"), known("b")])


@pytest.mark.parametrize(
    ("text", "facts", "marked", "how", "source", "offered"),
    [
        ("a", FILLED, None, How.CONFIRMED, Source.PAGE, ""),
        ("b", FILLED, None, How.CHANGED, None, "shown a"),
        ("", FILLED, None, How.CHANGED, None, "shown a"),
        ("a", OFFERED, None, How.CHOSEN, Source.PAGE, ""),
        ("b", OFFERED, None, How.CHOSEN, Source.PAGE, "shown a"),
        ("c", OFFERED, None, How.CHANGED, None, "shown a"),
        ("c", Facts(), None, How.TYPED, None, ""),
        ("c", Facts(), Marked("c", (PASSAGE,)), How.MARKED, Source.PAGE, ""),
        ("c", Facts(), Marked("d", (PASSAGE,)), How.TYPED, None, ""),
        ("c", Facts(), Marked("", (PASSAGE,)), How.MARKED, Source.PAGE, ""),
        ("b", FILLED, Marked("b", (PASSAGE,)), How.MARKED, Source.PAGE, "shown a"),
        ("a", ranked([known("a", source=Source.MANIFEST)]), None, How.CONFIRMED, Source.MANIFEST, ""),
    ],
)  # fmt: skip
def test_where_a_value_is_from(text, facts, marked, how, source, offered):
    origin = origin_of("sex", text, facts, marked)
    assert (origin.how, origin.source, origin.offered) == (how, source, offered)
    assert bool(origin.passages) is (source is Source.PAGE)


def test_an_empty_field_of_which_nothing_was_known_has_no_origin():
    assert list(origins_of({"sex": "", "payer": ""}, {"payer": OFFERED}, {})) == []


def test_a_name_written_otherwise_was_changed_but_keeps_where_it_stands():
    facts = ranked([known("Rosa Whitfield", same="rosa whitfield")])
    origin = origin_of("patient_name", "Whitfield, Rosa", facts, None)
    assert (origin.how, origin.passages, origin.offered) == (How.CHANGED, (PASSAGE,), "shown Rosa Whitfield")


def test_what_stands_as_it_was_filled_in_is_to_be_confirmed():
    filled = {"sex": "a", "payer": ""}
    assert unconfirmed({"sex": "a", "payer": ""}, filled, set()) == ["sex"]
    assert unconfirmed({"sex": "a"}, filled, {"sex"}) == []
    assert unconfirmed({"sex": "b"}, filled, set()) == []
