"""The end of a practice: its keys, files and rows are destroyed, and the certificate is printed."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from portal import scope
from portal.actions.destruction import ExportDamaged, ExportDiffers, UnderHold, destroy_practice
from portal.actions.export import BadExport
from portal.models import Practice, User
from portal.rules.roles import Role


class Command(BaseCommand):
    help = (
        "Destroys everything of a practice, for good. Needs an export of its present state (export_practice) and the "
        "practice's code typed as confirmation. Prints the certificate."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("practice", type=int, help="its number")
        parser.add_argument("export", type=Path, help="the folder that export_practice wrote")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the admin who orders it")
        parser.add_argument("--confirm", required=True, metavar="CODE", help="the practice's code")
        parser.add_argument("--despite-damage", action="store_true", help="also if the export lacks damaged files")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            with scope.service():
                practice = Practice.objects.get(pk=options["practice"])
                if practice.code != options["confirm"]:
                    raise CommandError("--confirm is not this practice's code. Nothing was destroyed.")
                by = User.objects.with_role(Role.ADMIN).get(email=options["by"].lower())
                done = destroy_practice(
                    practice=practice, export=options["export"], by=by, at=timezone.now(),
                    despite_damage=options["despite_damage"],
                )  # fmt: skip
        except Practice.DoesNotExist:
            raise CommandError("There is no practice of this number.") from None
        except User.DoesNotExist:
            raise CommandError("--by is not the address of an active admin. Nothing was destroyed.") from None
        except UnderHold:
            raise CommandError("A legal hold stands on this practice. Nothing was destroyed.") from None
        except BadExport as wrong:
            raise CommandError(f"The export cannot be used: {wrong}. Nothing was destroyed.") from None
        except ExportDiffers as difference:
            raise CommandError(
                f"The export is not what the site holds now: {difference}. Nothing was destroyed; export again."
            ) from None
        except ExportDamaged:
            raise CommandError(
                "The export lacks files that are damaged here. Mend them and export again, or give --despite-damage. "
                "Nothing was destroyed."
            ) from None
        self.stdout.write(done.certificate)
        self.stdout.write(f"SHA-256 of this certificate: {done.sha256}")
