"""Agreement of people who coded the same encounters without seeing each other's codes.

The unit is a code in an encounter: there or not there, by each person who coded it. The universe are the codes that
anybody used in the sample. Most codes are absent from most encounters, so plain agreement is always high and κ falls
with rare codes; beside it stands positive agreement 2a / (2a + b + c) (Dice; Cicchetti and Feinstein 1990, J. Clin.
Epidemiol. 43:551), which leaves out what both did not use.

Intervals: encounters are drawn again with replacement, 1,000 times with a fixed seed, and the middle 95 % of the
values shown (Efron 1979), because codes of one encounter hang together. κ of one code has its analytic interval.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from operator import mul

from coding.rules.agreement import Band, Kappa, alpha_of, band_of, coincidences, kappa_of, resamples
from coding.rules.proportions import Proportion

TIMES = 1000
PRESENT, ABSENT = True, False


@dataclass(frozen=True)
class DoubleCoded:
    """One encounter and what each person (by id, in the order of coding) said; at least two people."""

    encounter: int
    codes: Mapping[int, frozenset[str]]


@dataclass(frozen=True)
class CodeAgreement:
    """One code or category: how often each kind of thing happened, α over all people and κ of first and second."""

    code: str
    encounters: int
    used: int  # encounters in which anybody used it
    positive: Proportion
    alpha: float | None
    alpha_band: Band | None
    kappa: Kappa


@dataclass(frozen=True)
class PairAgreement:
    """Two people over the encounters that both coded, and every code either used in any of them."""

    people: tuple[int, int]
    encounters: int
    positive: Proportion
    kappa: Kappa
    kappa_band: Band | None


@dataclass(frozen=True)
class Agreement:
    """Everything about a sample; `exact` are encounters in which all chose the same codes."""

    encounters: int
    codes: int
    exact: Proportion
    positive: Proportion
    alpha: float | None
    alpha_band: Band | None
    pairs: tuple[PairAgreement, ...]
    by_code: tuple[CodeAgreement, ...]


def category(code: str) -> str:
    """The first three characters: the category of a diagnosis."""
    return code[:3]


def grouped(sample: Iterable[DoubleCoded], name: Callable[[str], str]) -> list[DoubleCoded]:
    """The sample with each code under another name: its category, for instance."""
    return [
        DoubleCoded(one.encounter, {who: frozenset(map(name, codes)) for who, codes in one.codes.items()})
        for one in sample
    ]


@dataclass(frozen=True)
class Draw:
    """One resample: how often each encounter is in it, and how many people's words that makes for each code."""

    times: Sequence[int]
    words: int


def agreement(sample: Sequence[DoubleCoded], *, seed: str, times: int = TIMES) -> Agreement:
    """Agreement of the whole sample, of each pair of people and on each code, the most used code first."""
    people = [len(one.codes) for one in sample]
    as_it_is, *draws = [
        Draw(drawn, sum(map(mul, people, drawn)))
        for drawn in ([1] * len(sample), *resamples(len(sample), seed=seed, times=times))
    ]
    used = Counter(code for one in sample for code in used_in(one))
    table = columns_of([tally(one, len(used)) for one in sample])
    return Agreement(
        encounters=len(sample),
        codes=len(used),
        exact=Proportion(sum(len(set(one.codes.values())) == 1 for one in sample), len(sample)),
        positive=positive_of(sample),
        alpha=alpha_of(added(table, as_it_is.times)),
        alpha_band=band_of(alpha_of(added(table, drawn.times)) for drawn in draws),
        pairs=tuple(pair_agreement(sample, *pair, seed=seed, times=times) for pair in pairs_in(sample)),
        by_code=tuple(
            code_agreement(sample, code, as_it_is, draws) for code in sorted(used, key=lambda one: (-used[one], one))
        ),
    )


def used_in(one: DoubleCoded) -> frozenset[str]:
    """The codes that anybody used in the encounter."""
    return frozenset().union(*one.codes.values())


# -- tables of there and not there ---------------------------------------------------------------------

Cell = tuple[Hashable, Hashable]
CELLS: tuple[Cell, ...] = ((PRESENT, PRESENT), (PRESENT, ABSENT), (ABSENT, PRESENT), (ABSENT, ABSENT))


def columns_of(tables: Sequence[Mapping[Cell, float]]) -> tuple[tuple[float, ...], ...]:
    """For each cell its value in each table."""
    return tuple(tuple(table.get(cell, 0) for table in tables) for cell in CELLS)


def added(columns: Iterable[Sequence[float]], times: Sequence[int]) -> dict[Cell, float]:
    """The tables added up, each so many times."""
    return {cell: sum(map(mul, column, times)) for cell, column in zip(CELLS, columns, strict=True)}


def tally(one: DoubleCoded, universe: int) -> Counter[Cell]:
    """The coincidences of one encounter over a universe of codes; of those that nobody used all at once."""
    total: Counter[Cell] = Counter()
    here = used_in(one)
    for code in here:
        total.update(coincidences(code in codes for codes in one.codes.values()))
    total[ABSENT, ABSENT] += len(one.codes) * (universe - len(here))
    return total


def positive_of(sample: Iterable[DoubleCoded]) -> Proportion:
    """Of the codes that the two of a pair used, those that both used, over all pairs of people in all encounters."""
    both = used = 0
    for one in sample:
        for mine, theirs in combinations(one.codes.values(), 2):
            both += 2 * len(mine & theirs)
            used += len(mine) + len(theirs)
    return Proportion(both, used)


# -- code by code --------------------------------------------------------------------------------------


def code_agreement(sample: Sequence[DoubleCoded], code: str, as_it_is: Draw, draws: Iterable[Draw]) -> CodeAgreement:
    """One code. For each draw only the encounters with it are added up; the words of the others are all alike."""
    said = [tuple(code in codes for codes in one.codes.values()) for one in sample]
    here = [place for place, words in enumerate(said) if any(words)]
    columns = columns_of([coincidences(said[place]) for place in here])
    people = [len(said[place]) for place in here]

    def alpha(drawn: Draw) -> float | None:
        times = [drawn.times[place] for place in here]
        table = added(columns, times)
        table[ABSENT, ABSENT] += drawn.words - sum(map(mul, people, times))
        return alpha_of(table)

    pairs = Counter(pair for words in said for pair in combinations(words, 2))
    return CodeAgreement(
        code=code,
        encounters=len(sample),
        used=len(here),
        positive=Proportion(2 * pairs[True, True], sum(sum(pair) * count for pair, count in pairs.items())),
        alpha=alpha(as_it_is),
        alpha_band=band_of(alpha(drawn) for drawn in draws),
        kappa=kappa_of(Counter((first, second) for first, second, *_ in said)),
    )


# -- two people ----------------------------------------------------------------------------------------


def pairs_in(sample: Iterable[DoubleCoded]) -> list[tuple[int, int]]:
    """Every two people who coded an encounter both, the smaller id first."""
    return sorted({pair for one in sample for pair in combinations(sorted(one.codes), 2)})


def pair_agreement(
    sample: Iterable[DoubleCoded], one: int, other: int, *, seed: str, times: int = TIMES
) -> PairAgreement:
    """κ of two people over their common encounters."""
    common = [(unit.codes[one], unit.codes[other]) for unit in sample if one in unit.codes and other in unit.codes]
    universe = len(frozenset().union(*(mine | theirs for mine, theirs in common)))
    columns = columns_of([pair_table(mine, theirs, universe) for mine, theirs in common])
    both = sum(2 * len(mine & theirs) for mine, theirs in common)
    used = sum(len(mine) + len(theirs) for mine, theirs in common)
    draws = resamples(len(common), seed=f"{seed} {one} {other}", times=times)
    return PairAgreement(
        people=(one, other),
        encounters=len(common),
        positive=Proportion(both, used),
        kappa=kappa_of(whole(added(columns, [1] * len(common)))),
        kappa_band=band_of(kappa_of(whole(added(columns, drawn))).value for drawn in draws),
    )


def pair_table(mine: frozenset[str], theirs: frozenset[str], universe: int) -> dict[Cell, float]:
    """Both, only the one, only the other, and neither, of all codes of the universe."""
    return {
        (PRESENT, PRESENT): len(mine & theirs),
        (PRESENT, ABSENT): len(mine - theirs),
        (ABSENT, PRESENT): len(theirs - mine),
        (ABSENT, ABSENT): universe - len(mine | theirs),
    }


def whole(table: Mapping[Cell, float]) -> dict[Cell, int]:
    """A table of counts, as such."""
    return {cell: int(value) for cell, value in table.items()}
