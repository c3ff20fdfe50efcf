"""What a verification says in figures: code over code, record over record, and value; computed and never typed.

Lines are aligned as for the discrepancies. Every figure keeps its numerator and denominator, so that figures of many
encounters are added up and not averaged. A line whose discrepancy was withdrawn counts as right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from coding.rules.codings import CodedEncounter, bare
from coding.rules.discrepancies import Discrepancy, Kind, Part, aligned_diagnoses, aligned_procedures
from coding.rules.proportions import Part as RatioPart
from coding.rules.proportions import Proportion, Ratio, ratio
from coding.rules.reasons import Severity
from coding.rules.scoring_profiles import Denominator, Profile

NONE, ONE = Decimal(0), Decimal(1)
# Differences that change what a line is worth; pointers and order do not.
PRICED = frozenset(Kind) - {Kind.POINTER, Kind.SEQUENCE}


@dataclass(frozen=True)
class JudgedDifference:
    """A difference with the verifier's word on how much it matters; `stands` is False once it was withdrawn."""

    difference: Discrepancy
    severity: Severity
    stands: bool = True


@dataclass(frozen=True)
class LineValues:
    """The RVUs of each procedure line of both versions, units included; None where no schedule has the code."""

    coder: Sequence[Decimal | None] = ()
    verifier: Sequence[Decimal | None] = ()


@dataclass(frozen=True)
class Row:
    """Two aligned lines, or one that the other side lacks (None); places are 1-based."""

    part: Part
    coder_place: int | None
    verifier_place: int | None
    differences: tuple[JudgedDifference, ...] = ()


@dataclass(frozen=True)
class Value:
    """RVUs by which the coder's lines are above (`over`) and below (`under`) the verifier's, line by line.

    `of` is what the verifier's lines are worth; `unvalued` lines have no RVUs and are in none of the figures.
    """

    over: Decimal = NONE
    under: Decimal = NONE
    of: Decimal = NONE
    lines: int = 0
    unvalued: int = 0

    @property
    def net(self) -> Decimal:
        return self.over - self.under

    @property
    def gross(self) -> Decimal:
        """What net hides: errors up and down together."""
        return self.over + self.under

    def __add__(self, other: Value) -> Value:
        return Value(
            self.over + other.over,
            self.under + other.under,
            self.of + other.of,
            self.lines + other.lines,
            self.unvalued + other.unvalued,
        )


@dataclass(frozen=True)
class EncounterScore:
    """The figures of one verified encounter.

    `lines` are the weights of code over code, `rows` and `right_rows` the same uncut and unweighted; `is_clean`:
    no difference that counts; `pays_the_same`: none of payment severity, and no line worth more or less.
    `first_listed_right` is None if the verifier's version has no diagnosis.
    """

    lines: RatioPart
    rows: int
    right_rows: int
    is_clean: bool
    pays_the_same: bool
    first_listed_right: bool | None
    value: Value


@dataclass(frozen=True)
class Score:
    """The figures of some encounters together."""

    lines: Ratio
    rows: Proportion
    records: Proportion
    payment_records: Proportion
    first_listed: Proportion
    value: Value


def line_values(coder: CodedEncounter, verifier: CodedEncounter, weights: Mapping[str, Decimal]) -> LineValues:
    """The values of the lines by the RVUs of one unit of each code."""
    mine, theirs = (
        tuple(weights[bare(line.code)] * line.units if bare(line.code) in weights else None for line in one.procedures)
        for one in (coder, verifier)
    )
    return LineValues(mine, theirs)


def score_encounter(
    coder: CodedEncounter,
    verifier: CodedEncounter,
    found: Sequence[JudgedDifference],
    profile: Profile,
    values: LineValues,
) -> EncounterScore:
    """The figures of one encounter under a profile; `found` are the differences of these two versions."""
    every = rows_of(coder, verifier, found)
    rows = [row for row in every if is_counted(row, profile)]
    weights = [weight_of(row, verifier, profile) for row in rows]
    costs = [cost_of(row, profile) for row in rows]
    right = [weight * (ONE - cost) for weight, cost in zip(weights, costs, strict=True)]
    standing = [one for one in found if one.stands]
    value = value_of(every, values)
    return EncounterScore(
        lines=RatioPart(sum(right, NONE), sum(weights, NONE), sum((weight * weight for weight in weights), NONE)),
        rows=len(rows),
        right_rows=costs.count(NONE),
        is_clean=not any(profile.counts(one.difference.kind, one.severity) for one in standing),
        pays_the_same=not value.gross and not any(one.severity is Severity.PAYMENT for one in standing),
        first_listed_right=first_listed_right(coder, verifier, found),
        value=value,
    )


def rows_of(coder: CodedEncounter, verifier: CodedEncounter, found: Iterable[JudgedDifference]) -> tuple[Row, ...]:
    """Every aligned line with what was found on it; a difference belongs to the verifier's line if it names one."""
    by_line: dict[tuple[Part, int | None, int | None], list[JudgedDifference]] = defaultdict(list)
    for one in found:
        theirs = one.difference.verifier_place
        by_line[one.difference.part, one.difference.coder_place if theirs is None else None, theirs].append(one)
    rows = []
    for part, lines in (
        (Part.DIAGNOSIS, aligned_diagnoses(coder, verifier)),
        (Part.PROCEDURE, aligned_procedures(coder, verifier)),
    ):
        places: list[tuple[int | None, int | None]] = [(i + 1, j + 1) for i, j in lines.pairs]
        places += [(i + 1, None) for i in lines.coder_only]
        places += [(None, j + 1) for j in lines.verifier_only]
        for mine, other in places:
            rows.append(Row(part, mine, other, tuple(by_line[part, None if other else mine, other])))
    return tuple(rows)


def is_counted(row: Row, profile: Profile) -> bool:
    """Whether the row is in the denominator: an extra code is not where only the verifier's codes are counted.

    What was withdrawn stays in it as right, so that a decision never lowers a score by shrinking what it is out of.
    """
    extra = row.verifier_place is None and any(one.stands for one in row.differences)
    return not (extra and profile.denominator is Denominator.VERIFIER)


def weight_of(row: Row, verifier: CodedEncounter, profile: Profile) -> Decimal:
    """The profile's weight of the first-listed diagnosis (the verifier's; the coder's if there is no other), else 1."""
    if row.part is not Part.DIAGNOSIS:
        return ONE
    place = row.verifier_place if verifier.diagnoses else row.coder_place
    return profile.first_listed if place == 1 else ONE


def cost_of(row: Row, profile: Profile) -> Decimal:
    """What the dearest standing difference takes of the line."""
    costs = (profile.cost(one.difference.kind, one.severity) for one in row.differences if one.stands)
    return max(costs, default=NONE)


def first_listed_right(
    coder: CodedEncounter, verifier: CodedEncounter, found: Iterable[JudgedDifference]
) -> bool | None:
    """Whether the coder's first diagnosis is the verifier's, or what was said against it was withdrawn."""
    if not verifier.diagnoses:
        return None
    if coder.diagnoses and bare(coder.diagnoses[0].code) == bare(verifier.diagnoses[0].code):
        return True
    return not any(
        one.stands
        for one in found
        if one.difference.part is Part.DIAGNOSIS and 1 in (one.difference.coder_place, one.difference.verifier_place)
    )


def value_of(rows: Iterable[Row], values: LineValues) -> Value:
    """Over and under line by line, so that one line too high does not hide another too low."""
    total = Value()
    for row in rows:
        if row.part is Part.PROCEDURE:
            total += value_of_row(row, values)
    return total


def value_of_row(row: Row, values: LineValues) -> Value:
    """One line's share; nothing over or under where all that bears on its price was withdrawn."""
    mine = values.coder[row.coder_place - 1] if row.coder_place else NONE
    theirs = values.verifier[row.verifier_place - 1] if row.verifier_place else NONE
    if mine is None or theirs is None:
        return Value(lines=1, unvalued=1)
    if not any(one.stands and one.difference.kind in PRICED for one in row.differences):
        theirs = mine if row.differences else theirs
    return Value(max(mine - theirs, NONE), max(theirs - mine, NONE), theirs, 1)


def score(encounters: Sequence[EncounterScore]) -> Score:
    """The figures of the encounters added up."""
    count = len(encounters)
    named = [one.first_listed_right for one in encounters if one.first_listed_right is not None]
    return Score(
        lines=ratio([one.lines for one in encounters]),
        rows=Proportion(sum(one.right_rows for one in encounters), sum(one.rows for one in encounters)),
        records=Proportion(sum(one.is_clean for one in encounters), count),
        payment_records=Proportion(sum(one.pays_the_same for one in encounters), count),
        first_listed=Proportion(sum(named), len(named)),
        value=sum((one.value for one in encounters), Value()),
    )
