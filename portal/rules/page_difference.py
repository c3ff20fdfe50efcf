"""What is new on the pages of a later document: the same page again, a page that was changed, or a new one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

ALIKE = 0.6  # share of words that two pages have in common from which on one is the other changed
FEWEST = 5  # words: less is a heading that many pages share


class Kind(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    NEW = "new"


@dataclass(frozen=True)
class PageText:
    """A page by any key of the caller's, its words, and a hash of what is seen ("" if there is none)."""

    key: int
    text: str
    pixels: str = ""

    @property
    def words(self) -> list[str]:
        return self.text.split()


@dataclass(frozen=True)
class Part:
    """A run of words: kept (old is new), taken out (new is empty), put in (old is empty), or put in another's place."""

    old: str
    new: str

    @property
    def is_kept(self) -> bool:
        return self.old == self.new


@dataclass(frozen=True)
class Difference:
    """A page of the later document beside the earlier page that it is or was (`other`; None for a new page)."""

    key: int
    kind: Kind
    other: int | None = None
    parts: tuple[Part, ...] = ()


def differences(old: Sequence[PageText], new: Sequence[PageText]) -> list[Difference]:
    """What each new page is, in order. An old page is what it is compared with at most once, the best first."""
    free = {page.key: page for page in old}
    found: dict[int, Difference] = {}
    for page in new:
        same = next((one for one in free.values() if is_same(one, page)), None)
        if same is not None:
            found[page.key] = Difference(page.key, Kind.SAME, same.key)
            del free[same.key]
    pairs = [(share(one, page), one, page) for page in new if page.key not in found for one in free.values()]
    for likeness, one, page in sorted(pairs, key=lambda pair: -pair[0]):
        if likeness >= ALIKE and page.key not in found and one.key in free:
            found[page.key] = Difference(page.key, Kind.CHANGED, one.key, tuple(parts(one.words, page.words)))
            del free[one.key]
    return [found.get(page.key, Difference(page.key, Kind.NEW)) for page in new]


def is_same(one: PageText, other: PageText) -> bool:
    """The same picture, or the same words where there are some."""
    return bool(one.pixels and one.pixels == other.pixels) or (bool(one.words) and one.words == other.words)


def share(one: PageText, other: PageText) -> float:
    """How many of the longer page's words both have, from 0 to 1."""
    first, second = Counter(one.words), Counter(other.words)
    longest = max(first.total(), second.total())
    return (first & second).total() / longest if longest >= FEWEST else 0.0


def parts(old: Sequence[str], new: Sequence[str]) -> Iterator[Part]:
    """The runs of words of both, side by side."""
    for _, start, end, begin, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield Part(" ".join(old[start:end]), " ".join(new[begin:stop]))
