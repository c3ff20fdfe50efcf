"""Verification plans of practices, coders placed by hand, and focused audits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from coding.actions.moves import AlreadyMoved
from coding.actions.planned import add_standing, place_of_coder
from coding.models import FocusedAudit, Standing, VerificationPlan
from coding.rules.plans import steps
from coding.rules.plans.risks import Limits, Risk
from coding.rules.plans.steps import Cause
from coding.rules.sampling import clean_focus
from portal.actions.audit import record
from portal.actions.batches import day_of
from portal.models import Practice, User
from portal.rules.specialties import Specialty


class PlanBackdated(Exception):
    """A plan would begin before today: what was sampled already was drawn by another."""


class NoSuchStep(Exception):
    """The plan has no step of that number."""


class Endless(Exception):
    """A focused audit names neither a last day nor a number of charts, or ends before it begins."""


@transaction.atomic
def set_plan(
    *, practice: Practice, by: User, at: datetime, starts_on: date, plan: steps.Plan, risks: Mapping[Risk, int],
    limits: Limits, seed: str,
) -> VerificationPlan:  # fmt: skip
    """A new plan from a day on; the earlier ones stay, and coders stay on their steps. PlanBackdated, BadPlan.

    The seed is chance: whoever calls makes it, and nobody chooses it.
    """
    steps.refuse_nonsense(plan)
    Practice.objects.select_for_update(no_key=True).get(pk=practice.pk)
    if starts_on < day_of(practice, at):
        raise PlanBackdated
    last = VerificationPlan.objects.filter(practice=practice).aggregate(last=Max("version"))["last"] or 0
    row = VerificationPlan.objects.create(
        practice=practice, version=last + 1, starts_on=starts_on, plan=steps.as_data(plan),
        risks={risk.value: int(share) for risk, share in risks.items()}, high_value=limits.high_value,
        ruling_days=limits.ruling_days, seed=seed, set_by=by, set_at=at,
    )  # fmt: skip
    record("plan.set", at=at, by=by, about=row, version=row.version, starts_on=f"{starts_on:%Y-%m-%d}")
    return row


@transaction.atomic
def place_coder(
    *, plan: VerificationPlan, coder: User, specialty: Specialty, step: int, note: str, by: User, at: datetime
) -> Standing:
    """Put a coder on a step by hand, with a word why; their window begins anew. NoSuchStep."""
    if not 0 <= step < len(plan.steps().steps):
        raise NoSuchStep
    VerificationPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    gate = place_of_coder(plan, coder=coder, specialty=specialty).gate
    return add_standing(
        plan=plan, coder=coder, specialty=specialty, step=step, cause=Cause.PLACED, at=at, gate=gate, by=by, note=note
    )


@transaction.atomic
def open_audit(
    *, practice: Practice, by: User, at: datetime, reason: str, starts_on: date, coder: User | None = None,
    focus: str = "", ends_on: date | None = None, charts: int | None = None,
) -> FocusedAudit:  # fmt: skip
    """Have all of something verified for a while. BadFocus, Endless."""
    if (ends_on is None and charts is None) or (ends_on is not None and ends_on < starts_on):
        raise Endless
    row = FocusedAudit.objects.create(
        practice=practice, coder=coder, focus=clean_focus(focus), reason=reason.strip(), starts_on=starts_on,
        ends_on=ends_on, charts=charts, opened_by=by, opened_at=at,
    )  # fmt: skip
    record("focused_audit.opened", at=at, by=by, about=row, coder=coder.pk if coder else None, charts=charts)
    return row


@transaction.atomic
def end_audit(*, audit: FocusedAudit, by: User, at: datetime) -> None:
    """End a focused audit before its time. AlreadyMoved if it was ended before."""
    if not FocusedAudit.objects.filter(pk=audit.pk, ended_at=None).update(ended_at=at, ended_by=by):
        raise AlreadyMoved
    audit.refresh_from_db()
    record("focused_audit.ended", at=at, by=by, about=audit)
