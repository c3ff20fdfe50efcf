"""Change the keys under which files are sealed: the master key over all of them, or one practice's own."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from portal import vault
from portal.actions.audit import record
from portal.models import Practice, PracticeKey


@transaction.atomic
def wrap_keys_again(*, at: datetime) -> int:
    """Wrap every living key that an older master key holds by the newest; how many. Caller opens the service's scope.

    MasterMissing, and nothing is changed, if one is held by a master key that this process was not given.
    """
    held = PracticeKey.objects.filter(destroyed_at=None).select_for_update()
    changed = [row for row in held if vault.wrap_again(row)]
    newest = next(iter(vault.masters()))
    record("keys.wrapped_again", at=at, master=newest, keys=len(changed), of=len(held))
    return len(changed)


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
