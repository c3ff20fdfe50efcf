"""Load the lists that the packages and this repository carry."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from coding.actions.carried_lists import CARRIED, load_carried_lists
from portal import scope


class Command(BaseCommand):
    help = (
        "Loads ICD-10-CM with its notes, ICD-9-CM, the crosswalks, places of service, modifiers and the demo "
        "procedures. What is loaded stays as it is, and so does an edition that you loaded from a file of your own."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        changed = 0
        for carried in CARRIED:
            with scope.service():
                reports = load_carried_lists(at=timezone.now(), lists=[carried])
            for report in reports:
                if not report.unchanged:
                    changed += 1
                    self.stdout.write(f"{report.edition}: {report.edition.rows} rows")
        if not changed:
            self.stdout.write("Every carried list is loaded.")
