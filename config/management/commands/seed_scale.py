"""Make a site of many encounters, to measure it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from coding.actions.flow import fit_weights, roll_up_history
from coding.models import Encounter
from config.demo.scale import IN_BATCH, PER_DAY, Cast, seed
from portal import scope
from portal.models import (
    BusinessAssociateAgreement,
    Contract,
    Membership,
    Payer,
    Practice,
    Provider,
    Skill,
    User,
    UserRole,
)
from portal.rules.npi import check_digit
from portal.rules.roles import Role
from portal.rules.specialties import Specialty

PRACTICES, CODERS, VERIFIERS = 40, 24, 6
CODE = "SCALE"


class Command(BaseCommand):
    help = (
        "Adds practices whose history has that many encounters: the newest as of now, the others before them, so that "
        "a second run with a larger number makes the history longer. Its charts have no stored files."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--encounters", type=int, required=True, help="how many there are to be in all")
        parser.add_argument("--per-day", type=int, default=PER_DAY, help="how many arrive a day")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002  (Django's signature)
        if not (settings.DEMO or settings.DEBUG or settings.TESTING):
            raise CommandError("Invented practices are only made where CHARTLINE_DEMO=1 or CHARTLINE_DEBUG=1.")
        wanted = -(-options["encounters"] // IN_BATCH) * IN_BATCH
        begun = time.monotonic()
        with scope.service():
            cast = gather()
            there = Encounter.objects.filter(practice__in=cast.practices).count()
        if there < wanted:
            seed(cast, first=there + 1, last=wanted, now=timezone.now(), per_day=options["per_day"])
            self.stdout.write(f"{wanted - there:,} encounters in {time.monotonic() - begun:.0f} s")
            with scope.service():
                roll_up_history(at=timezone.now())
                fit_weights(at=timezone.now())
        self.stdout.write(f"{max(there, wanted):,} encounters in all, {time.monotonic() - begun:.0f} s")


def gather() -> Cast:
    """The practices and people of the scale, made when they are missing."""
    practices = list(Practice.objects.filter(code__startswith=CODE).order_by("pk"))
    practices += [new_practice(number) for number in range(len(practices), PRACTICES)]
    people = {
        role: [person(f"{role.value}{number}", role) for number in range(1, count + 1)]
        for role, count in ((Role.CODER, CODERS), (Role.VERIFIER, VERIFIERS))
    }
    return Cast(
        practices=[practice.pk for practice in practices],
        providers=[practice.providers.get().pk for practice in practices],
        payers=[practice.payers.get().pk for practice in practices],
        members=[Membership.objects.get(practice=practice).user_id for practice in practices],
        specialties=[list(Specialty)[number % len(Specialty)].value for number in range(len(practices))],
        coders=[user.pk for user in people[Role.CODER]],
        verifiers=[user.pk for user in people[Role.VERIFIER]],
        manager=person("manager", Role.MANAGER).pk,
    )


def new_practice(number: int) -> Practice:
    """A practice with its papers, a provider, a payer and a person."""
    practice = Practice.objects.create(name=f"Scale practice {number + 1:02d}", code=f"{CODE}{number + 1:02d}")
    day = datetime(2020, 1, 1, tzinfo=UTC).date()
    Contract.objects.create(practice=practice, starts_on=day, delivery_formats=["csv"], verification_share=30)
    BusinessAssociateAgreement.objects.create(practice=practice, signed_on=day, starts_on=day)
    nine = f"1{number:08d}"
    Provider.objects.create(
        practice=practice, name=f"Doctor {number + 1}", npi=f"{nine}{check_digit(nine)}",
        specialty=list(Specialty)[number % len(Specialty)],
    )  # fmt: skip
    Payer.objects.create(practice=practice, name="Payer")
    Membership.objects.create(practice=practice, user=person(f"practice{number + 1}", Role.PRACTICE))
    return practice


def person(name: str, role: Role) -> User:
    """Somebody of the scale, without a password: nobody signs in as them."""
    email = f"scale.{name}@example.com"
    user: User | None = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email=email, name=f"Scale {name}", password=None)
        UserRole.objects.create(user=user, role=role)
        if role in (Role.CODER, Role.VERIFIER):
            Skill.objects.bulk_create(Skill(user=user, specialty=specialty) for specialty in Specialty)
    return user
