"""The rows of the manager's list of encounters: finished values for the columns that are shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from coding.models import Assignment, Coding, Encounter, PreCoding, Query, Verification
from coding.models.encounter import EncounterQuerySet
from coding.rules.encounter_columns import Column
from coding.rules.lifecycle import STAGE_OF, HoldReason, Stage
from coding.views.deliveries import code_count, note_of, short_patient
from coding.views.due import due_of, status_tag, waiting_tag
from portal.rules.promise import span

IN_TURN = 0  # the priority that everything starts with
OF_PRECODING = ("encounter_id", "patient_name", "birth_date", "date_from")


def with_people(rows: EncounterQuerySet) -> EncounterQuerySet:
    """With what a row names."""
    return rows.select_related("practice", "batch", "coded_by")


def encounter_rows(rows: list[Encounter], *, columns: Collection[Column], at: datetime) -> list[dict[str, Any]]:
    """The rows, no more of the patient than initials and year of birth (UX.md 2.0); a query for each fact beside them.

    What nobody wants to see is not asked for.
    """
    keys = [row.pk for row in rows]
    held = {
        one.encounter_id: one for one in Assignment.objects.open().filter(encounter__in=keys).select_related("user")
    }
    known = precodings(keys) if {Column.PATIENT, Column.DATE} & set(columns) else {}
    versions = codings(rows) if Column.CODES in columns else {}
    verdicts = verifications(keys) if Column.VERIFIER in columns else {}
    questions = pending_queries(keys) if Column.QUESTION in columns else {}
    return [
        {
            **encounter_row(row, held.get(row.pk), at=at),
            **facts_of(known.get(row.pk)),
            "codes": code_count(versions.get(row.pk)),
            "verifier": verifier_of(held.get(row.pk), verdicts.get(row.pk)),
            "question": question_of(questions.get(row.pk), at=at),
        }
        for row in rows
    ]


def encounter_row(row: Encounter, held: Assignment | None, *, at: datetime) -> dict[str, Any]:
    """What the encounter and its assignment say by themselves."""
    return {
        "pk": row.pk,
        "value": str(row.pk),
        "label": row.label,
        "url": reverse("coding:encounter", args=[row.pk]),
        "peek_url": reverse("coding:encounter-peek", args=[row.pk]),
        "practice": row.practice.name,
        "batch": row.batch.label,
        "batch_url": reverse("coding:batch-encounters", args=[row.batch_id]),
        "specialty": row.get_specialty_display(),
        "status": waiting_tag(STAGE_OF[row.state]) if held and held.is_ahead else status_tag(row),
        "due": None if row.finished_at else due_of(row, at=at),
        "coder": coder_of(row, held),
        "person": held.user.name if held else "",
        "ahead": unopened_words(held) if held else "",
        "note": note_of(row, to_practice=False),
        "reason": reason_of(row),
        "first": row.priority > IN_TURN,
        "age": span(at - row.created_at),
        "created_at": row.created_at,
    }


def coder_of(row: Encounter, held: Assignment | None) -> dict[str, str] | None:
    """Who has it before verification, else who coded it."""
    if held is not None and held.stage != Stage.VERIFICATION:
        return {"name": held.user.name, "note": unopened_words(held)}
    return {"name": row.coded_by.name, "note": ""} if row.coded_by else None


def verifier_of(held: Assignment | None, verdict: Verification | None) -> dict[str, str] | None:
    """Who has it to verify, else who verified it last."""
    if held is not None and held.stage == Stage.VERIFICATION:
        return {"name": held.user.name, "note": unopened_words(held)}
    return {"name": verdict.verifier.name, "note": ""} if verdict else None


def reason_of(row: Encounter) -> str:
    """Why it is on hold or not billable; a query says so in its own column."""
    if row.hold_reason == HoldReason.QUERY:
        return "Query"
    return row.get_hold_reason_display() if row.hold_reason else row.get_not_billable_reason_display()


def unopened_words(assignment: Assignment) -> str:
    """That nobody works on it although somebody has it; "" once it is opened."""
    if assignment.opened_at is not None:
        return ""
    return "held ahead" if assignment.is_ahead else "not opened"


def facts_of(known: PreCoding | None) -> dict[str, Any]:
    return {"patient": short_patient(known), "date": known.date_from if known else None}


def question_of(query: Query | None, *, at: datetime) -> dict[str, str] | None:
    """The query that it waits for: its number, how long it waits, where it is. What is asked stays on its page."""
    if query is None:
        return None
    return {
        "label": query.label,
        "waits": span(query.waiting(at=at)),
        "state": query.state.label,
        "url": reverse("coding:query", args=[query.pk]),
    }


# -- what stands in other tables, by encounter --------------------------------------------------------
def precodings(keys: list[int]) -> Mapping[int, PreCoding]:
    return {one.encounter_id: one for one in PreCoding.objects.filter(encounter__in=keys).only(*OF_PRECODING)}


def codings(rows: list[Encounter]) -> Mapping[int, Coding]:
    """The newest version of each that was not taken back, with its counts."""
    newest = Coding.objects.newest_of(rows).exclude(submissions__taken_back_at__isnull=False)
    return {one.encounter_id: one for one in newest.with_counts().only("encounter_id")}


def verifications(keys: list[int]) -> Mapping[int, Verification]:
    verdicts = (
        Verification.objects.exclude(submissions__taken_back_at__isnull=False)
        .filter(encounter__in=keys)
        .select_related("verifier")
    )
    newest = verdicts.order_by("encounter", "-at", "-pk").distinct("encounter")
    return {one.encounter_id: one for one in newest}


def pending_queries(keys: list[int]) -> Mapping[int, Query]:
    """At most one of each encounter."""
    pending = Query.objects.pending().filter(encounter__in=keys)
    return {one.encounter_id: one for one in pending.defer("title", "question", "options", "close_note")}
