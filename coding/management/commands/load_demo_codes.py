"""Load the code lists that the packages carry, and the demo procedures."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from coding.actions.codes import codes_are_loaded, load_codes_from_packages


class Command(BaseCommand):
    help = "Loads ICD-10-CM, ICD-9-CM and the demo procedures; does nothing when they are there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true", help="load even if the lists are there")

    def handle(self, *_args: Any, **options: Any) -> None:
        if codes_are_loaded() and not options["again"]:
            self.stdout.write("The code lists are loaded.")
            return
        for system, count in load_codes_from_packages(at=timezone.now()).items():
            self.stdout.write(f"{system.label}: {count} codes")
