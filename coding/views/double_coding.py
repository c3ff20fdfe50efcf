"""Blind double-coding: taking a second coding, its plain bench, and the report for managers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from coding.actions.double_coding import (
    TIMES,
    NotInHand,
    double_coding_report,
    give_back_second_coding,
    save_second_coding,
    submit_second_coding,
    take_second_coding,
)
from coding.actions.findings import HardFindings
from coding.actions.moves import AlreadyMoved
from coding.actions.queue import hands_of
from coding.forms.bad_body import BadBody
from coding.forms.coding import Body
from coding.models import SecondCoding
from coding.rules.agreement import Band, Kappa
from coding.rules.double_coding import Agreement, CodeAgreement
from coding.rules.edits import Severity
from coding.views.coding_bench import EMPTY, coded_of, diagnosis_rows, facts_of, posted_body, procedure_rows, titled
from coding.views.figure_words import proportion_words
from portal.access import SignedRequest, found, requires
from portal.models import Page
from portal.page_access import page_answer
from portal.rules.roles import Permission

CODES_SHOWN = 40
LOST = "You left this one for hours and somebody else may have it."


@requires(Permission.CODE, Permission.VERIFY)
@require_http_methods(["GET", "POST"])
def second(request: SignedRequest) -> HttpResponse:
    """How many second codings wait for the person; on POST take one."""
    at = timezone.now()
    if request.method == "POST":
        taken = take_second_coding(by=request.user, at=at)
        if taken is not None:
            return redirect("coding:second-coding", pk=taken.pk)
        messages.info(request, "Nothing waits to be coded a second time.")
        return redirect("coding:second")
    own = SecondCoding.objects.of(request.user).first()
    count = SecondCoding.objects.free(at=at).suiting(hands_of(request.user, at=at)).count()
    return render(request, "coding/second.html", {"own": own, "count": count})


def in_hand(request: SignedRequest, pk: int) -> SecondCoding:
    """The person's own second coding, or a noted refusal that answers 404 as for one that is not there."""
    rows = SecondCoding.objects.of(request.user).select_related("encounter__chart", "encounter__practice")
    return found(request, rows, pk=pk)


@requires(Permission.CODE, Permission.VERIFY)
@require_http_methods(["GET", "POST"])
def second_coding(request: SignedRequest, pk: int) -> HttpResponse:
    """The chart and the codes of one's own; nothing of the first coder's."""
    row = in_hand(request, pk)
    if request.method == "GET":
        return bench(request, row, row.body or EMPTY)
    try:
        body = posted_body(request, row.encounter)
    except BadBody as error:
        return bench(request, row, EMPTY, problems=[str(error)], status=422)
    return act(request, row, body, request.POST.get("action", "save"))


def act(request: SignedRequest, row: SecondCoding, body: Body, action: str) -> HttpResponse:
    at, by = timezone.now(), request.user
    try:
        if action == "give_back":
            give_back_second_coding(second=row, by=by, at=at)
            return redirect("coding:second")
        save_second_coding(second=row, body=body, by=by, at=at)
        if action != "submit":
            return redirect("coding:second-coding", pk=row.pk)
        coded = coded_of(row.encounter, body)
        submit_second_coding(second=row, coded=coded, body=body, by=by, at=at)
    except HardFindings as refused:
        hard = [one.text for one in refused.findings if one.severity is Severity.HARD]
        return bench(request, row, body, problems=hard, status=422)
    except (NotInHand, AlreadyMoved):
        messages.warning(request, LOST)
        return redirect("coding:second")
    messages.success(request, "Coded a second time. What the first coder chose stays hidden.")
    return redirect("coding:second")


def bench(
    request: SignedRequest, row: SecondCoding, body: Body, *, problems: list[str] | None = None, status: int = 200
) -> HttpResponse:
    encounter = row.encounter
    facts = facts_of(encounter)
    state = titled(body, facts.date_from if facts else None)
    return render(
        request,
        "coding/second_coding.html",
        {
            "row": row,
            "encounter": encounter,
            "facts": facts,
            "likely_modifiers": "",
            "pages": [
                {
                    "url": reverse("coding:second-page", args=[row.pk, place.position]),
                    "place": place.position,
                    "width": place.page.width,
                    "height": place.page.height,
                }
                for place in encounter.placed.select_related("page").order_by("position")
            ],
            "diagnosis_rows": diagnosis_rows(state),
            "procedure_rows": procedure_rows(state),
            "problems": problems or [],
        },
        status=status,
    )


@requires(Permission.CODE, Permission.VERIFY)
@require_GET
def second_page(request: SignedRequest, pk: int, place: int) -> HttpResponse:
    """One page of the chart of one's own second coding; looking is an audit event."""
    row = in_hand(request, pk)
    page: Page = found(request, Page.objects.filter(placed__encounter=row.encounter), placed__position=place)
    return page_answer(request, page, by=request.user, at=timezone.now())


# -- the report ----------------------------------------------------------------------------------------


@requires(Permission.MANAGE_WORK)
@require_GET
def double_coding(request: SignedRequest) -> HttpResponse:
    """Agreement of people who coded the same visits blindly, with intervals and what they rest on."""
    report = double_coding_report(at=timezone.now())
    return render(
        request,
        "coding/double_coding.html",
        {
            "encounters": report.codes.encounters,
            "waiting": report.waiting,
            "taken": report.taken,
            "seed": report.seed,
            "times": TIMES,
            "summaries": [
                {"label": "Codes", **summary(report.codes)},
                {"label": "Categories (3 characters)", **summary(report.categories)},
            ],
            "pairs": [
                {
                    "people": " and ".join(report.people[pk] for pk in pair.people),
                    "encounters": pair.encounters,
                    "positive": proportion_words(pair.positive),
                    "kappa": number_words(pair.kappa.value, pair.kappa_band),
                }
                for pair in report.codes.pairs
            ],
            "tables": [
                {"id": "codes", "label": "By code", "rows": code_rows(report.codes.by_code)},
                {"id": "categories", "label": "By category", "rows": code_rows(report.categories.by_code)},
            ],
        },
    )


def summary(found_: Agreement) -> dict[str, str]:
    return {
        "exact": proportion_words(found_.exact),
        "positive": proportion_words(found_.positive),
        "alpha": number_words(found_.alpha, found_.alpha_band),
        "codes": str(found_.codes),
    }


def code_rows(rows: tuple[CodeAgreement, ...]) -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "used": f"{one.used} of {one.encounters}",
            "positive": proportion_words(one.positive),
            "kappa": kappa_words(one.kappa),
            "alpha": number_words(one.alpha, one.alpha_band),
        }
        for one in rows[:CODES_SHOWN]
    ]


def number_words(value: float | None, band: Band | None) -> str:
    """As in "0.64 (0.41 to 0.83)"; a dash where nothing could differ."""
    return "–" if value is None else between(value, (band.low, band.high) if band else None)


def kappa_words(kappa: Kappa) -> str:
    if kappa.value is None:
        return "–"
    return between(kappa.value, (kappa.low, kappa.high) if kappa.low is not None and kappa.high is not None else None)


def between(value: float, limits: tuple[float, float] | None) -> str:
    """A value with its interval, or with the word that there is none."""
    return f"{value:.2f} " + (f"({limits[0]:.2f} to {limits[1]:.2f})" if limits else "(too little for an interval)")
