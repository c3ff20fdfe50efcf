"""Search codes from the command line, or measure the search with a file of queries."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from coding.code_index import Hit, find_codes
from coding.rules.code_search.figures import FIRST, Answer, BadQueries, Query, figures, read_queries
from coding.rules.codings import System, diagnosis_system, dotted


class Command(BaseCommand):
    help = (
        "Prints the codes that a text finds, ten lines or as JSON: "
        '{"results": [{"code", "title", "billable", "why"}]}. '
        "With --queries FILE.tsv (columns id, system, on, query, accept; codes without dots, `|` between them, a "
        "trailing * for any code that begins so) it runs every query and prints how many found an accepted code: "
        '{"all": FIGURES, "systems": {system: FIGURES}, '
        '"misses": [{"id", "system", "on", "query", "accept", "found"}]} '
        "where FIGURES are queries, hit_at_1, hit_at_10, mrr (0 to 1), p50_ms and p95_ms, and a miss is a query "
        "without an accepted code among its first ten; found are those ten."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text", nargs="?", help="what a coder would type")
        parser.add_argument("--system", choices=[system.value for system in System])
        parser.add_argument("--on", type=date.fromisoformat, help="date of service (YYYY-MM-DD), today if not given")
        parser.add_argument("--limit", type=int, default=FIRST)
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--queries", type=Path, help="tab-separated file of queries to measure")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["queries"]:
            self.measure(options["queries"], as_json=options["json"])
        elif options["text"]:
            self.search(options)
        else:
            raise CommandError("Give a text to search for, or --queries FILE.")

    def search(self, options: dict[str, Any]) -> None:
        on = options["on"] or timezone.localdate()
        system = System(options["system"]) if options["system"] else diagnosis_system(on)
        found = find_codes(system=system, on=on, text=options["text"], limit=options["limit"])
        if options["json"]:
            self.stdout.write(json.dumps({"results": [result_of(hit) for hit in found.hits]}, ensure_ascii=False))
            return
        for hit in found.hits:
            mark = "" if hit.billable else " (category)"
            self.stdout.write(f"{dotted(system, hit.code):<9} {hit.title}{mark}  [{hit.why}]")
        if found.spelling:
            self.stdout.write(f"Closest spelling: {found.spelling}")
        elif not found.hits:
            self.stdout.write("No code found.")

    def measure(self, file: Path, *, as_json: bool) -> None:
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                queries = read_queries(lines)
        except (OSError, BadQueries) as trouble:
            raise CommandError(str(trouble)) from trouble
        answers = answers_to(queries)
        if as_json:
            self.stdout.write(json.dumps(report_of(answers), ensure_ascii=False))
            return
        report = report_of(answers)
        for name, row in {"all": report["all"], **report["systems"]}.items():
            self.stdout.write(
                f"{name:<10} {row['queries']:4} queries  hit@1 {row['hit_at_1']:.1%}  hit@10 {row['hit_at_10']:.1%}  "
                f"MRR {row['mrr']:.3f}  p50 {row['p50_ms']:.2f} ms  p95 {row['p95_ms']:.2f} ms"
            )
        for miss in report["misses"]:
            self.stdout.write(f"missed {miss['id']} {miss['system']} {miss['query']!r}: {' '.join(miss['accept'])}")


def result_of(hit: Hit) -> dict[str, str | bool]:
    return {"code": hit.code, "title": hit.title, "billable": hit.billable, "why": hit.why}


def answers_to(queries: Sequence[Query]) -> list[Answer]:
    """Each query once, after one that opens the index."""
    if queries:
        find_codes(system=queries[0].system, on=queries[0].on, text=queries[0].text)
    answers = []
    for query in queries:
        start = time.perf_counter()
        found = find_codes(system=query.system, on=query.on, text=query.text, limit=FIRST)
        took = time.perf_counter() - start
        answers.append(Answer(query, tuple(hit.code for hit in found.hits), took))
    return answers


def report_of(answers: Sequence[Answer]) -> dict[str, Any]:
    systems = dict.fromkeys(answer.query.system for answer in answers)
    return {
        "all": asdict(figures(answers)),
        "systems": {
            system.value: asdict(figures([answer for answer in answers if answer.query.system is system]))
            for system in systems
        },
        "misses": [
            {
                "id": answer.query.id,
                "system": answer.query.system.value,
                "on": answer.query.on.isoformat(),
                "query": answer.query.text,
                "accept": list(answer.query.accept),
                "found": list(answer.codes[:FIRST]),
            }
            for answer in answers
            if not answer.rank
        ],
    }
