"""Edits of the order of diagnoses: what is never first, what only first, and combinations that are one code."""

from collections.abc import Iterator

from coding.rules.codings import CodedEncounter
from coding.rules.edits.icd_repairs import put_first
from coding.rules.edits.icd_words import codes_of, guideline, is_icd10, shown
from coding.rules.edits.repairs import with_diagnosis, without_diagnosis
from coding.rules.edits.shape import Finding, Fix, Part, Place, Severity
from coding.rules.note_codes import Range
from coding.rules.tables import Tables

EXTERNAL = (Range("V00", "Y99"),)
# Guidelines I.C.21.c.3, I.B.14, I.C.18.d: status, weight, blood alcohol and severity say more of another diagnosis.
NEVER_FIRST = tuple(
    Range(code, code) for code in ("Z16", "Z66", "Z67", "Z68", "Z79", "Z3A", "Z78", "R402", "R652", "Y90")
)
# Guideline I.C.21.c.16: Z codes that may only be principal or first-listed.
ONLY_FIRST = tuple(
    Range(first, last)
    for first, last in (
        ("Z000", "Z005"), ("Z007", "Z008"), ("Z01", "Z02"), ("Z04", "Z04"), ("Z332", "Z332"), ("Z3181", "Z3184"),
        ("Z34", "Z34"), ("Z38", "Z40"), ("Z42", "Z42"), ("Z510", "Z511"), ("Z520", "Z528"), ("Z761", "Z762"),
        ("Z9912", "Z9912"),
    )
)  # fmt: skip
KIDNEY, FAILURE = Range("N18", "N18"), Range("I50", "I50")
END_STAGE = (Range("N185", "N186"),)


def within(code: str, ranges: tuple[Range, ...]) -> bool:
    return any(one.holds(code) for one in ranges)


def external_cause_first(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    codes = codes_of(coded)
    if codes and is_icd10(coded) and within(codes[0], EXTERNAL):
        injury = next((n for n, code in enumerate(codes, start=1) if not within(code, EXTERNAL)), 0)
        yield Finding(
            "external_cause_first",
            Severity.HARD,
            f"{shown(coded, codes[0])} tells the cause of an injury, which comes first itself.",
            f"{guideline(coded, 'I.C.20.a.6')}; ASC X12N 005010X222A1, HI",
            Place(Part.DIAGNOSIS, 1),
            put_first(coded, injury) if injury else None,
        )


def never_first(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    codes = codes_of(coded)
    if codes and is_icd10(coded) and within(codes[0], NEVER_FIRST):
        other = next((n for n, code in enumerate(codes, start=1) if not within(code, (*NEVER_FIRST, *EXTERNAL))), 0)
        yield Finding(
            "never_first",
            Severity.CHECK,
            f"{shown(coded, codes[0])} says more about another diagnosis and is not first-listed.",
            guideline(coded, "I.C.21.c.3 and I.B.14"),
            Place(Part.DIAGNOSIS, 1),
            put_first(coded, other) if other else None,
        )


def only_first(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    """A reason for the encounter that may only be first-listed; several of them may stand together."""
    codes = codes_of(coded)
    if not is_icd10(coded) or (codes and within(codes[0], ONLY_FIRST)):
        return
    for place, code in enumerate(codes[1:], start=2):
        if within(code, ONLY_FIRST):
            yield Finding(
                "only_first",
                Severity.CHECK,
                f"{shown(coded, code)} may only be first-listed.",
                guideline(coded, "I.C.21.c.16"),
                Place(Part.DIAGNOSIS, place),
                put_first(coded, place),
            )


def hypertension_combination(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    """Hypertension with heart failure or chronic kidney disease is presumed related: I11, I12 or I13, not I10."""
    codes = codes_of(coded)
    if "I10" not in codes or not is_icd10(coded):
        return
    kidney = [code for code in codes if KIDNEY.holds(code)]
    failure = [code for code in codes if FAILURE.holds(code)]
    if not kidney and not failure:
        return
    place = codes.index("I10") + 1
    combined = combination(kidney, failure)
    others = " and ".join(shown(coded, code) for code in (*failure[:1], *kidney[:1]))
    yield Finding(
        "hypertension_combination",
        Severity.CHECK,
        f"I10 with {others} is {shown(coded, combined)}, unless the documentation says they are unrelated.",
        guideline(coded, "I.C.9.a"),
        Place(Part.DIAGNOSIS, place),
        Fix(f"Report {shown(coded, combined)}", with_diagnosis(coded, place, combined)),
    )


def combination(kidney: list[str], failure: list[str]) -> str:
    """The combination code of hypertension: I11.0, I12.0, I12.9, I13.0 or I13.2."""
    end_stage = any(within(code, END_STAGE) for code in kidney)
    if kidney and failure:
        return "I132" if end_stage else "I130"
    if kidney:
        return "I120" if end_stage else "I129"
    return "I110"


def diabetes_without_complication(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    """E11.9 says that there is no complication; beside a code that names one it is wrong (also E08, E09, E10, E13)."""
    codes = codes_of(coded)
    if not is_icd10(coded):
        return
    for place, code in enumerate(codes, start=1):
        category = code[:3]
        if code == f"{category}9" and category in {"E08", "E09", "E10", "E11", "E13"}:
            named = next((n for n, other in enumerate(codes, start=1) if other[:3] == category and other != code), 0)
            if named:
                yield Finding(
                    "diabetes_without_complication",
                    Severity.CHECK,
                    f"{shown(coded, code)} says “without complications” beside {shown(coded, codes[named - 1])}.",
                    guideline(coded, "I.C.4.a"),
                    Place(Part.DIAGNOSIS, place),
                    Fix(f"Remove diagnosis {place}", without_diagnosis(coded, place, instead=named)),
                )
