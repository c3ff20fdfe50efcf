"""House rules: which of them apply to the codes of a visit, and how often two people agree where one applies."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from coding.rules.codings import CodedEncounter, bare
from coding.rules.discrepancies import Part
from coding.rules.proportions import Proportion
from coding.rules.scoring import JudgedDifference, Row, rows_of

WHOLE = r"([A-Z][0-9]|[0-9][A-Z0-9])[A-Z0-9]{1,6}"
WORD = re.compile(rf"[A-Z0-9]{{1,8}}\*|{WHOLE}(-{WHOLE})?")


class BadPattern(Exception):
    """The pattern names no codes; the text says what belongs there."""


@dataclass(frozen=True)
class Ruling:
    """One rule. Empty `payer` and `specialty` and a None practice mean any; from `withdrawn_from` it holds no more."""

    number: int
    practice: int | None
    payer: str
    specialty: str
    pattern: str
    text: str
    starts_on: date
    withdrawn_from: date | None = None

    def holds(self, on: date) -> bool:
        return self.starts_on <= on and (self.withdrawn_from is None or on < self.withdrawn_from)


@dataclass(frozen=True)
class Context:
    """Where codes are chosen: the practice (its id), the payer's name, the specialty."""

    practice: int
    payer: str = ""
    specialty: str = ""


def rulings_that_apply(
    rulings: Iterable[Ruling], context: Context, codes: Iterable[str], on: date
) -> tuple[Ruling, ...]:
    """The rulings for these codes on the day of the work: the client's own before those for all, the newest first."""
    bared = [bare(code) for code in codes]
    found = [
        ruling
        for ruling in rulings
        if ruling.holds(on) and is_about(ruling, context) and any(matches(ruling.pattern, code) for code in bared)
    ]
    return tuple(sorted(found, key=lambda one: (-narrowness(one), -one.starts_on.toordinal(), -one.number)))


def is_about(ruling: Ruling, context: Context) -> bool:
    """Whether client, payer and specialty are those of the ruling, or it names none."""
    return (
        ruling.practice in (None, context.practice)
        and ruling.payer.casefold() in ("", context.payer.casefold())
        and ruling.specialty in ("", context.specialty)
    )


def narrowness(ruling: Ruling) -> int:
    """How narrow the ruling is: client above payer above specialty."""
    return 4 * (ruling.practice is not None) + 2 * bool(ruling.payer) + bool(ruling.specialty)


# -- patterns ------------------------------------------------------------------------------------------


def clean_pattern(text: str) -> str:
    """Codes, beginnings (E11*) and ranges (99202-99215, E10-E14 with all below), each once; BadPattern for others."""
    words = list(dict.fromkeys(word.replace(".", "").upper() for word in re.split(r"[\s,;]+", text) if word))
    if not words:
        raise BadPattern("Name at least one code.")
    for word in words:
        first, _, last = word.partition("-")
        if not WORD.fullmatch(word) or (last and (len(first) != len(last) or first > last)):
            raise BadPattern("Codes are written like E11.9, E11* or 99202-99215.")
    return " ".join(words)


def matches(pattern: str, code: str) -> bool:
    """Whether a bare code is among those of a clean pattern."""
    return any(word_matches(word, code) for word in pattern.split())


def word_matches(word: str, code: str) -> bool:
    if word.endswith("*"):
        return code.startswith(word[:-1])
    first, _, last = word.partition("-")
    return first <= code[: len(first)] <= last if last else code == word


# -- agreement -----------------------------------------------------------------------------------------


def agreed_lines(
    coder: CodedEncounter, verifier: CodedEncounter, found: Sequence[JudgedDifference], pattern: str
) -> Proportion:
    """Of the lines on which either has a code of the pattern, those on which nothing stands against the coder's."""
    rows = [
        row
        for row in rows_of(coder, verifier, found)
        if any(matches(pattern, code) for code in codes_of(row, coder, verifier))
    ]
    return Proportion(sum(not any(one.stands for one in row.differences) for row in rows), len(rows))


def codes_of(row: Row, coder: CodedEncounter, verifier: CodedEncounter) -> list[str]:
    """The code of each side that the row has."""
    sides = ((coder, row.coder_place), (verifier, row.verifier_place))
    return [
        bare((of.diagnoses if row.part is Part.DIAGNOSIS else of.procedures)[place - 1].code)
        for of, place in sides
        if place is not None
    ]
