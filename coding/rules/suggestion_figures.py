"""How good suggestions are, and how much they lead: against what verifiers finally kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from coding.rules.proportions import Interval, Proportion, difference
from coding.rules.suggested import Decision

Coded = tuple[str, str]  # system and code
NOTHING = Proportion(0, 0)


@dataclass(frozen=True)
class Judged:
    """One verified encounter: what was suggested by source, what its coder submitted first, what was kept in the end.

    `decided` is what the coder did with each suggestion; empty where they saw none.
    """

    is_blind: bool
    suggested: Mapping[Coded, str]
    coder: frozenset[Coded]
    kept: frozenset[Coded]
    decided: Mapping[Coded, Decision] = field(default_factory=dict)


@dataclass(frozen=True)
class SourceFigures:
    """One source: of its suggestions those kept, of all kept codes those it suggested, of the shown those accepted."""

    precision: Proportion
    recall: Proportion
    accepted: Proportion


@dataclass(frozen=True)
class Side:
    """The encounters whose coders saw suggestions, or those whose coders saw none, and what coders submitted.

    `right` and `wrong` are of the suggestions that were kept in the end, and of those that were not; `others` of the
    kept codes that nothing suggested.
    """

    encounters: int = 0
    right: Proportion = NOTHING
    wrong: Proportion = NOTHING
    others: Proportion = NOTHING


@dataclass(frozen=True)
class Figures:
    """Every source and all together, both sides, and how often coders did what with the suggestions they saw."""

    encounters: int
    all: SourceFigures
    sources: Mapping[str, SourceFigures]
    shown: Side
    blind: Side
    decisions: Mapping[Decision, int]

    @property
    def lead(self) -> Interval | None:
        """By how much more often a wrong code is submitted where it was suggested; None without both sides."""
        return difference(self.shown.wrong, self.blind.wrong)

    @property
    def help(self) -> Interval | None:
        """By how much more often a right one is."""
        return difference(self.shown.right, self.blind.right)

    @property
    def narrowing(self) -> Interval | None:
        """By how much more often a code that nothing suggested is found; below nothing where suggestions narrow."""
        return difference(self.shown.others, self.blind.others)


def figures(judged: Iterable[Judged]) -> Figures:
    """Precision and recall of each source over all encounters, blind ones too, and what coders took on either side."""
    rows = list(judged)
    names = sorted({source for one in rows for source in one.suggested.values()})
    return Figures(
        encounters=len(rows),
        all=source_figures(rows, None),
        sources={name: source_figures(rows, name) for name in names},
        shown=side([one for one in rows if not one.is_blind]),
        blind=side([one for one in rows if one.is_blind]),
        decisions=Counter(decision for one in rows for decision in one.decided.values()),
    )


def source_figures(rows: Iterable[Judged], source: str | None) -> SourceFigures:
    """The figures of one source; of all for None."""
    made = right = kept = seen = accepted = 0
    for one in rows:
        codes = {coded for coded, of in one.suggested.items() if source in {None, of}}
        made += len(codes)
        right += len(codes & one.kept)
        kept += len(one.kept)
        decided = [decision for coded, decision in one.decided.items() if coded in codes]
        seen += len(decided)
        accepted += decided.count(Decision.ACCEPTED)
    return SourceFigures(Proportion(right, made), Proportion(right, kept), Proportion(accepted, seen))


def side(rows: Iterable[Judged]) -> Side:
    """What coders submitted, on one side."""
    number, right, wrong, others = 0, [0, 0], [0, 0], [0, 0]
    for one in rows:
        number += 1
        suggested = set(one.suggested)
        groups = ((right, suggested & one.kept), (wrong, suggested - one.kept), (others, one.kept - suggested))
        for counts, codes in groups:
            counts[0] += len(codes & one.coder)
            counts[1] += len(codes)
    return Side(number, Proportion(*right), Proportion(*wrong), Proportion(*others))
