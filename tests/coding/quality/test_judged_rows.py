"""The rows of a verification, and a difference taken back: everything else stays, and at the end both agree."""

from hypothesis import given
from hypothesis import strategies as st

from coding.rules.codings import DIAGNOSIS_LIMIT, CodedEncounter, DiagnosisLine, ProcedureLine
from coding.rules.discrepancies import Kind, compare
from coding.rules.judged_rows import judged_rows, undone
from tests.coding.written import VISIT_DAY, coded


def rows_between(coder, verifier):
    return [(row.difference.kind.value if row.difference else "agree", row.coder, row.verifier)
            for row in judged_rows(coder, verifier, compare(coder, verifier, {}))]  # fmt: skip


def undo(coder, verifier, kind):
    """The verifier's version with its first difference of the kind taken back."""
    found = compare(coder, verifier, {})
    return undone(coder, verifier, next(one for one in found if one.kind is kind), found)


def test_every_line_has_a_row_and_every_difference_has_its_own():
    coder, verifier = coded("E119 I10 R079", "99213@1 20610-RT@2"), coded("E1142 I10 Z794", "99214-25@1 20610-RT@2")
    assert rows_between(coder, verifier) == [
        ("changed", "E11.9", "E11.42"),
        ("agree", "I10", "I10"),
        ("unsupported", "R07.9", ""),
        ("missed", "", "Z79.4"),
        ("down_coded", "99213", "99214"),
        ("modifier", "99213", "99214-25"),
        ("agree", "20610-RT", "20610-RT"),
    ]


def test_a_row_is_known_by_what_differs_and_an_agreed_line_by_its_text():
    coder = coded("E119 I10", "99213@1")
    before = judged_rows(coder, coder, ())
    struck = coded("I10", "99213@1")
    after = judged_rows(coder, struck, compare(coder, struck, {}))
    assert before[0].key != after[0].key
    assert before[0].line == after[0].line == "d-c1"
    assert before[1].key == after[1].key


def test_two_alike_lines_have_two_keys():
    coder = coded("E119", "20610@1 20610@1")
    rows = judged_rows(coder, coder, ())
    assert len({row.key for row in rows}) == 3


def test_a_struck_diagnosis_comes_back_to_its_place_with_what_pointed_to_it():
    coder, verifier = coded("E119 I10 R079", "99213@1,2"), coded("E119 R079", "99213@1")
    assert undo(coder, verifier, Kind.UNSUPPORTED) == coder


def test_pointers_that_differ_besides_stay_as_the_verifier_has_them():
    coder, verifier = coded("E119 I10 R079", "99213@1,2"), coded("E119 R079", "99213@2")
    assert undo(coder, verifier, Kind.UNSUPPORTED) == coded("E119 I10 R079", "99213@3")


def test_an_added_diagnosis_goes_and_the_pointers_follow():
    coder, verifier = coded("E119 I10", "99213@1,2"), coded("Z794 E119 I10", "99213@2,3,1")
    assert undo(coder, verifier, Kind.MISSED) == coder


def test_a_service_comes_back_pointing_to_the_same_diagnoses():
    coder, verifier = coded("E119 I10", "20610@2 99213@1"), coded("I10 E119", "99213@2")
    assert undo(coder, verifier, Kind.UNSUPPORTED) == coded("I10 E119", "20610@1 99213@2")


def test_the_order_is_the_coders_again():
    coder, verifier = coded("E119 I10 R079", "99213@1"), coded("R079 E119 I10", "99213@2")
    assert undo(coder, verifier, Kind.SEQUENCE) == coder


def test_of_one_line_only_the_thing_taken_back_changes():
    coder, verifier = coded("E119 I10", "99213@1"), coded("E119 I10", "99214-25@2")
    assert undo(coder, verifier, Kind.MODIFIER) == coded("E119 I10", "99214@2")
    assert undo(coder, verifier, Kind.POINTER) == coded("E119 I10", "99214-25@1")
    assert undo(coder, verifier, Kind.DOWN_CODED) == coded("E119 I10", "99213-25@2")


# -- laws ----------------------------------------------------------------------------------------------

CODES = ("E119", "E1142", "I10", "I119", "R079", "Z794")
SERVICES = ("99213", "99214", "20610", "71046")


@st.composite
def versions(draw):
    diagnoses = draw(st.lists(st.sampled_from(CODES), max_size=6, unique=True))
    places = st.lists(st.integers(1, max(1, len(diagnoses))), max_size=3, unique=True) if diagnoses else st.just([])
    services = draw(
        st.lists(
            st.builds(
                ProcedureLine,
                code=st.sampled_from(SERVICES),
                modifiers=st.lists(st.sampled_from(["25", "59", "RT"]), max_size=2, unique=True).map(tuple),
                units=st.integers(1, 3),
                pointers=places.map(tuple),
            ),
            max_size=4,
        )
    )
    return CodedEncounter(VISIT_DAY, tuple(map(DiagnosisLine, diagnoses)), tuple(services))


@given(versions(), versions(), st.randoms(use_true_random=False))
def test_agreeing_with_one_difference_after_the_other_ends_in_the_coders_version(coder, verifier, chance):
    for _ in range(60):
        found = compare(coder, verifier, {})
        if not found:
            break
        verifier = undone(coder, verifier, chance.choice(found), found)
        assert len(verifier.diagnoses) <= DIAGNOSIS_LIMIT
        for line in verifier.procedures:
            assert all(1 <= place <= len(verifier.diagnoses) for place in line.pointers)
    assert compare(coder, verifier, {}) == ()


@given(versions(), versions())
def test_every_difference_is_in_exactly_one_row_and_every_line_of_both_sides_in_some(coder, verifier):
    found = compare(coder, verifier, {})
    rows = judged_rows(coder, verifier, found)
    assert sorted(id(row.difference) for row in rows if row.difference) == sorted(map(id, found))
    assert len({row.key for row in rows}) == len(rows)
    for part, side in (("diagnosis", "diagnoses"), ("procedure", "procedures")):
        own = [row for row in rows if row.part == part]
        assert {row.coder_place for row in own} - {None} == set(range(1, len(getattr(coder, side)) + 1))
        assert {row.verifier_place for row in own} - {None} == set(range(1, len(getattr(verifier, side)) + 1))
