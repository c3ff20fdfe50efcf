"""Check the stored files against the rows that name them."""

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from portal.actions.scrub import scrub


def part(text: str) -> tuple[int, int]:
    """`2/7`: the second of seven parts."""
    number, slash, of = text.partition("/")
    if not (slash and number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise ArgumentTypeError("a part is written like 2/7: the second of seven")
    return int(number), int(of)


class Command(BaseCommand):
    help = (
        "Hashes every stored file and compares it with its row; names those that are missing or altered and then exits "
        "with 1. Removes files that no row has named for a day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--part", type=part, default=(1, 1), metavar="N/M", help="only the Nth of M parts")

    def handle(self, *_args: Any, **options: Any) -> None:
        number, of = options["part"]
        tally = scrub(at=timezone.now(), part=number, of=of)
        for name, damage in tally.damaged:
            self.stderr.write(f"{damage.value.upper()} {name}")
        self.stdout.write(
            f"{tally.checked} files checked, {len(tally.damaged)} damaged; "
            f"{tally.unnamed} without a row, {tally.removed} of them removed"
        )
        if tally.damaged:
            raise SystemExit(1)
