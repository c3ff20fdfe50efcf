"""Prints by how many megabytes a process that has only started grows when it searches codes."""

import sys

import django
import psutil


def main() -> None:
    django.setup()
    from tests.bench.search import ours, queries

    process = psutil.Process()
    before = process.memory_info().rss
    for query in queries():
        ours(query.text)
    sys.stdout.write(f"{(process.memory_info().rss - before) / 1e6:.1f}\n")


if __name__ == "__main__":
    main()
