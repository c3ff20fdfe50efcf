"""Change the keys under which files are sealed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from portal import scope
from portal.actions.keys import give_new_key, wrap_keys_again
from portal.models import Practice
from portal.vault import Destroyed, MasterMissing


class Command(BaseCommand):
    help = (
        "Wraps all practices' keys by the newest master key (the first of CHARTLINE_MASTER_KEYS); "
        "with --practice, gives one practice a new key for what it sends from now on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--practice", type=int, metavar="ID")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            with scope.service():
                if options["practice"] is None:
                    changed = wrap_keys_again(at=now)
                    said = f"{changed} keys are wrapped by the newest master key now."
                else:
                    practice = Practice.objects.get(pk=options["practice"])
                    key = give_new_key(practice=practice, at=now)
                    said = f"Key {key.number} seals what practice {practice.pk} sends from now on."
        except Practice.DoesNotExist:
            raise CommandError("There is no practice of this number.") from None
        except MasterMissing as missing:
            raise CommandError(
                f"A key is wrapped by master key {missing}, which CHARTLINE_MASTER_KEYS does not have. "
                "Nothing was changed. Add it behind the newest and run this again."
            ) from None
        except Destroyed:
            raise CommandError("The keys of this practice were destroyed. Nothing was changed.") from None
        self.stdout.write(said)
