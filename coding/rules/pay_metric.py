"""The only measure of work that pay may rest on, and the proof that it knows neither money nor levels.

OIG warns of billing companies whose staff is paid by what a claim brings (63 FR 70138, 1998: incentive pay).
So a visit counts in standard minutes that follow from what lay before the person when they began: the stage and the
pages. What they coded does not enter. Whether it agrees with a verifier's version opens or closes a gate, and agreeing
is a matter of same or not the same: it does not matter which code, nor what it is worth.

The proof does not rely on reading this file: the measure is computed from the real work, and again after the levels of
every version were turned within their families, and the relative values exchanged. Equal results are shown beside a
measure by relative values, which the same turning changes: so it is seen that the turning does something.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from coding.rules.codings import CodedEncounter, bare
from coding.rules.em_families import family_of_code
from coding.rules.lifecycle import Stage
from coding.rules.proportions import Proportion

VERSION = "1"
# Standard minutes of a visit and of each of its pages: the house's values, of a trained person at the bench.
MINUTES: Mapping[Stage, tuple[Decimal, Decimal]] = {
    Stage.PRECODING: (Decimal("1.0"), Decimal("0.3")),
    Stage.CODING: (Decimal("3.0"), Decimal("0.8")),
    Stage.VERIFICATION: (Decimal("2.0"), Decimal("0.5")),
}
MOST_PAGES = 40  # of a visit that count: what is longer is skimmed
GATE = 0.90  # the upper end of the share of charts that agree must reach it
FEWEST = 20  # charts: with fewer the gate is open
# What no input of the measure may be named after.
FORBIDDEN = (
    "code", "level", "rvu", "value", "weight", "price", "charge", "fee", "amount", "dollar", "paid", "payment", "drg",
)  # fmt: skip


@dataclass(frozen=True)
class Work:
    """One visit that a person finished at a stage: all that the measure knows of it."""

    stage: Stage
    pages: int


@dataclass(frozen=True)
class Checked:
    """One chart of a coder's that a verifier looked at because everything is, or chance drew it: are they the same."""

    agrees: bool


@dataclass(frozen=True)
class Measure:
    """A person's visits in standard minutes; they count while the gate is open."""

    visits: int
    minutes: Decimal
    agreement: Proportion
    is_open: bool

    @property
    def counted(self) -> Decimal:
        return self.minutes if self.is_open else Decimal(0)


def minutes_of(work: Work) -> Decimal:
    base, page = MINUTES[work.stage]
    return base + page * min(work.pages, MOST_PAGES)


def measure(works: Iterable[Work], checked: Iterable[Checked]) -> Measure:
    """What a person's work counts."""
    done, seen = list(works), list(checked)
    agreement = Proportion(sum(one.agrees for one in seen), len(seen))
    interval = agreement.interval
    is_open = len(seen) < FEWEST or interval is None or interval.high >= GATE
    return Measure(len(done), sum(map(minutes_of, done), Decimal(0)), agreement, is_open)


def inputs() -> tuple[str, ...]:
    """Everything that the measure is given, by name: the fields of `Work` and `Checked`."""
    return tuple(f"{kind.__name__}.{field.name}" for kind in (Work, Checked) for field in fields(kind))


def named_after_money() -> tuple[str, ...]:
    """The inputs whose names speak of money or levels; there must be none."""
    return tuple(name for name in inputs() if any(word in name.lower() for word in FORBIDDEN))


# -- the proof -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Versions:
    """The coder's and the verifier's version of one checked chart."""

    coder: CodedEncounter
    verifier: CodedEncounter


def checked_of(versions: Versions) -> Checked:
    """Whether both say the same: diagnoses in their order, services with modifiers, units and pointers."""
    return Checked(said(versions.coder) == said(versions.verifier))


def said(coded: CodedEncounter) -> tuple[object, ...]:
    return (
        tuple(bare(line.code) for line in coded.diagnoses),
        tuple(sorted((bare(line.code), line.modifiers, line.units, line.pointers) for line in coded.procedures)),
    )


def turned(coded: CodedEncounter, by: int) -> CodedEncounter:
    """The version with each level moved up by so many steps of its family, from the highest on to the lowest again."""
    return replace(
        coded, procedures=tuple(replace(line, code=turned_code(bare(line.code), by)) for line in coded.procedures)
    )


def turned_code(code: str, by: int) -> str:
    family = family_of_code(code)
    if family is None:
        return code
    codes = [step.code for step in family.steps]
    return codes[(codes.index(code) + by) % len(codes)]


@dataclass(frozen=True)
class Proof:
    """One person's measure, whether every turning left it equal, and what a measure by relative values became.

    `by_value` and `by_value_turned` are the control: the same work by relative values, as it is and turned.
    """

    measure: Measure
    turnings: int
    is_equal: bool
    by_value: Decimal
    by_value_turned: Decimal

    @property
    def control_moved(self) -> bool:
        return self.by_value != self.by_value_turned


def prove(works: Sequence[Work], charts: Sequence[Versions], weights: Mapping[str, Decimal]) -> Proof:
    """The measure as it is, and after turning every level by one, two and three steps; with the control."""
    as_it_is = measure(works, [checked_of(one) for one in charts])
    again = [
        measure(works, [checked_of(Versions(turned(one.coder, by), turned(one.verifier, by))) for one in charts])
        for by in (1, 2, 3)
    ]
    return Proof(
        as_it_is,
        len(again),
        all(one == as_it_is for one in again),
        sum((worth(one.coder, weights) for one in charts), Decimal(0)),
        sum((worth(turned(one.coder, 1), weights) for one in charts), Decimal(0)),
    )


def worth(coded: CodedEncounter, weights: Mapping[str, Decimal]) -> Decimal:
    return sum((weights.get(bare(line.code), Decimal(0)) * line.units for line in coded.procedures), Decimal(0))
