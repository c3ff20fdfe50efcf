"""A delivery in trouble reaches a person: a row on the manager's page, and one e-mail until the trouble is over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from portal.actions.audit import record
from portal.actions.notices import queue_notice
from portal.models import Channel, Dispatch, User
from portal.rules.dispatches import DispatchState, Pause, Standing, Trouble, trouble_of
from portal.rules.roles import Role

AT_ONCE = 500  # dispatches of one look
# An end is told also while people know of a lesser trouble, at most once in this time.
ENDS = frozenset({Trouble.REJECTED, Trouble.FAILED, Trouble.STOPPED})
AGAIN = timedelta(hours=1)


@transaction.atomic
def note_trouble(*, dispatch: Dispatch, at: datetime) -> None:
    """Write down what is wrong with a dispatch now, or that nothing is, and tell people of what is new."""
    row = (
        Dispatch.objects.select_for_update(of=("self",))
        .select_related("channel__practice", "delivery__batch")
        .get(pk=dispatch.pk)
    )
    found = trouble_now(row, at=at)
    if (row.trouble or None) != found:
        Dispatch.objects.filter(pk=row.pk).update(
            trouble=found or "", trouble_since=None if found is None else row.trouble_since or at
        )
        record("dispatch.trouble", at=at, about=row, trouble=found or "")
    tell_people(row.channel, found, is_new=found is not None and row.trouble != found, at=at)


def trouble_now(row: Dispatch, *, at: datetime) -> Trouble | None:
    """What is wrong with a dispatch; a test and what an ended channel left are nobody's trouble."""
    if row.delivery is None or row.channel.ended_at is not None:
        return None
    standing = Standing(
        state=DispatchState(row.state),
        failures=row.failures,
        made_at=row.made_at,
        promised_at=row.delivery.batch.due_at,
        pause=Pause(row.channel.pause) if row.channel.pause else None,
    )
    return trouble_of(standing, at=at)


def tell_people(channel: Channel, trouble: Trouble | None, *, is_new: bool, at: datetime) -> None:
    """One e-mail for a channel in trouble; the next when it was well in between, or when something came to its end."""
    channel = Channel.objects.select_for_update(of=("self",)).select_related("practice").get(pk=channel.pk)
    if not Dispatch.objects.troubled().filter(channel=channel).exists():
        Channel.objects.filter(pk=channel.pk).exclude(told_at=None).update(told_at=None)
        return
    worse = trouble in ENDS and channel.told_at is not None and channel.told_at <= at - AGAIN
    if trouble is None or not is_new or not (channel.told_at is None or worse):
        return
    Channel.objects.filter(pk=channel.pk).update(told_at=at)
    for person in to_tell(channel):
        queue_notice(
            kind="delivery_trouble",
            email=person.email,
            at=at,
            recipient=person,
            practice=channel.practice,
            link=reverse("portal:channel", args=[channel.pk]),
            words={"channel": channel.name, "trouble": trouble.label},
        )


def to_tell(channel: Channel) -> Iterable[User]:
    """Our managers, and those of the practice who get its results: the server is theirs."""
    managers: QuerySet[User] = User.objects.with_role(Role.MANAGER)
    readers = User.objects.filter(
        is_active=True, memberships__practice_id=channel.practice_id, memberships__receives_results=True
    ).distinct()
    return [*managers.order_by("pk"), *readers.order_by("pk")]


def look_again(*, channel: Channel, at: datetime) -> None:
    """What a person did with the channel may have ended its troubles, or begun them anew."""
    concerned = Dispatch.objects.filter(channel=channel)
    for dispatch in concerned.troubled() | concerned.unfinished():
        note_trouble(dispatch=dispatch, at=at)


def watch_dispatches(*, at: datetime) -> int:
    """Find what is late by now; the number of troubles noted. Caller opens the service's scope."""
    late = Dispatch.objects.unfinished().filter(trouble="", delivery__batch__due_at__lt=at).order_by("made_at")
    noted = 0
    for dispatch in late.select_related("delivery__batch", "channel")[:AT_ONCE]:
        if trouble_now(dispatch, at=at) is not None:
            note_trouble(dispatch=dispatch, at=at)
            noted += 1
    return noted
