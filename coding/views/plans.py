"""Verification plans, for managers: every practice's, one practice's with where its coders stand, and its audits."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from coding.actions.moves import AlreadyMoved
from coding.actions.planned import Place, places, plan_of, with_taken
from coding.actions.plans import PlanBackdated, end_audit, open_audit, place_coder, set_plan
from coding.forms.plans import AuditForm, PlaceForm, PlanForm
from coding.models import FocusedAudit, Standing, VerificationPlan
from coding.rules.figure_words import proportion_words
from coding.rules.plans import steps
from coding.rules.plans.draws import SEED_LENGTH
from coding.rules.plans.steps import Cause, Outcome
from portal.access import SignedRequest, found, requires
from portal.models import Contract, Practice, User
from portal.rules.roles import Permission
from portal.rules.specialties import Specialty

SHOWN = 50


@requires(Permission.MANAGE_WORK)
@require_GET
def plans(request: SignedRequest) -> HttpResponse:
    """Every practice with its plan and the least that its contract promises."""
    on = timezone.localdate()
    in_force: dict[int, VerificationPlan] = {}
    for row in VerificationPlan.objects.in_force(on):
        in_force.setdefault(row.practice_id, row)
    promised = dict(Contract.objects.in_force(on).values_list("practice_id", "verification_share"))
    rows = [
        {
            "pk": practice.pk,
            "name": practice.name,
            "steps": shares_in_words(in_force[practice.pk].steps()) if practice.pk in in_force else "",
            "since": in_force[practice.pk].starts_on if practice.pk in in_force else None,
            "promised": promised.get(practice.pk),
        }
        for practice in Practice.objects.visible_to(request.user).order_by("name", "pk")
    ]
    return render(request, "coding/plans.html", {"rows": rows})


def shares_in_words(plan: steps.Plan) -> str:
    """As in "100 → 50 → 10 → 5 %"."""
    return " → ".join(str(plan.share(number)) for number in range(len(plan.steps))) + " %"


@requires(Permission.MANAGE_WORK)
@require_GET
def plan(request: SignedRequest, pk: int) -> HttpResponse:
    """The plan of a practice, where each coder stands, its focused audits, and the plan's past."""
    return plan_page(request, practice_of(request, pk))


def practice_of(request: SignedRequest, pk: int) -> Practice:
    return found(request, Practice.objects.visible_to(request.user), pk=pk)


def plan_page(request: SignedRequest, practice: Practice, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page; a form that was refused comes in place of a fresh one."""
    on = timezone.localdate()
    row = plan_of(practice.pk, on=on)
    contract = Contract.objects.in_force(on).filter(practice=practice).first()
    history = VerificationPlan.objects.filter(practice=practice).select_related("set_by").order_by("-version")
    fresh = {
        "plan_form": PlanForm(initial={"starts_on": on, **PlanForm.initial_of(row)}),
        "place_form": PlaceForm(plan=row) if row else None,
        "audit_form": AuditForm(initial={"starts_on": on}),
    }
    return render(
        request,
        "coding/plan.html",
        {
            "practice": practice,
            "plan": plan_words(row) if row else None,
            "promised": contract.verification_share if contract else None,
            "standings": standings_of(row) if row else [],
            "moves": moves_of(practice),
            "audits": audits_of(practice, on=on),
            "history": [
                {"version": one.version, "starts_on": one.starts_on, "steps": shares_in_words(one.steps()),
                 "set_by": one.set_by.name, "set_at": one.set_at} for one in history[:SHOWN]
            ],
            "wrong": next((name for name in fresh if name in forms), ""),
            **fresh,
            **forms,
        },
        status=status,
    )  # fmt: skip


def plan_words(row: VerificationPlan) -> dict[str, Any]:
    terms = row.steps()
    last = len(terms.steps) - 1
    return {
        "version": row.version,
        "starts_on": row.starts_on,
        "label": f"plan {row.pk}",
        "seed": row.seed,
        "back": terms.back,
        "floor": terms.floor,
        "steps": [
            {"share": terms.share(number), "charts": step.charts, "low": step.low, "has_gate": number < last}
            for number, step in enumerate(terms.steps)
        ],
        "risks": [{"label": risk.label, "share": share} for risk, share in row.shares().items() if share],
        "high_value": row.high_value,
        "ruling_days": row.ruling_days,
    }


def standings_of(row: VerificationPlan) -> list[dict[str, Any]]:
    """Where each coder stands, by name."""
    found_places = places([row])
    names = dict(User.objects.filter(pk__in={one.coder for one in found_places}).values_list("pk", "name"))
    rows = [place_words(row.steps(), one, names[one.coder]) for one in found_places]
    return sorted(rows, key=lambda one: (one["coder"], one["specialty"]))


def place_words(plan: steps.Plan, place: Place, name: str = "") -> dict[str, Any]:
    """A line about where somebody stands: "50 %, 18 of 40 charts toward the next gate"."""
    step, gate = plan.step(place.step), place.gate
    return {
        "pk": place.coder,
        "coder": name,
        "specialty": place.specialty.label,
        "share": plan.share(place.step),
        "since": place.since,
        "cause": place.cause.label if place.cause else "From the beginning",
        "seen": gate.accuracy.of,
        "charts": step.charts,
        "accuracy": proportion_words(gate.accuracy),
        "toward": toward(plan, place),
        "tone": {Outcome.PASSED: "success", Outcome.FAILED: "warn", Outcome.OPEN: ""}[gate.outcome],
    }


def toward(plan: steps.Plan, place: Place) -> str:
    """What comes next and what for."""
    step, gate = plan.step(place.step), place.gate
    if gate.outcome is Outcome.PASSED:
        return "Gate passed: a step down with the next submission"
    if gate.outcome is Outcome.FAILED:
        return "Gate failed: a step back with the next submission"
    if place.step >= len(plan.steps) - 1:
        return "Last step"
    if gate.needed:
        return f"{gate.accuracy.of} of {step.charts} charts toward the next gate"
    return f"{gate.accuracy.of} charts; the lower end must reach {step.low} %"


def moves_of(practice: Practice) -> list[dict[str, Any]]:
    """The last steps that coders took, the newest first."""
    rows = Standing.objects.filter(practice=practice).select_related("coder", "by", "plan").order_by("-pk")[:SHOWN]
    return [
        {
            "at": row.at,
            "coder": row.coder.name,
            "specialty": Specialty(row.specialty).label,
            "share": row.plan.steps().share(row.step),
            "cause": Cause(row.cause).label,
            "accuracy": f"{row.right} of {row.charts}" if row.charts else "–",
            "by": row.by.name if row.by else "",
            "note": row.note,
        }
        for row in rows
    ]


def audits_of(practice: Practice, *, on: date) -> list[dict[str, Any]]:
    rows = with_taken(FocusedAudit.objects.filter(practice=practice)).select_related("coder", "opened_by")
    return [audit_row(row, on=on) for row in rows.order_by("-pk")[:SHOWN]]


def audit_row(row: Any, *, on: date) -> dict[str, Any]:
    """A focused audit as pages show it; `row` has `taken`."""
    over = row.ended_at is not None or (row.ends_on is not None and row.ends_on < on)
    full = row.charts is not None and row.taken >= row.charts
    state = "Ended" if over else "Complete" if full else "Not yet" if row.starts_on > on else "Open"
    return {
        "pk": row.pk,
        "label": row.label,
        "who": row.coder.name if row.coder else "Everybody",
        "focus": row.focus or "Everything",
        "reason": row.reason,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "taken": f"{row.taken} of {row.charts}" if row.charts else str(row.taken),
        "opened_by": row.opened_by.name,
        "state": state,
        "may_end": not over and not full,
    }


# -- writing -------------------------------------------------------------------------------------------


@requires(Permission.MANAGE_WORK)
@require_POST
def set_plan_view(request: SignedRequest, pk: int) -> HttpResponse:
    """A plan from a day on; what was drawn before keeps its own."""
    practice = practice_of(request, pk)
    form = PlanForm(request.POST)
    if form.is_valid():
        try:
            set_plan(
                practice=practice, by=request.user, at=timezone.now(), starts_on=form.cleaned_data["starts_on"],
                plan=form.cleaned_data["plan"], risks=form.shares(), limits=form.limits(),
                seed=secrets.token_hex(SEED_LENGTH // 2),
            )  # fmt: skip
        except PlanBackdated:
            form.add_error("starts_on", "A plan begins today or later: what was drawn before keeps its own.")
        else:
            messages.success(request, "The plan is set. Coders stay on their steps.")
            return redirect("coding:plan", pk=practice.pk)
    return plan_page(request, practice, status=422, plan_form=form)


@requires(Permission.MANAGE_WORK)
@require_POST
def place(request: SignedRequest, pk: int) -> HttpResponse:
    """Put a coder on a step; refused where the practice has no plan."""
    practice = practice_of(request, pk)
    row = plan_of(practice.pk, on=timezone.localdate())
    if row is None:
        messages.warning(request, "There is no plan yet, so there are no steps.")
        return redirect("coding:plan", pk=practice.pk)
    form = PlaceForm(request.POST, plan=row)
    if not form.is_valid():
        return plan_page(request, practice, status=422, place_form=form)
    data = form.cleaned_data
    place_coder(
        plan=row, coder=data["coder"], specialty=Specialty(data["specialty"]), step=data["step"], note=data["note"],
        by=request.user, at=timezone.now(),
    )  # fmt: skip
    messages.success(request, f"{data['coder'].name} is on {row.steps().share(data['step'])} % now.")
    return redirect("coding:plan", pk=practice.pk)


@requires(Permission.MANAGE_WORK)
@require_POST
def start_audit(request: SignedRequest, pk: int) -> HttpResponse:
    """Open a focused audit."""
    practice = practice_of(request, pk)
    form = AuditForm(request.POST)
    if not form.is_valid():
        return plan_page(request, practice, status=422, audit_form=form)
    row = open_audit(practice=practice, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, f"{row.label} is open.")
    return redirect("coding:plan", pk=practice.pk)


@requires(Permission.MANAGE_WORK)
@require_POST
def end_audit_view(request: SignedRequest, pk: int) -> HttpResponse:
    """End a focused audit before its time."""
    row = found(request, FocusedAudit.objects.all(), pk=pk)
    try:
        end_audit(audit=row, by=request.user, at=timezone.now())
    except AlreadyMoved:
        messages.warning(request, f"{row.label} was ended before.")
    else:
        messages.success(request, f"{row.label} is ended.")
    return redirect("coding:plan", pk=row.practice_id)
