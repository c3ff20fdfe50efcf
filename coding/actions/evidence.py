"""Evidence against the pages: which pages are the visit's, and what stands on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from coding.models import Encounter, EncounterPage
from coding.rules.evidence import evidence_in, passage_in, words_under
from portal.models import PageWords
from portal.rules.words import Word, WordsState

Body = dict[str, Any]
Passages = list[dict[str, Any]]


def true_evidence(*, encounter: Encounter, body: Body) -> Body:
    """The body with its evidence as the pages of the visit have it; one query, none without evidence.

    A passage on a page that is not, or no longer, the visit's falls out. The quote of the others is what was read
    under their boxes, whatever was sent: nothing where the page has no words. Each gets the page's number.
    """
    named = {one["page"] for passages in evidence_in(body) for one in passages}
    if not named:
        return body
    known = {page: (number, words) for page, number, words in pages_of(encounter, named)}

    def true(passages: Passages) -> Passages:
        return [
            {**one, "number": known[one["page"]][0],
             "quote": words_under(passage_in(one).boxes, known[one["page"]][1])}
            for one in passages
            if one["page"] in known
        ]  # fmt: skip

    return with_passages(body, true)


def pages_of(encounter: Encounter, named: set[int]) -> Iterator[tuple[int, int, list[Word]]]:
    """Id, number and words of those of the named pages that are the visit's."""
    rows = EncounterPage.objects.filter(encounter=encounter, page__in=named).values_list(
        "page_id", "page__number", "page__words__state", "page__words__words"
    )
    for page, number, state, words in rows:
        yield page, number, [Word(*word) for word in words] if state == WordsState.DONE else []


def passage_count(body: Mapping[str, Any]) -> int:
    return sum(len(passages) for passages in evidence_in(body))


def with_passages(body: Body, change: Callable[[Passages], Passages]) -> Body:
    """The body with all its passages changed; where none is left the key falls away."""
    changed = dict(body)
    for part in ("diagnoses", "procedures"):
        changed[part] = [changed_line(line, change) for line in body.get(part, [])]
    sheet = body.get("worksheet") or {}
    if "evidence" in sheet:
        ticks = {tick: change(passages) for tick, passages in sheet["evidence"].items()}
        changed["worksheet"] = {**sheet, "evidence": {tick: some for tick, some in ticks.items() if some}}
    return changed


def changed_line(line: dict[str, Any], change: Callable[[Passages], Passages]) -> dict[str, Any]:
    if not line.get("evidence"):
        return line
    passages = change(line["evidence"])
    rest = {name: value for name, value in line.items() if name != "evidence"}
    return {**rest, "evidence": passages} if passages else rest


def are_words_due(encounter: Encounter) -> bool:
    """Whether words of the visit's pages are still to be read."""
    return PageWords.objects.filter(page__placed__encounter=encounter, state=WordsState.WAITING).exists()
