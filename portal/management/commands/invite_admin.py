"""The first admin of a fresh site: prints the link by which they join."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse
from django.utils import timezone

from portal import scope
from portal.actions.invitations import AlreadyAPerson, AlreadyInvited, invite_person
from portal.rules.roles import Role


class Command(BaseCommand):
    help = "Invites an admin and prints the link, which works once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
            with scope.service():
                _, secret = invite_person(
                    email=options["email"],
                    name=options["name"],
                    roles=[Role.ADMIN],
                    practice=None,
                    specialties=[],
                    by=None,
                    at=timezone.now(),
                )
        except AlreadyAPerson:
            raise CommandError("Somebody already signs in with this address.") from None
        except AlreadyInvited:
            raise CommandError(
                "This address has an open invitation. Wait until it expires, or take it back on the site."
            ) from None
        self.stdout.write(f"{settings.SITE_URL}{reverse('portal:join', args=[secret])}")
        self.stdout.write(f"The link works once, for {settings.INVITATION_HOURS} hours.")
