"""From a phrase's leads to the one code that the words around it allow: side, episode, what the titles add."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from coding.rules.code_titles import Side, side_is_unspecified, sided_titles
from coding.rules.suggestions.code_book import FULL, CodeBook, Facet
from coding.rules.suggestions.lexicon import Lead
from coding.rules.suggestions.shape import Source

# Chapters whose codes are meant only where their own words stand: newborns, obstetrics, malformations, causes outside.
RARE_CHAPTERS = "OPQTUVWXY"
SIDE_WITHIN = 4  # characters that the sides of one condition share
RANK = {Source.NOTE_TERM: 0, Source.SYNONYM: 1, Source.TITLE: 2, Source.INDEX: 3, Source.TERM: 3}


@dataclass(frozen=True)
class Said:
    """What the note says around a phrase: its stems, the side, and whether care of an injury goes on."""

    words: Set[str]
    side: Side | None = None
    is_later_care: bool = False


@dataclass(frozen=True)
class Chosen:
    """A code for a phrase; `unsaid` counts what its title says and the note does not, `rivals` other leads."""

    code: str
    lead: Lead
    unsaid: int
    rivals: int


def choose(leads: tuple[Lead, ...], said: Said, book: CodeBook) -> Chosen | None:
    """The best code of a phrase's leads; None if none can be billed."""
    found = [chosen for lead in leads if (chosen := refined(lead, said, book))]
    if not found:
        return None
    best = min(found, key=lambda one: order(one, said, book))
    best = replace(best, code=with_side(best.code, said, book))
    rivals = {one.code[:3] for one in found if RANK[one.lead.source] <= RANK[best.lead.source]}
    return Chosen(best.code, best.lead, best.unsaid, len(rivals) - 1)


def with_side(code: str, said: Said, book: CodeBook) -> str:
    """The same condition on the side that was said, where a list's phrase led to the unspecified one."""
    title = book.titles[code]
    if said.side is None or not side_is_unspecified(title):
        return code
    wanted = sided_titles(title, said.side)
    beside = (other for other in book.below(code[:SIDE_WITHIN]) if book.titles[other].lower() in wanted)
    return next(beside, code)


def order(one: Chosen, said: Said, book: CodeBook) -> tuple[object, ...]:
    facet = book.facets(one.code)[0]
    return (
        one.code[0] in RARE_CHAPTERS,
        one.unsaid,
        RANK[one.lead.source],
        (facet.side is not None) if said.side is None else (facet.side is None),
        not facet.is_open,
        len(one.code),
        one.code,
    )


def refined(lead: Lead, said: Said, book: CodeBook) -> Chosen | None:
    """The billable code of a lead: its own, or of those below it the one that adds least that was not said."""
    facets = [facet for facet in book.facets(lead.code) if of_episode(facet.code, said)]
    if not facets:
        return None
    best = min(facets, key=lambda facet: fit(facet, said))
    return Chosen(best.code, lead, len(best.adds - said.words) + side_unsaid(best, said), 0)


def fit(facet: Facet, said: Said) -> tuple[object, ...]:
    unsaid, told = len(facet.adds - said.words), len(facet.adds & said.words)
    return (
        side_unsaid(facet, said), unsaid - told, unsaid, facet.is_other, not facet.is_open, len(facet.code), facet.code,
    )  # fmt: skip


def side_unsaid(facet: Facet, said: Said) -> int:
    """1 if the code names a side and the note does not name that one."""
    return int(facet.side is not None and facet.side is not said.side)


def of_episode(code: str, said: Said) -> bool:
    """Whether the 7th character of an injury is that of the care told of; later care is routine unless said."""
    if len(code) < FULL or code[0] not in "STM" or not code[-1].isalpha():
        return True
    return code[-1] == ("D" if said.is_later_care else "A")
