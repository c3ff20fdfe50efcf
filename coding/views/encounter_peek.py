"""A look at one encounter from its row in the list, without opening it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from coding.models import Encounter, EncounterEvent
from coding.rules.encounter_columns import Column
from coding.rules.lifecycle import EncounterStatus
from coding.views.due import tag_of
from coding.views.encounter_rows import encounter_rows

STEPS = 6  # of its history, the newest first


def peek_of(row: Encounter, *, at: datetime) -> dict[str, Any]:
    """The row with all columns, its chart's number, and the last steps of its history; a constant number of queries."""
    [shown] = encounter_rows([row], columns=tuple(Column), at=at)
    events = EncounterEvent.objects.filter(encounter=row).select_related("user").defer("comment")
    return {
        "row": shown,
        "chart": row.chart.label,
        "pages": row.page_words,
        "steps": [step_of(event) for event in events.order_by("-at", "-pk")[:STEPS]],
    }


def step_of(event: EncounterEvent) -> dict[str, Any]:
    """Where it went, through whom and when."""
    return {
        "status": tag_of(EncounterStatus(event.new_status)),
        "by": event.user.name if event.user else "",
        "at": timezone.localtime(event.at),
    }
