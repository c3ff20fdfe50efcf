"""`make bench`: figures as ratios against a peer measured in the same run, with the machine's facts.

`python -m tests.bench NAME …` measures the named parts only.
"""

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROUNDS = 5


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def per_second(work: Callable[[], int]) -> float:
    """How many a second, of the number that the work says it did."""
    start = time.perf_counter()
    done = work()
    return done / (time.perf_counter() - start)


def compare(
    name: str,
    unit: str,
    ours: Callable[[], int],
    peer_name: str,
    peer: Callable[[], int],
    prepare: Callable[[], None] = lambda: None,
) -> None:
    """Ours and the peer in turn; the first round warms up. `prepare` goes before each round and is not counted."""
    ratios, own, others = [], [], []
    for number in range(ROUNDS + 1):
        prepare()
        mine, theirs = per_second(ours), per_second(peer)
        if number:
            own.append(mine)
            others.append(theirs)
            ratios.append(mine / theirs)
    say(f"{name}")
    say(
        f"  {peer_name:<15} {statistics.median(others):10.1f} {unit}/s   (min {min(others):.1f}, max {max(others):.1f})"
    )
    say(f"  ratio           {statistics.median(ratios):10.2f}        (min {min(ratios):.2f}, max {max(ratios):.2f})")


def say_all(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)


def parts() -> dict[str, Callable[[], None]]:
    """Each part by the name that `python -m tests.bench NAME …` knows it by."""
    from tests.bench import (
        claims_written,
        edits,
        fairness,
        loading,
        next_chart,
        ocr,
        prices,
        queue,
        remittances,
        rendering,
        scale,
        search,
        serving,
        suggestions,
        uploading,
    )

    return {
        "queue": lambda: compare(*queue.claims()),
        "rendering": lambda: rendering.report(compare),
        "storing": lambda: compare(*serving.stores()),
        "serving": lambda: say_all(serving.page_images()),
        "prices": lambda: compare(*prices.lines()),
        "uploading": lambda: uploading.report(compare),
        "fairness": lambda: say_all(fairness.report()),
        "loading": lambda: say_all(loading.report()),
        "remittances": lambda: say_all(remittances.report()),
        "claims": lambda: say_all(claims_written.report()),
        "edits": lambda: say_all(edits.report()),
        "ocr": lambda: say_all(ocr.report()),
        "benches": lambda: say_all(next_chart.report()),
        "search": lambda: search.report(say),
        "suggestions": lambda: say_all(suggestions.report()),
        "scale": lambda: say_all(scale.report()),
    }


def on_site(work: Callable[[], None]) -> None:
    """Do something with a site of the benchmarks' own, its services running and its database made."""
    os.environ["CHARTLINE_VAR"] = str(ROOT / "var" / "bench")
    os.environ["CHARTLINE_TESTING"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config import embedded

    started = embedded.start()
    try:
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        load = " ".join(f"{figure:.2f}" for figure in os.getloadavg())
        say(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, load {load}")
        work()
    finally:
        embedded.stop(started)


def measure_parts() -> None:
    """The parts that were named, or all."""
    for part, measure in parts().items():
        if not sys.argv[1:] or part in sys.argv[1:]:
            measure()


if __name__ == "__main__":
    on_site(measure_parts)
