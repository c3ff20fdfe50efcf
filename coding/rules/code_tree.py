"""Where a code stands in its list, and which codes differ from it in one respect only: side or encounter."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from coding.rules.tables import CodeFact

CATEGORY = 3  # characters of a category, and of the stem under which a list without headings is shown
EXTENDED = 7  # characters of a code with a 7th character

SIDE = re.compile(r"\b(right|left|bilateral|unspecified)\b(?! encounter)")  # as titles of ICD-10-CM word a side


@dataclass(frozen=True)
class Choice:
    """One of several codes that differ in one respect: the code and what is particular to it."""

    code: str
    label: str


def above(code: str, listed: Iterable[str]) -> tuple[str, ...]:
    """The codes of the list above a code, the highest first: E11 and E112 for E1122."""
    return tuple(sorted({other for other in listed if other != code and code.startswith(other)}, key=len))


def directly_below(code: str, listed: Mapping[str, CodeFact]) -> tuple[CodeFact, ...]:
    """The codes of the list under a code or stem with no other listed code in between, in order."""
    under = sorted(other for other in listed if other != code and other.startswith(code))
    found: list[CodeFact] = []
    last = ""
    for other in under:
        if last and other.startswith(last):
            continue
        last = other
        found.append(listed[other])
    return tuple(found)


def stems(codes: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The first characters under which codes are filed, each with the title of the first code under it."""
    found: dict[str, str] = {}
    for code, title in sorted(codes):
        found.setdefault(code[:CATEGORY], title)
    return tuple(found.items())


def without_side(title: str) -> str:
    """A title with its side taken out, so that the same condition on another side reads the same."""
    return SIDE.sub("…", title)


def side_choices(code: CodeFact, relatives: Iterable[CodeFact]) -> tuple[Choice, ...]:
    """The same condition on each side, this code among them; empty if the list does not tell sides apart."""
    if not SIDE.search(code.title):
        return ()
    bare = without_side(code.title)
    found = [
        (side.group(1), other.code)
        for other in relatives
        if other.billable == code.billable and (side := SIDE.search(other.title)) and without_side(other.title) == bare
    ]
    found.sort(key=lambda pair: (pair[0] == "unspecified", pair[1]))
    return tuple(Choice(other, side) for side, other in found) if len(found) > 1 else ()


def extension_choices(code: str, relatives: Iterable[CodeFact]) -> tuple[Choice, ...]:
    """The codes that differ in the 7th character only, by the last words of their titles; empty if there is none."""
    if len(code) < EXTENDED:
        return ()
    same = [other for other in relatives if len(other.code) == EXTENDED and other.code[:-1] == code[:-1]]
    shared = common_start([other.title for other in same])
    return tuple(
        Choice(other.code, f"{other.code[-1]}: {other.title[len(shared) :]}")
        for other in sorted(same, key=lambda one: one.code)
    )


def common_start(titles: Sequence[str]) -> str:
    """What all the titles begin with, up to a comma and a blank; all of a single title but its last part."""
    shared = ""
    for part in min(titles, default="").split(", ")[:-1]:
        longer = f"{shared}{part}, "
        if not all(title.startswith(longer) for title in titles):
            break
        shared = longer
    return shared
