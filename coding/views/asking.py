"""Asking the provider from a bench: one dialog, the page of it for browsers without scripts, and the live check."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from coding.actions.indicators import WordsNotFound, cite
from coding.actions.moves import AlreadyMoved
from coding.actions.queries import QueryRefused, chart_of, send_query
from coding.actions.queue import LeaseLost
from coding.forms.queries import AskForm, templates_json
from coding.models import Assignment, Encounter, Query
from coding.rules.lifecycle import Stage
from coding.rules.queries.linter import faults
from coding.rules.queries.wording import Purpose
from coding.views.about_chart import about_chart
from coding.views.bench import AT_BENCHES, BENCH, go_on, lost, posted_assignment, posted_in_turn
from coding.views.query_parts import places_of
from portal.access import SignedRequest, found, requires

UNPROCESSABLE = 422


@requires(*AT_BENCHES)
@require_http_methods(["GET", "POST"])
def ask(request: SignedRequest, pk: int) -> HttpResponse:
    """Write a query on GET; on POST send it, put the visit on hold and go on with the next."""
    if request.method == "GET":
        encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
        own = Assignment.objects.live(at=timezone.now()).filter(encounter=encounter, user=request.user).first()
        if own is None:
            return redirect("coding:work", pk=pk)
        return asked(request, AskForm(places=places_of(encounter)), own)
    assignment = posted_in_turn(request, pk)
    places = places_of(assignment.encounter)
    if request.POST.get("action") == "template":
        return asked(request, filled_in(request, places), assignment)
    form = AskForm(request.POST, places=places)
    try:
        query = sent(request, form, assignment) if form.is_valid() else None
    except (LeaseLost, AlreadyMoved):
        return lost(request)
    if query is None:
        return asked(request, form, assignment, status=UNPROCESSABLE)
    return go_on(request, f"{query.label} is with the practice, {assignment.encounter.label} on hold.")


def sent(request: SignedRequest, form: AskForm, assignment: Assignment) -> Query | None:
    """The query of a valid form; None with the reasons on the form if it may not be sent."""
    try:
        return send_query(
            assignment=assignment, by=request.user, at=timezone.now(), written=form.written(),
            indicators=form.indicators(),
        )  # fmt: skip
    except WordsNotFound as missing:
        blame_words(form, missing)
    except QueryRefused as refused:
        form.blame(refused.faults)
    return None


def filled_in(request: SignedRequest, places: list[tuple[int, str]]) -> AskForm:
    """The form with a template's words, and the passages that were filled in before."""
    chosen = request.POST.get("purpose", "")
    of_template = AskForm.of_template(Purpose(chosen)) if chosen in set(Purpose) else {}
    passages = {name: value for name, value in request.POST.items() if name.startswith(("page_", "words_", "boxes_"))}
    return AskForm(places=places, initial={**passages, **of_template})


def blame_words(form: AskForm, missing: WordsNotFound) -> None:
    """Show at which passage the chart does not say what it is to say."""
    rows = [row for row in form.rows if form.cleaned_data.get(row["words"].name) and row["page"].value()]
    name = rows[missing.position - 1]["words"].name if missing.position <= len(rows) else None
    form.add_error(name, missing.words)


def asked(request: SignedRequest, form: AskForm, assignment: Assignment, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "ask_form": form,
        "query_templates": templates_json(),
        "encounter": assignment.encounter,
        "assignment_id": assignment.pk,
        "back_url": reverse(BENCH[Stage(assignment.stage)], args=[assignment.encounter_id]),
    }
    return render(request, "coding/bench_query.html", context, status=status)


@requires(*AT_BENCHES)
@require_POST
@about_chart
def check_query(request: SignedRequest, pk: int) -> HttpResponse:
    """What the linter says of a query that is not sent yet, as a part of the page."""
    assignment = posted_assignment(request, pk)
    form = AskForm(request.POST, places=places_of(assignment.encounter))
    form.is_valid()
    context: dict[str, object] = {"faults": [], "missing": ""}
    if form.cleaned_data.get("purpose"):
        context["faults"] = faults(form.written(), chart_of(assignment.encounter))
    try:
        cite(encounter=assignment.encounter, indicators=form.indicators())
    except WordsNotFound as missing:
        context["missing"] = missing.words
    return render(request, "coding/query_faults.html", context)
