"""Change the keys under which files are sealed: the master key over all of them, or one practice's own."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from cryptography.fernet import InvalidToken
from django.db import transaction

from portal import vault
from portal.actions.audit import record
from portal.fhir.keys import seal_again
from portal.models import FhirEndpoint, Practice, PracticeKey


@transaction.atomic
def wrap_keys_again(*, at: datetime) -> int:
    """Wrap every living key that an older master key holds by the newest; how many. Caller opens the service's scope.

    Our keys for FHIR servers are sealed by the newest SECRET_KEY on the way. MasterMissing, and nothing is changed,
    if one is held by a master key that this process was not given; a FHIR key that no secret opens is left as it is.
    """
    held = PracticeKey.objects.filter(destroyed_at=None).select_for_update()
    changed = [row for row in held if vault.wrap_again(row)]
    newest = next(iter(vault.masters()))
    record("keys.wrapped_again", at=at, master=newest, keys=len(changed), of=len(held), fhir=seal_fhir_keys_again())
    return len(changed)


def seal_fhir_keys_again() -> int:
    """Seal what a current secret opens by the newest; how many keys."""
    count = 0
    for endpoint in FhirEndpoint.objects.select_for_update(of=("self",)):
        with suppress(InvalidToken):
            sealed = seal_again(endpoint.private_key)
            count += FhirEndpoint.objects.filter(pk=endpoint.pk).update(private_key=sealed)
    return count


@transaction.atomic
def give_new_key(*, practice: Practice, at: datetime) -> PracticeKey:
    """What the practice sends from now on is sealed by a new key; what is there stays readable by the old.

    Destroyed if the practice's keys were destroyed. Other processes follow within the vault's LIFETIME.
    """
    old = vault.key_in_use(practice.pk)
    PracticeKey.objects.filter(practice=practice, number=old.number).update(retired_at=at)
    new = vault.make_key(practice.pk, number=old.number + 1)
    record("key.renewed", at=at, about=new, old=old.number, new=new.number)
    return new
