"""What discrepancies are about, for learning from them: the code in question, its family, and what happens often.

Only discrepancies that stand are given here. A topic is a reason together with a family of codes: "E/M level, office,
established patient", "specificity, E11".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from coding.rules.codings import bare
from coding.rules.discrepancies import Kind, Part
from coding.rules.em_families import family_of_code
from coding.rules.proportions import Interval, Proportion, difference
from coding.rules.reasons import Reason


@dataclass(frozen=True)
class Found:
    """One discrepancy that stands; `dispute` and `encounter` are numbers to link to, `at` is the verdict's time."""

    dispute: int
    encounter: int
    at: datetime
    reason: Reason
    kind: Kind
    part: Part
    coder_value: str
    verifier_value: str

    @property
    def code(self) -> str:
        """The code in question, bare: the coder's where there is one, else the verifier's."""
        return code_in(self.kind, self.coder_value) or code_in(self.kind, self.verifier_value)

    @property
    def family(self) -> str:
        return family_in_words(self.part, self.code)


def code_in(kind: Kind, value: str) -> str:
    """The code in what a discrepancy says of one side: "99213-25", "2 × 20610", "E11.9"; none in a pointer's codes."""
    if kind is Kind.POINTER:
        return ""
    return bare(value.rpartition(" ")[2].partition("-")[0])


def family_in_words(part: Part, code: str) -> str:
    """The category of a diagnosis, the kind of visit of a level, the first three digits of another service."""
    if not code:
        return "pointers"
    if part is Part.DIAGNOSIS:
        return code[:3]
    family = family_of_code(code)
    return family.label if family else f"{code[:3]}…"


# -- codes most often changed --------------------------------------------------------------------------


@dataclass(frozen=True)
class Changed:
    """A code of the coder's and what verifiers made of it, the most frequent first ("" for nothing)."""

    code: str
    count: int
    became: tuple[tuple[str, int], ...]
    found: tuple[Found, ...]


def most_changed(found: Iterable[Found], *, most: int = 10) -> tuple[Changed, ...]:
    """The codes on which discrepancies stand most often; order alone and pointers are not about a code."""
    by_code: dict[str, list[Found]] = defaultdict(list)
    for one in found:
        if one.code and one.kind is not Kind.SEQUENCE:
            by_code[one.code].append(one)
    rows = [
        Changed(code, len(own), tuple(Counter(one.verifier_value for one in own).most_common()), tuple(own))
        for code, own in by_code.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.count, row.code))[:most])


# -- topics --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Topic:
    """What to learn from: so many discrepancies of one reason in one family, in so many charts, the newest first."""

    reason: Reason
    family: str
    found: tuple[Found, ...]

    @property
    def charts(self) -> int:
        return len({one.encounter for one in self.found})


def topics(found: Iterable[Found]) -> tuple[Topic, ...]:
    """Every topic, the one found in most charts first."""
    groups: dict[tuple[Reason, str], list[Found]] = defaultdict(list)
    for one in found:
        groups[one.reason, one.family].append(one)
    rows = [
        Topic(reason, family, tuple(sorted(own, key=lambda one: one.at, reverse=True)))
        for (reason, family), own in groups.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.charts, row.reason, row.family)))


@dataclass(frozen=True)
class Around:
    """In how many verified charts a topic was found before it was taught and since, and the change of the share.

    Before and since come from the same person's charts; fewer discrepancies later may have other causes as well.
    """

    before: Proportion
    after: Proportion

    @property
    def change(self) -> Interval | None:
        """By how much the share is smaller (below 0) or larger since."""
        return difference(self.after, self.before)


def around(charts: Sequence[tuple[int, datetime]], found: Iterable[Found], *, taught_at: datetime) -> Around:
    """`charts` are the verified charts (number, time of the verdict), `found` the topic's discrepancies in them."""
    with_it = {one.encounter for one in found}
    before = [number for number, at in charts if at < taught_at]
    after = [number for number, at in charts if at >= taught_at]
    return Around(
        Proportion(sum(number in with_it for number in before), len(before)),
        Proportion(sum(number in with_it for number in after), len(after)),
    )
