"""Fill an empty site with the demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from coding.actions.carried_lists import load_carried_lists
from config.demo.cast import PASSWORD, PEOPLE
from config.demo.story import seed
from portal import scope
from portal.models import Practice, User


class Command(BaseCommand):
    help = "Two practices, ten people and some fifty charts on all stages of the line; everything is invented."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are people already")
        parser.add_argument("--print-sign-ins", action="store_true", help="only print who can sign in")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002  (Django's signature)
        if options["print_sign_ins"]:
            self.print_sign_ins()
            return
        if not settings.DEMO and not settings.TESTING:
            raise CommandError("The demo has known passwords. It is only made where CHARTLINE_DEMO=1.")
        with scope.service():
            if User.objects.exists() or Practice.objects.exists():
                if options["if_empty"]:
                    return
                raise CommandError("There are people or practices here already; the demo goes into an empty site.")
            load_carried_lists(at=timezone.now())
            seed(now=timezone.now())

    def print_sign_ins(self) -> None:
        for person in PEOPLE:
            self.stdout.write(f"{person.email:<26} {person.name.split()[0]} {person.says}")
        self.stdout.write(f"password for all of them: {PASSWORD}")
