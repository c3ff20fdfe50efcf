"""Turns are renewed: a practice's share follows what is finished for it, and its backlog moves up as it shrinks.

An encounter gets its turn from the database when it is added (migrations/0005), by the rule of coding.rules.turns.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F

from coding.models import Encounter
from coding.rules.turns import COUNTED_DAYS, Promise, share_of, turns
from portal import scope
from portal.actions.audit import record
from portal.models import Practice

AT_ONCE = 500


def renew_turns(*, at: datetime) -> int:
    """Count the shares anew and, with them, turns in practices with more work than their share; how many turns changed.

    Opens the service's scope for each part, so that no row is locked for longer than its part takes.
    """
    with scope.service():
        resized = count_shares(at=at)
        behind = Encounter.objects.waiting().originals().filter(turn_at__gt=F("due_at")).values("practice")
        rows = Practice.objects.filter(pk__in=behind) | Practice.objects.filter(pk__in=resized)
        practices = list(rows.order_by("pk"))
    return sum(renew_turns_of(practice=practice, at=at) for practice in practices)


@transaction.atomic
def count_shares(*, at: datetime) -> list[int]:
    """Set each practice's share by what was finished for it; the ids of those whose share changed."""
    finished = dict(
        Encounter.objects.originals()
        .finished()
        .filter(finished_at__gt=at - timedelta(days=COUNTED_DAYS))
        .values_list("practice")
        .annotate(number=Count("pk"))
        .order_by()
    )
    resized = []
    for practice in Practice.objects.filter(is_active=True).order_by("pk"):
        share = share_of(finished.get(practice.pk, 0))
        if share != practice.daily_share:
            Practice.objects.filter(pk=practice.pk).update(daily_share=share)
            record("practice.share_counted", at=at, about=practice, practice_id=practice.pk,
                   old=practice.daily_share, new=share)  # fmt: skip
            resized.append(practice.pk)
    return resized


def renew_turns_of(*, practice: Practice, at: datetime) -> int:
    """Give the practice's waiting encounters the turns that they would get today; how many changed.

    AT_ONCE at a time, each part in a scope of its own. What somebody takes meanwhile needs none any more.
    """
    with scope.service():
        changed = list(changed_turns(practice).items())
    done = 0
    for start in range(0, len(changed), AT_ONCE):
        with scope.service():
            done += set_turns(given=dict(changed[start : start + AT_ONCE]), practice=practice, at=at)
    return done


def changed_turns(practice: Practice) -> dict[int, datetime]:
    """The turns that differ from what the practice's waiting encounters have, by their id."""
    rows = Encounter.objects.waiting().originals().filter(practice=practice, priority__lte=0)
    lined_up = list(rows.order_by("due_at", "turn_at", "pk").values_list("pk", "created_at", "due_at", "turn_at"))
    new = turns((Promise(created_at, due_at) for _, created_at, due_at, _ in lined_up), practice.daily_share)
    return {pk: turn for (pk, _, _, old), turn in zip(lined_up, new, strict=True) if turn != old}


@transaction.atomic
def set_turns(*, given: Mapping[int, datetime], practice: Practice, at: datetime) -> int:
    """Change the turns of those that still wait and that nobody is about to take; how many that were."""
    rows = Encounter.objects.waiting().filter(pk__in=given).order_by("pk")
    found = list(rows.select_for_update(skip_locked=True, of=("self",)))
    for encounter in found:
        encounter.turn_at = given[encounter.pk]
    Encounter.objects.bulk_update(found, ["turn_at"])
    if found:
        record("practice.turns_renewed", at=at, about=practice, practice_id=practice.pk, encounters=len(found))
    return len(found)
