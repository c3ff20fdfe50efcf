"""Load an official file into the code sets, fees and edits."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from coding.actions.code_sets import BadEdition, EditionsClash, LoadReport, RowsRefused, load_code_file
from coding.actions.packed_files import as_one_file
from coding.rules.code_sets import CodeSet
from coding.rules.layouts.shape import Refused, WrongFile
from portal import scope


class Command(BaseCommand):
    help = (
        "Loads one official file as an edition of its list: all of it or nothing. Rows that cannot be taken are "
        "printed by line and reason; then nothing is loaded and the exit code is 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=[code_set.value for code_set in CodeSet])
        parser.add_argument(
            "files", type=Path, nargs="+", metavar="file", help="several, or a folder, are read as one (NCCI, coverage)"
        )
        parser.add_argument("--edition", required=True, help='its name, as "2026 Q4"')
        parser.add_argument("--effective", required=True, type=date.fromisoformat, help="first day (YYYY-MM-DD)")
        parser.add_argument("--ends-on", type=date.fromisoformat, help="last day of a list that ended (YYYY-MM-DD)")
        parser.add_argument("--leave-out-refused", action="store_true", help="load the rows that can be taken")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            with scope.service(), as_one_file(options["files"]) as file:
                report = load_code_file(
                    code_set=CodeSet(options["kind"]), file=file, file_name=options["files"][0].name,
                    name=options["edition"], effective=options["effective"], ends_on=options["ends_on"],
                    by=None, at=timezone.now(), leave_out_refused=options["leave_out_refused"],
                )  # fmt: skip
        except RowsRefused as refusal:
            self.name_rows(refusal.refused, refusal.count)
            raise SystemExit(1) from None
        except (WrongFile, EditionsClash, BadEdition, OSError) as trouble:
            raise CommandError(str(trouble)) from trouble
        self.tell(report)

    def tell(self, report: LoadReport) -> None:
        if report.unchanged:
            self.stdout.write(f"{report.edition}: unchanged, this file is loaded ({report.edition.rows} rows).")
            return
        self.name_rows(report.refused, report.left_out)
        for table, count in report.rows.items():
            self.stdout.write(f"{report.edition}: {count} rows in {table}")
        if report.removed:
            self.stdout.write(f"{report.removed} rows of the edition it replaces are gone.")

    def name_rows(self, refused: tuple[Refused, ...], count: int) -> None:
        for row in refused:
            self.stderr.write(f"line {row.line}: {row.reason}")
        if count:
            self.stderr.write(f"{count} rows refused.")
