"""What tomorrow's simulation is drawn from: the service's own last weeks."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from django.db.models import F

from coding.actions.flow import DAY, midnight, service_day
from coding.models import Assignment, Encounter, EncounterEvent
from coding.rules.flow.percentiles import percentile
from coding.rules.flow.simulation import Kind
from coding.rules.flow.what_if import Arrived, History, Standing, Worker
from coding.rules.lifecycle import STAGE_OF, EncounterStatus, Stage
from portal.models import User
from portal.rules.roles import Role

PAST_DAYS = 14  # whole days, yesterday the last
LAST_TIMES = 600  # finished pieces of work of a stage
LONGEST = 98  # percent: longer ones were left open, as in the fit of weights
STAGES_OF = {
    Role.CODER: frozenset({Stage.PRECODING, Stage.CODING}),
    Role.VERIFIER: frozenset({Stage.VERIFICATION}),
}


def history_for(*, at: datetime) -> History:
    """Past days with their arrivals, times of work, what stands on the line and who works there. Some eight queries."""
    today = midnight(service_day(at))
    return History(
        days=past_days(today=today),
        times={kind: minutes for stage in Stage for kind, minutes in times_of(stage).items()},
        verified=share_verified(today=today),
        standing=standing(tomorrow=today + DAY),
        workers=workers(),
    )


def past_days(*, today: datetime) -> tuple[tuple[Arrived, ...], ...]:
    """The arrivals of each of the last days, from the first on which something came; of today if there is none."""
    events = EncounterEvent.objects.filter(move="create", encounter__repeats=None)
    rows = list(
        events.filter(at__gte=today - DAY * PAST_DAYS, at__lt=today)
        .order_by()
        .values_list("at", "encounter__specialty", "encounter__due_at")
    ) or list(events.filter(at__gte=today).order_by().values_list("at", "encounter__specialty", "encounter__due_at"))
    days: dict[int, list[Arrived]] = {}
    for moment, specialty, due in rows:
        number = (service_day(moment) - today.date()).days
        minute = (moment - (today + DAY * number)) / timedelta(minutes=1)
        days.setdefault(number, []).append(Arrived(minute, specialty, (due - moment) / timedelta(minutes=1)))
    if not days:
        return ()
    return tuple(tuple(days.get(number, ())) for number in range(min(days), max(days) + 1))


def times_of(stage: Stage) -> dict[Kind, list[float]]:
    """Minutes for which the last visits of a stage were open, by specialty."""
    rows = (
        Assignment.objects.filter(stage=stage, end=Assignment.End.FINISHED)
        .order_by("-ended_at")
        .annotate(length=F("ended_at") - F("opened_at"))
        .values_list("encounter__specialty", "length")[:LAST_TIMES]
    )
    known = [(specialty, length / timedelta(minutes=1)) for specialty, length in rows if length]
    if not known:
        return {}
    longest = percentile([minutes for _, minutes in known], LONGEST)
    found: dict[Kind, list[float]] = {}
    for specialty, minutes in known:
        if minutes <= longest:
            found.setdefault(Kind(stage.value, specialty), []).append(minutes)
    return found


def share_verified(*, today: datetime) -> float:
    """Of the codings of the last days, how many went to verification; all if there were none."""
    moves = ("submit_coding", "submit_unsampled")
    rows = EncounterEvent.objects.filter(move__in=moves, at__gte=today - DAY * PAST_DAYS).order_by()
    counts = Counter(rows.values_list("move", flat=True))
    total = sum(counts.values())
    return counts["submit_coding"] / total if total else 1.0


def standing(*, tomorrow: datetime) -> tuple[Standing, ...]:
    """What is on the line and not on hold, as if tomorrow began with it."""
    rows = Encounter.objects.originals().filter(status__in=list(STAGE_OF)).order_by("due_at", "pk")
    return tuple(
        Standing(STAGE_OF[EncounterStatus(status)], specialty, (due - tomorrow) / timedelta(minutes=1))
        for status, specialty, due in rows.values_list("status", "specialty", "due_at")
    )


def workers() -> tuple[Worker, ...]:
    """Everybody who codes or verifies, with what they may do."""
    people = User.objects.with_role(*STAGES_OF).order_by("pk").prefetch_related("user_roles", "skills")
    return tuple(
        Worker(
            frozenset(stage for row in one.user_roles.all() for stage in STAGES_OF.get(Role(row.role), ())),
            frozenset(skill.specialty for skill in one.skills.all()),
        )
        for one in people
    )
