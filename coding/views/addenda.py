"""Documents that came later: attached at pre-coding, and what is new on their pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from coding.actions.addenda import CannotAttach, attach_visit, likely_visits
from coding.actions.leases import LeaseLost
from coding.actions.moves import AlreadyMoved
from coding.forms.arranging import AttachForm
from coding.models import Addendum, Encounter, EncounterPage
from coding.rules.lifecycle import Stage
from coding.views.bench import AT_BENCHES, bench_of, go_on, lost, posted_in_turn
from coding.views.pages import READERS, image_url
from portal.access import SignedRequest, found, requires
from portal.page_access import links
from portal.page_links import Writer
from portal.rules.page_difference import Difference, Kind, PageText, differences
from portal.rules.roles import Permission

KINDS = {
    Kind.SAME: ("=", "Same as page {}", "neutral"),
    Kind.CHANGED: ("~", "Page {}, changed", "warn"),
    Kind.NEW: ("+", "New", "info"),
}


@requires(Permission.PRECODE)
@require_http_methods(["GET", "POST"])
def attach(request: SignedRequest, pk: int) -> HttpResponse:
    """Say that the visit in hand is a later document for another one: proposed with reasons, or named."""
    if request.method == "GET":
        bench = bench_of(request, pk, Stage.PRECODING)
        if not bench.is_live:
            return redirect("coding:precode", pk=pk)
        return asked(request, bench.encounter, bench.assignment.pk, AttachForm())
    assignment = posted_in_turn(request, pk)
    form = AttachForm(request.POST)
    if form.is_valid():
        rows = Encounter.objects.originals().filter(practice_id=assignment.encounter.practice_id)
        target = rows.filter(pk=form.cleaned_data["visit"]).first()
        try:
            if target is None:
                raise CannotAttach("There is no such visit of this practice.")
            attach_visit(assignment=assignment, by=request.user, at=timezone.now(), to=target)
        except CannotAttach as refused:
            form.add_error("visit", str(refused))
        except (LeaseLost, AlreadyMoved):
            return lost(request)
        else:
            return go_on(request, f"{assignment.encounter.label} now belongs to {target.label}.")
    return asked(request, assignment.encounter, assignment.pk, form, status=422)


def asked(
    request: SignedRequest, encounter: Encounter, assignment_id: int, form: AttachForm, status: int = 200
) -> HttpResponse:
    """The page that asks to which visit, with those that the words speak for."""
    context = {
        "encounter": encounter,
        "assignment_id": assignment_id,
        "form": form,
        "candidates": [
            {"label": f"E-{one.encounter:05d}", "reasons": ", ".join(one.reasons)} for one in likely_visits(encounter)
        ],
        "back_url": reverse("coding:precode", args=[encounter.pk]),
    }
    return render(request, "coding/attach.html", context, status=status)


@requires(*READERS)
@require_GET
def added(request: SignedRequest, pk: int, chart: int) -> HttpResponse:
    """What is new in a document that came later: each of its pages beside the earlier one that it is or was."""
    encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
    addendum: Addendum = found(request, encounter.addenda.select_related("chart"), chart=chart)
    places = {place.pk: place for place in encounter.placed.select_related("page").order_by("position")}
    later = [key for key, place in places.items() if place.addendum_id == addendum.pk]
    before = [key for key, place in places.items() if place.position < places[later[0]].position] if later else []
    rows = differences([page_text(places[key]) for key in before], [page_text(places[key]) for key in later])
    at_bench = bool(request.user.permissions.intersection(AT_BENCHES))
    context = {
        "encounter": encounter,
        "addendum": addendum,
        "back_url": reverse("coding:work" if at_bench else "coding:encounter", args=[pk]),
        "rows": [row_of(row, places, links(request, "encounter")) for row in rows],
        "counts": [
            (count, words)
            for kind, words in ((Kind.NEW, "new"), (Kind.CHANGED, "changed"), (Kind.SAME, "the same"))
            if (count := sum(row.kind is kind for row in rows))
        ],
    }
    return render(request, "coding/added.html", context)


def page_text(place: EncounterPage) -> PageText:
    return PageText(place.pk, place.page.text, place.page.pixels)


def row_of(row: Difference, places: dict[int, EncounterPage], written: Writer) -> dict[str, Any]:
    """One page of the later document as the template shows it."""
    glyph, words, tone = KINDS[row.kind]
    place, other = places[row.key], places.get(row.other or 0)
    return {
        "number": place.page.number,
        "status": {"glyph": glyph, "label": words.format(other.position if other else ""), "tone": tone},
        "url": image_url(place, written),
        "other_url": image_url(other, written) if other else "",
        "parts": row.parts,
        "is_new": row.kind is Kind.NEW,
        "text": place.page.text,
    }
