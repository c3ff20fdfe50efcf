"""Laws that hold for every coding, tried on generated ones."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coding.rules.codings import CodedEncounter, DiagnosisLine, EarlierService, ProcedureLine, Sex
from coding.rules.edits import EDITS, Part, Severity, run_edits
from coding.rules.ncci import BYPASS, EITHER_COLUMN_FROM, ON_VISITS
from coding.rules.tables import (
    AddOn,
    BundledPair,
    CodeFact,
    CodeNote,
    CoverageGroup,
    ModifierFact,
    NoteKind,
    PayerRule,
    Place,
    Tables,
    UnitLimit,
)
from tests.coding.prices.rows import row

law = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])

SERVICES = ("G0101", "G0102", "G0103", "G0104", "99213", "99203", "97110", "71046")
DIAGNOSES = (
    "E119", "E1122", "I10", "N189", "M1711", "M179", "M1710", "R51", "S52501A", "S52502A", "Z3800", "E11", "G92",
    "4019", "W010XXA", "N400", "O0900", "E0842", "Z79899", "R079", "I209", "?",
)  # fmt: skip
OTHERS = ("26", "TC", "50", "51", "52", "53", "62", "66", "76", "77", "80", "AS", "GA", "95", "ZZ", "x")
MODIFIERS = (*sorted(BYPASS), *OTHERS)
DAYS = (date(2014, 5, 1), date(2019, 6, 30), date(2019, 7, 1), date(2026, 3, 1))

lines = st.builds(
    ProcedureLine,
    code=st.sampled_from((*SERVICES, "J0001", "", "g0101")),
    modifiers=st.lists(st.sampled_from(MODIFIERS), max_size=5).map(tuple) | st.just(()),
    units=st.sampled_from((-1, 0, 1, 1, 1, 2, 3, 12, 10_000)),
    pointers=st.lists(st.integers(-1, 14), max_size=5).map(tuple),
    minutes=st.none() | st.integers(0, 120),
    place_of_service=st.sampled_from(("", "11", "21", "02", "98")),
    quotes=st.lists(st.sampled_from(("probable", "no sign of", "")), max_size=1).map(tuple),
)
codings = st.builds(
    CodedEncounter,
    date_of_service=st.sampled_from((None, *DAYS, *DAYS)),
    diagnoses=st.lists(
        st.builds(
            DiagnosisLine,
            st.sampled_from(DIAGNOSES),
            st.lists(st.sampled_from(("possible fracture", "denies pain", "")), max_size=1).map(tuple),
        ),
        max_size=14,
    ).map(tuple),
    procedures=st.lists(lines, max_size=6).map(tuple),
    place_of_service=st.sampled_from(("", "11", "22", "10", "98")),
    birth_date=st.none() | st.sampled_from((date(1950, 2, 28), date(2026, 2, 1), date(2000, 2, 29))),
    sex=st.sampled_from(list(Sex)),
    specialty=st.sampled_from(("", "cardiology")),
    provider_npi=st.sampled_from(("", "1234567893", "1111111111")),
)
pairs = st.dictionaries(
    st.tuples(st.sampled_from(SERVICES), st.sampled_from(SERVICES)),
    st.lists(
        st.tuples(st.sampled_from(DAYS), st.none() | st.sampled_from(DAYS), st.sampled_from("019")),
        min_size=1,
        max_size=2,
    ),
    max_size=6,
).map(
    lambda found: {
        key: tuple(BundledPair(*key, begins, ends, indicator, "Reason") for begins, ends, indicator in rows)
        for key, rows in found.items()
    }
)
earlier = st.builds(
    EarlierService,
    encounter=st.just("E-1"),
    date_of_service=st.sampled_from(DAYS).flatmap(
        lambda day: st.sampled_from((-1200, -400, -60, -5, 0, 1)).map(lambda days: day + timedelta(days=days))
    ),
    code=st.sampled_from(SERVICES),
    units=st.integers(1, 3),
    provider_npi=st.sampled_from(("", "1234567893")),
    specialty=st.sampled_from(("", "cardiology")),
)
RULE = PayerRule(
    "r", {"any": [{"line": {"units_over": 3}}, {"age": {"to": 3}}]},
    {"text": "No.", "severity": "check", "source": "Manual"}, date(2000, 1, 1),
)  # fmt: skip
tables = st.builds(
    Tables,
    diagnoses=st.just({code: CodeFact(code, code, billable=code != "E11") for code in DIAGNOSES if code != "?"}),
    procedures=st.just({code: CodeFact(code, code, billable=True) for code in SERVICES}),
    notes=st.sampled_from((
        {},
        {
            "I10": (CodeNote(NoteKind.EXCLUDES1, "I10", "hypertensive kidney disease (N18.-)"),),
            "E1122": (CodeNote(NoteKind.USE_ADDITIONAL, "E112", "Use additional code (N18.1-N18.6)"),),
            "N189": (CodeNote(NoteKind.CODE_FIRST, "N18", "Code first diabetic kidney disease (E11.22)"),),
        },
    )),
    modifiers=st.sampled_from(({}, {code: ModifierFact(code, "") for code in MODIFIERS if code not in {"ZZ", "x"}})),
    places=st.sampled_from(({}, {code: Place(code, code, is_facility=False) for code in ("11", "21", "22", "10")})),
    pairs=pairs,
    unit_limits=st.dictionaries(
        st.sampled_from(SERVICES), st.tuples(st.integers(0, 3), st.sampled_from((1, 2, 3))), max_size=3
    ).map(lambda found: {code: UnitLimit(code, units, mai, "Policy") for code, (units, mai) in found.items()}),
    add_ons=st.dictionaries(
        st.sampled_from(SERVICES),
        st.tuples(st.sampled_from((1, 2, 3)), st.frozensets(st.sampled_from((*SERVICES, "CCCCC")), max_size=2)),
        max_size=2,
    ).map(lambda found: {code: AddOn(code, kind, primaries) for code, (kind, primaries) in found.items()}),
    relative_values=st.dictionaries(
        st.sampled_from(SERVICES), st.sampled_from(("000", "010", "090", "XXX", "ZZZ")), max_size=4
    ).map(lambda found: {(code, ""): row(code, global_days=days) for code, days in found.items()}),
    coverage=st.sampled_from((
        (),
        (CoverageGroup("A1", "Article", 1, frozenset({"G0101"}), frozenset({"I10"}), frozenset({"R51"})),),
    )),
    earlier=st.lists(earlier, max_size=3).map(tuple),
    payer_rules=st.sampled_from(((), (RULE,))),
    timed=st.sampled_from(({}, {"97110": 15})),
)  # fmt: skip


def told(coded, tables):
    """The findings without the numbers of lines: what, how grave, on whose word, and at which service or code."""
    return Counter(
        (finding.edit, finding.severity, finding.source, at(coded, finding.place))
        for finding in run_edits(coded, tables)
    )


def at(coded, place):
    if place is None or not place.number:
        return place
    if place.part is Part.PROCEDURE:
        return place.part, coded.procedures[place.number - 1].code.upper(), place.field
    return place.part, place.number, place.field


@law
@given(codings, tables)
def test_nothing_makes_the_edits_fail_and_every_finding_can_be_looked_up(coded, tables):
    for finding in run_edits(coded, tables):
        assert finding.text
        assert finding.source
        assert finding.edit in {edit.__name__ for edit in EDITS}


@law
@given(codings, tables, st.randoms(use_true_random=False))
def test_the_order_of_lines_never_matters(coded, tables, chance):
    shuffled = list(coded.procedures)
    chance.shuffle(shuffled)
    assert told(replace(coded, procedures=tuple(shuffled)), tables) == told(coded, tables)


@law
@given(codings, tables, st.data())
def test_a_bypass_modifier_never_adds_a_finding_that_a_pair_is_not_separated(coded, tables, data):
    coded = replace(coded, procedures=(*coded.procedures, ProcedureLine("G0101", pointers=(1,))))
    number = data.draw(st.integers(0, len(coded.procedures) - 1))
    line = coded.procedures[number]
    modified = replace(line, modifiers=(*line.modifiers, data.draw(st.sampled_from(sorted(BYPASS)))))
    changed = replace(coded, procedures=(*coded.procedures[:number], modified, *coded.procedures[number + 1 :]))
    for edit in ("bundled_never", "bundled_without_modifier"):
        assert not places(changed, tables, edit) - places(coded, tables, edit)


def places(coded, tables, edit):
    return Counter(finding.place.number for finding in run_edits(coded, tables) if finding.edit == edit)


@pytest.mark.parametrize("modifier", sorted(BYPASS - ON_VISITS))
@given(indicator=st.sampled_from("01"), day=st.sampled_from(DAYS), column=st.sampled_from((0, 1)))
def test_a_bypass_modifier_separates_a_pair_of_indicator_1_only_on_the_column_that_counts(
    modifier, indicator, day, column
):
    both = [ProcedureLine("G0101", pointers=(1,)), ProcedureLine("G0102", pointers=(1,))]
    both[column] = replace(both[column], modifiers=(modifier,))
    pair = BundledPair("G0101", "G0102", date(2000, 1, 1), None, indicator, "Reason")
    found = run_edits(
        CodedEncounter(day, (DiagnosisLine("I10"),), tuple(both)), Tables(pairs={("G0101", "G0102"): (pair,)})
    )
    counts = column == 1 or day >= EITHER_COLUMN_FROM
    told = {finding.edit for finding in found} & {"bundled_never", "bundled_without_modifier"}
    expected = {"bundled_never"} if indicator == "0" else set() if counts else {"bundled_without_modifier"}
    assert told == expected


@law
@given(codings, tables, st.data())
def test_without_a_line_there_is_no_new_duplicate(coded, tables, data):
    if not coded.procedures:
        return
    number = data.draw(st.integers(0, len(coded.procedures) - 1))
    fewer = replace(coded, procedures=coded.procedures[:number] + coded.procedures[number + 1 :])
    assert hard_duplicates(fewer, tables) <= hard_duplicates(coded, tables)


def hard_duplicates(coded, tables):
    return sum(
        finding.severity is Severity.HARD and finding.edit in {"duplicate_line", "duplicate_diagnosis"}
        for finding in run_edits(coded, tables)
    )


@law
@given(codings, tables)
def test_a_fix_ends_its_finding_and_can_be_checked_itself(coded, tables):
    """Of a coding that gives each diagnosis once: else the same is found at the other one."""
    coded = replace(coded, diagnoses=tuple({line.code: line for line in coded.diagnoses}.values()))
    before = Counter(finding.edit for finding in run_edits(coded, tables))
    for finding in run_edits(coded, tables):
        if finding.fix:
            after = Counter(again.edit for again in run_edits(finding.fix.after, tables))
            assert after[finding.edit] < before[finding.edit], finding


@law
@given(codings, tables)
def test_no_fix_adds_a_modifier(coded, tables):
    """A modifier says something about the chart; only somebody who read the chart may say it."""
    for finding in run_edits(coded, tables):
        if finding.fix:
            had = Counter(modifier for line in coded.procedures for modifier in line.modifiers)
            has = Counter(modifier for line in finding.fix.after.procedures for modifier in line.modifiers)
            assert not has - had


@law
@given(codings)
def test_without_tables_only_unknown_codes_are_found_to_be_looked_up(coded):
    looked_up = {"bundled_never", "bundled_without_modifier", "units_over_day_limit", "units_over_line_limit",
                 "add_on_without_primary", "not_covered", "unknown_modifier", "unknown_place", "payer_rule",
                 "within_global_period", "new_patient_seen_before", "reported_elsewhere"}  # fmt: skip
    assert not {finding.edit for finding in run_edits(coded, Tables())} & looked_up
