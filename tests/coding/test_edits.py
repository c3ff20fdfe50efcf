"""The edits, by the cases in edits_cases.csv, which a certified coder can read and extend."""

import csv
from datetime import date
from pathlib import Path

import pytest

from coding.rules.codings import CodedEncounter
from coding.rules.edits import EDITS, Severity, run_edits
from coding.rules.tables import CodeFact, Tables
from tests.coding.edits.cases import read
from tests.coding.written import coded

CASES = list(csv.DictReader((Path(__file__).parent / "edits_cases.csv").read_text().splitlines()))
HEADINGS = {"E11", "99200"}


def known(codes):
    return {code: CodeFact(code=code, title=f"About {code}", billable=code not in HEADINGS) for code in codes}


TABLES = Tables(
    diagnoses=known(["E119", "E11", "I10", "J45", *(f"A{n:02d}" for n in range(1, 14))]),
    procedures=known(["99213", "99214", "20610", "71046", "99200"]),
)


def version(diagnoses, procedures, day):
    return coded(diagnoses, procedures, day=date.fromisoformat(day) if day else None)


def placed(finding):
    place = finding.place
    return f"{finding.edit} {finding.severity} {place.part} {place.number} {place.field}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_case(case):
    found = run_edits(version(case["diagnoses"], case["procedures"], case["date"]), TABLES)
    assert "; ".join(placed(finding) for finding in found) == case["finds"]
    fixes = [finding.fix for finding in found if finding.fix]
    if not case["after the first fix"]:
        assert not fixes
        return
    diagnoses, procedures = case["after the first fix"].split(" | ")
    assert fixes[0].after == version(diagnoses, procedures, case["date"])


ELSEWHERE = {"level_not_supported", "payer_rule", "date_before_list", "no_evidence"}


def test_every_edit_is_seen_by_a_case():
    """Here, in the longer tables of tests/coding/edits, or where they have tests of their own."""
    more = [row for name in ("diagnosis", "procedure") for row in read(f"{name}_cases.csv")]
    seen = {word.split()[0] for case in [*CASES, *more] for word in case["finds"].split("; ") if word}
    assert seen == {edit.__name__ for edit in EDITS} - ELSEWHERE


@pytest.mark.parametrize("case", [case for case in CASES if case["finds"]], ids=lambda case: case["case"])
def test_a_finding_says_what_where_and_on_whose_word(case):
    for finding in run_edits(version(case["diagnoses"], case["procedures"], case["date"]), TABLES):
        assert finding.text.endswith(".")
        assert finding.source
        assert finding.place is not None


@pytest.mark.parametrize("case", [case for case in CASES if case["after the first fix"]], ids=lambda case: case["case"])
def test_a_fix_ends_its_finding(case):
    first = next(f for f in run_edits(version(case["diagnoses"], case["procedures"], case["date"]), TABLES) if f.fix)
    assert placed(first) not in [placed(finding) for finding in run_edits(first.fix.after, TABLES)]


def test_the_source_follows_the_date_of_service():
    def sources(day):
        return {finding.source for finding in run_edits(coded("ZZZ E11", "99213@1,2", day=day), TABLES)}

    assert {"45 CFR 162.1002(b)", "ICD-9-CM Official Guidelines FY2015, I.B.3"} == sources(date(2015, 9, 30))
    assert {"45 CFR 162.1002(c)", "ICD-10-CM Official Guidelines FY2016, I.B.2"} == sources(date(2015, 10, 1))


def test_nothing_at_all_has_only_hard_findings():
    found = run_edits(CodedEncounter(date_of_service=None), Tables())
    assert {finding.severity for finding in found} == {Severity.HARD}
    assert [finding.edit for finding in found] == ["no_date_of_service", "no_diagnosis", "no_procedure"]
