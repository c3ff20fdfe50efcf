"""The edits of diagnoses, by the cases in diagnosis_cases.csv, which a certified coder can read and extend.

A case is coded against the real tabular list of FY2026. `patient` is sex and age; diagnoses stand between semicolons,
each with the words it rests on in brackets; a line without "@" points to every diagnosis.
"""

import csv
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from coding.rules.codings import CodedEncounter, DiagnosisLine, ProcedureLine, Sex
from coding.rules.edits import EDITS, run_edits
from tests.coding.tabular import tables_of

HERE = Path(__file__).parent
CASES = list(csv.DictReader((HERE / "diagnosis_cases.csv").read_text().splitlines()))
OF_DIAGNOSES = tuple(edit for edit in EDITS if edit.__module__.rpartition(".")[2].startswith("diagnos"))
NAMES = {edit.__name__ for edit in OF_DIAGNOSES} - {"date_before_list"}  # seen in tests/coding/test_tables.py


def coding_of(case):
    on = date.fromisoformat(case["date"])
    sex, _, age = case["patient"].partition(" ")
    diagnoses = tuple(diagnosis(text) for text in case["diagnoses"].split(";") if text.strip())
    everything = tuple(range(1, len(diagnoses) + 1))
    lines = [service(text) for text in (case["lines"] or "99213").split()]
    return CodedEncounter(
        date_of_service=on,
        diagnoses=diagnoses,
        procedures=tuple(replace(one, pointers=one.pointers or everything) for one in lines),
        place_of_service=case["place"],
        birth_date=on.replace(year=on.year - int(age)) if age else None,
        sex=Sex(sex or "U"),
    )


def diagnosis(text):
    code, _, quote = text.strip().partition(" ")
    return DiagnosisLine(code, (quote.strip("()"),) if quote else ())


def service(text):
    head, _, pointers = text.partition("@")
    code, *modifiers = head.split("-")
    return ProcedureLine(code, tuple(modifiers), pointers=tuple(int(to) for to in pointers.split(",") if to))


def findings(coded, tables=None):
    return [finding for finding in run_edits(coded, tables or tables_of(coded)) if finding.edit in NAMES]


def placed(finding):
    return f"{finding.edit} {finding.severity} {finding.place.part} {finding.place.number}"


def written(coded):
    return "; ".join(one.code for one in coded.diagnoses)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_case(case):
    found = findings(coding_of(case))
    assert "; ".join(placed(finding) for finding in found) == case["finds"]
    fixes = [written(finding.fix.after) for finding in found if finding.fix]
    assert (fixes[0] if fixes else "") == case["after the first fix"]


def test_there_are_many_cases_each_with_its_own_name_and_as_many_without_a_finding_as_the_edits_deserve():
    assert len({case["case"] for case in CASES}) == len(CASES) >= 120
    assert sum(not case["finds"] for case in CASES) >= 45


def test_every_edit_is_seen_by_a_case():
    others = csv.DictReader((HERE.parent / "edits_cases.csv").read_text().splitlines())
    seen = {word.split()[0] for case in [*CASES, *others] for word in case["finds"].split("; ") if word}
    assert seen >= NAMES


@pytest.mark.parametrize("case", [case for case in CASES if case["finds"]], ids=lambda case: case["case"])
def test_a_finding_says_what_and_on_whose_word(case):
    for finding in findings(coding_of(case)):
        assert finding.text.endswith(".")
        assert re.search(r"FY20\d\d|45 CFR|837P|X12N|Medicare Code Editor|tabular list", finding.source)


@pytest.mark.parametrize("case", [case for case in CASES if case["after the first fix"]], ids=lambda case: case["case"])
def test_a_fix_ends_its_finding_and_keeps_what_pointers_mean(case):
    coded = coding_of(case)
    for finding in findings(coded):
        if finding.fix:
            after = finding.fix.after
            same = [one for one in findings(after, tables_of(after)) if one.edit == finding.edit]
            before = [one for one in findings(coded) if one.edit == finding.edit]
            assert len(same) < len(before)
            for service in after.procedures:
                assert all(1 <= pointer <= len(after.diagnoses) for pointer in service.pointers)
