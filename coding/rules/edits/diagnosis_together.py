"""Edits of diagnoses beside each other: what one already says, contradicts or asks of another."""

from collections.abc import Callable, Iterator

from coding.rules.code_titles import side_of
from coding.rules.codings import CodedEncounter
from coding.rules.diagnosis_pairs import COMPANIONS, diseases_with, specific_of
from coding.rules.edits.diagnosis_lines import Known, about, guideline, icd10_lines, pairs_of, replace_fix
from coding.rules.edits.diagnosis_notes import excludes
from coding.rules.edits.repairs import without_diagnosis
from coding.rules.edits.shape import Finding, Fix, Severity
from coding.rules.note_codes import Span, in_spans, spans
from coding.rules.tables import Tables

FULL_LENGTH = 7
INJURY = spans("S00-S99, T07-T34, M80, M84.3-M84.6")
AFTERCARE = spans("Z47.8-Z47.9, Z48")
ABNORMAL_FINDING = spans("R03.0, R70-R94")
# The examination "without abnormal findings", and the same with them.
WITH_FINDINGS = {
    "Z0000": "Z0001", "Z00129": "Z00121", "Z01419": "Z01411", "Z0100": "Z0101", "Z0110": "Z01118", "Z0120": "Z0121",
}  # fmt: skip
# Diabetes "with" what the index lists below it (Guidelines, I.A.15): presumed related unless the record says otherwise.
DIABETES = spans("E08-E11, E13")
DIABETES_WITH = tuple(
    (spans(codes), suffix, what)
    for codes, suffix, what in (
        ("N18", "22", "chronic kidney disease"),
        ("L97", "621", "a foot ulcer or 622 another skin ulcer"),
        ("G62.9", "42", "polyneuropathy"),
        ("I73.9", "51", "peripheral angiopathy"),
        ("K31.84", "43", "gastroparesis"),
    )
)


def redundant(lines: list[Known], told_by: Callable[[str], tuple[Span, ...]]) -> Iterator[tuple[Known, Known]]:
    """The diagnoses that another one makes needless; not what an Excludes1 note already tells."""
    for line in lines:
        among = told_by(line.code)
        for other in lines if among else ():
            found = other.code != line.code and in_spans(other.code, among)
            if found and not excludes(line, other) and not excludes(other, line):
                yield line, other
                break


def without_fix(coded: CodedEncounter, line: Known, instead: Known) -> Fix:
    return Fix(f"Remove {line.shown}", without_diagnosis(coded, line.number, instead=place_after(line, instead)))


def place_after(gone: Known, stays: Known) -> int:
    """The place of the staying diagnosis once the other is gone."""
    return stays.number - (stays.number > gone.number)


def sign_integral(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A sign that belongs to a coded disease is not coded beside it."""
    for line, disease in redundant(icd10_lines(coded, tables), diseases_with):
        sides = side_of(line.title), side_of(disease.title)
        if all(sides) and sides[0] is not sides[1] and "bilateral" not in sides:
            continue  # pain in the other knee
        yield about(
            "sign_integral",
            Severity.CHECK,
            line,
            f"{line.shown} ({line.title}) is routinely part of {disease.shown} and not coded beside it.",
            f"{guideline(coded, 'I.B.5')}; pairs reviewed by this house",
            without_fix(coded, line, disease),
        )


def open_beside_specific(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """An unspecified code beside a specific one of the same condition."""
    for line, specific in redundant(icd10_lines(coded, tables), specific_of):
        yield about(
            "open_beside_specific",
            Severity.CHECK,
            line,
            f"{line.shown} leaves open what {specific.shown} says.",
            f"{guideline(coded, 'I.B.18')}; pairs reviewed by this house",
            without_fix(coded, line, specific),
        )


HYPERTENSION = spans("I10-I13")
HEART_FAILURE = spans("I50")
HEART_DISEASE = spans("I50, I51.4-I51.7, I51.89, I51.9")
KIDNEY_DISEASE = spans("N18")
END_STAGE = spans("N18.5-N18.6")


def hypertension_code(line: Known, lines: list[Known]) -> str:
    """The code of hypertension with the heart and kidney disease that are coded, or that its own code implies."""
    failure = line.code in {"I110", "I130", "I132"} or any(in_spans(other.code, HEART_FAILURE) for other in lines)
    heart = line.code[:3] in {"I11", "I13"} or any(in_spans(other.code, HEART_DISEASE) for other in lines)
    stages = [other.code for other in lines if in_spans(other.code, KIDNEY_DISEASE)]
    kidney = bool(stages) or line.code[:3] in {"I12", "I13"}
    implied = not stages and line.code in {"I120", "I1311", "I132"}
    late = implied or any(in_spans(code, END_STAGE) for code in stages)
    if heart and kidney:
        codes = {(True, False): "I130", (False, False): "I1310", (False, True): "I1311", (True, True): "I132"}
        return codes[failure, late]
    if kidney:
        return "I120" if late else "I129"
    return "I110" if failure else "I119"


def hypertension_with_disease(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Hypertension with heart failure or chronic kidney disease is one combination code, of the right stage."""
    lines = icd10_lines(coded, tables)
    pressure = [line for line in lines if in_spans(line.code, HYPERTENSION)]
    disease = [line for line in lines if in_spans(line.code, (*HEART_DISEASE, *KIDNEY_DISEASE))]
    if len(pressure) != 1 or not disease:
        return
    line, wanted = pressure[0], hypertension_code(pressure[0], lines)
    if line.code != wanted:
        yield about(
            "hypertension_with_disease",
            Severity.CHECK,
            line,
            f"{line.shown} with {' and '.join(other.shown for other in disease)}: the relation is presumed unless the"
            f" record says that there is none; the code is {wanted[:3]}.{wanted[3:]}.",
            guideline(coded, "I.C.9.a"),
            replace_fix(coded, line, wanted),
        )


def companion_missing(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A combination code whose stage, type or site is a second code."""
    lines = icd10_lines(coded, tables)
    for line in lines:
        for among, companions, what, section in COMPANIONS:
            if in_spans(line.code, among) and not any(in_spans(other.code, companions) for other in lines):
                yield about(
                    "companion_missing",
                    Severity.CHECK,
                    line,
                    f"{line.shown} needs a second code: {what}.",
                    guideline(coded, section),
                )


def diabetes_with_complication(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Diabetes and a condition that the index lists under "with" are one code."""
    lines = icd10_lines(coded, tables)
    diabetes = [line for line in lines if in_spans(line.code, DIABETES)]
    for among, suffix, what in DIABETES_WITH:
        other = next((line for line in lines if in_spans(line.code, among)), None)
        if not other or not diabetes or any(line.code[3:].startswith(suffix[:2]) for line in diabetes):
            continue
        first = diabetes[0]
        new = f"{first.code[:3]}{suffix}"
        kept = first.code[3:] == "9" and suffix == "22"  # both codes stay only here: one key is safe
        yield about(
            "diabetes_with_complication",
            Severity.CHECK,
            first,
            f"{first.shown} with {other.shown}: diabetes with {what} ({new[:3]}.{new[3:]}) is presumed unless the"
            " record says that they are unrelated.",
            guideline(coded, "I.A.15 and I.C.4.a"),
            replace_fix(coded, first, new) if kept else None,
        )


def two_episodes_of_one_injury(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """One injury is in one episode of care: initial, subsequent or sequela."""
    for one, two in pairs_of(icd10_lines(coded, tables)):
        if len(one.code) == len(two.code) == FULL_LENGTH and one.code[:-1] == two.code[:-1] and one.code[0] in "ST":
            yield about(
                "two_episodes_of_one_injury",
                Severity.CHECK,
                two,
                f"{one.shown} and {two.shown} are one injury in two episodes of care; choose one 7th character.",
                guideline(coded, "I.C.19.a"),
            )


def aftercare_for_injury(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Aftercare of an injury or fracture is the injury with the 7th character for subsequent care."""
    lines = icd10_lines(coded, tables)
    injury = next((line for line in lines if in_spans(line.code, INJURY) and len(line.code) == FULL_LENGTH), None)
    if not injury:
        return
    for line in lines:
        if in_spans(line.code, AFTERCARE):
            yield about(
                "aftercare_for_injury",
                Severity.CHECK,
                line,
                f"{line.shown}: aftercare of an injury is {injury.shown} itself with its 7th character.",
                guideline(coded, "I.C.21.c.7"),
            )


def examination_with_findings(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """An examination "without abnormal findings" beside an abnormal finding."""
    lines = icd10_lines(coded, tables)
    finding = next((line for line in lines if in_spans(line.code, ABNORMAL_FINDING)), None)
    if not finding:
        return
    for line in lines:
        if line.code in WITH_FINDINGS:
            yield about(
                "examination_with_findings",
                Severity.CHECK,
                line,
                f"{line.shown} says that nothing abnormal was found; {finding.shown} is an abnormal finding.",
                guideline(coded, "I.C.21.c.13"),
                replace_fix(coded, line, WITH_FINDINGS[line.code]),
            )
