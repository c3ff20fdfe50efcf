"""Labels of practice systems, and the part of a page that each of them names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from coding.rules.visit_facts.sheets import Sheet


class Kind(StrEnum):
    """What a label promises. OTHER and OTHER_PERSON are read so that what they name is nobody else's."""

    NAME = "name"
    LAST_NAME = "last_name"
    FIRST_NAME = "first_name"
    MIDDLE = "middle"
    BIRTH = "birth"
    SEX = "sex"
    AGE_SEX = "age_sex"
    ACCOUNT = "account"
    RECORD = "record"
    SERVICE = "service"
    SERVICE_END = "service_end"
    ADMITTED = "admitted"
    DISCHARGED = "discharged"
    DATE = "date"
    RENDERING = "rendering"
    SIGNED = "signed"
    REFERRING = "referring"
    NPI = "npi"
    LOCATION = "location"
    PLACE = "place"
    PAYER = "payer"
    MEMBER = "member"
    POLICY = "policy"
    BARE_ID = "bare_id"
    VISIT_TYPE = "visit_type"
    NEW_PATIENT = "new_patient"
    OTHER_PERSON = "other_person"
    OTHER_PAYER = "other_payer"
    OTHER = "other"


NO = r"(?: ?(?:no\b\.?|number|num\b\.?|#|id))"
DOCTOR = r"(?:provider|physician|doctor|clinician|practitioner)"
WHOSE = (
    r"(?:guarantor|subscriber|insured|policy ?holder|emergency contact|responsible party|parent|mother|father|spouse"
)
WHOSE += r"|guardian|next of kin|employer|informant)(?:['’]?s)?"
# The kind, the label, and whether it is one without a colon too.
TABLE: tuple[tuple[Kind, str, bool], ...] = (
    (Kind.NAME, r"(?:patient|pt|client)\.?(?:['’]?s)? (?:full )?name|name of patient", True),
    (Kind.NAME, r"patient|pt\.?|name", False),
    (Kind.LAST_NAME, r"(?:patient(?:['’]?s)? )?(?:last name|surname|family name)", True),
    (Kind.FIRST_NAME, r"(?:patient(?:['’]?s)? )?(?:first|given) name", True),
    (Kind.MIDDLE, r"mi|m\.i\.|middle (?:initial|name)", False),
    (Kind.BIRTH, r"(?:patient(?:['’]?s)? |pt\.? )?(?:dob|d\.\s?o\.\s?b\.?|date of birth|birth ?date|bday)", True),
    (Kind.BIRTH, r"born(?: on)?", False),
    (Kind.AGE_SEX, r"age\s*/\s*(?:sex|gender)|(?:sex|gender)\s*/\s*age", True),
    (Kind.SEX, r"(?:patient(?:['’]?s)? )?(?:sex|gender)(?: assigned at birth)?", True),
    (Kind.ACCOUNT, rf"(?:patient )?(?:account|acct\.?){NO}?", True),
    (Kind.RECORD, rf"mrn{NO}?|m\.r\.n\.?|med(?:ical)?\.? rec(?:ord)?\.?{NO}?|chart{NO}|patient id{NO}?|pt\.? id", True),
    (Kind.SERVICE, r"dos|d\.o\.s\.?|dates? of (?:service|visit|procedure|surgery|operation|exam(?:ination)?|study"
     r"|encounter|consult(?:ation)?|evaluation)|(?:visit|service|encounter|exam|procedure|study|surgery) dates?"
     r"|dates? seen|(?:patient )?seen on|service from|from date", True),
    (Kind.SERVICE_END, r"service (?:to|through)|to date|through date", True),
    (Kind.ADMITTED, r"(?:date of )?(?:admission|admit)(?: date)?|admitted(?: on)?|date admitted", False),
    (Kind.DISCHARGED, r"(?:date of )?discharge(?: date)?|discharged(?: on)?|date discharged", False),
    (Kind.DATE, r"(?:today['’]?s )?date", False),
    (Kind.RENDERING, rf"(?:rendering|attending|treating|performing|servicing|billing|consulting|examining|reading"
     rf"|interpreting|supervising)(?: (?:{DOCTOR}|md|do))?", False),
    (Kind.RENDERING, rf"{DOCTOR}(?: name)?|surgeon|radiologist|cardiologist|anesthesiologist|author", False),
    (Kind.RENDERING, r"(?:seen|examined|performed|interpreted|read|evaluated|treated) by", True),
    (Kind.RENDERING, rf"(?:rendering|attending|treating) {DOCTOR}(?: name)?", True),
    (Kind.SIGNED, r"(?:electronically |digitally |e-?)?(?:co)?signed(?: electronically| off)?(?: by)?"
     r"|authenticated by|(?:provider |physician )?signature", True),
    (Kind.REFERRING, rf"(?:referring|ordering|requesting)(?: {DOCTOR})?|(?:referred|ordered|requested) by"
     rf"|ref\.? {DOCTOR}", False),
    (Kind.NPI, r"(?:rendering |attending |provider )?npi(?: (?:no|number|#))?", True),
    (Kind.LOCATION, r"(?:service |visit )?(?:location|facility|site)(?: name)?|clinic|seen at|department", False),
    (Kind.PLACE, r"place of service(?: code)?|pos(?: code)?", True),
    (Kind.PAYER, r"(?:primary |1st |first )?(?:insurance|payer|payor|carrier|coverage)"
     r"(?: (?:plan|company|carrier|name|co\.?))*|financial class|(?:health|insurance) plan|plan name"
     r"|(?:primary )?ins\.?", False),
    (Kind.OTHER_PAYER, r"(?:secondary|tertiary|2nd|second|3rd|third|other|supplemental)"
     r"(?: (?:insurance|payer|payor|carrier|coverage|ins\.?|plan))+", False),
    (Kind.MEMBER, rf"member{NO}|subscriber{NO}|insured(?:['’]?s)?{NO}|medicare{NO}|medicaid{NO}|cardholder id"
     r"|mbi|hicn?", True),
    (Kind.POLICY, rf"policy{NO}|cert(?:ificate)?{NO}|insurance (?:id|no\.?|number|#)", True),
    (Kind.BARE_ID, r"id(?:\s*(?:no\.?|number|#))?", False),
    (Kind.VISIT_TYPE, r"(?:visit|encounter|patient|appointment|appt\.?) type"
     r"|type of (?:visit|encounter|service)", True),
    (Kind.NEW_PATIENT, r"new patient|new pt\.?", False),
    (Kind.OTHER_PERSON, rf"{WHOSE}(?: (?:name|dob|date of birth|birth ?date|sex|phone|address|relationship))*", False),
    (Kind.OTHER_PERSON, rf"{WHOSE} (?:dob|date of birth|birth ?date|name)", True),
    (Kind.OTHER, r"(?:date )?(?:printed|faxed|received|scanned|reported|collected|transcribed|dictated|ordered|filed"
     r"|resulted)(?: on| by| date)?|print date|fax date|(?:collection|report|order|result) date"
     r"|next (?:appointment|appt\.?|visit)|last (?:visit|seen|appointment|menstrual period)|lmp|follow[- ]?up(?: date)?"
     r"|date of (?:injury|onset|accident|loss|death|last visit)|(?:injury|onset|accident) date|doi|expires|effective"
     r"|valid (?:from|until|to)", True),
    (Kind.OTHER, rf"(?:group|grp|plan|claim|order|rx|prescription|case|lot|phone|fax|authorization|auth|referral"
     rf"|specimen|accession|visit|encounter|invoice|license|dea|tax|clia|ssn|room|bed){NO}?|tel(?:ephone)?|cell|e-?mail|address"
     r"|city|state|zip|age|allergies|diagnosis|dx|procedure|relationship|marital status|race|ethnicity|language"
     r"|occupation|pharmacy", False),
    (Kind.OTHER, r"[dt](?=\s?:)", False),  # dictated and transcribed
    (Kind.OTHER, rf"(?:resident|fellow|assistant|scribe|scribed by|nurse|ma|pcp|primary care {DOCTOR}|cc"
     rf"|transcriptionist|anesthesia|locum tenens(?: for dr\.? \w+)?|dictated by|entered by|prepared by"
     rf"|previous {DOCTOR})", False),
)  # fmt: skip
SIGN = r"\s*(?:#\s*)?[:;=#]+|\s*\.\s*(?=:)|\s*\.(?=\s)|\s[-–—](?=\s)"
# Letters that readers of scans take for each other.
MISREAD = {"i": "[il1!|]", "l": "[li1|]", "o": "[o0]", "m": "(?:m|rn)"}
PIECES = re.compile(r"\\.|\[[^\]]*\]|rn|.")


def as_scanned(pattern: str) -> str:
    """A pattern that also fits what readers of scans make of its words: "Bom" for "Born", "D0B" for "DOB"."""
    pieces = PIECES.findall(pattern)
    return "".join("(?:rn|m|r)" if piece == "rn" else MISREAD.get(piece, piece) for piece in pieces)


LABEL = [
    (kind, re.compile(rf"(?<![\w/])(?:{as_scanned(pattern)})(?!\w)(?P<sign>(?:{SIGN})?)", re.IGNORECASE), bare)
    for kind, pattern, bare in TABLE
]
ACRONYM = re.compile(r"(?:DOB|DOS|MRN|NPI|POS|MBI)\s*$")
BEFORE = re.compile(r"(?:^|\n|\s{3}|[|;,()\[\]])\s*$")
BLANK = re.compile(r"[\s:;#=.\-–—]*")
DASHES = "-–—"


@dataclass(frozen=True)
class Label:
    """A label on a page, as characters of its text; `end` is where what it names may begin."""

    kind: Kind
    start: int
    end: int
    has_sign: bool


@dataclass(frozen=True)
class Labelled:
    """A label and the part of the text that it names: behind it, or below it where it heads a column."""

    sheet: Sheet
    label: Label
    start: int
    end: int
    before: Kind | None = None  # of the label before it on its line
    is_below: bool = False

    @property
    def kind(self) -> Kind:
        return self.label.kind

    @property
    def text(self) -> str:
        return self.sheet.text[self.start : self.end]


def labels_of(sheet: Sheet) -> list[Label]:
    """The labels of a page in their order; of two that share letters the longer one."""
    found = [label for kind, pattern, bare in LABEL for label in labels_like(sheet, kind, pattern, bare=bare)]
    found.sort(key=lambda label: (label.start - label.end, label.start))
    taken: list[Label] = []
    for label in found:
        if all(label.end <= other.start or other.end <= label.start for other in taken):
            taken.append(label)
    return sorted(taken, key=lambda label: label.start)


def labels_like(sheet: Sheet, kind: Kind, pattern: re.Pattern[str], *, bare: bool) -> Iterator[Label]:
    for found in pattern.finditer(sheet.text):
        if stands_as_label(sheet.text, found, bare=bare):
            yield Label(kind, found.start(), found.end(), bool(found["sign"].strip()))


def stands_as_label(text: str, found: re.Match[str], *, bare: bool) -> bool:
    """Whether the words are a label here and not part of a sentence."""
    word = text[found.start() : found.start("sign")]
    line_start = text.rfind("\n", 0, found.start()) + 1
    at_start = bool(BEFORE.search(text[line_start : found.start()])) or line_start == found.start()
    behind = text[found.end() : found.end() + 4]
    sign = found["sign"].strip()
    if sign:
        return at_start or (word[0].isupper() and sign not in DASHES)
    heads_column = behind.startswith(("   ", "\n")) or not behind
    if heads_column:
        return at_start and (word[0].isupper())
    if not bare:
        return False
    return (at_start and word[0].isupper()) or bool(ACRONYM.match(word) and behind.strip()[:1].isdigit())


def labelled(sheet: Sheet) -> Iterator[Labelled]:
    """Every label of a page with what it names."""
    labels = labels_of(sheet)
    for index, label in enumerate(labels):
        following = labels[index + 1] if index + 1 < len(labels) else None
        number = sheet.line_of(label.start)
        line_end = sheet.line(number)[1]
        on_line = following is not None and following.start < line_end
        stop = following.start if following is not None and on_line else line_end
        previous = labels[index - 1] if index and sheet.line_of(labels[index - 1].start) == number else None
        before = previous.kind if previous else None
        blank = BLANK.match(sheet.text, label.end, stop)
        start = blank.end() if blank else label.end
        if start < stop:
            yield Labelled(sheet, label, start, column_end(sheet.text, start, stop), before)
            continue
        under = sheet.below(label.start, following.start if following is not None and on_line else None)
        if under is not None and not any(other.start < under[1] and under[0] < other.end for other in labels):
            yield Labelled(sheet, label, *under, before, is_below=True)


def column_end(text: str, start: int, stop: int) -> int:
    """Where the column that begins at `start` ends."""
    gap = text.find("   ", start, stop)
    return (gap if gap >= 0 else stop) - trailing(text, start, gap if gap >= 0 else stop)


def trailing(text: str, start: int, stop: int) -> int:
    """The blanks at the end of a part."""
    part = text[start:stop]
    return len(part) - len(part.rstrip(" \n|,;("))
