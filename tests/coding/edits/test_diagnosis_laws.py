"""What holds for every coding: no edit fails, most ignore order, a fix ends its finding."""

from collections import Counter
from dataclasses import replace
from datetime import date

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from coding.rules.codings import CodedEncounter, DiagnosisLine, ProcedureLine, Sex
from tests.coding.edits.test_diagnoses import CASES, OF_DIAGNOSES, coding_of
from tests.coding.tabular import tables_of

# Edits of the sequence, and of what a place in the list means.
OF_ORDER = {
    "manifestation_first", "external_cause_first", "secondary_code_first", "first_only_code_later",
    "obstetric_code_not_first", "poisoning_later", "sequela_first", "cause_after_manifestation",
}  # fmt: skip
CODED = sorted({one.code for case in CASES for one in coding_of(case).diagnoses})
QUOTED = sorted({quote for case in CASES for one in coding_of(case).diagnoses for quote in one.quotes})
MODIFIERS = ("RT", "LT", "50", "E1", "E4", "FA", "F6", "TA", "T7", "25")
DAY = date(2026, 3, 1)

known = st.sampled_from(CODED)
codes = st.one_of(known, known, known, st.text(max_size=8), st.from_regex(r"[A-Z][0-9][0-9A-Z]{0,5}", fullmatch=True))
quotes = st.lists(st.one_of(st.sampled_from(QUOTED), st.text(max_size=40)), max_size=2).map(tuple)
diagnoses = st.lists(st.builds(DiagnosisLine, codes, quotes), max_size=14).map(tuple)
services = st.builds(
    ProcedureLine,
    st.just("20610"),
    st.lists(st.sampled_from(MODIFIERS), max_size=4).map(tuple),
    pointers=st.lists(st.integers(-1, 15), max_size=5).map(tuple),
)
codings = st.builds(
    CodedEncounter,
    st.one_of(st.none(), st.dates(date(2010, 1, 1), date(2030, 1, 1)), st.just(DAY)),
    diagnoses,
    st.lists(services, max_size=3).map(tuple),
    st.sampled_from(("", "11", "21", "99")),
    st.one_of(st.none(), st.dates()),
    st.sampled_from(Sex),
)
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def found(coded):
    tables = tables_of(coded)
    return [finding for edit in OF_DIAGNOSES for finding in edit(coded, tables)]


@calm
@given(codings)
def test_no_coding_makes_an_edit_fail_and_every_fix_is_a_coding(coded):
    for finding in found(coded):
        assert finding.text
        assert finding.source
        if finding.fix:
            found(finding.fix.after)


def reordered(coded, order):
    """The diagnoses in another order, the pointers following them."""
    places = {old + 1: new for new, old in enumerate(order, start=1)}
    return replace(
        coded,
        diagnoses=tuple(coded.diagnoses[old] for old in order),
        procedures=tuple(
            replace(line, pointers=tuple(places.get(pointer, pointer) for pointer in line.pointers))
            for line in coded.procedures
        ),
    )


@calm
@given(codings, st.randoms(use_true_random=False))
def test_but_for_edits_of_sequence_the_order_of_diagnoses_never_matters(coded, chance):
    assume(len({one.code.replace(".", "").upper() for one in coded.diagnoses}) == len(coded.diagnoses))
    order = list(range(len(coded.diagnoses)))
    chance.shuffle(order)

    def kinds(coding):
        return Counter((one.edit, one.severity) for one in found(coding) if one.edit not in OF_ORDER)

    assert kinds(reordered(coded, order)) == kinds(coded)


@calm
@given(codings)
def test_a_fix_ends_its_finding(coded):
    before = Counter(finding.edit for finding in found(coded))
    for finding in found(coded):
        if finding.fix:
            after = Counter(one.edit for one in found(finding.fix.after))
            assert after[finding.edit] < before[finding.edit]


@calm
@given(codings)
def test_without_tables_only_the_codes_themselves_are_found_wanting(coded):
    blind = {finding.edit for edit in OF_DIAGNOSES for finding in edit(coded, type(tables_of(coded))())}
    assert blind <= {
        "no_date_of_service", "no_diagnosis", "too_many_diagnoses", "wrong_diagnosis_system", "unknown_diagnosis",
        "duplicate_diagnosis", "diagnosis_never_pointed_to",
    }  # fmt: skip
