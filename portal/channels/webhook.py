"""The door to a practice's webhook: a small signed message that results are there, and where to fetch them.

Headers and signature are those of Standard Webhooks 1.0 (github.com/standard-webhooks): `webhook-id`,
`webhook-timestamp`, `webhook-signature` = "v1," and base64 of HMAC-SHA256 over `id.timestamp.body`.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from portal.channels.door import Answer, Line, Parcel
from portal.channels.http_post import GONE, OF_THE_MESSAGE, post
from portal.rules.dispatches import AttemptOutcome, Pause

PREFIX = "whsec_"  # how Standard Webhooks writes a signing secret


def send(
    line: Line,
    parcel: Parcel,
    *,
    at: datetime,
    still_ours: Callable[[], None],
    note_taken: Callable[[int], None],  # noqa: ARG001  (one message, one answer)
) -> Answer:
    """Tell of a result; 2xx means that the receiver has it."""
    still_ours()
    return tell(line, key=parcel.key, kind="delivery.ready", data=parcel.facts, at=at)


def probe(line: Line, *, key: str, at: datetime) -> Answer:
    """A message of its own kind, so that a receiver can show that it checks signatures."""
    return tell(line, key=key, kind="test", data={"text": "Chartline can reach you."}, at=at)


def tell(line: Line, *, key: str, kind: str, data: Mapping[str, str | int], at: datetime) -> Answer:
    body = message(kind, data, at=at)
    answer = post(line.url, headers=headers(line, key=key, body=body, at=at), content=body, at=at)
    if answer.code == str(GONE):
        return replace(answer, fault="gone", pause=Pause.GONE)
    refused = answer.code in OF_THE_MESSAGE
    return replace(answer, outcome=AttemptOutcome.REJECTED) if refused else answer


def message(kind: str, data: Mapping[str, str | int], *, at: datetime) -> bytes:
    """The body: what happened, when, and the facts."""
    told = {"type": kind, "timestamp": at.astimezone(UTC).isoformat(timespec="seconds"), "data": dict(data)}
    return json.dumps(told, separators=(",", ":"), sort_keys=True).encode()


def headers(line: Line, *, key: str, body: bytes, at: datetime) -> dict[str, str]:
    """With a signature by each secret that is good now: the new one first."""
    stamp = str(int(at.timestamp()))
    signatures = [signature(secret, key, stamp, body) for secret in (line.secret, line.earlier_secret) if secret]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Chartline-Webhook/1",
        "webhook-id": key,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(signatures),
    }


def signature(secret: str, key: str, stamp: str, body: bytes) -> str:
    """One signature in the form of Standard Webhooks."""
    signed = hmac.digest(base64.b64decode(secret.removeprefix(PREFIX)), f"{key}.{stamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(signed).decode()}"
