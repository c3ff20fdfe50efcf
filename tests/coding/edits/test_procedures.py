"""The edits of service lines, by the cases in procedure_cases.csv, which a certified coder can read and extend."""

import re

import pytest

from coding.rules.edits import EDITS, Severity, run_edits
from tests.coding.edits.cases import coding_of, placed, read, tables_of

CASES = read("procedure_cases.csv")
OF_LINES = {
    "add_ons", "bundling", "coverage", "global_period", "modifiers", "place_and_patient", "repeats", "units",
}  # fmt: skip


def findings(case):
    found = run_edits(coding_of(case), tables_of(case))
    return [finding for finding in found if finding.edit != "diagnosis_never_pointed_to"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_case(case):
    assert "; ".join(placed(finding) for finding in findings(case)) == case["finds"]


def test_there_are_enough_cases_of_ncci_and_every_case_has_its_own_name():
    ncci = [case for case in CASES if re.search(r"\b(pair|mue|add) ", case["table"])]
    assert len(ncci) >= 120
    assert len({case["case"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", [case for case in CASES if case["finds"]], ids=lambda case: case["case"])
def test_a_finding_says_what_where_and_on_whose_word(case):
    for finding in findings(case):
        assert finding.text.endswith((".", ")."))
        assert finding.source
        assert finding.place is not None


def test_a_pair_cites_its_edition_indicator_and_reason():
    case = {**CASES[0], "table": "pair G0101 G0102 2020-01-01 - 0"}
    assert findings(case)[0].source == (
        "PTP 2026Q1, column 1 G0101, column 2 G0102, modifier indicator 0: Misuse of column two code"
    )


@pytest.mark.parametrize("case", [case for case in CASES if case["finds"]], ids=lambda case: case["case"])
def test_a_fix_ends_its_finding(case):
    tables = tables_of(case)
    for finding in findings(case):
        if finding.fix:
            before, after = (count(finding.edit, one, tables) for one in (coding_of(case), finding.fix.after))
            assert after < before


def count(edit, coded, tables):
    return sum(finding.edit == edit for finding in run_edits(coded, tables))


def test_no_fix_adds_a_modifier_that_separates():
    """Whether services were distinct is for the documentation to say: NCCI modifiers are never offered."""
    for case in CASES:
        for finding in findings(case):
            if finding.edit.startswith("bundled") and finding.fix:
                assert len(finding.fix.after.procedures) == len(coding_of(case).procedures) - 1


def test_each_edit_of_lines_is_seen_by_a_case():
    seen = {word.split()[0] for case in CASES for word in case["finds"].split("; ") if word}
    of_lines = {edit.__name__ for edit in EDITS if edit.__module__.rpartition(".")[2] in OF_LINES}
    assert of_lines <= seen


def test_a_table_that_is_not_loaded_keeps_its_edits_silent():
    case = {**CASES[0], "lines": "G0101x90 G0102 G0103-ZZ", "table": ""}
    assert findings(case) == []


def test_hard_findings_come_first():
    case = {
        **CASES[0],
        "lines": "99213 G0101 G0102",
        "table": "value G0101 global_days=010; pair G0101 G0102 2020-01-01 - 0",
    }
    assert [finding.severity for finding in findings(case)] == [Severity.HARD, Severity.CHECK]
