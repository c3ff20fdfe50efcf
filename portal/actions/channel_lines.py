"""A channel as its door needs it, with its secrets opened; and how a secret is sealed for its row."""

from __future__ import annotations

from datetime import datetime

from portal import vault
from portal.channels.door import Client, Line
from portal.models import Channel, FhirEndpoint
from portal.rules.dispatches import SignIn
from portal.sealing import Altered


class SecretLost(Exception):
    """The channel's secret cannot be opened: the row was restored elsewhere, altered, or its key destroyed."""


def line_of(channel: Channel, *, at: datetime) -> Line:
    """Where the channel leads now. SecretLost. Caller opens the scope."""
    rotating = channel.earlier_until is not None and at < channel.earlier_until
    return Line(
        host=channel.host,
        port=channel.port or 0,
        user=channel.user,
        path=channel.path,
        url=channel.url,
        tls=channel.tls,
        sign_in=SignIn(channel.sign_in),
        scopes=channel.scopes,
        host_key=channel.host_key,
        secret=opened(channel, channel.secret),
        earlier_secret=opened(channel, channel.earlier_secret) if rotating else "",
        client=client_of(channel) if channel.sign_in == SignIn.BACKEND else None,
    )


def client_of(channel: Channel) -> Client | None:
    """As whom the practice's FHIR server knows us; None if none is set up."""
    endpoint = FhirEndpoint.objects.filter(practice_id=channel.practice_id).first()
    if endpoint is None:
        return None
    return Client(
        base_url=endpoint.base_url,
        token_url=endpoint.token_url,
        client_id=endpoint.client_id,
        key_id=endpoint.key_id,
        sealed_key=endpoint.private_key,
    )


def opened(channel: Channel, sealed: bytes) -> str:
    """A secret of the channel in the clear; "" if there is none."""
    if not sealed:
        return ""
    try:
        return vault.open_secret(bytes(sealed), practice_id=channel.practice_id, about=place(channel))
    except (Altered, vault.MasterMissing):
        raise SecretLost from None


def sealed(channel: Channel, secret: str) -> bytes:
    """A secret for the channel's row; "" stays nothing."""
    return vault.seal_secret(secret, practice_id=channel.practice_id, about=place(channel)) if secret else b""


def place(channel: Channel) -> str:
    """What a sealed secret is bound to: it opens in no other channel's row."""
    return f"channel {channel.pk}"
