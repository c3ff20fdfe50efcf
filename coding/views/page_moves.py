"""Pages by keys from the bench of pre-coding: a new visit begins here, this page goes elsewhere, and the step back."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from coding.actions.arranging import ArrangementChanged, BadArrangement, arrangement_of
from coding.actions.moves import AlreadyMoved
from coding.actions.page_moves import MovedPages, move_back, move_page
from coding.actions.queue import LeaseLost
from coding.forms.arranging import plan_in, plan_text
from coding.models import Assignment, Encounter
from coding.rules.arranging import fingerprint
from coding.rules.page_moves import PageMove
from coding.views.bench import Bench, posted_assignment, posted_number
from portal.access import SignedRequest, requires
from portal.rules.roles import Permission

KEPT = "page_moves"  # in the session: the steps that can be taken back, by encounter; numbers of pages and visits only
STEPS = 10
UNDO = "undo"
CHANGED = "Somebody has arranged this chart at the same moment. Look at the pages, then try again."
LATE = "Not moved: your time on this chart ran out."
SAID: Mapping[PageMove, str] = MappingProxyType(
    {
        PageMove.BEGIN: "A new visit, {visit}, begins at page {page}.",
        PageMove.BEFORE: "Page {page} went to {visit}, the visit before.",
        PageMove.AFTER: "Page {page} went to {visit}, the next visit.",
        PageMove.OUT: "Page {page} was taken out: it is of no visit.",
    }
)


@requires(Permission.PRECODE)
@require_POST
def move_page_view(request: SignedRequest, pk: int) -> HttpResponse:
    """Do one step to one page, or take the last step back; the bench is shown again either way."""
    assignment = posted_assignment(request, pk)
    what, page = request.POST.get("move", ""), posted_number(request, "page")
    try:
        if what == UNDO:
            take_back(request, assignment)
        elif what in set(PageMove):
            step(request, assignment, PageMove(what), page)
    except BadArrangement as why:
        messages.error(request, f"Not moved. {why}")
    except ArrangementChanged:
        messages.warning(request, CHANGED)
    except (LeaseLost, AlreadyMoved):
        messages.warning(request, LATE)
    return redirect(f"{reverse('coding:precode', args=[pk])}?page={near(assignment.encounter, page)}")


def step(request: SignedRequest, assignment: Assignment, move: PageMove, page: int) -> None:
    """One step, and what takes it back."""
    version, at = request.POST.get("grown_from", ""), timezone.now()
    done = move_page(assignment=assignment, by=request.user, at=at, move=move, page=page, version=version)
    said = SAID[move].format(page=page, visit=holder(done, page))
    kept = [*steps_of(request, assignment.encounter_id), step_row(done, said)]
    keep_steps(request, assignment.encounter_id, kept[-STEPS:])


def holder(done: MovedPages, page: int) -> str:
    """The label of the visit that has the page now; "" for none."""
    return next((visit.label for visit in done.visits if visit.pages().filter(number=page).exists()), "")


def step_row(done: MovedPages, said: str) -> dict[str, str]:
    return {"plan": plan_text(done.before), "became": done.became, "said": said}


def take_back(request: SignedRequest, assignment: Assignment) -> None:
    """The last step of this person is undone, as long as nobody has arranged the chart since."""
    steps = steps_of(request, assignment.encounter_id)
    if not steps:
        raise ArrangementChanged(None)
    last = steps.pop()
    move_back(
        assignment=assignment, by=request.user, at=timezone.now(), to=plan_in(last["plan"]), version=last["became"]
    )
    keep_steps(request, assignment.encounter_id, steps)
    messages.success(request, "The pages are as they were before.")


def steps_of(request: SignedRequest, encounter: int) -> list[dict[str, str]]:
    return list(request.session.get(KEPT, {}).get(str(encounter), []))


def keep_steps(request: SignedRequest, encounter: int, steps: list[dict[str, str]]) -> None:
    """The steps of one encounter; those of others are forgotten."""
    request.session[KEPT] = {str(encounter): steps} if steps else {}


def near(encounter: Encounter, page: int) -> int:
    """Where the reader goes on: at the page, or at the one before it that is still of the visit."""
    numbers = list(encounter.pages().values_list("number", flat=True))
    return max((number for number in numbers if number <= page), default=min(numbers, default=1))


def moves_context(request: SignedRequest, bench: Bench) -> dict[str, Any]:
    """What the bench shows of the steps: the version they grow from, and what can be taken back."""
    if not bench.is_live:
        return {"grown_from": "", "page_undo": "", "start_page": ""}
    version = fingerprint(arrangement_of(bench.encounter.chart))
    steps = steps_of(request, bench.encounter.pk)
    is_last = bool(steps) and steps[-1]["became"] == version
    page = request.GET.get("page", "")
    return {
        "grown_from": version,
        "page_undo": steps[-1]["said"] if is_last else "",
        "start_page": page if page.isdecimal() else "",
    }
