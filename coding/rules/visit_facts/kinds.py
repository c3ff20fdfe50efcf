"""What kind of visit it was, and the modifiers that words of the page speak for. CPT numbers are not looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coding.rules.visit_facts.labels import Kind, Labelled
from coding.rules.visit_facts.shape import Mention, Weight
from coding.rules.visit_facts.sheets import Sheet

# The values are those of coding.models.PreCoding.VisitType.
SHOWN = {
    "new": "New patient", "established": "Established patient", "consultation": "Consultation",
    "procedure": "Procedure", "diagnostic": "Diagnostic study", "inpatient": "Inpatient", "emergency": "Emergency",
    "preventive": "Preventive",
}  # fmt: skip
PLAIN = (
    ("new", re.compile(r"\bnew (?:patient|pt)\b", re.IGNORECASE)),
    ("established", re.compile(r"\best(?:ablished|\.)? (?:patient|pt)\b", re.IGNORECASE)),
)
SPOKEN = (
    ("preventive", re.compile(r"\b(?:wellness|well[- ](?:child|woman)|preventive|annual (?:physical|exam\w*)"
                              r"|yearly physical)\b", re.IGNORECASE)),
    ("consultation", re.compile(r"\bconsult(?:ation)?\b", re.IGNORECASE)),
    ("procedure", re.compile(r"\b(?:operative|procedure|surgical) (?:report|note|record)\b", re.IGNORECASE)),
    ("diagnostic", re.compile(r"\b(?:radiology|pathology|imaging|diagnostic|laboratory|x-?ray|ultrasound|mri|ct)\b"
                              r"[^\n]{0,20}\b(?:report|study|result)|\bradiograph\b", re.IGNORECASE)),
    ("emergency", re.compile(r"\bemergency (?:department|room|visit)\b", re.IGNORECASE)),
    ("inpatient", re.compile(r"\b(?:inpatient|discharge summary|admission (?:note|h))\b", re.IGNORECASE)),
)  # fmt: skip
HEADING_WORDS = 9  # a line of more words is a sentence
BOX = re.compile(r"\W{0,3}\[\s?[xX✓✔]\s?\]")
YES = re.compile(r"(?:yes|y|x|true)\b", re.IGNORECASE)
# Each from the words that CMS asks for or names; what a practice bills under is the coder's to decide.
MODIFIERS = (
    ("GC", "Teaching physician", re.compile(
        r"\b(?:present (?:with|during)|saw and (?:examined|evaluated)|participated)\b[^.]{0,80}\b(?:resident"
        r"|key portions?|critical portions?)\b[^.]*", re.IGNORECASE)),
    ("FS", "Split or shared visit", re.compile(r"\bsplit[ /-]?(?:or[ -])?shared\b", re.IGNORECASE)),
    ("95", "Audio and video", re.compile(
        r"\b(?:audio[- ]?(?:and|/|&)?[- ]?(?:video|visual)|two-?way video|real-?time video)\b", re.IGNORECASE)),
    ("93", "Audio only", re.compile(r"\b(?:audio[- ]only|telephone only|by telephone only)\b", re.IGNORECASE)),
    ("Q6", "Locum tenens", re.compile(r"\blocum tenens\b|\bfee-for-time\b", re.IGNORECASE)),
    ("Q5", "Reciprocal billing", re.compile(r"\breciprocal billing\b", re.IGNORECASE)),
)  # fmt: skip


def labelled_kinds(found: Labelled) -> Iterator[Mention]:
    """The kind of visit behind its label."""
    if found.kind is Kind.VISIT_TYPE:
        for value, pattern in (*PLAIN, *SPOKEN):
            words = pattern.search(found.text)
            if words is not None:
                place = found.sheet.passage(found.start, found.end)
                yield Mention(value, SHOWN[value], Weight.LABELLED, place)
                return
        bare = re.match(r"new\b|est\w*\b", found.text, re.IGNORECASE)
        if bare is not None:
            value = "new" if bare[0].casefold() == "new" else "established"
            yield Mention(value, SHOWN[value], Weight.LABELLED, found.sheet.passage(found.start, found.end))
    elif found.kind is Kind.NEW_PATIENT and YES.match(found.text):
        yield Mention("new", SHOWN["new"], Weight.LABELLED, found.sheet.passage(found.label.start, found.end))


def ticked_kinds(sheet: Sheet) -> Iterator[Mention]:
    """A box that is ticked behind the kind: "Established Patient: [X]". Ticks are misread easily: offered only."""
    for value, pattern in PLAIN:
        for found in pattern.finditer(sheet.text):
            box = BOX.match(sheet.text, found.end())
            if box is not None:
                yield Mention(value, SHOWN[value], Weight.WEAK, sheet.passage(found.start(), box.end()))


def heading_kinds(sheet: Sheet, taken: set[int]) -> Iterator[Mention]:
    """The kind of visit in a heading; `taken` are the lines that begin with a label."""
    for number in range(len(sheet.lines)):
        start, end = sheet.line(number)
        line = sheet.text[start:end]
        if start >= sheet.top or number in taken or not is_heading(line):
            continue
        for weight, table in ((Weight.LABELLED, PLAIN), (Weight.WEAK, SPOKEN)):
            for value, pattern in table:
                found = pattern.search(line)
                if found is not None:
                    place = sheet.passage(start + found.start(), start + found.end())
                    yield Mention(value, SHOWN[value], weight, place)


def is_heading(line: str) -> bool:
    """Whether a line is short and does not end as a sentence."""
    return len(line.split()) <= HEADING_WORDS and not line.rstrip().endswith((".", ","))


def modifiers(sheet: Sheet) -> Iterator[Mention]:
    """Modifiers that words of the page speak for; never more than offered."""
    for code, words, pattern in MODIFIERS:
        found = pattern.search(sheet.text)
        if found is not None:
            yield Mention(code, f"{code} {words}", Weight.WEAK, sheet.passage(*found.span()))
