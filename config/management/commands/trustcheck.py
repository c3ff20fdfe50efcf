"""The ledger: does everything that was received still exist, in one place, on its way? Reads only."""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from coding.actions import trust as coding_trust
from portal.actions import trust
from portal.actions.trust import Check, Look, files, intake, practices, trail, work
from portal.actions.trust.files import Naming
from portal.rules.ledger import Alarm

CODE_FILES = Naming("code file", "coding_codefile", "stored", condition="outcome = 'waiting'")


def every_alarm() -> list[Callable[[Look], Iterable[Alarm]]]:
    """What is looked at besides: backlogs, and what is on its way."""
    return [work.alarms, coding_trust.alarms, intake.notes, partial(files.orphans, [*files.namings(), CODE_FILES])]


def every_check() -> list[Check]:
    """The whole ledger, made anew for each run."""
    return [
        *intake.CHECKS,
        files.presence([*files.namings(), CODE_FILES]),
        files.content(files.namings()),
        *coding_trust.CHECKS,
        *work.CHECKS,
        *practices.CHECKS,
        trail.check(),
    ]


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
            checks=[check for check in every_check() if not wanted or check.name in wanted],
            alarms=every_alarm() if not wanted else (),
            look=Look(at=timezone.now(), every=options["every"]),
            shown=options["shown"],
        )
        text = json.dumps(report.as_data(), indent=1) if options["json"] else "\n".join(report.lines())
        self.stdout.write(text)
        if report.count:
            raise SystemExit(1)
