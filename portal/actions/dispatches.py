"""Result files on their way through channels: written with the delivery, sent by a job, until the receiver has them."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.urls import reverse

from portal import scope
from portal.actions.audit import record
from portal.actions.channel_lines import SecretLost, line_of
from portal.actions.deliveries import DeliveryDamaged, read_delivery
from portal.actions.delivery_trouble import note_trouble
from portal.actions.jobs import Claim, finish_job, hasten_job, put_off_job, queue_job, renew_job
from portal.actions.leases import lease_keeper
from portal.channels.door import Answer, Parcel, failed
from portal.channels.doors import DOORS
from portal.failpoints import reached
from portal.models import Attempt, Channel, Delivery, Dispatch, User
from portal.rules.dispatches import (
    DISPATCH_MOVES,
    OPEN,
    AttemptOutcome,
    ChannelKind,
    DispatchState,
    Pause,
    wait_after,
)

logger = logging.getLogger(__name__)

JOB = "portal.send_dispatch"
Clock = Callable[[], datetime]
ENDS = {
    AttemptOutcome.ACCEPTED: "accept",
    AttemptOutcome.SENT: "commit",
    AttemptOutcome.REJECTED: "reject",
}


class NotResendable(Exception):
    """The dispatch is still on its way, was replaced already, or its channel has ended."""


class NotWaiting(Exception):
    """The dispatch does not wait for another attempt."""


# -- written down --------------------------------------------------------------------------------
@transaction.atomic
def queue_dispatches(*, deliveries: Iterable[Delivery], at: datetime) -> list[Dispatch]:
    """Write down that files go through the practice's channels; in the transaction that writes the deliveries."""
    return [
        queue_dispatch(channel=channel, delivery=delivery, at=at)
        for delivery in deliveries
        for channel in Channel.objects.standing().filter(practice_id=delivery.practice_id).order_by("pk")
        if not channel.formats or delivery.format in channel.formats
    ]


@transaction.atomic
def queue_dispatch(
    *, channel: Channel, delivery: Delivery | None, at: datetime, by: User | None = None,
    resend_of: Dispatch | None = None, key: str = "", taken: int = 0,
) -> Dispatch:  # fmt: skip
    """One file, or a test, to go through one channel; rung after the commit unless the channel is at rest."""
    dispatch = Dispatch.objects.create(
        practice_id=channel.practice_id,
        channel=channel,
        delivery=delivery,
        key=key or f"msg_{secrets.token_hex(16)}",
        taken=taken,
        made_at=at,
        made_by=by,
        resend_of=resend_of,
    )
    if channel.sends or dispatch.is_test:
        queue_job(kind=JOB, object_id=dispatch.pk, practice=channel.practice, at=at)
    return dispatch


@transaction.atomic
def test_channel(*, channel: Channel, by: User, at: datetime) -> Dispatch:
    """Ask whether the other side can be reached, without any result; it shows in the log like any other."""
    dispatch = queue_dispatch(channel=channel, delivery=None, at=at, by=by)
    record("channel.tested", at=at, by=by, about=channel)
    return dispatch


@transaction.atomic
def resend_dispatch(*, dispatch: Dispatch, by: User, at: datetime) -> Dispatch:
    """Send a file once more. NotResendable.

    What the receiver never took goes under the same key, from the first message that it did not take: a receiver that
    has it after all knows it again. What it took goes under a new key, or it would be dropped as a repetition.
    """
    row = Dispatch.objects.select_for_update(of=("self",)).select_related("channel__practice").get(pk=dispatch.pk)
    if row.state in OPEN or row.state == DispatchState.REPLACED or row.is_test or row.channel.ended_at is not None:
        raise NotResendable
    if Dispatch.objects.unfinished().filter(channel=row.channel, delivery=row.delivery).exists():
        raise NotResendable
    again = row.state != DispatchState.ACCEPTED
    if again:
        move(row, "replace", at=at)
    made = queue_dispatch(
        channel=row.channel, delivery=row.delivery, at=at, by=by, resend_of=row,
        key=row.key if again else "", taken=row.taken if again else 0,
    )  # fmt: skip
    note_trouble(dispatch=row, at=at)
    record("dispatch.resent", at=at, by=by, about=row, new=made.pk)
    return made


@transaction.atomic
def hasten_dispatch(*, dispatch: Dispatch, by: User, at: datetime) -> None:
    """Do not wait for the next attempt. NotWaiting."""
    if dispatch.state != DispatchState.WAITING or not dispatch.channel.sends:
        raise NotWaiting
    queue_job(kind=JOB, object_id=dispatch.pk, practice=dispatch.channel.practice, at=at)
    hasten_job(kind=JOB, object_id=dispatch.pk, at=at)
    record("dispatch.hastened", at=at, by=by, about=dispatch)


@transaction.atomic
def release_waiting(*, channel: Channel, at: datetime) -> int:
    """Jobs for all that waited while the channel was at rest; the number."""
    waiting = Dispatch.objects.unfinished().filter(channel=channel).order_by("pk")
    for dispatch in waiting:
        queue_job(kind=JOB, object_id=dispatch.pk, practice=channel.practice, at=at)
        hasten_job(kind=JOB, object_id=dispatch.pk, at=at)
    return waiting.update(failures=0)


def move(dispatch: Dispatch, name: str, *, at: datetime) -> bool:
    """A legal move of the dispatch; False if it is in another state by now."""
    legal = DISPATCH_MOVES[name]
    ended_at = None if legal.new in OPEN else F("ended_at") if name == "replace" else at
    moved = Dispatch.objects.filter(pk=dispatch.pk, state__in=legal.old).update(state=legal.new, ended_at=ended_at)
    if moved:
        dispatch.state = legal.new
    return bool(moved)


# -- one attempt ---------------------------------------------------------------------------------
def send_dispatch(*, claim: Claim, clock: Clock) -> None:
    """Hand one file over and write down how it went; the conversation stands between two transactions.

    Who dies in it leaves an attempt without an end. The next one tells the same key, so that the receiver knows it.
    """
    with scope.service():
        attempt = begin_attempt(claim=claim, at=clock())
    if attempt is None:
        return
    reached("dispatch.begun")
    begun = time.monotonic()
    answer = answer_of(attempt.dispatch, claim, clock=clock)
    reached("dispatch.answered")
    with scope.service():
        spent = round((time.monotonic() - begun) * 1000)
        end_attempt(attempt=attempt, answer=answer, claim=claim, milliseconds=spent, at=clock())
        reached("dispatch.written")


@transaction.atomic
def begin_attempt(*, claim: Claim, at: datetime) -> Attempt | None:
    """Note that an attempt begins; None, and the job done, if there is nothing to send or the channel is at rest."""
    renew_job(claim=claim, at=at)
    rows = Dispatch.objects.select_related("channel__practice", "delivery__batch").select_for_update(of=("self",))
    dispatch = rows.filter(pk=claim.object_id).first()
    if dispatch is None or dispatch.state not in OPEN or not (dispatch.channel.sends or dispatch.is_test):
        finish_job(claim=claim, at=at)
        if dispatch is not None and dispatch.channel.ended_at is not None:
            move(dispatch, "give_up", at=at)
        return None
    cut = Attempt.objects.filter(dispatch=dispatch, outcome="").update(outcome=AttemptOutcome.CUT, fault="cut")
    dispatch.failures += cut
    move(dispatch, "begin", at=at)
    Dispatch.objects.filter(pk=dispatch.pk).update(failures=dispatch.failures)
    number = (dispatch.attempts.aggregate(last=Max("number"))["last"] or 0) + 1
    return Attempt.objects.create(practice_id=dispatch.practice_id, dispatch=dispatch, number=number, at=at)


def answer_of(dispatch: Dispatch, claim: Claim, *, clock: Clock) -> Answer:
    """What came of the conversation."""
    door = DOORS[ChannelKind(dispatch.channel.kind)]
    try:
        with scope.service():
            line = line_of(dispatch.channel, at=clock())
            parcel = None if dispatch.is_test else parcel_of(dispatch)
    except SecretLost:
        return failed("secret_lost", final=True)
    except DeliveryDamaged:
        return failed("damaged", final=True)
    if parcel is None:
        return door.probe(line, key=dispatch.key, at=clock())

    def note_taken(number: int) -> None:
        with scope.service():
            renew_job(claim=claim, at=clock())
            Dispatch.objects.filter(pk=dispatch.pk).update(taken=number)

    still_ours = lease_keeper(partial(renew_job, claim=claim), clock)
    return door.send(line, parcel, at=clock(), still_ours=still_ours, note_taken=note_taken)


def parcel_of(dispatch: Dispatch) -> Parcel:
    """The file and the facts about it: numbers, counts and names of our own. DeliveryDamaged."""
    delivery = dispatch.delivery
    assert delivery is not None  # noqa: S101  (a test has no parcel)
    facts: dict[str, str | int] = {
        "practice": dispatch.channel.practice.code,
        "batch": delivery.batch.label,
        "batch_id": delivery.batch_id,
        "delivery_id": delivery.pk,
        "version": delivery.version,
        "format": delivery.format,
        "file_name": delivery.file_name,
        "size": delivery.size,
        "sha256": delivery.sha256,
        "encounters": delivery.encounter_count,
        "url": settings.SITE_URL + reverse("api:result-file", args=[delivery.pk]),
    }
    content = b"" if dispatch.channel.kind == ChannelKind.WEBHOOK else read_delivery(delivery=delivery)
    return Parcel(key=dispatch.key, file_name=delivery.file_name, content=content, facts=facts, taken=dispatch.taken)


@transaction.atomic
def end_attempt(*, attempt: Attempt, answer: Answer, claim: Claim, milliseconds: int, at: datetime) -> None:
    """Write down how an attempt ended, and what follows: nothing, another one later, or a person's look. JobLost."""
    dispatch = attempt.dispatch
    Attempt.objects.filter(pk=attempt.pk).update(
        outcome=answer.outcome, fault=answer.fault[:40], code=answer.code[:8], milliseconds=milliseconds
    )
    if answer.host_key:
        Channel.objects.filter(pk=dispatch.channel_id).update(host_key_seen=answer.host_key)
    if answer.pause is not None:
        pause_itself(dispatch.channel, answer.pause, at=at)
    if answer.outcome == AttemptOutcome.FAILED:
        fail(dispatch, answer, claim, at=at)
    else:
        finish_job(claim=claim, at=at)
        move(dispatch, ENDS[answer.outcome], at=at)
        Dispatch.objects.filter(pk=dispatch.pk).update(failures=0)
    record(
        "dispatch.tried", at=at, about=dispatch, channel=dispatch.channel_id, attempt=attempt.number,
        ended=answer.outcome.value, fault=answer.fault, code=answer.code,
    )  # fmt: skip
    note_trouble(dispatch=dispatch, at=at)
    facts = {"delivery": dispatch.delivery_id, "outcome": answer.outcome.value, "fault": answer.fault}
    logger.info("dispatch tried", extra={**facts, "kind": dispatch.channel.kind, "attempt": attempt.number})


def fail(dispatch: Dispatch, answer: Answer, claim: Claim, *, at: datetime) -> None:
    """Put a dispatch off, leave it to whoever lets its channel go on, or give it up."""
    failures = dispatch.failures + 1
    Dispatch.objects.filter(pk=dispatch.pk).update(failures=failures)
    at_rest = answer.pause is not None and not dispatch.is_test
    wait = wait_after(failures, draw=secrets.randbelow(1000) / 1000, asked=answer.wait)
    if at_rest:
        finish_job(claim=claim, at=at)
        move(dispatch, "put_off", at=at)
    elif wait is None or answer.final or dispatch.is_test:
        finish_job(claim=claim, at=at)
        move(dispatch, "give_up", at=at)
    else:
        move(dispatch, "put_off", at=at)
        put_off_job(claim=claim, fault=answer.fault, at=at, wait=wait)


def pause_itself(channel: Channel, why: Pause, *, at: datetime) -> None:
    """Stop the channel until a person has looked, unless somebody stopped it before."""
    if Channel.objects.filter(pk=channel.pk, pause="", ended_at=None).update(pause=why, paused_at=at):
        record("channel.paused_itself", at=at, about=channel, reason=why.value)


def give_up_waiting(*, channel: Channel, at: datetime) -> None:
    """What waits for a channel that ended goes nowhere; its file stays with the batch."""
    for dispatch in Dispatch.objects.filter(channel=channel).exclude(state__in=[DispatchState.SENDING]):
        if dispatch.state in OPEN:
            move(dispatch, "give_up", at=at)
        note_trouble(dispatch=dispatch, at=at)
