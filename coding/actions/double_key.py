"""Double-key entry: which fields a practice has typed twice, and what came of it. Nobody writes a figure by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from coding.actions.leases import hold_lease
from coding.actions.precoding import PreCodingFacts, finish_precoding
from coding.models import Assignment, DoubleKeying, DoubleKeyRule, Encounter, PreCoding
from coding.rules.double_key import KEYABLE, Kept
from coding.rules.fact_origins import Origin
from portal.actions.audit import record
from portal.models import Practice, User


class NotKeyable(Exception):
    """A field cannot be typed twice."""


def fields_twice(encounter: Encounter) -> tuple[str, ...]:
    """The fields that are typed twice for this encounter's practice, in the order of the form; one query."""
    rule = DoubleKeyRule.objects.filter(practice_id=encounter.practice_id).first()
    return tuple(field for field in KEYABLE if rule is not None and field in rule.fields)


@transaction.atomic
def set_double_key(*, practice: Practice, fields: Sequence[str], by: User, at: datetime) -> DoubleKeyRule:
    """Say which fields a practice has typed twice; none ends it. NotKeyable."""
    if set(fields) - set(KEYABLE):
        raise NotKeyable
    rule, _ = DoubleKeyRule.objects.update_or_create(
        practice=practice, defaults={"fields": [f for f in KEYABLE if f in fields], "set_by": by, "set_at": at}
    )
    record("practice.double_key_set", at=at, by=by, about=practice, practice_id=practice.pk, fields=rule.fields)
    return rule


@transaction.atomic
def note_differences(
    *, assignment: Assignment, fields: Sequence[str], by: User, at: datetime
) -> list[DoubleKeying]:  # fmt: skip
    """Write down that two entries of these fields differ, at the moment it is seen; the lease is renewed. LeaseLost.

    A difference that is on record and not decided is the same one: sent again, it is not counted again.
    """
    encounter = hold_lease(assignment=assignment, by=by, at=at)
    seen = set(undecided(encounter, by, fields).values_list("field", flat=True))
    rows = [
        DoubleKeying(
            practice_id=encounter.practice_id, encounter=encounter, field=field, differed=True, keyed_by=by, keyed_at=at
        )
        for field in fields
        if field not in seen
    ]
    if rows:
        record("precoding.keyed_differently", at=at, by=by, about=encounter, fields=[row.field for row in rows])
    return DoubleKeying.objects.bulk_create(rows)


def undecided(encounter: Encounter, by: User, fields: Sequence[str]) -> QuerySet[DoubleKeying]:
    """The differences of these fields that the person has seen and not decided."""
    return DoubleKeying.objects.filter(encounter=encounter, keyed_by=by, field__in=fields, differed=True, kept="")


@transaction.atomic
def finish_keyed_twice(
    *, assignment: Assignment, by: User, at: datetime, facts: PreCodingFacts, origins: Sequence[Origin],
    fields: Sequence[str], kept: Mapping[str, Kept],
) -> PreCoding:  # fmt: skip
    """Finish a pre-coding whose critical fields were typed twice: `kept` says which entry of each that differed.

    Raises what `finish_precoding` raises.
    """
    encounter = assignment.encounter
    precoding = finish_precoding(assignment=assignment, by=by, at=at, facts=facts, origins=origins)
    for field, which in kept.items():
        undecided(encounter, by, [field]).update(kept=which.value)
    DoubleKeying.objects.bulk_create(
        DoubleKeying(
            practice_id=encounter.practice_id, encounter=encounter, field=field, differed=False, keyed_by=by,
            keyed_at=at,
        )
        for field in fields
        if field not in kept
    )  # fmt: skip
    record("precoding.keyed_twice", at=at, by=by, about=encounter, fields=len(fields), differed=len(kept))
    return precoding


def keying_counts(*, since: datetime) -> dict[int, tuple[int, int]]:
    """For each practice how often a field was typed twice since then, and how often the two differed; one query."""
    rows = DoubleKeying.objects.filter(keyed_at__gte=since).values("practice_id").order_by()
    counted = rows.annotate(all=Count("pk"), differed=Count("pk", filter=Q(differed=True)))
    return {row["practice_id"]: (row["all"], row["differed"]) for row in counted}
