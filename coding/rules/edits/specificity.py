"""Edits of how exact a diagnosis is: sides, unspecified beside specific, symptoms of a known cause, words of doubt."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from coding.rules.code_tree import SIDE, without_side
from coding.rules.codings import CodedEncounter, ProcedureLine
from coding.rules.edits.icd_words import codes_of, guideline, is_icd10, shown
from coding.rules.edits.repairs import without_diagnosis
from coding.rules.edits.shape import Finding, Fix, Part, Place, Severity
from coding.rules.note_codes import Range
from coding.rules.tables import Tables

LEFT, RIGHT = "left", "right"
# The side that a modifier names (HCPCS Level II: E1, E2 left eyelids, FA to F4 left hand, TA to T4 left foot).
SIDE_OF_MODIFIER: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("LT", "E1", "E2", "FA", "F1", "F2", "F3", "F4", "TA", "T1", "T2", "T3", "T4"), LEFT),
        **dict.fromkeys(("RT", "E3", "E4", "F5", "F6", "F7", "F8", "F9", "T5", "T6", "T7", "T8", "T9"), RIGHT),
    }
)
# Parts of the body that have a left and a right, as titles name them after "unspecified".
OPEN_SIDE = re.compile(
    r"\bunspecified (side|upper|lower|shoulder|arm|elbow|forearm|wrist|hand|finger|thumb|hip|thigh|femur|knee|leg|"
    r"ankle|foot|toe|great toe|ear|eye|eyelid|orbit|breast|limb|extremity|kidney|ureter|lung|ovary|testis|cheek|temple|"
    r"humerus|radius|ulna|tibia|fibula|patella|clavicle|scapula)\b"
)
INPATIENT = frozenset({"21", "51", "61"})  # guideline II.H, not IV.H, for what a hospital codes

# Symptoms that are part of a condition: symptom, and the conditions it is integral to. Our own table, reviewed.
INTEGRAL: tuple[tuple[Range, tuple[Range, ...]], ...] = tuple(
    (Range(symptom, symptom), tuple(Range(*(pair.split("-") * 2)[:2]) for pair in conditions.split()))
    for symptom, conditions in (
        ("R05", "J00-J06 J09-J18 J20-J22 J40-J42 J44-J45"),
        ("R060", "I50 J12-J18 J44-J45 J81"),
        ("R062", "J44-J45 J21"),
        ("R07", "I20-I22 J90"),
        ("R10", "K25-K28 K35-K37 K57 K80-K81 K85 N20"),
        ("R11", "K52 A08-A09 K29"),
        ("R197", "A08-A09 K50-K52"),
        ("R50", "J09-J18 N10 A40-A41"),
        ("R51", "G43-G44"),
        ("R569", "G40"),
        ("R600", "I50"),
        ("R730", "E08-E13"),
        ("R739", "E08-E13"),
        ("R300", "N30 N390"),
        ("M2556", "M17"),
        ("M2555", "M16"),
        ("M2551", "M19011-M19019"),
    )
)
DOUBT = re.compile(
    r"\b(probable|probably|suspected|suspicious for|questionable|possible|possibly|likely|rule[- ]?out|r/o|"
    r"compatible with|consistent with|working diagnosis|versus|vs\.?)\b",
    re.IGNORECASE,
)
NO_DOUBT = re.compile(r"\b(no longer suspected|not suspected|unlikely)\b", re.IGNORECASE)
DENIED = re.compile(
    r"\b(denies|denied|no evidence of|negative for|ruled out|no signs? of|without evidence of|absence of)\b",
    re.IGNORECASE,
)
FAMILY = re.compile(
    r"\b(family history|fam hx|fhx|(mother|father|brother|sister|parent)s?( had| with| has))\b", re.IGNORECASE
)
HISTORY_CODES = (Range("Z80", "Z87"), Range("Z03", "Z05"))


def side_of_lines(line: ProcedureLine) -> frozenset[str]:
    return frozenset(SIDE_OF_MODIFIER[one] for one in line.modifiers if one in SIDE_OF_MODIFIER)


def side_against_modifier(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A line at one side whose diagnoses are all of the other."""
    codes = codes_of(coded)
    for number, line in enumerate(coded.procedures, start=1):
        sides = side_of_lines(line)
        pointed = [codes[place - 1] for place in line.pointers if 1 <= place <= len(codes)]
        told = [side for code in pointed if (side := side_of_title(code, tables)) in {LEFT, RIGHT}]
        if len(sides) == 1 and told and not sides.intersection(told):
            yield Finding(
                "side_against_modifier",
                Severity.CHECK,
                f"Line {number} is on the {min(sides)}, the diagnoses it points to are on the {told[0]}.",
                guideline(coded, "I.B.13 (laterality)"),
                Place(Part.PROCEDURE, number, "modifiers"),
            )


def side_of_title(code: str, tables: Tables) -> str:
    """Right, left, bilateral or unspecified; "" for a diagnosis that has no side."""
    fact = tables.diagnoses.get(code)
    found = SIDE.search(fact.title.lower()) if fact else None
    if fact is None or found is None:
        return ""
    if found.group(1) == "unspecified" and not OPEN_SIDE.search(fact.title.lower()):
        return ""
    return found.group(1)


def unspecified_side(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """The same condition without a side beside one that has it, or a side that the evidence names."""
    codes = codes_of(coded)
    for place, code in enumerate(codes, start=1):
        if side_of_title(code, tables) != "unspecified":
            continue
        bare_title = without_side(tables.diagnoses[code].title.lower())
        twin = next(
            (
                n
                for n, other in enumerate(codes, start=1)
                if side_of_title(other, tables) in {LEFT, RIGHT, "bilateral"}
                and without_side(tables.diagnoses[other].title.lower()) == bare_title
            ),
            0,
        )
        told = next((word for quote in coded.diagnoses[place - 1].quotes if (word := side_in(quote))), "")
        if twin or told:
            why = f"{shown(coded, codes[twin - 1])} names it" if twin else f"the evidence says {told}"
            yield Finding(
                "unspecified_side",
                Severity.CHECK,
                f"{shown(coded, code)} leaves the side open, and {why}.",
                guideline(coded, "I.B.13 (laterality)"),
                Place(Part.DIAGNOSIS, place),
                Fix(f"Remove diagnosis {place}", without_diagnosis(coded, place, instead=twin)) if twin else None,
            )


def side_in(quote: str) -> str:
    found = re.search(r"\b(left|right|bilateral|both)\b", quote, re.IGNORECASE)
    return found.group(1).lower() if found else ""


def unspecified_beside_specific(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """An unspecified code beside a specific one of its own subcategory."""
    codes = codes_of(coded)
    for place, code in enumerate(codes, start=1):
        fact = tables.diagnoses.get(code)
        if fact is None or "unspecified" not in fact.title.lower() or side_of_title(code, tables) == "unspecified":
            continue
        for number, other in enumerate(codes, start=1):
            specific = tables.diagnoses.get(other)
            if number != place and other[:4] == code[:4] and specific and "unspecified" not in specific.title.lower():
                yield Finding(
                    "unspecified_beside_specific",
                    Severity.INFO,
                    f"{shown(coded, code)} is unspecified beside {shown(coded, other)}.",
                    guideline(coded, "I.B.18 (unspecified codes)"),
                    Place(Part.DIAGNOSIS, place),
                )
                break


def symptom_of_diagnosis(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    """Signs and symptoms that belong to a confirmed diagnosis are not coded beside it (guideline I.B.5)."""
    codes = codes_of(coded)
    if not is_icd10(coded):
        return
    for place, code in enumerate(codes, start=1):
        conditions = next((causes for symptom, causes in INTEGRAL if symptom.holds(code)), ())
        cause = next((n for n, other in enumerate(codes, start=1) if any(one.holds(other) for one in conditions)), 0)
        if cause:
            yield Finding(
                "symptom_of_diagnosis",
                Severity.CHECK,
                f"{shown(coded, code)} is usually part of {shown(coded, codes[cause - 1])}.",
                guideline(coded, "I.B.5"),
                Place(Part.DIAGNOSIS, place),
                Fix(f"Remove diagnosis {place}", without_diagnosis(coded, place, instead=cause)),
            )


def words_of_doubt(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    """Outpatient: a diagnosis that the words call probable or suspected is not coded; its signs are (IV.H)."""
    if coded.place_of_service in INPATIENT:
        return
    for place, line in enumerate(coded.diagnoses, start=1):
        word = next((found.group(1) for quote in line.quotes if (found := doubt_in(quote))), "")
        if word and not any(one.holds(codes_of(coded)[place - 1]) for one in HISTORY_CODES):
            yield Finding(
                "words_of_doubt",
                Severity.CHECK,
                f"The evidence of {shown(coded, line.code)} says “{word.lower()}”: outpatient, code the signs instead.",
                guideline(coded, "IV.H"),
                Place(Part.DIAGNOSIS, place),
            )


def doubt_in(quote: str) -> re.Match[str] | None:
    return None if NO_DOUBT.search(quote) else DOUBT.search(quote)


def words_of_absence(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    """Evidence that says the patient does not have it, or that somebody else in the family has."""
    for place, line in enumerate(coded.diagnoses, start=1):
        history = any(one.holds(codes_of(coded)[place - 1]) for one in HISTORY_CODES)
        found = next((hit for quote in line.quotes if (hit := DENIED.search(quote) or FAMILY.search(quote))), None)
        if found and not history:
            yield Finding(
                "words_of_absence",
                Severity.CHECK,
                f"The evidence of {shown(coded, line.code)} says “{found.group(0).lower()}”.",
                guideline(coded, "IV.J (code all documented conditions that coexist)"),
                Place(Part.DIAGNOSIS, place),
            )
