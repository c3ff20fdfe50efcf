"""Results for the practice: the files, and how far each encounter of a batch is."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from coding.actions.reviews import standings
from coding.models import Coding, Encounter, PreCoding
from coding.rules.formats import media_type_of
from coding.rules.lifecycle import FINISHED, STAGE_OF, EncounterStatus, Stage, WhoseMove
from coding.views.due import status_tag
from coding.views.reviews import in_words
from portal.access import SignedRequest, found, requires
from portal.actions.audit import record
from portal.actions.deliveries import DeliveryDamaged, read_delivery, record_download
from portal.keyset import page_of
from portal.models import Batch, Delivery, Outcome
from portal.rules.roles import Permission

PER_PAGE = 50
CONFLICT = 409  # not a 5xx: that would roll the audit event back


@require_GET
@requires(Permission.DOWNLOAD_RESULTS)
def delivery(request: SignedRequest, pk: int) -> HttpResponse:
    """The file of a delivery, its hash compared first; each download is noted."""
    now = timezone.now()
    sent = found(request, Delivery.objects.visible_to(request.user).select_related("batch"), pk=pk)
    try:
        content = read_delivery(delivery=sent)
    except DeliveryDamaged:
        record("delivery.damaged", at=now, by=request.user, about=sent, outcome=Outcome.REFUSED, request=request)
        return render(request, "coding/delivery_damaged.html", {"sent": sent, "batch": sent.batch}, status=CONFLICT)
    record_download(delivery=sent, by=request.user, at=now, request=request)
    return HttpResponse(
        content,
        headers={
            "Content-Type": media_type_of(sent.format),
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=sent.file_name),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


@require_GET
@requires(Permission.SEE_BATCHES)
def batch_encounters(request: SignedRequest, pk: int) -> HttpResponse:
    """The encounters of a batch and how far they are; a page, or its inner part for htmx."""
    batch = found(request, Batch.objects.visible_to(request.user).select_related("practice"), pk=pk)
    rows = Encounter.objects.visible_to(request.user).filter(batch=batch)
    page = page_of(request, rows.select_related("chart", "precoding", "batch__practice"), order=("pk",), size=PER_PAGE)
    name = "batch_encounters_list" if request.htmx else "batch_encounters"
    return render(
        request,
        f"coding/{name}.html",
        {
            "batch": batch,
            "rows": encounter_rows(page.rows, to_practice=not request.user.is_service_staff),
            "review": review_of(request, rows),
            "total": page.total,
            "pagination": page.pagination,
            **progress_of(rows),
        },
    )


def review_of(request: SignedRequest, rows: Any) -> dict[str, Any] | None:
    """What waits for the practice's word, and until when; None for others, and where nothing does."""
    if not request.user.may(Permission.REVIEW_RESULTS):
        return None
    now = timezone.now()
    delivered = rows.filter(status=EncounterStatus.DELIVERED).select_related("batch__practice")
    waiting = [one for one in standings(delivered).values() if one.is_open(at=now)]
    return {"count": len(waiting), "until": min(one.silent_at for one in waiting)} if waiting else None


def progress_of(rows: Any) -> dict[str, Any]:
    """How many encounters of the batch are at each stage, on hold and finished."""
    counts = {
        **{
            stage.value: Count("pk", filter=Q(status__in=[s for s, of in STAGE_OF.items() if of == stage]))
            for stage in Stage
        },
        "held": Count("pk", filter=Q(status=EncounterStatus.HELD)),
        "finished": Count("pk", filter=Q(status__in=FINISHED)),
        "total_count": Count("pk"),
    }
    found_counts = rows.order_by().aggregate(**counts)
    facts = [(stage.label, found_counts[stage.value]) for stage in Stage]
    return {
        "facts": [*facts, ("On hold", found_counts["held"]), ("Finished", found_counts["finished"])],
        "finished": found_counts["finished"],
        "count": found_counts["total_count"],
    }


def encounter_rows(rows: list[Encounter], *, to_practice: bool) -> list[dict[str, Any]]:
    """The rows of the list: no more of the patient than initials and year of birth (UX.md 2.0)."""
    done = [row for row in rows if row.status in FINISHED and not row.not_billable_reason]
    said = standings(rows)
    versions = {version.encounter_id: version for version in Coding.objects.newest_of(done).with_counts()}
    return [
        {
            "label": row.label,
            "url": reverse("coding:encounter", args=[row.pk]),
            "chart": row.chart.label,
            "chart_url": reverse("portal:chart", args=[row.chart_id]),
            "patient": short_patient(getattr(row, "precoding", None)),
            "date": row.precoding.date_from if hasattr(row, "precoding") else None,
            "status": status_tag(row),
            "codes": code_count(versions.get(row.pk)),
            "note": note_of(row, to_practice=to_practice),
            "review": in_words(said.get(row.pk)),
            "ours": row.hold_move != "practice",
        }
        for row in rows
    ]


def short_patient(known: PreCoding | None) -> str:
    """Initials and year of birth, e.g. "J.S. 1961"; empty before pre-coding."""
    if known is None:
        return ""
    initials = "".join(f"{part[0]}." for part in known.patient_name.replace(",", " ").split()[:2])
    return f"{initials} {known.birth_date.year}"


def code_count(version: Any) -> str:
    """How many codes there are: diagnoses and procedure lines."""
    return f"{version.diagnosis_count} + {version.procedure_count}" if version else ""


def note_of(encounter: Encounter, *, to_practice: bool) -> str:
    """Why it is on hold and whom it waits for, as its reader would say it; or why it is not billable."""
    if encounter.hold_reason:
        waits_for_reader = to_practice and encounter.hold_move == WhoseMove.PRACTICE
        whom = "you" if waits_for_reader else WhoseMove(encounter.hold_move).waits_for
        return f"{encounter.get_hold_reason_display()}. Waits for {whom}."
    return encounter.get_not_billable_reason_display() if encounter.not_billable_reason else ""
