"""The timeline of a batch: what happened when, by whom, to how many, what needs a word; promise and credit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from coding.actions.credits import contract_of, contracts_of, credit_terms, credits_of, promise_of
from coding.actions.progress import estimates, progress_of
from coding.models import DeliveryReview, Encounter, EncounterEvent
from coding.rules.lifecycle import EncounterStatus
from coding.rules.progress import Progress
from coding.rules.reviews import ReviewWord, silent_from
from coding.rules.standing_words import estimate_basis, lateness, move_tag, reckoning
from portal.access import SignedRequest, found, requires
from portal.models import Batch, Chart, Contract, Delivery, User
from portal.rules.batch_steps import StepException, counted, file_exceptions
from portal.rules.credit import Credit
from portal.rules.delivery_formats import DELIVERY_FORMATS
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from portal.rules.roles import Permission

REOPENINGS = ("reopen", "reopen_precoding", "reopen_verification")
SHOWN = 20  # of what happened after the first delivery


@dataclass(frozen=True)
class Step:
    """One step: done, current or to come; when, by whom, how far, and what needs a word."""

    label: str
    state: str = ""
    at: datetime | None = None
    who: str = ""
    text: str = ""
    count: int = 0
    of: int = 0
    exceptions: list[StepException] = field(default_factory=list)

    @property
    def marker(self) -> str:
        return {"done": "✓", "current": "◐"}.get(self.state, "○")


@require_GET
@requires(Permission.SEE_BATCHES)
def batch_timeline(request: SignedRequest, pk: int) -> HttpResponse:
    """A part of the batch's page for htmx, else a page."""
    rows = Batch.objects.visible_to(request.user).select_related("practice", "created_by")
    batch = found(request, rows.prefetch_related("created_by__user_roles"), pk=pk)
    name = "batch_timeline" if request.htmx else "batch_timeline_page"
    return render(request, f"coding/{name}.html", {"batch": batch, **timeline_of(batch, reader=request.user)})


def timeline_of(batch: Batch, *, reader: User) -> dict[str, Any]:
    """The steps, whose move it is, by when it is likely to be ready, and the credit; so many queries for any batch."""
    now, contract = timezone.now(), contract_of(batch, contracts_of([batch]))
    progress = progress_of([batch])[batch.pk]
    in_progress = batch.status == BatchStatus.RECEIVED
    return {
        "steps": [
            *file_steps(batch),
            *work_steps(batch, progress, contract),
            *after_delivery(batch, progress, contract, now=now),
        ],
        "move": move_tag(progress, in_progress=in_progress, to_practice=not reader.is_service_staff),
        "estimate": estimate_words(batch, progress, at=now) if in_progress else None,
        "credit": credit_words(credits_of([batch], at=now).get(batch.pk), batch=batch, contract=contract),
    }


def estimate_words(batch: Batch, progress: Progress, *, at: datetime) -> dict[str, Any]:
    """By when it is likely to be ready, among all of its practice that are in progress."""
    others = list(Batch.objects.filter(practice=batch.practice_id).in_progress())
    found_one = estimates(others, progress_of(others), practice_id=batch.practice_id, at=at).get(batch.pk)
    return {"at": found_one.at if found_one else None, "basis": estimate_basis(found_one, progress)}


def credit_words(credit: Credit | None, *, batch: Batch, contract: Contract) -> dict[str, Any] | None:
    """What was promised, kept or not, and the credit; None of a batch that was not sent or is in time so far."""
    if credit is None or not (words := lateness(credit)):
        return None
    return {
        "promised_at": promise_of(batch, contract),
        "tone": "danger" if credit.days else "success",
        "label": words,
        "detail": reckoning(credit, credit_terms(contract)),
    }


# -- files ---------------------------------------------------------------------------------------------
def file_steps(batch: Batch) -> list[Step]:
    """Received, and checked."""
    counts: Counter[str] = Counter()
    rows = Chart.objects.filter(batch=batch).order_by().values("status", "reason").annotate(number=Count("pk"))
    last: datetime | None = None
    for row in rows.annotate(last=Max("ready_at")):
        left_out = row["reason"] == Refusal.LEFT_OUT
        counts[row["reason"] if left_out else row["status"]] += row["number"]
        last = max(filter(None, (last, row["last"])), default=None)
    total, checking = sum(counts.values()), counts[ChartStatus.RECEIVED]
    sent = batch.status != BatchStatus.OPEN
    who = person(batch.created_by) if batch.created_by else batch.get_source_display()
    checked = bool(total) and not checking
    return [
        Step("Received", "done" if sent else "current", batch.received_at, who, counted(total, "file")),
        Step(
            "Checked",
            "done" if checked else "current" if total else "",
            last if checked else None,
            "",
            f"{total - checking:,} of {counted(total, 'file')}" if total else "",
            exceptions=file_exceptions(counts),
        ),
    ]


def person(user: User | None) -> str:
    """Somebody with their role, as in a thread; nobody in particular is the service."""
    if user is None:
        return "Chartline"
    return f"{user.name}, {', '.join(user.role_labels).lower()}" if user.role_labels else user.name


# -- work ----------------------------------------------------------------------------------------------
def work_steps(batch: Batch, progress: Progress, contract: Contract) -> list[Step]:
    """Pre-coding, coding and verification, with how far each is."""
    if batch.status == BatchStatus.OPEN:
        return [Step("Pre-coding"), Step("Coding"), Step("Verification")]
    share = contract.verification_share
    verified = "Every visit is checked by a second person" if share == 100 else f"{share} % of visits are checked"  # noqa: PLR2004
    return [
        stage("Pre-coding", progress.precoded, progress),
        stage("Coding", progress.coded, progress, exceptions=waiting(progress)),
        stage("Verification", progress.finished, progress, note=verified),
    ]


def stage(
    label: str, count: int, progress: Progress, *, note: str = "", exceptions: list[StepException] | None = None
) -> Step:
    """One stage: so many of all visits have left it."""
    done = bool(progress.visits) and count == progress.visits
    state = "done" if done else "current" if progress.visits else ""
    text = f"{count:,} of {counted(progress.visits, 'visit')}" if progress.visits else ""
    words = ". ".join(part for part in (text, note if state else "") if part)
    return Step(label, state, text=words, count=count, of=progress.visits, exceptions=exceptions or [])


def waiting(progress: Progress) -> list[StepException]:
    """What is on hold, and for whom."""
    found = []
    if progress.for_practice:
        found.append(StepException(f"{counted(progress.for_practice, 'visit')} waiting for the practice", "query"))
    if progress.held:
        found.append(StepException(f"{counted(progress.held, 'visit')} on hold with us", "warn"))
    return found


# -- deliveries and what came after ---------------------------------------------------------------------
def after_delivery(batch: Batch, progress: Progress, contract: Contract, *, now: datetime) -> list[Step]:
    """Each delivery, each reopening, and what the practice accepted, in their order."""
    steps = [*deliveries(batch), *reopenings(batch)]
    steps.sort(key=lambda step: step.at or batch.created_at)
    if batch.status != BatchStatus.DELIVERED:
        again = any(step.label.startswith("Delivered") for step in steps)
        return [*steps[-SHOWN:], Step("Delivered again" if again else "Delivered")]
    return [*steps[-SHOWN:], accepted(batch, progress, contract, now=now)]


def deliveries(batch: Batch) -> list[Step]:
    rows = Delivery.objects.filter(batch=batch).order_by("version", "format")
    by_version: dict[int, list[Delivery]] = {}
    for row in rows:
        by_version.setdefault(row.version, []).append(row)
    return [
        Step(
            "Delivered" if version == 1 else f"Delivered again, version {version}",
            "done",
            files[0].created_at,
            "Chartline",
            f"{counted(files[0].encounter_count, 'visit')} as {formats_of(files)}",
        )
        for version, files in by_version.items()
    ]


def formats_of(files: list[Delivery]) -> str:
    return ", ".join(DELIVERY_FORMATS.get(file.format, file.format) for file in files)


def reopenings(batch: Batch) -> list[Step]:
    """Who took up which visit again, and when."""
    rows = EncounterEvent.objects.filter(encounter__batch=batch, encounter__repeats=None, move__in=REOPENINGS)
    rows = rows.select_related("encounter", "user").prefetch_related("user__user_roles").order_by("-at", "-pk")[:SHOWN]
    return [Step("Reopened", "done", row.at, person(row.user), row.encounter.label) for row in rows]


def accepted(batch: Batch, progress: Progress, contract: Contract, *, now: datetime) -> Step:
    """How many results the practice has accepted in so many words; the rest silence accepts."""
    delivered = Encounter.objects.originals().filter(batch=batch, status=EncounterStatus.DELIVERED)
    said = DeliveryReview.objects.filter(encounter__in=delivered, word=ReviewWord.ACCEPTED).aggregate(
        count=Count("encounter", distinct=True), last=Max("at")
    )
    text = f"{said['count']:,} of {counted(progress.delivered, 'visit')}"
    silent_at = silent_from(batch.delivered_at or now, contract.acceptance_days)
    if said["count"] >= progress.delivered:
        return Step("Accepted", "done", said["last"], "", text)
    if now >= silent_at:
        return Step("Accepted", "done", silent_at, "", f"{text} with a word, the others by silence")
    return Step(
        "Accepted", "current", None, "", f"{text}, the others by silence on {timezone.localtime(silent_at):%b %-d}"
    )
