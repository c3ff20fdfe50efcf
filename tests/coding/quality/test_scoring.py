"""Scores of verifications, by hand and by law."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.rules.codings import CodedEncounter, DiagnosisLine, ProcedureLine
from coding.rules.discrepancies import Kind, compare
from coding.rules.proportions import Proportion
from coding.rules.reasons import Severity, proposed_severity
from coding.rules.scoring import JudgedDifference, LineValues, Value, line_values, score, score_encounter
from coding.rules.scoring_profiles import PRESETS, STANDARD, BadProfile, Profile, as_data, from_data
from tests.coding.written import VISIT_DAY, coded

RVUS = {"99213": Decimal("1.30"), "99214": Decimal("1.92"), "20610": Decimal("0.79"), "71046": Decimal("0.18")}
CODER = coded("E119 I10 J45909", "99214@1 20610x2@2")
VERIFIER = coded("E1165 I10 Z794", "99213@1 20610@2 71046@1")


def judged(coder, verifier, withdrawn=()):
    found = compare(coder, verifier, RVUS)
    return [
        JudgedDifference(one, proposed_severity(one), stands=place not in withdrawn) for place, one in enumerate(found)
    ]


def scored(profile=STANDARD, coder=CODER, verifier=VERIFIER, withdrawn=()):
    return score_encounter(
        coder, verifier, judged(coder, verifier, withdrawn), profile, line_values(coder, verifier, RVUS)
    )


def test_the_example_is_what_the_comments_below_say():
    assert [(one.difference.kind.value, one.severity.value) for one in judged(CODER, VERIFIER)] == [
        ("unsupported", "payment"),  # 0: J45.909
        ("changed", "quality"),  # 1: E11.9 → E11.65
        ("missed", "quality"),  # 2: Z79.4
        ("up_coded", "payment"),  # 3: 99214 → 99213
        ("units", "payment"),  # 4: 2 × 20610 → 1
        ("missed", "payment"),  # 5: 71046
    ]


def test_correct_over_everything():
    # Correct 1 (I10); wrong 3 (E11.65, 99213, 20610); missed 2 (Z79.4, 71046); extra 1 (J45.909): 1 of 7.
    one = scored()
    assert (one.lines.right, one.lines.of, one.right_rows, one.rows) == (1, 7, 1, 7)
    assert (one.is_clean, one.pays_the_same, one.first_listed_right) == (False, False, False)


def test_correct_over_the_verifiers_codes():
    # The verifier has 6 codes. I10 and 20610 are among the coder's; units are no matter of codes: 2 of 6.
    one = scored(PRESETS["Codes the verifier has"])
    assert (one.lines.right, one.lines.of) == (2, 6)


def test_payment_only():
    # Of 7 lines the coder's E11 (changed) and Z79.4 (missed) are of quality: 1 + 2 right, 3 of 7.
    one = scored(PRESETS["Payment only"])
    assert (one.lines.right, one.lines.of) == (3, 7)


def test_weights_by_severity_kind_and_place():
    # E11.65 first-listed, weight 2, quality 0.5: keeps 1 | I10 keeps 1 | J45.909 unsupported, payment: 0
    # Z79.4 missed, quality: 0.5 | 99213: 0 | 20610 units 0.75, payment: 0.25 | 71046: 0. In all 2.75 of 2 + 6 = 8.
    one = scored(PRESETS["Weighted"])
    assert (one.lines.right, one.lines.of, one.lines.squares) == (Decimal("2.75"), 8, 10)


def test_value_line_by_line():
    # 99214 for 99213: over 0.62. Two 20610 for one: over 0.79. 71046 missed: under 0.18.
    # Net 1.41 - 0.18 = 1.23, gross 1.59, of 1.30 + 0.79 + 0.18 = 2.27.
    value = scored().value
    assert value == Value(Decimal("1.41"), Decimal("0.18"), Decimal("2.27"), 3, 0)
    assert (value.net, value.gross) == (Decimal("1.23"), Decimal("1.59"))


def test_lines_that_offset_each_other_show_in_gross():
    # One line 0.62 too high and one 0.62 too low: net 0, gross 1.24, and the payment is not called the same.
    coder, verifier = coded("E119", "99214@1 20611@1"), coded("E119", "99213@1 20610@1")
    values = LineValues((Decimal("1.92"), Decimal("1.30")), (Decimal("1.30"), Decimal("1.92")))
    found = [JudgedDifference(one, Severity.QUALITY) for one in compare(coder, verifier, RVUS)]
    one = score_encounter(coder, verifier, found, STANDARD, values)
    assert (one.value.net, one.value.gross, one.pays_the_same) == (0, Decimal("1.24"), False)


def test_lines_without_relative_values_are_counted_and_not_guessed():
    value = scored(coder=coded("E119", "99213@1"), verifier=coded("E119", "99213@1 J1100@1")).value
    assert (value.lines, value.unvalued, value.of, value.under) == (2, 1, Decimal("1.30"), 0)


def test_what_was_withdrawn_counts_as_right():
    # Without the level: E11.65, 20610, Z79.4, 71046, J45.909 wrong, 2 of 7; over only 0.79, and 99214 is the measure.
    one = scored(withdrawn={3})
    assert (one.lines.right, one.lines.of) == (2, 7)
    assert one.value == Value(Decimal("0.79"), Decimal("0.18"), Decimal("2.89"), 3, 0)
    # J45.909 was right after all: over the verifier's codes it joins the denominator.
    one = scored(PRESETS["Codes the verifier has"], withdrawn={0})
    assert (one.lines.right, one.lines.of) == (3, 7)
    assert scored(withdrawn={1}).first_listed_right is True
    every = scored(withdrawn=range(6))
    assert (every.is_clean, every.pays_the_same, every.lines.right, every.value.gross) == (True, True, 7, 0)


def test_several_differences_of_a_line_cost_it_once():
    coder, verifier = coded("E119 I10", "99214-25x2@1"), coded("E119 I10", "99213@2")
    kinds = [one.difference.kind.value for one in judged(coder, verifier)]
    assert kinds == ["up_coded", "modifier", "units", "pointer"]
    one = scored(coder=coder, verifier=verifier)
    assert (one.lines.right, one.lines.of) == (2, 3)
    # The level costs the whole line, though units and linkage cost less of it; 2 + 1 of 2 + 1 + 1 remain.
    weighted = scored(PRESETS["Weighted"], coder, verifier)
    assert (weighted.lines.right, weighted.lines.of) == (3, 4)


def test_a_version_without_codes_against_one_without_codes():
    one = scored(coder=coded("", ""), verifier=coded("", ""))
    assert (one.rows, one.is_clean, one.first_listed_right) == (0, True, None)
    assert score([one]).lines.interval is None


def test_encounters_are_added_up_and_not_averaged():
    # 1 of 7 and 2 of 2: 3 of 9, not the mean of 14 % and 100 %. Records: 1 of 2; first-listed: 1 of 2.
    clean = scored(coder=coded("E119", "99213@1"), verifier=coded("E119", "99213@1"))
    both = score([scored(), clean])
    assert (both.lines.right, both.lines.of, both.lines.encounters) == (3, 9, 2)
    assert (both.rows, both.records, both.payment_records, both.first_listed) == (
        Proportion(3, 9), Proportion(1, 2), Proportion(1, 2), Proportion(1, 2),
    )  # fmt: skip
    assert both.value.of == Decimal("3.57")
    # Wilson for 1 of 2: middle 0.5, half 1.96 × √(0.125 + 0.2401) / 2.9208 = 0.40546
    assert both.records.interval.low == pytest.approx(0.0945, abs=1e-4)
    assert both.records.interval.high == pytest.approx(0.9055, abs=1e-4)


# -- laws ----------------------------------------------------------------------------------------------

DIAGNOSES = st.lists(
    st.sampled_from(["E119", "E1165", "I10", "J45909", "M1711", "M1712", "Z794"]), max_size=5, unique=True
)
LINES = st.builds(
    ProcedureLine,
    code=st.sampled_from(["99213", "99214", "20610", "20611", "71046"]),
    modifiers=st.sampled_from([(), ("25",), ("59",)]),
    units=st.integers(1, 3),
    pointers=st.sampled_from([(1,), (2,), (1, 2)]),
)
CODINGS = st.builds(
    lambda diagnoses, lines: CodedEncounter(VISIT_DAY, tuple(map(DiagnosisLine, diagnoses)), tuple(lines)),
    DIAGNOSES,
    st.lists(LINES, max_size=4),
)
SHARES = st.decimals(0, 1, places=2)
PROFILES = st.builds(
    Profile,
    denominator=st.sampled_from(list(STANDARD.denominator.__class__)),
    kinds=st.fixed_dictionaries(dict.fromkeys(Kind, SHARES)),
    severities=st.fixed_dictionaries(dict.fromkeys(Severity, SHARES)),
    first_listed=st.decimals(1, 10, places=1),
)


def share(one):
    return one.lines.right / one.lines.of if one.lines.of else Decimal(1)


@given(CODINGS, CODINGS, PROFILES)
def test_scores_stay_within_their_bounds(coder, verifier, profile):
    one = scored(profile, coder, verifier)
    assert 0 <= one.lines.right <= one.lines.of
    assert 0 <= one.right_rows <= one.rows
    assert one.value.over >= 0 <= one.value.under
    assert one.value.net == one.value.over - one.value.under
    assert abs(one.value.net) <= one.value.gross
    interval = score([one]).lines.interval
    assert interval is None or 0 <= interval.low <= interval.share <= interval.high <= 1


@given(CODINGS, PROFILES)
def test_a_version_against_itself_is_right(version, profile):
    one = scored(profile, version, version)
    assert one.lines.right == one.lines.of
    assert (one.is_clean, one.pays_the_same, one.value.gross) == (True, True, 0)


@given(CODINGS, CODINGS)
def test_swapping_the_versions_swaps_over_and_under(coder, verifier):
    one, other = scored(STANDARD, coder, verifier), scored(STANDARD, verifier, coder)
    assert (one.value.over, one.value.under) == (other.value.under, other.value.over)
    assert one.value.gross == other.value.gross
    assert one.rows == other.rows


@given(CODINGS, CODINGS)
def test_the_net_value_is_the_difference_of_the_versions_totals(coder, verifier):
    rvus = {**RVUS, "20611": Decimal("1.10")}
    values = line_values(coder, verifier, rvus)
    one = score_encounter(coder, verifier, judged(coder, verifier), STANDARD, values)
    assert one.value.net == sum(values.coder) - sum(values.verifier)
    assert one.value.of == sum(values.verifier)


@settings(max_examples=200)
@given(CODINGS, CODINGS, PROFILES, st.sets(st.integers(0, 12)), st.sets(st.integers(0, 12)))
def test_each_difference_that_stands_lowers_a_score_or_leaves_it(coder, verifier, profile, withdrawn, more):
    milder, stricter = (scored(profile, coder, verifier, gone) for gone in (withdrawn | more, withdrawn))
    assert share(milder) >= share(stricter)
    assert milder.is_clean >= stricter.is_clean
    assert milder.pays_the_same >= stricter.pays_the_same
    assert milder.value.gross <= stricter.value.gross


@given(CODINGS.filter(lambda one: one.diagnoses), CODINGS, PROFILES)
def test_one_more_missed_code_never_raises_a_score(verifier, coder, profile):
    more = CodedEncounter(VISIT_DAY, (*verifier.diagnoses, DiagnosisLine("R05")), verifier.procedures)
    if profile.cost(Kind.MISSED, Severity.QUALITY) == 1:
        assert share(scored(profile, coder, more)) <= share(scored(profile, coder, verifier))
    assert scored(STANDARD, coder, more).lines.of == scored(STANDARD, coder, verifier).lines.of + 1


@given(CODINGS, CODINGS)
def test_the_plain_score_is_lines_without_any_difference(coder, verifier):
    found = compare(coder, verifier, RVUS)
    touched = {(one.part, one.verifier_place or -(one.coder_place or 0)) for one in found}
    extra = sum(one.kind is Kind.UNSUPPORTED for one in found)
    lines = len(verifier.diagnoses) + len(verifier.procedures) + extra
    one = scored(STANDARD, coder, verifier)
    assert (one.lines.right, one.lines.of) == (lines - len(touched), lines)


# -- profiles as data ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRESETS)
def test_a_profile_survives_being_written_down(name):
    assert from_data(as_data(PRESETS[name])) == PRESETS[name]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"denominator": "mine"}, "divided by"),
        ({"first_listed": "0.5"}, "first-listed"),
        ({"first_listed": "11"}, "first-listed"),
        ({"first_listed": "NaN"}, "first-listed"),
        ({"kinds": {"missed": "1"}}, "each kind"),
        ({"kinds": dict.fromkeys([kind.value for kind in Kind], "0")}, "At least one kind"),
        ({"kinds": dict.fromkeys([kind.value for kind in Kind], "2")}, "from 0 to 1"),
        ({"severities": {"payment": "x", "quality": "1"}}, "from 0 to 1"),
        ({"severities": []}, "each severity"),
        ({"colour": "red"}, "A profile has"),
    ],
)
def test_a_bad_profile_says_what_is_wrong(change, word):
    with pytest.raises(BadProfile, match=word):
        from_data({**as_data(STANDARD), **change})
