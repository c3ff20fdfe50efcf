"""The ledger: does everything that was received still exist, in one place, on its way? Reads only."""

import json
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from coding.actions import trust as coding_trust
from portal.actions import trust
from portal.actions.trust import Look, files, intake, practices, trail, work
from portal.actions.trust.files import Naming

NAMINGS = (
    *files.NAMINGS,
    Naming("code file", "coding_codefile", "stored", condition="outcome = 'waiting'"),
    Naming("attachment", "feedback_attachment", "storage_name", sha256="sha256"),
)
CHECKS = (
    *intake.CHECKS,
    files.presence(NAMINGS),
    files.content(NAMINGS),
    *coding_trust.CHECKS,
    *work.CHECKS,
    *practices.CHECKS,
    *trail.CHECKS,
)
ALARMS = (work.alarms, coding_trust.alarms, partial(files.orphans, NAMINGS))


class Command(BaseCommand):
    help = (
        "Compares receipts, rows, stored files, histories, leases, jobs and the audit chain. Changes nothing. "
        "Exits with 1 if there is a difference and names each row. See docs/operations.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the report as JSON")
        parser.add_argument(
            "--every", type=int, default=7, metavar="N",
            help="read and hash one of N stored files, another one each day (1: all, 0: none; as it stands: 7)",
        )  # fmt: skip
        parser.add_argument("--only", action="append", metavar="CHECK", help="this check; may be given again")
        parser.add_argument("--shown", type=int, default=trust.SHOWN, metavar="N", help="rows named a check")

    def handle(self, *_args: Any, **options: Any) -> None:
        wanted = options["only"]
        report = trust.take_stock(
            checks=[check for check in CHECKS if not wanted or check.name in wanted],
            alarms=ALARMS if not wanted else (),
            look=Look(at=timezone.now(), every=options["every"]),
            shown=options["shown"],
        )
        text = json.dumps(report.as_data(), indent=1) if options["json"] else "\n".join(report.lines())
        self.stdout.write(text)
        if report.count:
            raise SystemExit(1)
