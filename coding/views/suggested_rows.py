"""Suggestions in the words of the coding bench."""

from __future__ import annotations

from datetime import date
from typing import Any

from coding.actions.suggesting import shown_suggestions
from coding.actions.tables import facts
from coding.models import Encounter
from coding.rules.codings import System, diagnosis_system, dotted
from coding.rules.suggested import RejectReason, is_history
from coding.views.findings import title_in

REJECT_REASONS = [{"key": number, "label": reason.label} for number, reason in enumerate(RejectReason, 1)]


def suggested_rows(encounter: Encounter, day: date | None) -> list[dict[str, Any]]:
    """What the code list shows of each suggestion; none without a date of service, nor of another code set."""
    if day is None:
        return []
    diagnoses = diagnosis_system(day)
    shown = [one for one in shown_suggestions(encounter) if one.system in {diagnoses, System.PROCEDURE}]
    known = {
        system: facts({one.code for one in shown if one.system == system}, system=system, on=day)
        for system in (diagnoses, System.PROCEDURE)
    }
    return [
        {
            "suggestion": one.pk,
            "system": "procedure" if one.system == System.PROCEDURE else "diagnosis",
            "code": one.code,
            "dotted": dotted(System(one.system), one.code),
            "title": title_in(known[System(one.system)], one.code),
            "reason": one.reason,
            "history": is_history(System(one.system), one.code),
            "evidence": one.evidence,
        }
        for one in shown
    ]
