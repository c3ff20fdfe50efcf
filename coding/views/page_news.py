"""What others did to the pages of a visit while somebody has it open; told at the bench without taking its place."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from coding.models import Assignment, Encounter, EncounterEvent

PAGE_MOVES = ("set_pages", "addendum")
TOLD_AT_ONCE = 5


def addenda_of(encounter: Encounter) -> list[dict[str, Any]]:
    """The documents that came later, with where what is new in them is shown; the newest first."""
    return [
        {
            "chart": f"C-{row.chart_id:04d}",
            "at": row.attached_at,
            "url": reverse("coding:added", args=[encounter.pk, row.chart_id]),
        }
        for row in encounter.addenda.order_by("-pk")
    ]


def last_event(encounter: Encounter) -> int:
    """The newest event of the visit that a page shows: what comes after it is news."""
    return EncounterEvent.objects.filter(encounter=encounter).order_by("-pk").values_list("pk", flat=True).first() or 0


def news(assignment: Assignment, *, after: int) -> list[dict[str, Any]]:
    """What others did to the pages since that event, oldest first."""
    rows = EncounterEvent.objects.filter(encounter_id=assignment.encounter_id, move__in=PAGE_MOVES, pk__gt=after)
    told = rows.exclude(user=assignment.user_id).select_related("user").order_by("pk")
    return [{"id": row.pk, "text": words(row)} for row in told[:TOLD_AT_ONCE]]


def words(event: EncounterEvent) -> str:
    who = event.user.name if event.user else "The practice"
    if event.move == "addendum":
        return f"{who} added a document to this visit. {event.comment}".strip()
    return f"{who} changed the pages of this visit. {event.comment}".strip()
