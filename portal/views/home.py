"""Where a person lands, and what a load balancer asks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from celery import current_app
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal import storage
from portal.access import SignedRequest, signed_in
from portal.models import Batch, Delivery
from portal.rules.delivery_formats import MANIFEST, label_of
from portal.rules.lifecycle import BatchStatus
from portal.rules.roles import Permission, Role
from portal.views.batches import batch_rows
from portal.views.tags import megabytes

logger = logging.getLogger(__name__)

# The first of these that a person holds says where the day begins.
LANDINGS: tuple[tuple[frozenset[Role], str], ...] = (
    (frozenset({Role.CODER, Role.VERIFIER}), "coding:queue"),
    (frozenset({Role.MANAGER}), "coding:operations"),
    (frozenset({Role.BILLER}), "claims:ready"),
    (frozenset({Role.ADMIN}), "portal:people"),
)
SHOWN = 20
BROKER_SECONDS = 2


@signed_in
@require_GET
def home(request: SignedRequest) -> HttpResponse:
    """The practice's day: questions, what is in progress, what came back. Others go to their work."""
    for roles, landing in LANDINGS:
        if roles & request.user.roles:
            return redirect(landing)
    if not request.user.may(Permission.SEE_BATCHES):
        return redirect("admin:index") if request.user.is_staff else render(request, "portal/home_empty.html")
    mine = Batch.objects.visible_to(request.user).select_related("practice")
    now = timezone.now()
    in_progress = list(mine.in_progress().order_by("due_at", "pk")[:SHOWN])
    unsent = list(mine.filter(status=BatchStatus.OPEN).newest_first()[:5])
    return render(
        request,
        "portal/home.html",
        {
            "in_progress": batch_rows(in_progress, at=now),
            "unsent": batch_rows(unsent, at=now),
            "delivered": last_delivered(request, mine),
            "first_time": not in_progress and not unsent and not mine.exists(),
        },
    )


def last_delivered(request: SignedRequest, mine: Any) -> dict[str, Any] | None:
    """The batch that came back last, with its newest result files."""
    batch = mine.filter(status=BatchStatus.DELIVERED).order_by("-delivered_at", "-pk").first()
    if batch is None:
        return None
    files = list(Delivery.objects.visible_to(request.user).filter(batch=batch).order_by("-version", "format"))
    return {
        "pk": batch.pk,
        "label": batch.label,
        "name": batch.name,
        "at": batch.delivered_at,
        "files": [
            {"pk": file.pk, "format": label_of(file.format), "size": megabytes(file.size)}
            for file in files
            if file.version == files[0].version and file.format != MANIFEST
        ],
    }


# -- for machines --------------------------------------------------------------------------------
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_GET
def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Whether this process can serve: 503 without database or storage. A broker that is away only delays."""
    states = {"database": state_of(ask_database), "storage": state_of(storage.probe), "broker": state_of(ask_broker)}
    fit = states["database"] == states["storage"] == "ok"
    return JsonResponse(states, status=200 if fit else 503)


def state_of(ask: Callable[[], None]) -> str:
    """ok, or late with the class of the trouble in the log."""
    try:
        ask()
    except Exception as trouble:  # noqa: BLE001  whatever a service throws means the same to a load balancer
        logger.warning("not ready", extra={"kind": ask.__name__, "fault": type(trouble).__name__})
        return "late"
    return "ok"


def ask_database() -> None:
    """One round trip."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def ask_broker() -> None:
    """One connection, not retried."""
    with current_app.connection_for_write(connect_timeout=BROKER_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
