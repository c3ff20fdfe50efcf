"""The arranging page of pre-coding: all pages of a chart by visit, proposed cuts with their reasons, one request."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from coding.actions.arranging import ArrangementChanged, BadArrangement, arrange_pages, arrangement_of, right_of
from coding.actions.leases import LeaseLost
from coding.actions.moves import AlreadyMoved
from coding.forms.arranging import ArrangeForm, plan_text
from coding.models import Assignment, Encounter
from coding.rules.arranging import Arrangement, Right, fingerprint, with_cuts
from coding.rules.lifecycle import Stage
from coding.rules.page_signs import ScannedPage
from coding.rules.splitting import Proposal, propose
from coding.views.bench import Bench, bench_of, posted_assignment
from coding.views.due import clock, status_tag
from coding.views.page_news import last_event
from portal.access import SignedRequest, found, refuse, requires
from portal.models import Chart, Page
from portal.page_access import page_answer
from portal.rules.roles import Permission

RIGHTS = {
    Right.FREE: "",
    Right.GROWS: "Somebody works on it: pages may come, none may go.",
    Right.FIXED: "It was coded: its pages stay.",
}


@requires(Permission.PRECODE)
@require_http_methods(["GET", "POST"])
def arrange(request: SignedRequest, pk: int) -> HttpResponse:
    """Show the chart's pages by visit to whoever pre-codes one of them; on POST write the whole arrangement."""
    if request.method == "POST":
        return act(request, pk)
    bench = bench_of(request, pk, Stage.PRECODING)
    if not bench.is_live:
        return redirect("coding:precode", pk=pk)
    now = arrangement_of(bench.encounter.chart)
    shown = now
    if "proposed" in request.GET:
        proposal = proposed(bench.encounter.chart)
        locked = {visit.encounter for visit in now.visits if rights(bench)[visit.encounter or 0] is not Right.FREE}
        shown = with_cuts(now, [cut.page for cut in proposal.cuts], left_out=proposal.left_out, locked=locked)
    return page(request, bench, shown, version=fingerprint(now))


def act(request: SignedRequest, pk: int) -> HttpResponse:
    """Write what was sent, or show it again with what is wrong with it."""
    assignment, at = posted_assignment(request, pk), timezone.now()
    form = ArrangeForm(request.POST)
    if not form.is_valid():
        bench = bench_of(request, pk, Stage.PRECODING)
        return refused(request, bench, form)
    asked = form.cleaned_data["plan"]
    try:
        visits = arrange_pages(
            assignment=assignment, by=request.user, at=at, asked=asked, version=form.cleaned_data["grown_from"]
        )
    except BadArrangement as wrong:
        form.add_error("plan", str(wrong))
        return refused(request, bench_of(request, pk, Stage.PRECODING), form, asked)
    except ArrangementChanged as changed:
        bench = bench_of(request, pk, Stage.PRECODING)
        who = f"{changed.by or 'Somebody'} arranged this chart{f' at {clock(changed.at)}' if changed.at else ''}"
        version = fingerprint(arrangement_of(bench.encounter.chart))
        return page(request, bench, named(asked, bench), version=version, status=409, changed=who)
    except (LeaseLost, AlreadyMoved):
        messages.warning(request, "Not written: your time on this chart ran out.")
        return redirect("coding:precode", pk=pk)
    messages.success(request, said(len(visits), len(asked.left_out)))
    return redirect("coding:precode", pk=pk)


def said(visits: int, left_out: int) -> str:
    words = "The chart is one visit." if visits == 1 else f"The chart is {visits} visits. You go on with yours."
    return f"{words} {left_out} {'page is' if left_out == 1 else 'pages are'} left out." if left_out else words


def refused(
    request: SignedRequest, bench: Bench, form: ArrangeForm, asked: Arrangement | None = None
) -> HttpResponse:  # fmt: skip
    """The page again: as it was asked where that can be read, else as it is, with the text that was sent."""
    if not bench.is_live:
        return redirect("coding:precode", pk=bench.encounter.pk)
    now = arrangement_of(bench.encounter.chart)
    shown = named(asked, bench) if asked is not None else now
    return page(request, bench, shown, version=form.data.get("grown_from", ""), status=422, form=form)


def named(asked: Arrangement, bench: Bench) -> Arrangement:
    """The arrangement with the labels of its visits; a visit that is not of this chart becomes a new one."""
    now = arrangement_of(bench.encounter.chart)
    labels = {visit.encounter: visit.name for visit in now.visits}
    visits = tuple(
        type(visit)(visit.slots, visit.encounter, labels[visit.encounter])
        if visit.encounter in labels and visit.encounter is not None
        else type(visit)(visit.slots)
        for visit in asked.visits
    )
    return Arrangement(visits, asked.left_out)


def page(  # noqa: PLR0913  (the one place where the page is drawn)
    request: SignedRequest, bench: Bench, shown: Arrangement, *, version: str, status: int = 200,
    form: ArrangeForm | None = None, changed: str = "",
) -> HttpResponse:  # fmt: skip
    """The arranging page with an arrangement that is there, proposed or was asked for."""
    chart = bench.encounter.chart
    proposal, pages = proposed(chart), page_table(bench)
    visits = visit_rows(bench, shown)
    cuts = [{"page": cut.page, "words": cut.words, "strength": cut.strength.label} for cut in proposal.cuts]
    context = {
        "encounter": bench.encounter,
        "chart": chart,
        "form": form or ArrangeForm(initial={"plan": plan_text(shown), "grown_from": version}),
        "assignment_id": bench.assignment.pk,
        "bench": bench,
        "stage": bench.stage,
        "seen": last_event(bench.encounter),
        "changed": changed,
        "visits": [
            {**visit, "pages": [{**pages[number], "turn": turn} for number, turn in visit["slots"] if number in pages]}
            for visit in visits
        ],
        "left_out": [{**pages[number], "turn": 0} for number in shown.left_out if number in pages],
        "page_total": chart.page_count or 1,
        "cuts": cuts,
        "to_leave_out": len(proposal.left_out),
        "state": {
            "pages": list(pages.values()),
            "visits": visits,
            "leftOut": list(shown.left_out),
            "cuts": cuts,
            "toLeaveOut": {str(number): words for number, words in proposal.left_out.items()},
        },
    }
    return render(request, "coding/arrange.html", context, status=status)


def rights(bench: Bench) -> dict[int, Right]:
    """What may be done to each visit of the chart; one's own is free."""
    rows = Encounter.objects.originals().filter(chart_id=bench.encounter.chart_id)
    return {row.pk: Right.FREE if row.pk == bench.encounter.pk else right_of(row) for row in rows}


def visit_rows(bench: Bench, shown: Arrangement) -> list[dict[str, Any]]:
    """The visits as the page shows them, each page as its number and turn."""
    own, rows = bench.encounter.pk, Encounter.objects.originals().filter(chart_id=bench.encounter.chart_id).in_bulk()
    result = []
    for visit in shown.visits:
        row = rows.get(visit.encounter or 0)
        right = Right.FREE if row is None or row.pk == own else right_of(row)
        result.append({
            "encounter": visit.encounter,
            "name": visit.name,
            "own": visit.encounter == own,
            "status": status_tag(row) if row else None,
            "right": right.value,
            "note": RIGHTS[right],
            "slots": [[slot.page, slot.turn] for slot in visit.slots],
        })  # fmt: skip
    return result


def page_table(bench: Bench) -> dict[int, dict[str, Any]]:
    """Number → the page as a thumbnail: its size and where its image is read."""
    rows = Page.objects.filter(chart_id=bench.encounter.chart_id).order_by("number")
    return {
        number: {
            "number": number,
            "width": width,
            "height": height,
            "url": reverse("coding:arrange-image", args=[bench.encounter.pk, number]),
        }
        for number, width, height in rows.values_list("number", "width", "height")
    }


def proposed(chart: Chart) -> Proposal:
    """Where the words of the pages say that the chart could be cut."""
    rows = Page.objects.filter(chart=chart).order_by("number").only("number", "text", "barcodes", "ink")
    return propose([ScannedPage(row.number, row.text, row.is_blank, tuple(row.barcodes or ())) for row in rows])


@requires(Permission.PRECODE)
@require_GET
def arrange_image(request: SignedRequest, pk: int, number: int) -> HttpResponse:
    """Any page of the chart, for whoever pre-codes one of its visits now: they decide whose it is."""
    encounter = found(request, Encounter.objects.visible_to(request.user), pk=pk)
    # Looked at, not renewed: of many images at once none may wait for the lease of another.
    own = Assignment.objects.live(at=timezone.now()).filter(encounter=encounter, user=request.user)
    if not own.filter(stage=Stage.PRECODING).exists():
        refuse(request, object_type="coding.encounter", object_id=str(pk), reason="not_held")
    page: Page = found(request, Page.objects.filter(chart_id=encounter.chart_id), number=number)
    page.image_name = page.thumb_name or page.image_name  # the small one; looking at it is looking at the page
    return page_answer(request, page, by=request.user, at=timezone.now())
