"""The edits of diagnoses over the official tabular list, by the cases in diagnosis_cases.csv."""

from dataclasses import replace
from datetime import date

import pytest

from coding.rules.codings import CodedEncounter, DiagnosisLine, Sex
from coding.rules.edits import EDITS, Severity, run_edits
from coding.rules.tables import CodeFact
from tests.coding.edits.cases import options, placed, read
from tests.coding.edits.official_notes import tables_for
from tests.coding.written import line

CASES = read("diagnosis_cases.csv")
SERVICES = {code: CodeFact(code, code, billable=True) for code in ("99213", "99222", "20610")}
MODULES = {"excludes", "sequence", "specificity", "patient"}
# Said of nearly every code with such a note, or in other files: not what these cases are about.
QUIET = {"use_additional", "diagnosis_never_pointed_to"}


def coding_of(case):
    more = options(case["more"].split())
    quotes = dict(part.split(":", 1) for part in case["quotes"].split("|") if part)
    on = date.fromisoformat(case["date"])
    age = more.get("age")
    return CodedEncounter(
        date_of_service=on,
        diagnoses=tuple(
            DiagnosisLine(code, (quotes[str(place)],) if str(place) in quotes else ())
            for place, code in enumerate(case["diagnoses"].split(), start=1)
        ),
        procedures=tuple(line(text) for text in case["lines"].split()),
        place_of_service=case["place"],
        birth_date=on.replace(year=on.year - int(age)) if age else None,
        sex=Sex(more.get("sex", "U")),
    )


def findings(case):
    return found_in(coding_of(case))


def found_in(coded):
    tables = tables_for([diagnosis.code for diagnosis in coded.diagnoses], coded.date_of_service)
    found = run_edits(coded, replace(tables, procedures=SERVICES))
    return [finding for finding in found if finding.edit not in QUIET]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_case(case):
    assert "; ".join(placed(finding) for finding in findings(case)) == case["finds"]


def test_there_are_enough_cases_for_and_against():
    assert len({case["case"] for case in CASES}) == len(CASES) >= 120
    assert sum(not case["finds"] for case in CASES) >= 40


def test_each_edit_of_diagnoses_is_seen_by_a_case():
    seen = {word.split()[0] for case in CASES for word in case["finds"].split("; ") if word} | QUIET
    wanted = {edit.__name__ for edit in EDITS if edit.__module__.rpartition(".")[2] in MODULES}
    assert wanted <= seen | {"unspecified_beside_specific"}


@pytest.mark.parametrize("case", [case for case in CASES if case["finds"]], ids=lambda case: case["case"])
def test_a_finding_says_what_where_and_on_whose_word_and_its_fix_ends_it(case):
    coded = coding_of(case)
    for finding in found_in(coded):
        assert finding.text.endswith((".", "”."))
        assert finding.source
        if finding.fix:
            before, after = (sum(one.edit == finding.edit for one in found_in(of)) for of in (coded, finding.fix.after))
            assert after < before


def test_a_note_is_cited_in_its_own_words():
    found = findings({**CASES[0], "diagnoses": "E109 E119"})[0]
    assert found.source.startswith("ICD-10-CM tabular list, excludes1 at E10: ")
    assert "type 2 diabetes mellitus (E11.-)" in found.source
    assert found.source.endswith("ICD-10-CM Official Guidelines FY2026, I.A.12.a")


def test_a_use_additional_note_reminds_once_and_falls_silent_when_it_is_followed():
    def reminders(diagnoses):
        coded = coding_of({**CASES[0], "diagnoses": diagnoses})
        tables = tables_for(diagnoses.split(), coded.date_of_service)
        return [one for one in run_edits(coded, replace(tables, procedures=SERVICES)) if one.edit == "use_additional"]

    alone = reminders("I129")
    assert [finding.severity for finding in alone] == [Severity.INFO]
    assert alone[0].text == "I12.9 takes an additional code, if it is documented: N18.1-N18.4, N18.9."
    assert [finding.place.number for finding in reminders("I129 N1830")] == [2]


def test_unspecified_beside_specific_is_told_as_a_note():
    found = findings({**CASES[0], "diagnoses": "J4520 J45909 J45901 J45902"})
    assert {finding.edit for finding in found} <= {"unspecified_beside_specific", "excludes1"}


def test_a_heading_names_what_is_below_it():
    text = findings({**CASES[0], "diagnoses": "S52501"})[0].text
    assert text == (
        "S52.501 is a heading; choose a code below it with all its characters: "
        "S52.501A, S52.501B, S52.501C, S52.501D, S52.501E and 11 more."
    )


@pytest.mark.parametrize(
    ("code", "day", "words"),
    [
        ("25000", "2026-03-01", "it looks like ICD-9-CM, which ended on 2015-09-30"),
        ("I10", "2015-09-30", "it looks like ICD-10-CM, which began on 2015-10-01"),
    ],
)
def test_a_code_of_the_other_revision_is_recognised(code, day, words):
    assert words in findings({**CASES[0], "diagnoses": code, "date": day})[0].text
