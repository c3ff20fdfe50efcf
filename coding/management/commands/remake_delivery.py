"""Make the files of a delivery again and compare them with what was delivered."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from coding.actions.kept_results import NotKept, remake_delivery
from portal import scope
from portal.actions.audit import record
from portal.models import Delivery

BATCH = re.compile(r"(?:B-)?([0-9]{1,9})")
TOO_OLD = "was delivered before it was kept what deliveries are made of"


class Command(BaseCommand):
    help = (
        "Makes the files of a batch's delivery again, from what the database has kept of it, and says of each whether "
        "it has the SHA-256 that was noted on delivery. With --folder the files are written there, even if the stored "
        "one is lost. Exit code 1 if one differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("practice", help="code of the practice, such as RIVER")
        parser.add_argument("batch", help="number of the batch, such as B-7")
        parser.add_argument("--delivery", dest="delivery_version", type=int, help="of the delivery; otherwise each")
        parser.add_argument("--folder", type=Path, help="write the files there")

    def handle(self, *_args: Any, **options: Any) -> None:
        match = BATCH.fullmatch(options["batch"])
        if not match:
            raise CommandError("Name the batch by its number, such as B-7.")
        with scope.service():
            rows = Delivery.objects.filter(batch__practice__code=options["practice"], batch__number=int(match[1]))
            if options["delivery_version"]:
                rows = rows.filter(version=options["delivery_version"])
            found = list(rows.select_related("batch").order_by("version", "file_name"))
            if not found:
                raise CommandError("There is no such delivery.")
            different = sum(not self.compare(delivery, options["folder"]) for delivery in found)
        if different:
            raise CommandError(f"{different} of {len(found)} files could not be made as they were delivered.")

    def compare(self, delivery: Delivery, folder: Path | None) -> bool:
        """Whether the file was made again as it was delivered; says so, and writes it."""
        try:
            content = remake_delivery(delivery)
        except NotKept:
            self.stdout.write(f"{delivery.file_name}  {TOO_OLD}")
            return False
        same = hashlib.sha256(content).hexdigest() == delivery.sha256
        record("delivery.remade", at=timezone.now(), about=delivery, version=delivery.version, same=same)
        self.stdout.write(f"{delivery.file_name}  {'same bytes' if same else 'DIFFERS'}  {delivery.sha256}")
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / delivery.file_name).write_bytes(content)
        return same
