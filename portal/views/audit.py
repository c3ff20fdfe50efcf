"""The audit trail, for those who may read it."""

from __future__ import annotations

import csv
import io
import json
import uuid
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from portal.access import SignedRequest, requires
from portal.actions.audit import chain_state, record
from portal.forms.audit import AuditSearchForm
from portal.models import AuditEvent, Outcome
from portal.rules.plain_cells import Cell, plain
from portal.rules.roles import Permission

readers = requires(Permission.READ_AUDIT)
AT_ONCE = 50
EXPORT_AT_MOST = 50_000  # rows; a longer period is exported in parts
COLUMNS = (
    "id", "at_utc", "actor_id", "actor", "token_id", "action", "outcome", "object_type", "object_id", "practice_id",
    "address", "session", "detail",
)  # fmt: skip
SAVED_SEARCHES = (
    ("Failed sign-ins", "action=sign_in&outcome=refused"),
    ("Refused access", "action=access.refused"),
    ("Charts looked at", "action=page"),
    ("Exports and downloads", "object=delivery"),
    ("Changes of roles", "action=role"),
)


def mark(event: AuditEvent) -> str:
    """A place in the trail, for the address of a page of it."""
    return f"{event.at.isoformat()}_{event.pk}"


def place(text: str) -> tuple[datetime, uuid.UUID] | None:
    """The place that a mark names; None for anything else."""
    at, _, pk = text.partition("_")
    try:
        moment, key = parse_datetime(at), uuid.UUID(pk)
    except ValueError:
        return None
    return (moment, key) if moment and moment.tzinfo else None


def page_of(events: QuerySet[AuditEvent], request: SignedRequest) -> tuple[list[AuditEvent], bool, bool]:
    """One page, newest first, and whether there are newer and older events. Equal times are ordered by id."""
    if start := place(request.GET.get("after", "")):  # newer than the mark
        rows = events.filter(Q(at__gt=start[0]) | Q(at=start[0], pk__gt=start[1])).order_by("at", "pk")
        found = list(rows[: AT_ONCE + 1])
        return found[:AT_ONCE][::-1], len(found) > AT_ONCE, True
    start = place(request.GET.get("before", ""))
    if start:
        events = events.filter(Q(at__lt=start[0]) | Q(at=start[0], pk__lt=start[1]))
    found = list(events.order_by("-at", "-pk")[: AT_ONCE + 1])
    return found[:AT_ONCE], start is not None, len(found) > AT_ONCE


def row_of(event: AuditEvent) -> dict[str, Any]:
    kind = event.object_type.rpartition(".")[2]
    return {
        "id": event.pk,
        "at": event.at,
        "who": event.actor.name if event.actor else f"key {event.token_id}" if event.token_id else "The service",
        "action": event.action,
        "refused": event.outcome == Outcome.REFUSED,
        "object": f"{kind} {event.object_id}" if event.object_id is not None else kind,
        "practice": event.practice.name if event.practice else "",
        "address": event.address or "",
        "session": event.session,
        "detail": json.dumps(event.detail, sort_keys=True, indent=1) if event.detail else "",
    }


@require_GET
@readers
def audit(request: SignedRequest) -> HttpResponse:
    """Search the trail; keyset pages, newest first."""
    form = AuditSearchForm(request.GET, user=request.user)
    events = AuditEvent.objects.select_related("actor", "practice")
    events = form.apply(events) if form.is_valid() else events.none()
    rows, newer, older = page_of(events, request)
    kept: dict[str, Any] = {
        name: value for name, value in request.GET.items() if value and name not in {"before", "after"}
    }
    return render(
        request,
        "portal/audit.html",
        {
            "form": form,
            "events": [row_of(event) for event in rows],
            "filtered": bool(kept),
            "sent": list(kept.items()),
            "chain": chain_state(),
            "saved_searches": SAVED_SEARCHES,
            "pagination": {
                "previous_url": f"?{urlencode({**kept, 'after': mark(rows[0])})}" if newer and rows else None,
                "next_url": f"?{urlencode({**kept, 'before': mark(rows[-1])})}" if older and rows else None,
                "text": "Newest first",
            },
        },
    )


@require_POST
@readers
def audit_export(request: SignedRequest) -> HttpResponse:
    """The events found as CSV; that they were exported is an event too."""
    form = AuditSearchForm(request.POST, user=request.user)
    if not form.is_valid():
        return HttpResponse(status=400)
    now = timezone.now()
    events = form.apply(AuditEvent.objects.select_related("actor")).order_by("-at", "-pk")[:EXPORT_AT_MOST]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    count = 0
    for count, event in enumerate(events.iterator(chunk_size=2000), start=1):  # noqa: B007  (the number is recorded)
        table.writerow([plain(cell) for cell in cells_of(event)])
    filters = sorted(name for name, value in request.POST.items() if value and name in form.fields)
    record("audit.exported", at=now, by=request.user, request=request, rows=count, filters=filters)
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{now:%Y%m%d-%H%M%S}.csv"'
    return response


def cells_of(event: AuditEvent) -> list[Cell]:
    return [
        str(event.pk),
        event.at.isoformat(),
        event.actor_id,
        event.actor.name if event.actor else "",
        event.token_id,
        event.action,
        event.outcome,
        event.object_type,
        event.object_id,
        event.practice_id,
        event.address,
        event.session,
        json.dumps(event.detail, sort_keys=True),
    ]
