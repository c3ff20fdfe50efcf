"""Hours of work and absences, for managers: who is at work now, who is back when, who gets whose work."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from coding.actions import hours as actions
from coding.actions.presence import week_and_absences
from coding.forms.hours import AbsenceForm, WeekForm
from coding.models import Absence
from coding.rules.hours import Away, Hours, away_on, back_at, is_at_work, week_in_words
from portal.access import SignedRequest, found, requires
from portal.models import User
from portal.rules.roles import Permission, Role

managers = requires(Permission.MANAGE_WORK)
AT_WORK = {"label": "At work", "glyph": "✓", "tone": "plain"}
OFF = {"label": "Off", "glyph": "○", "tone": "neutral"}
AWAY = {"label": "Away", "glyph": "‖", "tone": "warn"}


def workers() -> Any:
    """Coders and verifiers, each with `in_hand`: how much they hold."""
    open_ones = Count("assignments", filter=Q(assignments__ended_at=None), distinct=True)
    pks = User.objects.with_role(Role.CODER, Role.VERIFIER).values("pk")
    return User.objects.filter(pk__in=pks).annotate(in_hand=open_ones).by_name()


@require_GET
@managers
def hours(request: SignedRequest) -> HttpResponse:
    """Everybody who codes or verifies, with their week, and whether they are at work now."""
    at, people = timezone.now(), list(workers())
    weeks, absences = week_and_absences(people)
    rows = [person_row(person, weeks[person.pk], absences[person.pk], at=at) for person in people]
    return render(request, "coding/hours.html", {"rows": rows, "present": sum(row["present"] for row in rows)})


def person_row(person: User, week: list[Hours], absences: list[Away], *, at: datetime) -> dict[str, Any]:
    now = at.astimezone(ZoneInfo(person.time_zone))
    present = is_at_work(now, week, absences)
    away = away_on(now.date(), absences)
    coming = min((one.starts_on for one in absences if one.starts_on > now.date()), default=None)
    return {
        "pk": person.pk,
        "name": person.name,
        "zone": person.time_zone.replace("_", " "),
        "there": f"{now:%H:%M}",
        "week": week_in_words(week),
        "present": present,
        "status": AWAY if away else AT_WORK if present else OFF,
        "back": back_at(now, week, absences) if not present else None,
        "away_until": away.ends_on if away else None,
        "coming": coming,
        "in_hand": person.in_hand,  # type: ignore[attr-defined]
    }


@require_GET
@managers
def person_hours(request: SignedRequest, pk: int) -> HttpResponse:
    return hours_page(request, found(request, workers(), pk=pk))


def today_of(person: User) -> date:
    return timezone.now().astimezone(ZoneInfo(person.time_zone)).date()


def hours_page(request: SignedRequest, person: User, *, status: int = 200, **forms: Any) -> HttpResponse:
    """One person's week and absences; forms that were sent with mistakes are shown with them."""
    weeks, absences = week_and_absences([person])
    today = today_of(person)
    standing = Absence.objects.standing().filter(user=person, ends_on__gte=today)
    context = {
        "person": person,
        "row": person_row(person, weeks[person.pk], absences[person.pk], at=timezone.now()),
        "absences": list(standing.select_related("hand_to", "made_by").order_by("starts_on", "pk")),
        "week_form": WeekForm(hours=weeks[person.pk]),
        "absence_form": AbsenceForm(person=person, today=today, initial={"starts_on": today}),
    }
    return render(request, "coding/person_hours.html", {**context, **forms}, status=status)


@require_POST
@managers
def hours_set(request: SignedRequest, pk: int) -> HttpResponse:
    person = found(request, workers(), pk=pk)
    form = WeekForm(request.POST, hours=[])
    if not form.is_valid():
        return hours_page(request, person, status=422, week_form=form)
    actions.set_hours(user=person, hours=form.hours(), by=request.user, at=timezone.now())
    messages.success(request, f"{person.name} works {week_in_words(form.hours()) or 'at no set hours'}.")
    return redirect("coding:person-hours", pk=pk)


@require_POST
@managers
def absence_add(request: SignedRequest, pk: int) -> HttpResponse:
    person = found(request, workers(), pk=pk)
    form = AbsenceForm(request.POST, person=person, today=today_of(person))
    if not form.is_valid():
        return hours_page(request, person, status=422, absence_form=form)
    absence = actions.record_absence(user=person, **form.cleaned_data, by=request.user, at=timezone.now())
    to = absence.hand_to.name if absence.hand_to else "the queue"
    when = "Open work went" if absence.handed_at else f"On {absence.starts_on:%b %-d} open work goes"
    messages.success(request, f"{person.name} is away through {absence.ends_on:%b %-d}. {when} to {to}.")
    return redirect("coding:person-hours", pk=pk)


@require_POST
@managers
def absence_cancel(request: SignedRequest, pk: int) -> HttpResponse:
    absence = found(request, Absence.objects.select_related("user"), pk=pk)
    try:
        actions.cancel_absence(absence=absence, by=request.user, at=timezone.now())
    except actions.NotStanding:
        messages.info(request, "It was cancelled before.")
    else:
        messages.success(request, f"{absence.user.name} is not away. What was handed over stays where it is.")
    return redirect("coding:person-hours", pk=absence.user_id)
