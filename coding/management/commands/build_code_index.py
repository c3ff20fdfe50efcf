"""Build the code search index of this machine."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from coding.code_index import build_code_index


class Command(BaseCommand):
    help = "Builds the code search index of this machine from the database; running searches go on meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-needed", action="store_true", help="only if a list was loaded since the last build")

    def handle(self, *_args: Any, **options: Any) -> None:
        start = time.monotonic()
        count = build_code_index(only_if_needed=options["if_needed"])
        if options["if_needed"] and not count:
            self.stdout.write("The code index is up to date.")
            return
        self.stdout.write(f"{count} codes indexed in {time.monotonic() - start:.1f} s.")
