"""Whom a diagnosis can be about, where the tabular list says nothing: by ranges of codes.

The categories are those of the Medicare Code Editor (CMS, ICD-10 MCE, edits 4 and 5): newborn age 0, pediatric 0-17,
maternity 9-64, adult 15-124. CMS stopped editing the sex of a diagnosis on 2024-10-01; who bills others still meets it.
Ranges are ours, drawn from the chapters and titles of ICD-10-CM FY2026.
"""

from datetime import date
from functools import lru_cache

from coding.rules.codings import Sex
from coding.rules.note_codes import Span, in_spans, spans
from coding.rules.tables import Demographics

MCE_AGE = "Medicare Code Editor, edit 4 (age conflict)"
MCE_SEX = "Medicare Code Editor, edit 5 (sex conflict; not applied by CMS since 2024-10-01)"
Z68_NOTE = "ICD-10-CM tabular list, note at Z68"

# A condition of the perinatal period may be reported throughout life if it is still present (Guidelines, I.C.16.a.4):
# what commonly stays is left out (P07, P27, P91, P94, P96).
LIMITS: tuple[tuple[str, Demographics], ...] = (
    ("O00-O9A, Z33-Z34, Z36, Z39, Z3A", Demographics(None, 9, 64, f"{MCE_AGE}: maternity, 9 to 64")),
    ("P00-P06, P08-P26, P28-P90, P92-P93, P95, Z00.11, Z38", Demographics(None, 0, 0, f"{MCE_AGE}: newborn, age 0")),
    ("Z00.12, Z76.2, R62.51", Demographics(None, 0, 17, f"{MCE_AGE}: pediatric, 0 to 17")),
    ("Z00.0, H25, M80.0, M81.0, R54, F01, F03, N40", Demographics(None, 15, 124, f"{MCE_AGE}: adult, 15 to 124")),
    ("Z68.1-Z68.4", Demographics(None, 20, None, f"{Z68_NOTE}: adult codes from 20 years")),
    ("Z68.5", Demographics(None, 2, 19, f"{Z68_NOTE}: pediatric codes from 2 to 19 years")),
    (
        "A18.14-A18.15, A54.22-A54.23, B26.0, C60-C63, D07.4-D07.6, D17.6, D29, D40, E29, F52.21, F52.32, I86.1, L29.1,"
        "N40-N53, Q53-Q55, R86, R97.2, S31.2-S31.3, Z12.5, Z12.71, Z85.46-Z85.48, Z87.43, Z90.79, Z98.52",
        Demographics(Sex.MALE, source=MCE_SEX),
    ),
    (
        "A18.16-A18.18, A54.24, B37.3, C51-C58, D06, D07.0-D07.3, D25-D28, D39, E28, F52.22, F52.31, F53, I86.3, L29.2,"
        "N70-N98, O00-O9A, Q50-Q52, R87, S31.4, S37.4-S37.6, Z01.41-Z01.42, Z12.4, Z12.72-Z12.73, Z30.43,"
        "Z32-Z34, Z36-Z37, Z39, Z3A, Z78.0,"
        "Z79.3, Z85.40-Z85.44, Z87.41-Z87.42, Z87.5, Z90.71-Z90.72, Z97.5, Z98.51",
        Demographics(Sex.FEMALE, source=MCE_SEX),
    ),
)
SPANS: tuple[tuple[tuple[Span, ...], Demographics], ...] = tuple((spans(codes), limit) for codes, limit in LIMITS)


@lru_cache(maxsize=8192)
def general_limits(code: str) -> tuple[Demographics, ...]:
    """The limits that hold for a diagnosis by its range; none for most."""
    return tuple(limit for among, limit in SPANS if in_spans(code, among))


def age_on(birth: date, day: date) -> int:
    """Whole years of life."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
