"""Alarms on drift: every coder's series looked at once a day, an alarm raised once, acknowledged with a note."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from coding.actions.moves import AlreadyMoved
from coding.models import Coding, Discrepancy, DriftAlarm, ProcedureLine, Query, Verification
from coding.rules import drift
from coding.rules.codings import bare
from coding.rules.disputes import FALLEN
from coding.rules.drift import Alarm, Series
from coding.rules.em_families import family_of_code
from coding.rules.lifecycle import Stage
from coding.rules.plans.risks import DISTINCT
from coding.rules.reasons import Reason
from coding.rules.sampling import UNCHOSEN
from portal.actions.audit import record
from portal.models import User
from portal.rules.roles import Role
from portal.rules.specialties import Specialty

LOOKS_BACK = timedelta(days=365)


class NoteMissing(Exception):
    """Nobody learns from an alarm that was put away without a word."""


@dataclass(frozen=True)
class Chart:
    """What one visit adds to the series of its coder; None where it says nothing of one."""

    at: datetime
    value: Any


Charts = Mapping[Series, Sequence[Chart]]

DETECTORS: Mapping[Series, Callable[[Sequence[Any]], Alarm | None]] = {
    Series.DIFFERENCE: drift.difference_drift,
    Series.INDEX: drift.index_drift,
    Series.SKEW: drift.skew,
    Series.MODIFIER_25: lambda values: drift.rate_drift(Series.MODIFIER_25, values),
    Series.DISTINCT: lambda values: drift.rate_drift(Series.DISTINCT, values),
    Series.AVOIDED: drift.avoided,
}


def raise_alarms(*, at: datetime) -> int:
    """Look at everybody's series; how many alarms are new. Caller opens the scope. A second time finds nothing new."""
    coders = User.objects.filter(user_roles__role=Role.CODER.value, is_active=True).order_by("pk")
    return sum(raise_alarms_of(coder=coder, at=at) for coder in coders)


@transaction.atomic
def raise_alarms_of(*, coder: User, at: datetime) -> int:
    """One coder's alarms; the person is locked, so that two sweeps raise each once."""
    User.objects.select_for_update(no_key=True).get(pk=coder.pk)
    open_ones = set(DriftAlarm.objects.open().filter(coder=coder).values_list("specialty", "series"))
    rows = DriftAlarm.objects.filter(coder=coder).values("specialty", "series").annotate(last=Max("acknowledged_at"))
    begins = {(row["specialty"], row["series"]): row["last"] for row in rows if row["last"]}
    raised = 0
    for specialty, series in series_of(coder, since=at - LOOKS_BACK).items():
        for kind, charts in series.items():
            if (specialty.value, kind.value) in open_ones:
                continue
            since = begins.get((specialty.value, kind.value))
            own = [chart for chart in charts if since is None or chart.at > since]
            found = DETECTORS[kind]([chart.value for chart in own])
            if found is not None:
                raise_alarm(coder=coder, specialty=specialty, found=found, charts=own, at=at)
                raised += 1
    return raised


def raise_alarm(*, coder: User, specialty: Specialty, found: Alarm, charts: Sequence[Chart], at: datetime) -> None:
    row = DriftAlarm.objects.create(
        coder=coder, specialty=specialty, series=found.series, way=found.way, begun_at=charts[found.begun].at,
        certain_at=charts[found.place].at, charts=len(charts), figures=found.figures, raised_at=at,
    )  # fmt: skip
    record("drift.alarmed", at=at, about=row, coder=coder.pk, series=found.series, way=found.way)


@transaction.atomic
def acknowledge_alarm(*, alarm: DriftAlarm, by: User, at: datetime, note: str) -> None:
    """Put an alarm away with a word; its series begins anew. NoteMissing, AlreadyMoved."""
    if not note.strip():
        raise NoteMissing
    changed = DriftAlarm.objects.open().filter(pk=alarm.pk).update(
        acknowledged_by=by, acknowledged_at=at, note=note.strip()
    )  # fmt: skip
    if not changed:
        raise AlreadyMoved
    alarm.refresh_from_db()
    record("drift.acknowledged", at=at, by=by, about=alarm, coder=alarm.coder_id, series=alarm.series)


# -- series --------------------------------------------------------------------------------------------


def series_of(coder: User, *, since: datetime) -> dict[Specialty, dict[Series, list[Chart]]]:
    """Every series of a coder by specialty, oldest chart first; six queries."""
    found: dict[Specialty, dict[Series, list[Chart]]] = defaultdict(lambda: defaultdict(list))
    for specialty, at, codes, modifiers in submitted(coder, since=since):
        own = found[specialty]
        level = next((index for code in codes if (index := drift.index_of(code)) is not None), None)
        if level is not None:
            own[Series.INDEX].append(Chart(at, level))
        own[Series.MODIFIER_25].append(Chart(at, "25" in modifiers))
        own[Series.DISTINCT].append(Chart(at, any(one in DISTINCT for one in modifiers)))
    for specialty, at, difference, is_avoided in judged(coder, since=since):
        own = found[specialty]
        if difference is not None:
            own[Series.DIFFERENCE].append(Chart(at, difference))
            own[Series.SKEW].append(Chart(at, difference))
        own[Series.AVOIDED].append(Chart(at, is_avoided))
    return found


def submitted(coder: User, *, since: datetime) -> list[tuple[Specialty, datetime, list[str], set[str]]]:
    """Codes and modifiers of the coder's first version of each visit, verified or not; two queries."""
    rows = (
        Coding.objects.filter(author=coder, stage=Stage.CODING, submitted_at__gte=since, encounter__repeats=None)
        .exclude(submissions__taken_back_at__isnull=False)
        .order_by("encounter", "version")
        .distinct("encounter")
    )
    first = {
        pk: (Specialty(specialty), at)
        for pk, specialty, at in rows.values_list("pk", "encounter__specialty", "submitted_at")
    }
    codes: dict[int, list[str]] = defaultdict(list)
    modifiers: dict[int, set[str]] = defaultdict(set)
    lines = ProcedureLine.objects.filter(coding__in=list(first)).order_by("coding", "position")
    for coding, code, found in lines.values_list("coding", "code", "modifiers"):
        codes[coding].append(bare(code))
        modifiers[coding].update(found)
    ordered = sorted(first.items(), key=lambda row: (row[1][1], row[0]))
    return [(specialty, at, codes[pk], modifiers[pk]) for pk, (specialty, at) in ordered]


def judged(coder: User, *, since: datetime) -> list[tuple[Specialty, datetime, int | None, bool]]:
    """Of each chart verified because all are or chance drew it: the difference of levels, and was asking avoided."""
    verdicts = (
        Verification.objects.filter(
            coder=coder, at__gte=since, encounter__repeats=None,
            coder_version__sample__source__in=[source.value for source in UNCHOSEN],
        )
        .exclude(submissions__taken_back_at__isnull=False)
        .select_related("encounter", "coder_version", "verifier_version")
        .prefetch_related("coder_version__procedures", "verifier_version__procedures")
        .order_by("at", "pk")
    )  # fmt: skip
    rows = list(verdicts)
    missed = set(
        Discrepancy.objects.filter(verification__in=[row.pk for row in rows], reason=Reason.QUERY_MISSED.value)
        .exclude(dispute__status__in=sorted(FALLEN))
        .values_list("verification", flat=True)
    )
    asked = set(
        Query.objects.filter(encounter__in=[row.encounter_id for row in rows]).values_list("encounter", flat=True)
    )
    found = []
    for row in rows:
        mine, theirs = level_in(row.coder_version), level_in(row.verifier_version or row.coder_version)
        provider = str(row.coder_version.worksheet.get("provider_code", ""))
        avoided = drift.is_avoided(
            asked=row.encounter_id in asked, query_missed=row.pk in missed, coder=mine, others=(provider, theirs)
        )
        found.append((Specialty(row.encounter.specialty), row.at, drift.level_difference(mine, theirs), avoided))
    return found


def level_in(coding: Coding) -> str:
    """The first code of a version that is a level; empty for none."""
    codes = (bare(line.code) for line in sorted(coding.procedures.all(), key=lambda line: line.position))
    return next((code for code in codes if family_of_code(code)), "")
