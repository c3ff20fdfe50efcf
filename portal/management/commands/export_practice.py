"""Write everything the site holds of a practice into a folder, in open formats."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from portal import scope
from portal.actions.export import NotEmpty, export_practice
from portal.models import Practice


class Command(BaseCommand):
    help = (
        "Exports a practice: its rows as JSON lines, its files in the clear, a manifest of hashes. The folder then "
        "holds patients' charts: keep it on an encrypted disk. Exits with 1 if a file was damaged and is not in it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("practice", type=int, help="its number")
        parser.add_argument("folder", type=Path, help="new or empty")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            with scope.service():
                practice = Practice.objects.get(pk=options["practice"])
            found = export_practice(practice=practice, folder=options["folder"], at=timezone.now())
        except Practice.DoesNotExist:
            raise CommandError("There is no practice of this number.") from None
        except NotEmpty:
            raise CommandError("The folder is not empty. Nothing was written; name a new one.") from None
        rows = sum(table["rows"] for table in found.tables.values())
        self.stdout.write(f"{rows} rows and {len(found.files)} files are in {options['folder']}")
        for where in found.damaged:
            self.stderr.write(f"DAMAGED the file of {where} could not be read and is not in the export")
        if found.damaged:
            raise SystemExit(1)
