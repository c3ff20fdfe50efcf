"""The documents of the index, made from the database."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tantivy import Document

from coding.code_index.phrases import Phrase, sources_of, wordings
from coding.code_index.schema import KEYS, WORDS
from coding.models import Code, Edition
from coding.rules.code_search.weights import episode_of, side_of, weight_of
from coding.rules.code_search.words import indexed, key_of, words_of
from coding.rules.code_sets import LISTS_OF, EditionFact
from coding.rules.codings import System

SHORTEST = 3  # characters of a category
PHRASES_KEPT = 200  # for telling why a code was found


def documents() -> Iterator[Document]:
    """Every code of every edition."""
    wordings.cache_clear()
    for system, lists in LISTS_OF.items():
        for edition in Edition.objects.facts(*lists):
            yield from documents_of(edition, system)


def documents_of(edition: EditionFact, system: System) -> Iterator[Document]:
    found = wordings(system, sources_of(edition, system))
    rows = Code.objects.filter(edition_id=edition.pk, system=system).order_by("code")
    titles: dict[str, str] = {}
    for row in rows.values("code", "title", "short_title", "billable", "valid_from", "valid_to").iterator(5000):
        code = row["code"]
        titles[code] = row["title"]
        above = [code[:length] for length in range(SHORTEST, len(code))]
        parents = [(holder, titles[holder]) for holder in above if holder in titles]
        yield document(edition, system, row, found.of(code, above), parents)


def document(
    edition: EditionFact, system: System, row: Mapping[str, Any], phrases: list[Phrase], parents: list[tuple[str, str]]
) -> Document:
    code, title = row["code"], row["title"]
    fields: dict[str, list[str]] = {name: [] for name in (*WORDS, *KEYS)}
    fields["title"] = indexed(f"{title} {row['short_title']}") if system is System.PROCEDURE else indexed(title)
    fields["title_key"] = [key_of(words_of(title))]
    for phrase in phrases:
        fields[phrase.field].extend(phrase.words)
        fields[phrase.key_field].extend(phrase.keys)
    episode, side = episode_of(system, code, title), side_of(title)
    card = {
        "code": code,
        "list": LISTS_OF[system].index(edition.code_set),
        "title": title,
        "billable": row["billable"],
        "parents": parents,
        "phrases": [(phrase.why, " ".join(phrase.words)) for phrase in phrases[:PHRASES_KEPT]],
    }
    return Document(
        edition=str(edition.pk),
        code=code,
        side=side.value if side else "none",
        episode=episode.value if episode else "none",
        weight=2.0 ** weight_of(system, code, title, billable=row["billable"])
        - 1.0,  # tantivy multiplies by log2(1 + weight)
        **{name: row[name].toordinal() for name in ("valid_from", "valid_to") if row[name]},
        card=json.dumps(card, separators=(",", ":")),
        **{name: " ".join(dict.fromkeys(words)) for name, words in fields.items()},
    )
