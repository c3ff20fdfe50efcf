"""Write the audit trail, seal it into a chain, verify the chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from django.http import HttpRequest

from portal.failpoints import reached
from portal.models import AuditEvent, AuditSeal, Outcome, User

GENESIS = "0" * 64
SEAL_AT_ONCE = 5000
LOOK_BACK = timedelta(hours=1)  # longer than any transaction lives
SEAL_LOCK = 0x5EA1  # advisory lock number: one sealer at a time
SEALED_WITHIN = timedelta(minutes=10)  # beat seals every twenty seconds
VERIFIED = "audit.verified"


def record(
    action: str,
    *,
    at: datetime,
    by: User | None = None,
    about: Model | None = None,
    practice_id: int | None = None,
    outcome: Outcome = Outcome.DONE,
    request: HttpRequest | None = None,
    address: str | None = None,
    token_id: int | None = None,
    **detail: Any,
) -> None:
    """Append one event, in the caller's transaction. `detail` holds ids, counts and names of states only.

    `address` is that of a peer who did not come with a request.
    """
    AuditEvent.objects.create(
        at=at,
        action=action,
        actor=by if by is not None and by.pk else None,
        token_id=token_id,
        practice_id=practice_id if practice_id is not None else getattr(about, "practice_id", None),
        outcome=outcome,
        object_type=about._meta.label_lower if about is not None else "",
        object_id=about.pk if about is not None and isinstance(about.pk, int) else None,
        address=get_adapter().get_client_ip(request) if request else address,
        session=session_mark(request),
        detail=detail,
    )


def session_mark(request: HttpRequest | None) -> str:
    """Tells sessions apart without being one."""
    key = getattr(getattr(request, "session", None), "session_key", None)
    return hashlib.sha256(key.encode()).hexdigest()[:16] if key else ""


def canonical(event: AuditEvent) -> bytes:
    """The event as the chain hashes it: JSON with sorted keys and times in UTC microseconds."""
    body = {
        "id": str(event.pk),
        "at": int(event.at.timestamp() * 1_000_000),
        "actor": event.actor_id,
        "token": event.token_id,
        "practice": event.practice_id,
        "action": event.action,
        "outcome": event.outcome,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "address": event.address,
        "session": event.session,
        "detail": event.detail,
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def link(previous: str, position: int, event: AuditEvent) -> str:
    """The hash of one link: SHA-256(previous hash, position, canonical event)."""
    return hashlib.sha256(previous.encode() + str(position).encode() + b":" + canonical(event)).hexdigest()


def seal_audit_trail(*, at: datetime) -> int:
    """Chain every event that is not yet sealed; the number sealed. Caller opens the staff scope."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEAL_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        last = AuditSeal.objects.order_by("-position").first()
        position, previous = (last.position, last.hash) if last else (0, GENESIS)
        seals: list[AuditSeal] = []
        for event in unsealed(since=since(last)):
            position += 1
            previous = link(previous, position, event)
            seals.append(
                AuditSeal(
                    position=position,
                    event_id=event.pk,
                    previous_hash=seals[-1].hash if seals else (last.hash if last else GENESIS),
                    hash=previous,
                    sealed_at=at,
                )
            )
        AuditSeal.objects.bulk_create(seals)
        if seals:
            reached("audit.sealed")
            transaction.on_commit(lambda: write_anchor(position, previous, at), robust=True)
    return len(seals)


def since(last: AuditSeal | None) -> datetime | None:
    """From when on an event may still lack its seal; None: from the beginning.

    Counted from the time of the last event sealed, not of the sealing: after a standstill the
    first run seals the oldest thousands only, and the rest must not look too old to the next.
    """
    event = AuditEvent.objects.filter(pk=last.event_id).first() if last else None
    return min(event.at, last.sealed_at) - LOOK_BACK if event and last else None


def unsealed(*, since: datetime | None) -> list[AuditEvent]:
    """Events without a seal, oldest first."""
    events = AuditEvent.objects.extra(  # an anti-join on the seal's plain column
        where=["NOT EXISTS (SELECT FROM portal_auditseal s WHERE s.event_id = portal_auditevent.id)"]
    )
    if since is not None:
        events = events.filter(at__gt=since)
    return list(events.order_by("at", "pk")[:SEAL_AT_ONCE])


def write_anchor(position: int, head: str, at: datetime) -> None:
    """Note the head of the chain outside the database, so that a cut tail can be told."""
    reached("audit.committed")
    path = Path(settings.AUDIT_ANCHOR_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as anchors:
        anchors.write(json.dumps({"position": position, "hash": head, "at": at.isoformat()}) + "\n")


@dataclass(frozen=True)
class Break:
    """One place where the chain does not hold."""

    position: int
    event_id: str
    fault: str


def verify_chain(anchors: dict[int, list[dict[str, Any]]] | None = None) -> Iterator[Break]:
    """Walk the chain; every changed, removed, re-ordered or inserted link. Caller opens the service's scope.

    `anchors` were read before the caller's snapshot began: a head noted later is not in it.
    """
    previous, expected = GENESIS, 1
    anchors = read_anchors() if anchors is None else dict(anchors)
    for seals in in_chunks():
        events = AuditEvent.objects.in_bulk([seal.event_id for seal in seals])
        for seal in seals:
            if seal.position != expected:
                yield Break(expected, "", f"links {expected} to {seal.position - 1} are missing")
            for fault in faults_of(seal, previous=previous, event=events.get(seal.event_id)):
                yield Break(seal.position, str(seal.event_id), fault)
            for anchor in anchors.pop(seal.position, []):
                if anchor["hash"] != seal.hash:
                    yield Break(seal.position, str(seal.event_id), f"not the head noted at {anchor['at']}")
            previous, expected = seal.hash, seal.position + 1
    for position, noted in sorted(anchors.items()):
        yield Break(position, "", f"the head noted at {noted[-1]['at']} is not in the chain: its end was cut")


def faults_of(seal: AuditSeal, *, previous: str, event: AuditEvent | None) -> Iterator[str]:
    """What does not hold at one link."""
    if seal.previous_hash != previous:
        yield "the link does not follow the one before it"
    if event is None:
        yield "the event was removed"
    elif link(seal.previous_hash, seal.position, event) != seal.hash:
        yield "the event was changed"


def in_chunks(size: int = 2000) -> Iterator[list[AuditSeal]]:
    """All seals in order, some thousands at a time."""
    position = 0
    while seals := list(AuditSeal.objects.filter(position__gt=position).order_by("position")[:size]):
        yield seals
        position = seals[-1].position


def read_anchors() -> dict[int, list[dict[str, Any]]]:
    """The heads noted outside the database, by position."""
    path = Path(settings.AUDIT_ANCHOR_FILE)
    found: dict[int, list[dict[str, Any]]] = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        anchor = json.loads(line)
        found.setdefault(anchor["position"], []).append(anchor)
    return found


def overdue_events(*, at: datetime) -> list[AuditEvent]:
    """Events that should have been sealed by now: sealing stands still, or somebody put them in with an old date."""
    return [event for event in unsealed(since=None) if event.at < at - SEALED_WITHIN]


@dataclass(frozen=True)
class ChainState:
    """How far the trail is sealed, and what the last check of it said."""

    sealed: int
    sealed_at: datetime | None
    head: str
    verified_at: datetime | None
    verified_to: int
    breaks: int


def chain_state() -> ChainState:
    """For the top of the audit page. Caller opens the service's scope."""
    last = AuditSeal.objects.order_by("-position").first()
    check = AuditEvent.objects.filter(action=VERIFIED).order_by("-at").first()
    return ChainState(
        sealed=last.position if last else 0,
        sealed_at=last.sealed_at if last else None,
        head=last.hash if last else GENESIS,
        verified_at=check.at if check else None,
        verified_to=check.detail["sealed"] if check else 0,
        breaks=check.detail["breaks"] if check else 0,
    )


@transaction.atomic
def verify_audit_trail(*, at: datetime) -> list[Break]:
    """Check the whole chain and note in the trail that it was checked. Caller opens the service's scope."""
    breaks = list(verify_chain())
    state = chain_state()
    record(VERIFIED, at=at, sealed=state.sealed, head=state.head, breaks=len(breaks))
    return breaks
