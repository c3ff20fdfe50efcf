"""Whom a visit is about: name, birth date, sex, account and member numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from coding.rules.visit_facts.days import day_at
from coding.rules.visit_facts.labels import Kind, Labelled
from coding.rules.visit_facts.names import person_at, plain, same_person
from coding.rules.visit_facts.numbers_on_pages import ACCOUNT, MEMBER, bare, number_at
from coding.rules.visit_facts.shape import Mention, Weight
from coding.rules.visit_facts.sheets import Sheet

OTHERS = {Kind.OTHER_PERSON, Kind.OTHER_PAYER}
# "WHITFIELD, ROSA   DOB 4/17/1958": the head of a later page.
HEAD = re.compile(r"(?m)^(?P<name>[^\n]{5,60}?)(?:\s{2,}| \()(?=(?:d\.?o\.?b|mrn|date of birth)\b)", re.IGNORECASE)
SEX = re.compile(r"(?:(?P<F>female|woman|f)|(?P<M>male|man|m)|(?P<U>unknown|u))(?!\w)", re.IGNORECASE)
ANY_SEX = re.compile(r"(?<!\w)(?:(?P<F>female|f)|(?P<M>male|m))(?!\w)", re.IGNORECASE)
BESIDE_BIRTH = re.compile(r"\s{0,3}[(,/]?\s?(?:(?P<F>F|Female)|(?P<M>M|Male))\b\)?(?!['’\w])")
TICKED = re.compile(r"\[\s?[xX✓✔]\s?\]\s*(?:(?P<F>f(?:emale)?)|(?P<M>m(?:ale)?))\b", re.IGNORECASE)
AGED = re.compile(
    r"\b\d{1,3}[\s-]*(?:(?:year|yr|month|mo|week|wk|day)s?[\s-]*old|y\.?\s?/?\s?o\.?|yo)[\s,-]+"
    r"(?:(?:white|black|african[- ]american|hispanic|asian|caucasian|pleasant|right[- ]handed|left[- ]handed)\s+){0,2}"
    r"(?:(?P<F>woman|female|lady|girl|f)|(?P<M>man|male|gentleman|boy|m))\b",
    re.IGNORECASE,
)
RELATIVE = re.compile(
    r"\b(?:mother|father|mom|dad|sister|brother|son|daughter|wife|husband|spouse|aunt|uncle|cousin|grand\w+|partner"
    r"|friend|guardian|caregiver|donor)\b[^.;\n]*$",
    re.IGNORECASE,
)


def names(found: Labelled) -> Iterator[Mention]:
    """The patient's name behind its label."""
    if found.kind is not Kind.NAME or found.before in OTHERS:
        return
    text, weight = found.text, Weight.LABELLED
    if text[:1].islower() and found.label.has_sign:  # readers of scans take I for i
        text, weight = text[0].upper() + text[1:], Weight.WEAK
    person = person_at(text)
    if person is not None:
        name, start, end = person
        place = found.sheet.passage(found.start + start, found.start + end)
        yield Mention(name, name, weight, place, same_person(name))


def parted_names(found: list[Labelled]) -> Iterator[Mention]:
    """A name whose parts have labels of their own: "Last name: Sorrel  First name: Agnes"."""
    parts = {kind: one for kind in (Kind.MIDDLE, Kind.FIRST_NAME, Kind.LAST_NAME) for one in found if one.kind is kind}
    last, first, middle = (parts.get(kind) for kind in (Kind.LAST_NAME, Kind.FIRST_NAME, Kind.MIDDLE))
    if last is None or first is None or any(one.before in OTHERS for one in (last, first)):
        return
    words = [word_of(last.text), word_of(first.text)]
    if all(words):
        name = f"{words[0]}, {words[1]} {word_of(middle.text) if middle else ''}".strip()
        yield Mention(
            name, name, Weight.LABELLED, last.sheet.passage(last.start, first.start + len(words[1])), same_person(name)
        )


def word_of(text: str) -> str:
    """A part of a name: capitalised words without digits; "" for anything else."""
    found = re.match(r"[^\W\d_][\w'’.\-]*(?: [^\W\d_][\w'’.\-]*)?", text)
    return found[0] if found and found[0][0].isupper() and not any(sign.isdigit() for sign in found[0]) else ""


def heads(sheet: Sheet) -> Iterator[Mention]:
    """A name at the beginning of a line that goes on with the birth date."""
    for found in HEAD.finditer(sheet.text):
        person = person_at(found["name"])
        if person is not None and not any(plain(word) in {"patient", "pt"} for word in found["name"].split()):
            name, start, end = person
            at = found.start("name")
            yield Mention(name, name, Weight.WEAK, sheet.passage(at + start, at + end), same_person(name))


def births(found: Labelled, on: date) -> Iterator[Mention]:
    """The patient's birth date behind its label."""
    if found.kind is not Kind.BIRTH or found.before in OTHERS:
        return
    day = day_at(found.sheet.text, on=on, start=found.start, end=found.end)
    if day is not None:
        weight = Weight.WEAK if day.mended else Weight.LABELLED
        yield Mention(day.text, day.text, weight, found.sheet.passage(day.start, day.end))


def sexes(found: Labelled, on: date) -> Iterator[Mention]:
    """The sex behind its label, beside the age, or behind the birth date."""
    text, sheet = found.sheet.text, found.sheet
    if found.before in OTHERS:
        return
    if found.kind is Kind.SEX:
        yield from said(sheet, SEX.match(text, found.start, found.end), Weight.LABELLED)
        yield from said(sheet, TICKED.search(text, found.start, sheet.line(sheet.line_of(found.start))[1]), Weight.WEAK)
    elif found.kind is Kind.AGE_SEX:
        yield from said(sheet, ANY_SEX.search(text, found.start, found.end), Weight.LABELLED)
    elif found.kind is Kind.BIRTH:
        day = day_at(text, on=on, start=found.start, end=found.end)
        if day is not None:
            yield from said(sheet, BESIDE_BIRTH.match(text, day.end), Weight.WEAK)


def told_sexes(sheet: Sheet) -> Iterator[Mention]:
    """The sex in the note's own words: "67-year-old woman"; a relative's is not the patient's."""
    for found in AGED.finditer(sheet.text):
        if not RELATIVE.search(sheet.text, sheet.text.rfind("\n", 0, found.start()) + 1, found.start()):
            yield from said(sheet, found, Weight.WEAK)


SEX_NAMES = {"F": "Female", "M": "Male", "U": "Unknown"}


def said(sheet: Sheet, found: re.Match[str] | None, weight: Weight) -> Iterator[Mention]:
    if found is not None:
        value = next(name for name, text in found.groupdict().items() if text)
        yield Mention(value, SEX_NAMES[value], weight, sheet.passage(found.start(), found.end()))


def accounts(found: Labelled) -> Iterator[Mention]:
    """The account number; the number of the record where there is none."""
    weight = {Kind.ACCOUNT: Weight.EXACT, Kind.RECORD: Weight.LABELLED}.get(found.kind)
    if weight is None or found.before in OTHERS:
        return
    number = number_at(ACCOUNT, found.text)
    if number:
        place = found.sheet.passage(found.start, found.start + len(number))
        mended = number.replace(" ", "")
        yield Mention(mended, mended, weight if mended == number else Weight.WEAK, place, bare(number))


def members(found: Labelled) -> Iterator[Mention]:
    """The number of the patient at the first payer."""
    weight = {Kind.MEMBER: Weight.EXACT, Kind.POLICY: Weight.LABELLED}.get(found.kind)
    if found.kind is Kind.BARE_ID and found.before is Kind.PAYER:
        weight = Weight.LABELLED
    if weight is None or found.before is Kind.OTHER_PAYER:
        return
    number = number_at(MEMBER, found.text)
    if number:
        place = found.sheet.passage(found.start, found.start + len(number))
        yield Mention(number, number, weight, place, bare(number))
