"""Where the facts of a pre-coding are from: read and confirmed, chosen, taken from the page, or typed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from coding.rules.evidence import Passage
from coding.rules.visit_facts import Candidate, Facts, Source
from coding.rules.visit_facts.names import same_person
from coding.rules.visit_facts.numbers_on_pages import bare


class How(StrEnum):
    """What a person did to have the value in the field."""

    CONFIRMED = "confirmed"
    CHOSEN = "chosen"
    MARKED = "marked"
    CHANGED = "changed"
    TYPED = "typed"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS: Mapping[How, str] = MappingProxyType(
    {
        How.CONFIRMED: "Read, confirmed",
        How.CHOSEN: "One of several, chosen",
        How.MARKED: "Taken from the page",
        How.CHANGED: "Changed by hand",
        How.TYPED: "Typed",
    }
)


@dataclass(frozen=True)
class Marked:
    """Words that a person took from the pages for a field, and what they became in it.

    Without a value it is a place on a page without words: whatever the person typed stands there.
    """

    value: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Origin:
    """Where one field's value is from. `offered` is what was filled in or offered first, where another was written."""

    field: str
    how: How
    source: Source | None = None
    said: str = ""
    passages: tuple[Passage, ...] = ()
    offered: str = ""


def origins_of(
    texts: Mapping[str, str], known: Mapping[str, Facts], marked: Mapping[str, Marked]
) -> Iterator[Origin]:  # fmt: skip
    """The origin of each field that has a value, or that was emptied of one; `texts` are the form's."""
    for field, text in texts.items():
        facts = known.get(field, Facts())
        origin = origin_of(field, text, facts, marked.get(field))
        if origin is not None:
            yield origin


def origin_of(field: str, text: str, facts: Facts, marked: Marked | None) -> Origin | None:
    first = facts.candidates[0] if facts.candidates else None
    if text and marked is not None and (not marked.value or same(field, marked.value, text)):
        return Origin(field, How.MARKED, Source.PAGE, pages_in(marked.passages), marked.passages, other(first, text))
    found = next((one for one in facts.candidates if text and same(field, one.value, text)), None)
    if found is not None:
        exact = found.value == text
        how = How.CHANGED if not exact else How.CONFIRMED if found == facts.filled else How.CHOSEN
        return Origin(field, how, found.source, found.said, found.passages, other(first, text))
    if text:
        return Origin(field, How.CHANGED if first else How.TYPED, offered=other(first, text))
    return Origin(field, How.CHANGED, offered=facts.filled.shown) if facts.filled else None


def same(field: str, one: str, other: str) -> bool:
    """Whether two texts of a field say the same, however they are written."""
    if field == "patient_name":
        return same_person(one) == same_person(other)
    if field in {"account_number", "member_id"}:
        return bare(one) == bare(other)
    return one == other


def other(first: Candidate | None, text: str) -> str:
    """What was offered first, if it was something else."""
    return first.shown if first is not None and first.value != text else ""


def pages_in(passages: Collection[Passage]) -> str:
    """The pages of some passages in words."""
    numbers = sorted({passage.number for passage in passages})
    return f"Page{'s' if len(numbers) > 1 else ''} {', '.join(str(number) for number in numbers)}"


def unconfirmed(texts: Mapping[str, str], filled: Mapping[str, str], confirmed: Collection[str]) -> list[str]:
    """The fields that stand as they were filled in, and that nobody has confirmed."""
    return [
        field
        for field, value in filled.items()
        if value and texts.get(field, "").strip() == value and field not in confirmed
    ]
