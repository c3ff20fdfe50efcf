"""Place or lift a legal hold: while it stands, nothing of the practice or the batch is destroyed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from portal import scope
from portal.actions.retention import NotHeld, hold, lift_hold
from portal.models import Batch, LegalHold, Practice, User
from portal.rules.roles import Role


class Command(BaseCommand):
    help = "Places a legal hold on a practice, or on one of its batches; --lift ends one by its number."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the admin who orders it")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--practice", type=int, metavar="ID")
        what.add_argument("--lift", type=int, metavar="HOLD")
        parser.add_argument("--batch", type=int, metavar="NUMBER", help="as in B-12: only this batch of the practice")
        parser.add_argument("--reason", default="", help="why; no names of patients")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            with scope.service():
                by = User.objects.with_role(Role.ADMIN).get(email=options["by"].lower())
                said = lift(options["lift"], by=by) if options["lift"] else place(options, by=by)
        except User.DoesNotExist:
            raise CommandError("--by is not the address of an active admin. Nothing was changed.") from None
        except (Practice.DoesNotExist, Batch.DoesNotExist):
            raise CommandError("There is no practice or batch of this number. Nothing was changed.") from None
        except (LegalHold.DoesNotExist, NotHeld):
            raise CommandError("No hold of this number stands. Nothing was changed.") from None
        self.stdout.write(said)


def lift(number: int, *, by: User) -> str:
    """End a hold; what to print."""
    lift_hold(hold=LegalHold.objects.get(pk=number), by=by, at=timezone.now())
    return f"Hold {number} is lifted."


def place(options: dict[str, Any], *, by: User) -> str:
    """Write a hold; what to print."""
    if not options["reason"].strip():
        raise CommandError("--reason is missing: a hold says why. Nothing was changed.")
    practice = Practice.objects.get(pk=options["practice"])
    batch = Batch.objects.get(practice=practice, number=options["batch"]) if options["batch"] else None
    row = hold(practice=practice, batch=batch, reason=options["reason"].strip(), by=by, at=timezone.now())
    return f"Hold {row.pk} stands on {batch.label if batch else practice.code}."
