"""The edits of diagnoses on what tables say besides the tabular list: other editions, headings, ages and sexes."""

from dataclasses import replace
from datetime import date

from coding.rules.codings import CodedEncounter, DiagnosisLine, Sex, System
from coding.rules.edits import Severity
from coding.rules.edits.diagnosis_neighbours import diagnoses_to_look_up, padded
from coding.rules.tables import CodeFact, CodeNote, Demographics, NoteKind, OtherEdition, Tables
from tests.coding.edits.test_diagnoses import findings

DAY = date(2026, 3, 1)


def coded(*codes, on=DAY, **more):
    return CodedEncounter(on, tuple(DiagnosisLine(code) for code in codes), **more)


def texts(coding, tables):
    return [finding.text for finding in findings(coding, tables)]


def held(code, *editions):
    found = tuple(OtherEdition(System.ICD10CM, name, date.fromisoformat(day)) for name, day in editions)
    return Tables(elsewhere={code: found})


def test_a_code_of_a_later_edition_is_called_new():
    assert texts(coded("M67.A01"), held("M67A01", ("FY2027", "2026-10-01"))) == [
        "M67.A01 is not in ICD-10-CM on 2026-03-01; it is new in FY2027 (from 2026-10-01)."
    ]


def test_a_code_of_an_earlier_edition_is_called_deleted():
    tables = held("M72.2".replace(".", ""), ("FY2025", "2024-10-01"), ("FY2026", "2025-10-01"))
    assert texts(coded("M72.2", on=date(2026, 11, 1)), tables) == [
        "M72.2 is not in ICD-10-CM on 2026-11-01; it was last in FY2026 and has been deleted since."
    ]


def test_a_v_code_of_digits_is_icd_9_only_if_a_loaded_list_says_so():
    assert [one.edit for one in findings(coded("V70.0"), Tables())] == ["unknown_diagnosis"]
    nine = Tables(elsewhere={"V700": (OtherEdition(System.ICD9CM, "v32", date(2014, 10, 1)),)})
    assert texts(coded("V70.0"), nine) == [
        "V70.0 is an ICD-9-CM code; services from 2015-10-01 are coded in ICD-10-CM."
    ]


def test_an_icd_10_code_that_a_list_holds_is_never_called_icd_9():
    ten = Tables(diagnoses={"E9999": CodeFact("E9999", "An invented code", billable=True)})
    assert findings(coded("E99.99"), ten) == []


def test_icd_9_has_no_edits_of_icd_10_notes():
    on = date(2014, 5, 1)
    title = "Cataract in diseases classified elsewhere"
    tables = Tables(
        diagnoses={code: CodeFact(code, title, billable=True) for code in ("36644", "25000")},
        notes={"36644": (CodeNote(NoteKind.EXCLUDES1, "36644", "diabetes (E11.-)"),)},
    )  # fmt: skip
    assert findings(coded("366.44", "250.00", on=on), tables) == []


def test_a_heading_names_a_few_of_the_codes_below_it():
    below = tuple(CodeFact(f"J45{n}", f"Kind {n}", billable=True) for n in range(8))
    tables = Tables(diagnoses={"J45": CodeFact("J45", "Asthma", billable=False)}, children={"J45": below})
    (finding,) = findings(coded("J45"), tables)
    assert finding.text == (
        "J45 is a heading; choose a code below it with all its characters: J45.0 Kind 0; J45.1 Kind 1; J45.2 Kind 2;"
        " J45.3 Kind 3; J45.4 Kind 4; J45.5 Kind 5; and 2 more."
    )
    assert finding.fix is None


def test_a_heading_with_one_code_below_it_is_completed_by_one_key():
    only = (CodeFact("J450", "The only kind", billable=True),)
    tables = Tables(diagnoses={"J45": CodeFact("J45", "Asthma", billable=False)}, children={"J45": only})
    (finding,) = findings(coded("J45"), tables)
    assert finding.fix.after.diagnoses == (DiagnosisLine("J45.0"),)


def test_the_7th_characters_that_exist_are_named():
    tables = Tables(
        diagnoses={"T1491": CodeFact("T1491", "Suicide attempt", billable=False)},
        children={"T1491": tuple(CodeFact(f"T1491X{last}", "", billable=True) for last in "AD")},
        notes={"T1491": (CodeNote(NoteKind.EXTENSION, "T14", "A initial encounter"),
                         CodeNote(NoteKind.EXTENSION, "T14", "D subsequent encounter"))},
    )  # fmt: skip
    (finding,) = findings(coded("T14.91"), tables)
    assert finding.edit == "missing_seventh_character"
    assert finding.text == "T14.91 needs a 7th character: A initial encounter; D subsequent encounter."


def test_the_list_comes_before_the_general_ranges():
    facts = {"N401": CodeFact("N401", "Benign prostatic hyperplasia", billable=True)}
    woman = coded("N40.1", sex=Sex.FEMALE)
    assert [one.edit for one in findings(woman, Tables(diagnoses=facts))] == ["sex_conflict"]
    listed = Tables(diagnoses=facts, demographics={"N401": Demographics(source="the loaded list")})
    assert findings(woman, listed) == []


def test_an_age_limit_holds_to_the_birthday():
    tables = Tables(
        diagnoses={"J459": CodeFact("J459", "Asthma", billable=True)},
        demographics={"J459": Demographics(None, 18, 30, "a list")},
    )
    for birth, count in (("2008-03-01", 0), ("2008-03-02", 1), ("1995-03-02", 0), ("1995-03-01", 1)):
        coding = coded("J45.9", birth_date=date.fromisoformat(birth))
        assert len(findings(coding, tables)) == count, birth


def test_a_birth_date_after_the_visit_says_nothing_about_age():
    tables = Tables(diagnoses={"P599": CodeFact("P599", "Neonatal jaundice", billable=True)})
    assert findings(coded("P59.9", birth_date=date(2027, 1, 1)), tables) == []


def test_a_padded_code_has_its_last_character_seventh():
    assert [padded(code) for code in ("T07A", "T1491A", "S52501A")] == ["T07XXXA", "T1491XA", "S52501A"]


def test_what_is_looked_up_holds_the_codes_and_what_may_be_offered():
    asked = diagnoses_to_look_up(coded("M25.569", "M17.11", "T14.91A"))
    assert {"M25569", "M25561", "M25562", "M1711", "M170", "T1491A", "T1491XA"} <= asked
    assert len(asked) < 40


def test_without_the_neighbours_there_is_a_finding_but_no_fix():
    coding = replace(coded("M25.569"), diagnoses=(DiagnosisLine("M25.569", ("right knee pain",)),))
    tables = Tables(diagnoses={"M25569": CodeFact("M25569", "Pain in unspecified knee", billable=True)})
    (finding,) = findings(coding, tables)
    assert (finding.edit, finding.severity, finding.fix) == ("side_unspecified", Severity.CHECK, None)
