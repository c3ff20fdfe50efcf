"""Build the code search index of this machine."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from coding.code_index import build_code_index


class Command(BaseCommand):
    help = "Builds the code search index of this machine from the database; running searches go on meanwhile."

    def handle(self, *_args: Any, **_options: Any) -> None:
        start = time.monotonic()
        count = build_code_index()
        self.stdout.write(f"{count} codes indexed in {time.monotonic() - start:.1f} s.")
