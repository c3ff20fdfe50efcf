"""Channels are set up, tested, paused, let go on and ended by people."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from portal.actions.audit import record
from portal.actions.channel_lines import sealed
from portal.actions.delivery_trouble import look_again
from portal.actions.dispatches import give_up_waiting, release_waiting, test_channel
from portal.channels.sftp_push import make_key
from portal.channels.webhook import PREFIX
from portal.fhir.guard import Forbidden, check_address
from portal.models import Channel, Practice, User
from portal.rules.dispatches import ChannelKind, Pause, SignIn

OVERLAP = timedelta(hours=24)  # in which a webhook's earlier secret still signs too
SECRET_BYTES = 24  # Standard Webhooks 1.0: between 24 and 64


class BadAddress(Exception):
    """The address may not be asked; the text is the name of the reason."""


class AlreadyEnded(Exception):
    """The channel was ended before."""


class NothingToDo(Exception):
    """The channel is in that state already, or has no key to confirm."""


class OtherKey(Exception):
    """The server has shown another key since the page was made."""


@dataclass(frozen=True)
class Where:
    """Where a channel leads and what it takes; what its kind does not need stays empty."""

    name: str
    formats: tuple[str, ...] = ()
    host: str = ""
    port: int | None = None
    user: str = ""
    path: str = ""
    url: str = ""
    tls: bool = True
    scopes: str = ""
    sign_in: SignIn = SignIn.NONE


def check_url(url: str) -> None:
    """BadAddress unless it may be asked, as far as its text tells; where it leads is checked at each attempt."""
    try:
        check_address(url, hosts=frozenset({(urlsplit(url).hostname or "").lower()}))
    except (Forbidden, ValueError) as why:
        raise BadAddress(str(why)) from None


@transaction.atomic
def create_channel(
    *, practice: Practice, kind: ChannelKind, where: Where, secret: str, by: User, at: datetime
) -> tuple[Channel, str]:
    """A channel that sends from now on, and what is shown once: a webhook's signing secret. BadAddress.

    An SFTP server is asked for its host key at once; nothing goes there before a person has confirmed it.
    """
    if where.url:
        check_url(where.url)
    channel = Channel.objects.create(practice=practice, kind=kind, made_at=at, made_by=by, changed_at=at,
                                     **fields_of(where))  # fmt: skip
    shown = ""
    if kind == ChannelKind.WEBHOOK:
        secret = shown = new_secret()
    put_secret(channel, secret)
    record("channel.made", at=at, by=by, about=channel, kind=kind.value)
    if kind == ChannelKind.SFTP:
        test_channel(channel=channel, by=by, at=at)
    return channel, shown


def fields_of(where: Where) -> dict[str, Any]:
    return {**where.__dict__, "formats": list(where.formats)}


def put_secret(channel: Channel, secret: str) -> None:
    """Seal a new secret into the row, or make our own key pair if we sign in by it."""
    if channel.sign_in == SignIn.KEY:
        if channel.public_key:
            return
        secret, channel.public_key = make_key()
    elif channel.public_key:
        channel.public_key = ""
    if secret:
        channel.secret = sealed(channel, secret)
    channel.save(update_fields=["secret", "public_key"])


def new_secret() -> str:
    """A signing secret as Standard Webhooks writes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


@transaction.atomic
def change_channel(*, channel: Channel, where: Where, secret: str, by: User, at: datetime) -> None:
    """Another address, sign-in or choice of formats; an empty secret leaves the one there is. BadAddress, AlreadyEnded.

    Another host has another key: it waits for a person again.
    """
    row = locked(channel)
    if where.url:
        check_url(where.url)
    moved = (row.host, row.port) != (where.host, where.port)
    if row.sign_in != where.sign_in:
        row.secret, row.public_key = b"", ""
    for name, value in fields_of(where).items():
        setattr(row, name, value)
    if moved:
        row.host_key = row.host_key_seen = ""
    row.changed_at = at
    row.save()
    put_secret(row, secret)
    record("channel.changed", at=at, by=by, about=row, moved=moved)
    if moved and row.kind == ChannelKind.SFTP:
        test_channel(channel=row, by=by, at=at)
    elif row.sends:
        release_waiting(channel=row, at=at)
    look_again(channel=row, at=at)


@transaction.atomic
def confirm_host_key(*, channel: Channel, host_key: str, by: User, at: datetime) -> None:
    """Know the server by this key from now on, and send what waited. NothingToDo, OtherKey, AlreadyEnded."""
    row = locked(channel)
    if not row.host_key_seen:
        raise NothingToDo
    if row.host_key_seen != host_key:
        raise OtherKey
    row.host_key, row.host_key_seen = host_key, ""
    if row.pause == Pause.HOST_KEY:
        row.pause, row.paused_at = "", None
    row.save(update_fields=["host_key", "host_key_seen", "pause", "paused_at"])
    record("channel.host_key_confirmed", at=at, by=by, about=row)
    go_on(row, at=at)


@transaction.atomic
def rotate_secret(*, channel: Channel, by: User, at: datetime) -> str:
    """A new signing secret, shown once; the one before signs too for a day. AlreadyEnded."""
    row = locked(channel)
    shown = new_secret()
    row.earlier_secret, row.earlier_until = bytes(row.secret), at + OVERLAP
    row.secret = sealed(row, shown)
    row.save(update_fields=["earlier_secret", "earlier_until", "secret"])
    record("channel.secret_rotated", at=at, by=by, about=row)
    return shown


@transaction.atomic
def pause_channel(*, channel: Channel, by: User, at: datetime) -> None:
    """Send nothing until somebody lets it go on; what comes waits. NothingToDo, AlreadyEnded."""
    row = locked(channel)
    if row.pause == Pause.PERSON:
        raise NothingToDo
    row.pause, row.paused_at, row.paused_by = Pause.PERSON, at, by
    row.save(update_fields=["pause", "paused_at", "paused_by"])
    record("channel.paused", at=at, by=by, about=row)
    look_again(channel=row, at=at)


@transaction.atomic
def resume_channel(*, channel: Channel, by: User, at: datetime) -> int:
    """Send what waited, and what comes; how many waited. NothingToDo, AlreadyEnded.

    A channel that stopped because its server has another key goes on when a person confirms that key.
    """
    row = locked(channel)
    if not row.pause or row.pause == Pause.HOST_KEY:
        raise NothingToDo
    row.pause, row.paused_at, row.paused_by = "", None, None
    row.save(update_fields=["pause", "paused_at", "paused_by"])
    record("channel.resumed", at=at, by=by, about=row)
    return go_on(row, at=at)


@transaction.atomic
def end_channel(*, channel: Channel, by: User, at: datetime) -> None:
    """Send nothing any more; secrets are emptied, the log stays. AlreadyEnded."""
    row = locked(channel)
    row.ended_at, row.ended_by = at, by
    row.secret = row.earlier_secret = b""
    row.earlier_until = None
    row.save(update_fields=["ended_at", "ended_by", "secret", "earlier_secret", "earlier_until"])
    record("channel.ended", at=at, by=by, about=row)
    give_up_waiting(channel=row, at=at)


def locked(channel: Channel) -> Channel:
    """The row, nobody else's for this transaction; AlreadyEnded."""
    row = Channel.objects.select_for_update(of=("self",)).select_related("practice").get(pk=channel.pk)
    if row.ended_at is not None:
        raise AlreadyEnded
    return row


def go_on(row: Channel, *, at: datetime) -> int:
    """Send what waited, if the channel sends again."""
    released = release_waiting(channel=row, at=at) if row.sends else 0
    look_again(channel=row, at=at)
    return released
