"""The sections of a note, found by the words of their headings and how they stand on the page.

The names are our own: the outline says "Assessment and plan" whatever the note writes, and holds nothing of a patient.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from portal.rules.words import Lines, Word

HEADINGS: Mapping[str, str] = MappingProxyType({
    "Chief complaint": r"chief complaints?|cc|presenting (?:complaint|problem)"
    r"|reason for (?:visit|consult\w*|encounter|admission)",
    "History of present illness": r"hpi|history of (?:the )?present(?:ing)? illness|(?:interval|interim) history"
    r"|subjective|history",
    "Past history": r"pmhx?|psh|past (?:medical|surgical)(?: and (?:medical|surgical)|/surgical)?(?: (?:history|hx))?"
    r"|past history|medical history|surgical history|problem list|active problems",
    "Family history": r"fhx?|family (?:medical )?(?:history|hx)",
    "Social history": r"shx?|social (?:history|hx)|habits",
    "Medications": r"(?:(?:current|home|discharge|active) )?(?:medications?|meds)(?: list)?"
    r"(?: (?:on admission|at discharge))?",
    "Allergies": r"(?:drug )?allerg(?:ies|y)(?: list)?(?: and (?:intolerances|reactions))?",
    "Review of systems": r"ros|review of (?:the )?systems|systems review",
    "Vital signs": r"vitals?(?: signs)?|vs",
    "Exam": r"(?:physical |general |focused )?exam(?:ination)?(?: findings)?|pe|objective|physical",
    "Results": r"(?:laboratory|labs?|test|imaging|diagnostic) ?(?:results?|data|studies|findings)?|results?"
    r"|data reviewed|studies|radiology|ekg|ecg",
    "Assessment": r"assessments?|impressions?|(?:(?:clinical|final|discharge|admitting|admission) )?diagnos[ei]s"
    r"|clinical impressions?",
    "Plan": r"plans?(?: of care)?|treatment(?: plan)?|recommendations?|disposition|medical decision[ -]making|mdm",
    "Assessment and plan": r"a ?(?:/|&|and) ?p|(?:assessments?|impressions?) ?(?:/|&|and) ?(?:plans?|recommendations?)",
    "Procedure": r"procedures?(?: note| performed)?|operations?(?: performed)?|name of (?:procedure|operation)"
    r"|title of operation",
    "Operative note": r"(?:brief )?operative (?:note|report)s?|operation report|procedure report|op note",
    "Preoperative diagnosis": r"pre-? ?(?:operative|op|procedure) (?:diagnos[ei]s|dx)",
    "Postoperative diagnosis": r"post-? ?(?:operative|op|procedure) (?:diagnos[ei]s|dx)",
    "Indications": r"indications?(?: for (?:the )?(?:procedure|surgery|operation|exam\w*|study))?",
    "Anesthesia": r"ana?esthesia(?: type)?",
    "Findings": r"(?:operative |intraoperative )?findings",
    "Description of procedure": r"(?:description|details?) of (?:the )?(?:procedure|operation)"
    r"|procedure (?:description|details|in detail)|technique|operative (?:technique|procedure|details)",
    "Specimens": r"(?:specimens?|pathology|drains?)(?: removed| sent)?",
    "Complications": r"complications?",
    "Estimated blood loss": r"ebl|estimated blood loss",
    "Hospital course": r"hospital course|course in (?:the )?(?:hospital|ed|emergency department)"
    r"|(?:ed|emergency department) course",
    "Discharge summary": r"discharge summary",
    "Follow-up": r"follow[ -]?up(?: (?:plan|instructions|care))?|return precautions"
    r"|(?:(?:discharge|patient) )?instructions",
    "Time": r"(?:total )?time(?: spent| statement)?",
    "Attestation": r"attestations?|attending (?:attestation|statement)|teaching physician(?: statement)?",
    "Addendum": r"(?:late )?(?:addendum|addenda)",
})  # fmt: skip
COMPILED = tuple((name, re.compile(pattern)) for name, pattern in HEADINGS.items())
NUMBERING = re.compile(r"^(?:\(?(?:\d{1,2}|[ivx]{1,4}|[a-h])[.)]\s+|[•*§#-]+\s*)")
LONGEST = 7  # words of a heading
TALL = 1.18  # times the usual height of a line's letters, from which on a heading stands out by its size
ALONE = 0.6  # of the usual line width: a heading on its own line is short


class Heading(NamedTuple):
    """A section's name of our own, and where it begins: y in ten-thousandths of the page."""

    name: str
    y: int


def headings_of(lines: Lines) -> list[Heading]:
    """The headings of one page from the top down; of equal neighbours the first."""
    rows = lines.by_line()
    usual = middle([height(row) for row in rows])
    width = max((row[-1].x1 - row[0].x0 for row in rows), default=0)
    found: list[Heading] = []
    for row in rows:
        name = heading_in(row, usual=usual, width=width)
        if name and (not found or found[-1].name != name):
            found.append(Heading(name, min(word.y0 for word in row)))
    return found


def heading_in(row: Sequence[Word], *, usual: float, width: int) -> str:
    """The section that a line opens; empty if it is no heading.

    A heading is a known phrase that ends in a colon, or is written in capitals, or stands alone in its line.
    """
    text = " ".join(word.text for word in row)
    before, colon, after = text.partition(":")
    if colon and (name := section(before)):
        return name
    if colon and after.strip():
        return ""
    capitals = leading_capitals(row)
    if capitals and (name := section(capitals)) and (capitals == text or len(capitals) > 3):  # noqa: PLR2004
        return name
    alone = row[-1].x1 - row[0].x0 <= ALONE * width or height(row) >= TALL * usual
    return section(text) if alone and NUMBERING.sub("", text)[:1].isupper() else ""


def section(phrase: str) -> str:
    """The section with this heading; empty if none has it."""
    plain = NUMBERING.sub("", " ".join(phrase.lower().split())).rstrip(" .-–—")
    if not plain or len(plain.split()) > LONGEST:
        return ""
    return next((name for name, pattern in COMPILED if pattern.fullmatch(plain)), "")


def leading_capitals(row: Sequence[Word]) -> str:
    """The words in capitals with which a line begins."""
    texts: list[str] = []
    for word in row:
        if word.text.upper() != word.text or not (any(sign.isalpha() for sign in word.text) or word.text in {"&", "/"}):
            break
        texts.append(word.text)
    return " ".join(texts)


def height(row: Sequence[Word]) -> float:
    """The height of a line's tallest word."""
    return max(word.y1 - word.y0 for word in row)


def middle(values: Sequence[float]) -> float:
    """The median, 0 of nothing."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else 0.0
