"""Whom a diagnosis can be about: categories of ICD-10-CM by sex and age.

Source: ICD-10-CM tabular list, the titles of chapters and blocks; ages as the Medicare Code Editor defines its
categories (newborn 0, pediatric 0-17, maternity 9-64, adult 15-124). The tabular list itself prints neither.
"""

from coding.rules.codings import Sex
from coding.rules.note_codes import Range
from coding.rules.tables import Demographics

SOURCE_SEX = "ICD-10-CM tabular list, title of the chapter or block"
SOURCE_AGE = "Medicare Code Editor, age conflict categories"

FEMALE = "C51-C58 D06 D25-D28 D39 N70-N77 N80-N98 O00-O9A Q50-Q52 R87 Z124 Z32-Z34 Z36-Z37 Z39 Z3A Z0141 B373"
MALE = "C60-C63 D29 D40 N40-N53 Q53-Q55 R86 Z125 B260"
AGES: tuple[tuple[str, int | None, int | None], ...] = (
    ("P00-P96 Z0011 Z38", 0, 0),
    ("Z0012", 0, 17),
    ("O00-O9A Z34 Z39", 9, 64),
    ("Z000 H25 M800 M810 R54 I70", 15, None),
)


def ranges(text: str) -> tuple[Range, ...]:
    return tuple(Range(first, last or first) for first, _, last in (word.partition("-") for word in text.split()))


BY_SEX = ((Sex.FEMALE, ranges(FEMALE)), (Sex.MALE, ranges(MALE)))
BY_AGE = tuple((ranges(text), youngest, oldest) for text, youngest, oldest in AGES)


def sex_of(code: str) -> Sex | None:
    """The only sex a diagnosis can be about, None for both."""
    return next((sex for sex, found in BY_SEX if any(one.holds(code) for one in found)), None)


def ages_of(code: str) -> tuple[int | None, int | None]:
    """The youngest and oldest age in whole years; None is no limit."""
    return next(((low, high) for found, low, high in BY_AGE if any(one.holds(code) for one in found)), (None, None))


def demographics_of(code: str, given: Demographics | None) -> Demographics:
    """What a loaded list gives for a code, else what its place in the list tells."""
    if given is not None:
        return given
    youngest, oldest = ages_of(code)
    return Demographics(sex_of(code), youngest, oldest)
