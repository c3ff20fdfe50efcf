"""The practice's word on what came back: accepted, or reopened with a reason; after some days silence accepts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from coding.actions.holds import CommentMissing, reopen
from coding.actions.queries import NotForYou, terms_of
from coding.models import DeliveryReview, Encounter, EncounterEvent
from coding.rules.lifecycle import EncounterStatus
from coding.rules.reviews import ReviewWord, silent_from
from coding.signals import result_reopened
from portal.actions.audit import record
from portal.models import Batch, Delivery, User
from portal.news import tell
from portal.rules.roles import Permission

REASON = "practice"  # of the move in the encounter's history


class NotDelivered(Exception):
    """There is no result to say anything about: it is in work, or was never delivered."""


class AlreadyReviewed(Exception):
    """The practice has said its word on this version, or its days for that are over."""


@dataclass(frozen=True)
class Standing:
    """How the delivered result of an encounter stands with its practice; `review` is the word on this version."""

    version: int
    delivered_at: datetime
    silent_at: datetime
    review: DeliveryReview | None

    def is_open(self, *, at: datetime) -> bool:
        """Whether the practice may still say something."""
        return self.review is None and at < self.silent_at


def standings(encounters: Iterable[Encounter]) -> dict[int, Standing]:
    """By encounter, for those that are delivered now and of one batch; four queries however many there are."""
    rows = [one for one in encounters if one.status == EncounterStatus.DELIVERED]
    if not rows:
        return {}
    batch = rows[0].batch
    came = dict(
        EncounterEvent.objects.filter(encounter__in=rows, move="deliver")
        .order_by()
        .values_list("encounter")
        .annotate(last=Max("at"))
    )
    versions = sorted(Delivery.objects.filter(batch=batch).values_list("created_at", "version").distinct())
    said = {(one.encounter_id, one.version): one for one in DeliveryReview.objects.filter(encounter__in=rows)}
    days = terms_of(batch.practice, at=batch.received_at or batch.created_at).acceptance_days
    found = {}
    for one in rows:
        at = came.get(one.pk)
        version = next((version for made, version in versions if at is not None and made >= at), None)
        if at is not None and version is not None:
            found[one.pk] = Standing(version, at, silent_from(at, days), said.get((one.pk, version)))
    return found


@transaction.atomic
def accept_result(*, encounter: Encounter, by: User, at: datetime) -> DeliveryReview:
    """The practice is content with a result. NotForYou, NotDelivered, AlreadyReviewed."""
    return say(encounter=encounter, by=by, at=at, word=ReviewWord.ACCEPTED)


@transaction.atomic
def accept_batch(*, batch: Batch, by: User, at: datetime) -> int:
    """Accept every result of a batch on which nothing was said yet, and say how many; NotForYou."""
    require_practice(batch.practice_id, by)
    rows = list(
        Encounter.objects.originals()
        .filter(batch=batch, status=EncounterStatus.DELIVERED)
        .select_for_update(of=("self",), no_key=True)
        .select_related("batch__practice")
        .order_by("pk")
    )
    known = standings(rows)
    still = [(row, one) for row in rows if (one := known.get(row.pk)) and one.is_open(at=at)]
    DeliveryReview.objects.bulk_create(
        DeliveryReview(
            practice_id=batch.practice_id, encounter=row, version=one.version, word=ReviewWord.ACCEPTED, by=by, at=at
        )
        for row, one in still
    )
    if still:
        record("results.accepted", at=at, by=by, about=batch, count=len(still))
        tell(practice_id=batch.practice_id, batch_id=batch.pk)
    return len(still)


@transaction.atomic
def reopen_result(*, encounter: Encounter, by: User, at: datetime, reason: str) -> DeliveryReview:
    """The practice wants a result looked at again: it goes to a verifier first, with a new promise for it.

    CommentMissing, NotForYou, NotDelivered, AlreadyReviewed.
    """
    reason = reason.replace("\r\n", "\n").replace("\x00", "").strip()
    if not reason:
        raise CommentMissing
    review = say(encounter=encounter, by=by, at=at, word=ReviewWord.REOPENED, reason=reason)
    reopen(encounter=encounter, by=by, at=at, comment=reason, reason=REASON, verify_first=True)
    promise = at + timedelta(hours=terms_of(encounter.practice, at=at).turnaround_hours)
    Encounter.objects.filter(pk=encounter.pk).update(due_at=promise)
    Batch.objects.filter(pk=encounter.batch_id).update(due_at=promise)
    result_reopened.send(sender=DeliveryReview, review=review, by=by, at=at)
    return review


def say(*, encounter: Encounter, by: User, at: datetime, word: ReviewWord, reason: str = "") -> DeliveryReview:
    """Write the word down, once for each version; `encounter` holds its row as it is afterwards."""
    require_practice(encounter.practice_id, by)
    Encounter.objects.select_for_update(no_key=True).get(pk=encounter.pk)  # two windows at once: one of them is late
    encounter.refresh_from_db()
    standing = standings([encounter]).get(encounter.pk)
    if standing is None:
        raise NotDelivered
    if not standing.is_open(at=at):
        raise AlreadyReviewed
    review = DeliveryReview.objects.create(
        practice_id=encounter.practice_id,
        encounter=encounter,
        version=standing.version,
        word=word,
        reason=reason,
        by=by,
        at=at,
    )
    record(f"result.{word}", at=at, by=by, about=encounter, version=standing.version)
    tell(practice_id=encounter.practice_id, batch_id=encounter.batch_id)
    return review


def require_practice(practice_id: int, by: User) -> None:
    """Nobody of the service speaks for a practice here."""
    if by.is_service_staff or practice_id not in by.practice_ids or not by.may(Permission.REVIEW_RESULTS):
        raise NotForYou
