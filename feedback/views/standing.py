"""The practice's home below its questions: what is in progress, what came back, how we keep the contract."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from coding.actions.credits import contract_of, contracts_of, credit_terms, credits_of
from coding.actions.progress import estimates, progress_of
from coding.actions.standing import LOOK_BACK, accuracy_of, rejected_of, turnaround_of, weeks_now
from coding.models import Encounter
from coding.rules.figure_words import percent
from coding.rules.lifecycle import EncounterStatus
from coding.rules.progress import Progress
from coding.rules.proportions import Ratio
from coding.rules.standing_words import estimate_basis, lateness, move_tag, reckoning
from coding.rules.weeks import spark
from feedback.models import Comment
from feedback.rules.talk import Side
from portal.access import SignedRequest, requires
from portal.models import Batch, Chart, Contract, Delivery, User
from portal.rules.credit import Credit
from portal.rules.delivery_formats import DELIVERY_FORMATS
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from portal.rules.promise import due_tag, span
from portal.rules.roles import Permission

SHOWN = 20


@requires(Permission.REVIEW_RESULTS)
@require_GET
def standing(request: SignedRequest) -> HttpResponse:
    """A part of the home page for htmx, else a page."""
    now = timezone.now()
    mine = Batch.objects.visible_to(request.user).select_related("practice")
    batches = list(mine.in_progress().order_by("due_at", "pk")[:SHOWN])
    context = {
        "rows": batch_rows(batches, at=now),
        "more": mine.in_progress().count() > SHOWN,
        "delivered": last_delivered(request, mine),
        **figures(request.user, at=now),
    }
    return render(request, "feedback/standing.html" if request.htmx else "feedback/standing_page.html", context)


# -- batches --------------------------------------------------------------------------------------------
def batch_rows(batches: list[Batch], *, at: datetime) -> list[dict[str, Any]]:
    """What is in progress: how far, whose move, promised and likely; a few queries for each of a person's practices."""
    progress, contracts = progress_of(batches), contracts_of(batches)
    credit = credits_of(batches, at=at)
    likely = {}
    for practice in sorted({one.practice_id for one in batches}):
        own = [one for one in batches if one.practice_id == practice]
        likely.update(estimates(own, progress, practice_id=practice, at=at))
    return [
        {
            "batch": one,
            "url": reverse("portal:batch", args=[one.pk]),
            "progress": progress_words(progress[one.pk]),
            "move": move_tag(progress[one.pk], in_progress=True, to_practice=True),
            "promise": due_tag(due_at=timezone.localtime(one.due_at), at=at) if one.due_at else None,
            "likely": likely.get(one.pk),
            "basis": estimate_basis(likely.get(one.pk), progress[one.pk]),
            "late": credit_line(credit.get(one.pk), contract_of(one, contracts)),
        }
        for one in batches
    ]


def progress_words(progress: Progress) -> dict[str, Any]:
    """240 of 312 coded, for a bar and in words."""
    return {
        "count": progress.coded,
        "of": progress.visits,
        "text": f"{progress.coded:,} of {progress.visits:,} coded" if progress.visits else "Files are being checked",
    }


def credit_line(credit: Credit | None, contract: Contract) -> dict[str, str] | None:
    """How late it is or was, and the credit; None while there is nothing to say."""
    if credit is None or not (words := lateness(credit)):
        return None
    return {
        "label": words,
        "detail": reckoning(credit, credit_terms(contract)),
        "tone": "danger" if credit.days else "success",
    }


def last_delivered(request: SignedRequest, mine: Any) -> dict[str, Any] | None:
    """The batch that came back last, with its newest files, its lateness, and whether it waits for a word."""
    batch = mine.filter(status=BatchStatus.DELIVERED).order_by("-delivered_at", "-pk").first()
    if batch is None:
        return None
    files = list(Delivery.objects.visible_to(request.user).filter(batch=batch).order_by("-version", "format"))
    unsaid = Encounter.objects.originals().filter(batch=batch, status=EncounterStatus.DELIVERED, reviews=None)
    contract = contract_of(batch, contracts_of([batch]))
    until = batch.delivered_at + timedelta(days=contract.acceptance_days)
    return {
        "batch": batch,
        "url": reverse("portal:batch", args=[batch.pk]),
        "files": [
            {
                "url": reverse("coding:delivery", args=[file.pk]),
                "format": DELIVERY_FORMATS.get(file.format, file.format),
            }
            for file in files
            if file.version == files[0].version
        ],
        "late": credit_line(credits_of([batch], at=timezone.now()).get(batch.pk), contract),
        "unsaid": unsaid.count() if timezone.now() < until else 0,
        "until": until,
    }


# -- tiles ----------------------------------------------------------------------------------------------
def figures(reader: User, *, at: datetime) -> dict[str, Any]:
    """The four tiles, and the same by week as a table."""
    practices = sorted(reader.practice_ids)
    contract = Contract.objects.filter(practice__in=practices).in_force(timezone.localdate()).first()
    tiles = [
        turnaround_tile(practices, contract, at=at),
        accuracy_tile(practices, contract, at=at),
        questions_tile(reader, at=at),
        rejected_tile(practices, at=at),
    ]
    weeks = weeks_now(at)
    return {
        "tiles": tiles,
        "weeks": [
            {"begins": week, "cells": [{"label": tile["label"], "text": tile["cells"][number]} for tile in tiles]}
            for number, week in enumerate(weeks)
        ],
    }


def tile(label: str, value: str, note: str, tone: str, url: str, cells: Sequence[str], line: Any) -> dict[str, Any]:  # noqa: PLR0913
    """One tile: its number in words, what it is measured by, its weeks as words and as a line."""
    return {
        "label": label,
        "value": value,
        "note": note,
        "tone": tone,
        "glyph": {"success": "✓", "danger": "▲", "warn": "!"}.get(tone, ""),
        "url": url,
        "cells": list(cells),
        "spark": line,
    }


def turnaround_tile(practices: list[int], contract: Contract | None, *, at: datetime) -> dict[str, Any]:
    found = turnaround_of(practices, at=at)
    promised = contract.turnaround_hours if contract is not None else None
    known, share = found.half is not None, found.in_time
    note = (
        f"promise {promised} h, {share.count} of {share.of} in time" if promised and known else "nothing came back yet"
    )
    kept = known and share.count == share.of
    return tile(
        "Turnaround, half within",
        hours(found.half),
        note,
        "" if not known else "success" if kept else "danger",
        f"{reverse('portal:batches')}?status={BatchStatus.DELIVERED}",
        [hours(week) for week in found.weeks],
        spark(found.weeks, goal=promised if known else None),
    )


def accuracy_tile(practices: list[int], contract: Contract | None, *, at: datetime) -> dict[str, Any]:
    """Of what coders sent: an interval that holds the goal is neither good nor bad."""
    found = accuracy_of(practices, at=at)
    interval, goal = found.share.interval, float(contract.accuracy_target) if contract is not None else None
    if interval is None:
        return tile(
            "Accuracy before correction", "–", "nothing was verified yet", "", "#weeks", words(found.weeks), None
        )
    tone = (
        ""
        if goal is None or interval.low * 100 <= goal <= interval.high * 100
        else ("success" if interval.low * 100 > goal else "danger")
    )
    return tile(
        "Accuracy before correction",
        f"{percent(interval.share)} %",
        f"{percent(interval.low)} to {percent(interval.high)} %, n = {found.share.encounters}"
        + (f", goal {goal:g} %" if goal is not None else ""),
        tone,
        "#weeks",
        words(found.weeks),
        spark([one.interval.share * 100 if one.interval else None for one in found.weeks], goal=goal),
    )


def hours(number: float | None) -> str:
    """19 h; in days from two on; a dash for none."""
    return "–" if number is None else span(timedelta(hours=number))


def words(weeks: Iterable[Ratio]) -> list[str]:
    return [f"{percent(one.interval.share)} %, n = {one.encounters}" if one.interval else "–" for one in weeks]


def questions_tile(reader: User, *, at: datetime) -> dict[str, Any]:
    """How many questions wait for the practice now, and how many did at the end of each week."""
    rows = Comment.objects.visible_to(reader).filter(needs_answer_from=Side.PRACTICE, deleted_at=None)
    recent = rows.filter(Q(resolved_at=None) | Q(resolved_at__gte=at - LOOK_BACK))
    asked = list(recent.values_list("created_at", "resolved_at"))
    open_now = sum(1 for _begun, ended in asked if ended is None)
    weeks = [open_at(asked, end_of(week, at)) for week in weeks_now(at)]
    oldest = min((begun for begun, ended in asked if ended is None), default=None)
    return tile(
        "Open questions",
        str(open_now),
        f"the oldest since {timezone.localtime(oldest):%b %-d}" if oldest else "nothing waits for you",
        "warn" if open_now else "success",
        f"{reverse('feedback:inbox')}?show=us",
        [str(week) for week in weeks],
        spark(weeks),
    )


def open_at(asked: Iterable[tuple[datetime, datetime | None]], at: datetime) -> int:
    return sum(1 for begun, ended in asked if begun <= at and (ended is None or ended > at))


def end_of(week: date, at: datetime) -> datetime:
    """The last moment of a week in the reader's zone, or now."""
    midnight = datetime.combine(week + timedelta(days=7), datetime.min.time(), timezone.get_current_timezone())
    return min(midnight, at)


def rejected_tile(practices: list[int], *, at: datetime) -> dict[str, Any]:
    found = rejected_of(practices, at=at)
    now = Chart.objects.filter(
        Q(status=ChartStatus.UNREADABLE) & ~Q(reason=Refusal.LEFT_OUT), batch__status=BatchStatus.RECEIVED,
        practice__in=practices,
    ).count()  # fmt: skip
    return tile(
        "Rejected files",
        f"{found.share.count:,}",
        f"of {found.share.of:,} in 12 weeks" + (f", {now} in progress" if now else ""),
        "warn" if now else "",
        reverse("portal:batches"),
        [f"{week.count} of {week.of}" if week.of else "–" for week in found.weeks],
        spark([week.count if week.of else None for week in found.weeks]),
    )
