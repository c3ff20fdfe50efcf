"""Code search against SQLite FTS5 (bm25) and PostgreSQL tsvector: the same rows, the same queries, the same run."""

import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from django.utils import timezone

from coding.actions.carried_lists import load_carried_lists
from coding.code_index import build_code_index, find_codes
from coding.code_index.documents import wordings
from coding.code_index.phrases import sources_of
from coding.models import Code, Edition
from coding.rules.code_search.figures import Answer, Query, figures, read_queries
from coding.rules.code_sets import CodeSet, EditionFact, in_force
from coding.rules.codings import System
from config import embedded
from portal import scope

QUERIES = Path(__file__).parents[1] / "coding" / "search"
ON = date(2026, 5, 1)
SHOWN = 10
ROUNDS = 3
Search = Callable[[str], list[str]]

FTS = "SELECT code FROM codes WHERE codes MATCH ? ORDER BY bm25(codes) LIMIT ?"
TSVECTOR = """
SELECT code FROM bench_codes, to_tsquery('simple', %s) AS wanted WHERE words @@ wanted
ORDER BY ts_rank(words, wanted) DESC LIMIT %s
"""


def report(say: Callable[[str], None]) -> None:
    """Times and hit rates of each engine on all ICD-10-CM queries, and the memory of an open index."""
    settings.CODE_INDEX_LOOK_AGAIN = 2.0  # as on a site; tests look at every search
    with scope.service():
        load_carried_lists(at=timezone.now())
        start = time.perf_counter()
        codes = build_code_index()
        say(f"Code search: {codes} codes indexed in {time.perf_counter() - start:.1f} s")
        edition = in_force(Edition.objects.facts(CodeSet.ICD10CM), ON)
        if edition is None:
            raise RuntimeError("the carried lists hold ICD-10-CM")
        another = [sys.executable, "-m", "tests.bench.search_memory"]
        grown = subprocess.run(another, check=True, capture_output=True, text=True).stdout.strip()
        say(f"  a process grows by {grown} MB through all queries (resident, the index's mapped pages included)")
        rows = rows_of(edition)
        engines = {"ours": ours, "SQLite FTS5": sqlite(rows), "PG tsvector": postgres(rows)}
        measured = {name: answers(engine) for name, engine in engines.items()}
    peer_times = {name: [figures(rounds) for rounds in found] for name, found in measured.items()}
    for name, rounds in peer_times.items():
        p50, p95 = (statistics.median(getattr(one, field) for one in rounds) for field in ("p50_ms", "p95_ms"))
        ratio = statistics.median(one.p95_ms / own.p95_ms for one, own in zip(rounds, peer_times["ours"], strict=True))
        say(
            f"  {name:<12} p50 {p50:8.2f} ms  p95 {p95:8.2f} ms  p95 ratio {ratio:6.2f}  "
            f"hit@10 {rounds[0].hit_at_10:.1%}"
        )


def answers(engine: Search) -> list[list[Answer]]:
    """Every query in each round; the first round warms up and is left out."""
    rounds = [[timed(engine, query) for query in queries()] for _ in range(ROUNDS + 1)]
    return rounds[1:]


def timed(engine: Search, query: Query) -> Answer:
    start = time.perf_counter()
    found = engine(query.text)
    return Answer(query, tuple(found), time.perf_counter() - start)


def queries() -> list[Query]:
    found: list[Query] = []
    for name in ("queries_seen.tsv", "queries_unseen.tsv"):
        with (QUERIES / name).open(encoding="utf-8", newline="") as lines:
            found += [query for query in read_queries(lines) if query.system is System.ICD10CM]
    return found


def rows_of(edition: EditionFact) -> list[tuple[str, str]]:
    """Each code with all the words that our index has of it."""
    words = wordings(System.ICD10CM, sources_of(edition, System.ICD10CM))
    rows = []
    for code, title in Code.objects.filter(edition_id=edition.pk).values_list("code", "title"):
        above = [code[:length] for length in range(3, len(code))]
        phrases = (word for phrase in words.of(code, above) for word in phrase.words)
        rows.append((code, " ".join(dict.fromkeys([*title.split(), *phrases]))))
    return rows


def ours(text: str) -> list[str]:
    return [hit.code for hit in find_codes(system=System.ICD10CM, on=ON, text=text, limit=SHOWN).hits]


def sqlite(rows: list[tuple[str, str]]) -> Search:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE codes USING fts5(code UNINDEXED, words, tokenize = 'porter')")
    database.executemany("INSERT INTO codes VALUES (?, ?)", rows)

    def search(text: str) -> list[str]:
        wanted = " OR ".join(f'"{word}"' for word in plain_words(text))
        return [code for (code,) in database.execute(FTS, [f"{wanted}*", SHOWN])]

    return search


def postgres(rows: list[tuple[str, str]]) -> Search:
    # The site's own role makes no tables.
    cursor = psycopg.connect(embedded.superuser_url(connection.settings_dict["NAME"])).cursor()
    cursor.execute("CREATE TEMPORARY TABLE bench_codes (code text, words tsvector)")
    cursor.executemany("INSERT INTO bench_codes VALUES (%s, to_tsvector('simple', %s))", rows)
    cursor.execute("CREATE INDEX ON bench_codes USING gin (words)")
    cursor.execute("ANALYZE bench_codes")

    def search(text: str) -> list[str]:
        cursor.execute(TSVECTOR, [" | ".join(plain_words(text)) + ":*", SHOWN])
        return [code for (code,) in cursor.fetchall()]

    return search


def plain_words(text: str) -> list[str]:
    return ["".join(letter for letter in word if letter.isalnum()) or "x" for word in text.split()]
