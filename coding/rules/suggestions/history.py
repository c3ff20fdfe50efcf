"""What was and what runs in the family: the Z code of a condition, and which conditions are not over.

Own short tables by the titles of Z80 to Z87 (ICD-10-CM FY2026) and Guidelines, I.C.21.c.4 and IV.J.
"""

from __future__ import annotations

from functools import lru_cache

from coding.rules.note_codes import in_spans, spans


def table(rows: tuple[tuple[str, str], ...]) -> tuple[tuple[tuple[object, ...], str], ...]:
    return tuple((spans(codes), target) for codes, target in rows)


# A condition that is over, and the code of having had it; the first row that covers it counts.
HAD = table((
    ("C50", "Z853"), ("C61", "Z8546"), ("C18-C19", "Z85038"), ("C20-C21", "Z85048"), ("C34", "Z85118"),
    ("C67", "Z8551"), ("C64-C65", "Z85528"), ("C62", "Z8547"), ("C54-C55", "Z8542"), ("C53", "Z8541"),
    ("C56", "Z8543"), ("C73", "Z85850"), ("C43", "Z85820"), ("C44", "Z85828"), ("C16", "Z85028"),
    ("C15", "Z8501"), ("C22", "Z8505"), ("C25", "Z8507"), ("C32", "Z8521"), ("C81", "Z8571"),
    ("C82-C85", "Z8572"), ("C91-C95", "Z856"), ("C71", "Z85841"), ("C00-C97", "Z859"),
    ("D12, K63.5", "Z860100"), ("D10-D36", "Z86018"), ("I60-I63, G45", "Z8673"), ("I21-I22", "I252"),
    ("I26", "Z86711"), ("I82.4-I82.6, I82.9, I82.0-I82.2", "Z86718"), ("I80", "Z8672"),
    ("J12-J18", "Z8701"), ("A15-A19", "Z8611"), ("B15-B17", "Z8619"), ("U07.1", "Z8616"), ("A49.02", "Z8614"),
    ("K25-K28", "Z8711"), ("K85", "Z8719"), ("N20-N23", "Z87442"), ("N39.0, N30, N10", "Z87440"),
    ("S02, S12, S22, S32, S42, S52, S62, S72, S82, S92", "Z8781"), ("F17", "Z87891"), ("O24.4", "Z8632"),
    ("R56.0", "Z8669"), ("S06.0", "Z87820"), ("F32.0-F32.5, F32.A", "Z8659"),
))  # fmt: skip
# What does not stay: if it was, it is not coded as if it were.
EPISODIC = spans(
    "A00-A14, A20-B17, B25-B34, C00-D09, E86-E87, G00-G09, H00-H01, H10, H60-H67, I21-I24, I26, I30, I33, I40, I60-I63,"
    "I80, J00-J22, J36, J86, J93, K35-K37, K56, K65, K80.0, K81.0, K85, L00-L08, L50, M00, N10, N17, N20, N23, N30,"
    "N39.0, N45, N70-N73, O00-O9A, R00-R99, S00-T88, V00-Y99"
)
# A relative's condition, and the code of the family history.
FAMILY = table((
    ("C50", "Z803"), ("C15-C21", "Z800"), ("C22-C26", "Z800"), ("C30-C34", "Z801"), ("C61", "Z8042"), ("C56", "Z8041"),
    ("C62", "Z8043"), ("C51-C58", "Z8049"), ("C64", "Z8051"), ("C67", "Z8052"), ("C91-C95", "Z806"),
    ("C81-C96", "Z807"), ("C00-C97", "Z809"), ("E08-E13", "Z833"),
    ("I20-I25, I46, I42, I50, I10-I16, I47-I51", "Z8249"),
    ("I60-I69, G45", "Z823"), ("J45", "Z825"), ("J40-J44, J47", "Z836"), ("G40", "Z820"), ("G30, F01-F03", "Z818"),
    ("F10", "Z811"), ("F11-F19", "Z813"), ("F20-F99", "Z818"), ("G00-G99", "Z820"), ("N00-N29", "Z8419"),
    ("M81", "Z8262"), ("M05-M14", "Z8261"), ("E78", "Z83438"), ("D50-D89", "Z832"), ("H40", "Z83511"),
    ("K50-K52, K00-K95", "Z8379"), ("B20", "Z830"), ("A00-B99", "Z831"), ("L00-L99", "Z840"), ("E00-E07", "Z8349"),
    ("Q61", "Z8271"), ("Q00-Q99", "Z8279"), ("H53-H54", "Z821"), ("H90-H91", "Z822"),
))  # fmt: skip


@lru_cache(maxsize=8192)
def history_code(code: str) -> str:
    """The code of having had a condition; empty if there is none of its own."""
    return next((target for among, target in HAD if in_spans(code, among)), "")  # type: ignore[arg-type]


@lru_cache(maxsize=8192)
def family_code(code: str) -> str:
    """The code of a relative's having it; empty if there is none."""
    return next((target for among, target in FAMILY if in_spans(code, among)), "")  # type: ignore[arg-type]


@lru_cache(maxsize=8192)
def is_episodic(code: str) -> bool:
    """Whether a condition of the past is over; the others are lived with."""
    return in_spans(code, EPISODIC)
