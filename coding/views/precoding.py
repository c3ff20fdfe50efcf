"""The pre-coding bench: the facts of a visit, typed beside its pages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from coding.actions.arranging import ArrangementChanged, BadArrangement, arrangement_of, split_encounter
from coding.actions.double_key import fields_twice
from coding.actions.drafts import DraftChanged, save_draft
from coding.actions.moves import AlreadyMoved
from coding.actions.precoding import finish_precoding
from coding.actions.queue import LeaseLost
from coding.actions.undoing import submit_undoably
from coding.forms.known_facts import COMPARED
from coding.forms.precoding import FACTS, FIELDS, PrecodingForm, SplitForm, draft_body
from coding.models import Assignment, Encounter
from coding.rules.lifecycle import Stage
from coding.views.bench import (
    Bench,
    bench_of,
    go_on,
    posted_assignment,
    posted_in_turn,
    posted_version,
    said_before,
    shown,
)
from coding.views.coding_bench import changed_elsewhere
from coding.views.known_facts import empty_form, facts_context, origins_in, sent_form
from coding.views.late import draft_rows, keep_late_form
from coding.views.page_moves import moves_context
from portal.access import SignedRequest, found, requires
from portal.rules.roles import Permission

CHANGED = "Somebody has arranged this chart at the same moment. Look at the pages, then set them again."


@requires(Permission.PRECODE)
@require_http_methods(["GET", "POST"])
def precode(request: SignedRequest, pk: int) -> HttpResponse:
    """Show the bench; on POST save the draft, or finish and go on."""
    if request.method == "POST":
        return act(request, pk)
    bench = bench_of(request, pk, Stage.PRECODING)
    return page(request, bench, empty_form(bench, request.user))


def act(request: SignedRequest, pk: int) -> HttpResponse:
    assignment, at = posted_in_turn(request, pk), timezone.now()
    body = draft_body(request.POST)
    if request.POST.get("action") == "save":
        return save(request, assignment, body)
    if changed_elsewhere(request, assignment):
        return again(request, pk, changed=True)
    form = sent_form(request.POST, assignment.encounter, request.user)
    if not form.is_valid():
        return again(request, pk, form=form)
    if fields_twice(assignment.encounter):
        return to_second_entry(request, assignment, form)
    try:
        sent = submit_undoably(
            finish_precoding, assignment=assignment, by=request.user, at=at, draft=body, facts=form.facts(),
            origins=origins_in(form, assignment.encounter),
        )  # fmt: skip
    except (LeaseLost, AlreadyMoved):
        return late(request, pk, body)
    said = f"{assignment.encounter.label} pre-coded."
    return go_on(request, said, take_another=request.POST.get("action") != "finish", sent=sent)


def to_second_entry(request: SignedRequest, assignment: Assignment, form: PrecodingForm) -> HttpResponse:
    """The first entry is kept as the draft; what is critical is typed again on a page that does not show it."""
    pk, body = assignment.encounter_id, draft_body(request.POST)
    if request.POST.get(COMPARED):
        body["confirmed"] = " ".join(FACTS)
    body["place_of_service"] = form.cleaned_data["place_of_service"]
    at, version = timezone.now(), posted_version(request)
    try:
        save_draft(assignment=assignment, by=request.user, version=version, body=body, at=at)
    except DraftChanged:
        return again(request, pk, changed=True)
    except LeaseLost:
        return late(request, pk, body)
    return redirect("coding:precode-again", pk=pk)


def save(request: SignedRequest, assignment: Assignment, body: dict[str, str]) -> HttpResponse:
    """The draft, kept from the form that needs no scripts."""
    pk, at = assignment.encounter_id, timezone.now()
    try:
        save_draft(assignment=assignment, by=request.user, version=posted_version(request), body=body, at=at)
    except DraftChanged:
        return again(request, pk, changed=True)
    except LeaseLost:
        return late(request, pk, body)
    return redirect("coding:precode", pk=pk)


def again(request: SignedRequest, pk: int, *, form: PrecodingForm | None = None, changed: bool = False) -> HttpResponse:
    """The bench with what was sent, and what is wrong with it; on a bench that is not live it is kept first."""
    bench = bench_of(request, pk, Stage.PRECODING)
    if not bench.is_live:
        return late(request, pk, draft_body(request.POST))
    if form is None:
        form = empty_form(bench, request.user)
        form = PrecodingForm(
            encounter=bench.encounter, user=request.user, initial=draft_body(request.POST), known=form.known
        )
    return page(request, bench, form, status=409 if changed else 422, changed=changed)


def late(request: SignedRequest, pk: int, body: dict[str, Any]) -> HttpResponse:
    """The lease is gone: the draft is kept unless a newer one is, the bench shown read-only."""
    bench, newer = keep_late_form(request, bench_of(request, pk, Stage.PRECODING), body)
    form = PrecodingForm(encounter=bench.encounter, user=request.user, initial=body)
    return page(request, bench, form, status=409, newer=draft_rows(newer))


def page(request: SignedRequest, bench: Bench, form: PrecodingForm, *, status: int = 200, **notes: Any) -> HttpResponse:
    moves = moves_context(request, bench)
    if not bench.is_live:
        for field in form.fields.values():
            field.disabled = True
    elif not form.errors and not moves["page_undo"]:
        form.fields["patient_name"].widget.attrs["autofocus"] = True
    encounter = bench.encounter
    context = shown(
        bench,
        form=form,
        fields=" ".join(FIELDS),
        **facts_context(form),
        **moves,
        places=form.places(),
        typed_twice=bench.is_live and bool(fields_twice(encounter)),
        split_form=SplitForm(initial={"ranges": ranges_of(encounter)}),
        can_split=bench.is_live and (encounter.chart.page_count or 1) > 1,
        chart_pages=encounter.chart.page_count or 1,
        **{"changed": False, "newer": [], **notes},
        said=said_before(request),
    )
    return render(request, "coding/precode.html", context, status=status)


@requires(Permission.PRECODE)
@require_http_methods(["GET", "POST"])
def split(request: SignedRequest, pk: int) -> HttpResponse:
    """Say which pages are which visit; one goes on with the first."""
    if request.method == "GET":  # a reload after the form was refused
        found(request, Encounter.objects.visible_to(request.user), pk=pk)
        return redirect("coding:precode", pk=pk)
    assignment = posted_assignment(request, pk)
    form = SplitForm(request.POST)
    if form.is_valid():
        try:
            visits = split_encounter(assignment=assignment, by=request.user, at=timezone.now(), **form.cleaned_data)
        except BadArrangement as refused:
            form.add_error("ranges", str(refused))
        except ArrangementChanged:
            form.add_error("ranges", CHANGED)
        except (LeaseLost, AlreadyMoved):
            messages.warning(request, "Not split: your time on this chart ran out.")
            return redirect("coding:precode", pk=pk)
        else:
            messages.success(request, split_words(len(visits)))
            return redirect("coding:precode", pk=pk)
    bench = bench_of(request, pk, Stage.PRECODING)
    facts = empty_form(bench, request.user)
    context = shown(
        bench, form=facts, fields=" ".join(FIELDS), places=facts.places(), split_form=form, can_split=True,
        **facts_context(facts), **moves_context(request, bench),
        chart_pages=bench.encounter.chart.page_count or 1, changed=False, newer=[], said="",
    )  # fmt: skip
    return render(request, "coding/precode.html", context, status=422)


def ranges_of(encounter: Encounter) -> str:
    """The pages of the visit as the form takes them; "" if they are no range."""
    visit = arrangement_of(encounter.chart).visit_of(encounter.pk)
    numbers = visit.numbers if visit else ()
    if not numbers or list(numbers) != list(range(numbers[0], numbers[-1] + 1)):
        return ""
    return f"{numbers[0]}-{numbers[-1]}"


def split_words(visits: int) -> str:
    if visits == 1:
        return "The pages of this visit are set."
    return f"The chart is now {visits} visits. You go on with the first; the others are in the queue."
