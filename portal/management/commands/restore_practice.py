"""Bring an exported practice into an empty site."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from portal.actions.export import BadExport
from portal.actions.restore import NotFree, restore_practice


class Command(BaseCommand):
    help = "Restores a practice from the folder that export_practice wrote, into a site that holds no practice yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            practice = restore_practice(folder=options["folder"], at=timezone.now())
        except BadExport as wrong:
            raise CommandError(f"The export cannot be used: {wrong}. Nothing was restored.") from None
        except NotFree:
            raise CommandError(
                "This site holds a practice already, or a person under a number of the export. Nothing was restored; "
                "restore into a new site, before people are invited."
            ) from None
        self.stdout.write(f"Practice {practice.pk} ({practice.code}) is restored.")
