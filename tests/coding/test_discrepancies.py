"""The differences between two versions, by example and by law."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.rules.codings import CodedEncounter, DiagnosisLine, ProcedureLine
from coding.rules.discrepancies import Kind, Part, align, compare, lines_apart, same_code, same_family
from tests.coding.lines import VISIT_DAY, coded

WEIGHTS = {"71045": Decimal("0.5"), "71046": Decimal("0.7"), "99203": Decimal("3.2"), "99213": Decimal("2.6")}


def seen(coder, verifier):
    return [(one.kind.value, one.coder_value, one.verifier_value) for one in compare(coder, verifier, WEIGHTS)]


@pytest.mark.parametrize(
    ("coder", "verifier", "expected"),
    [
        (("E119", "99213@1"), ("E11.9", "99213@1"), []),
        (("E119", "99213@1"), ("E119 I10", "99213@1"), [("missed", "", "I10")]),
        (("E119 I10", "99213@1"), ("E119", "99213@1"), [("unsupported", "I10", "")]),
        (("E119", "99213@1"), ("E1165", "99213@1"), [("changed", "E11.9", "E11.65")]),
        (("E119", "99213@1"), ("I10", "99213@1"), [("unsupported", "E11.9", ""), ("missed", "", "I10")]),
        (("E119 I10", "99213@1,2"), ("I10 E119", "99213@2,1"), [("sequence", "E11.9", "I10")]),
        (("E119", "99214@1"), ("E119", "99213@1"), [("up_coded", "99214", "99213")]),
        (("E119", "99212@1"), ("E119", "99213@1"), [("down_coded", "99212", "99213")]),
        (("E119", "99204@1"), ("E119", "99213@1"), [("up_coded", "99204", "99213")]),
        (("E119", "99203@1"), ("E119", "99213@1"), [("up_coded", "99203", "99213")]),
        (("E119", "99202@1"), ("E119", "99212@1"), [("changed", "99202", "99212")]),
        (("E119", "71045@1"), ("E119", "71046@1"), [("down_coded", "71045", "71046")]),
        (("E119", "20610@1"), ("E119", "20611@1"), [("changed", "20610", "20611")]),
        (("E119", "20610@1"), ("E119", "71046@1"), [("unsupported", "20610", ""), ("missed", "", "71046")]),
        (("E119", "99213@1"), ("E119", "99213-25@1"), [("modifier", "99213", "99213-25")]),
        (("E119", "99213-26-59@1"), ("E119", "99213-59-26@1"), [("modifier", "99213-26-59", "99213-59-26")]),
        (("E119", "20610x2@1"), ("E119", "20610@1"), [("units", "2 × 20610", "1 × 20610")]),
        (("E119 I10", "99213@1"), ("E119 I10", "99213@2"), [("pointer", "E11.9", "I10")]),
        (("E119 I10", "99213@1,2"), ("E119 I10", "99213@2,1"), [("pointer", "E11.9 I10", "I10 E11.9")]),
        (("E119 I10", "99213@1 20610@2"), ("E119 I10", "20610@2 99213@1"), []),
        (("E119 I10", "99213@1,2"), ("E119", "99213@1"), [("unsupported", "I10", "")]),
        (("I10 E119", "99213@2"), ("E119", "99213@1"), [("unsupported", "I10", "")]),
    ],
)
def test_example(coder, verifier, expected):
    assert seen(coded(*coder), coded(*verifier)) == expected


def test_of_two_lines_with_one_code_like_goes_with_like():
    coder, verifier = coded("E119", "71046@1 71046-76@1"), coded("E119", "71046-76@1")
    assert [(one.kind, one.coder_place) for one in compare(coder, verifier, {})] == [(Kind.UNSUPPORTED, 1)]


def test_a_change_points_at_both_lines():
    (one,) = compare(coded("I10 E119", "99213@2"), coded("I10 J45 E1165", "99213@3"), {})[:1]
    assert (one.kind, one.part, one.coder_place, one.verifier_place) == (Kind.CHANGED, Part.DIAGNOSIS, 2, 3)


def test_without_weights_a_change_outside_the_levels_is_only_a_change():
    (one,) = compare(coded("E119", "71045@1"), coded("E119", "71046@1"), {})
    assert one.kind is Kind.CHANGED


def test_of_two_lines_with_one_code_those_with_the_same_modifiers_in_the_same_order_belong_together():
    assert not compare(coded("E119", "20610-RT-59@1 20610-59-RT@1"), coded("E119", "20610-RT-59@1 20610-59-RT@1"), {})


# -- laws ----------------------------------------------------------------------------------------

DIAGNOSES = st.lists(st.sampled_from(["E119", "E1165", "E110", "I10", "I110", "J45", "M1711"]), max_size=6)
LINES = st.lists(
    st.builds(
        ProcedureLine,
        code=st.sampled_from(["99212", "99213", "99214", "99203", "20610", "20611", "71045", "71046", "G0439"]),
        modifiers=st.lists(st.sampled_from(["25", "59", "RT", "76"]), max_size=2).map(tuple),
        units=st.integers(1, 3),
        pointers=st.lists(st.integers(0, 8), max_size=4).map(tuple),
    ),
    max_size=5,
)


@st.composite
def versions(draw):
    return CodedEncounter(
        date_of_service=VISIT_DAY,
        diagnoses=tuple(DiagnosisLine(code) for code in draw(DIAGNOSES)),
        procedures=tuple(draw(LINES)),
    )


def kinds(coder, verifier):
    return Counter(one.kind for one in compare(coder, verifier, WEIGHTS))


SWAPPED = {
    Kind.MISSED: Kind.UNSUPPORTED,
    Kind.UNSUPPORTED: Kind.MISSED,
    Kind.UP_CODED: Kind.DOWN_CODED,
    Kind.DOWN_CODED: Kind.UP_CODED,
}


@given(versions())
def test_a_version_does_not_differ_from_itself(one):
    assert compare(one, one, WEIGHTS) == ()


@settings(max_examples=400)
@given(versions(), versions())
def test_swapping_the_sides_swaps_the_kinds(one, other):
    back = kinds(other, one)
    assert kinds(one, other) == Counter({SWAPPED.get(kind, kind): count for kind, count in back.items()})


@given(versions(), versions())
def test_swapping_the_sides_swaps_values_and_places(one, other):
    there = {
        (d.part, d.coder_value, d.verifier_value, d.coder_place, d.verifier_place) for d in compare(one, other, {})
    }
    back = {(d.part, d.verifier_value, d.coder_value, d.verifier_place, d.coder_place) for d in compare(other, one, {})}
    assert there == back


@settings(max_examples=300)
@given(versions(), versions())
def test_the_counts_of_lines_add_up(one, other):
    for part, mine, theirs in (
        (Part.DIAGNOSIS, one.diagnoses, other.diagnoses),
        (Part.PROCEDURE, one.procedures, other.procedures),
    ):
        found = Counter(d.kind for d in compare(one, other, WEIGHTS) if d.part is part)
        assert len(mine) - found[Kind.UNSUPPORTED] == len(theirs) - found[Kind.MISSED]


@settings(max_examples=300)
@given(versions(), versions())
def test_no_difference_means_the_same_codes_in_the_same_places(one, other):
    if compare(one, other, WEIGHTS) == ():
        assert one.diagnoses == other.diagnoses
        assert Counter((p.code, p.units) for p in one.procedures) == Counter(
            (p.code, p.units) for p in other.procedures
        )


@given(versions(), st.randoms(use_true_random=False))
def test_the_order_of_service_lines_is_no_difference(one, random):
    lines = list(one.procedures)
    random.shuffle(lines)
    other = CodedEncounter(one.date_of_service, one.diagnoses, tuple(lines))
    assert not set(kinds(one, other)) & {Kind.MISSED, Kind.UNSUPPORTED, Kind.CHANGED, Kind.UP_CODED, Kind.DOWN_CODED}


@given(versions(), versions())
def test_every_line_is_aligned_at_most_once_and_none_is_forgotten(one, other):
    aligned = align(one.procedures, other.procedures, (same_code, same_family), apart=lines_apart)
    left = [i for i, _ in aligned.pairs] + list(aligned.coder_only)
    right = [j for _, j in aligned.pairs] + list(aligned.verifier_only)
    assert sorted(left) == list(range(len(one.procedures)))
    assert sorted(right) == list(range(len(other.procedures)))


@given(versions(), versions())
def test_what_can_be_aligned_is(one, other):
    aligned = align(one.procedures, other.procedures, (same_code, same_family), apart=lines_apart)
    for i in aligned.coder_only:
        assert not any(same_family(one.procedures[i], other.procedures[j]) for j in aligned.verifier_only)


@given(versions(), versions())
def test_values_fit_their_columns(one, other):
    assert all(len(v) <= 60 for d in compare(one, other, WEIGHTS) for v in (d.coder_value, d.verifier_value))
