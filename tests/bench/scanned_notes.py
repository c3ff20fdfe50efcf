"""By hand: `python -m tests.bench.scanned_notes FOLDER` prints the table of tests.bench.suggestions_on_scans."""

import argparse
from pathlib import Path

from tests.bench.__main__ import on_site, say_all

NOTES_READ = 40


def main() -> None:
    """Read the arguments, start a site, print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, help="the notes of CodiEsp")
    parser.add_argument("--notes", type=int, default=NOTES_READ)
    parser.add_argument("--half", choices=["tuned", "held-out"], default="tuned")
    options = parser.parse_args()

    def work() -> None:
        from tests.bench.suggestions_on_scans import on_scans

        say_all(on_scans(options.folder, options.notes, options.half))

    on_site(work)


if __name__ == "__main__":
    main()
