"""The report on double coding, for managers."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from coding.actions.double_coding import TIMES, DoubleCodingReport, double_coding_report
from coding.rules.agreement import Band, Kappa
from coding.rules.double_coding import Agreement, CodeAgreement
from coding.rules.figure_words import proportion_words
from coding.rules.lifecycle import Stage
from portal.access import SignedRequest, requires
from portal.rules.roles import Permission

CODES_SHOWN = 40


@requires(Permission.MANAGE_WORK)
@require_GET
def double_coding(request: SignedRequest) -> HttpResponse:
    """Agreement of people who coded, or judged, the same visits blindly, with intervals and what they rest on."""
    at = timezone.now()
    reports = [double_coding_report(stage=stage, at=at) for stage in (Stage.CODING, Stage.VERIFICATION)]
    return render(request, "coding/double_coding.html", {"parts": [part_of(report) for report in reports]})


def part_of(report: DoubleCodingReport) -> dict[str, Any]:
    """One half of the page: coders, or verifiers."""
    coders = report.stage is Stage.CODING
    return {
        "id": report.stage.value,
        "title": "Coders" if coders else "Verifiers",
        "done": "coded" if coders else "judged",
        "encounters": report.codes.encounters,
        "progress": report.progress,
        "seed": report.seed,
        "times": TIMES,
        "verdicts": None
        if report.verdicts is None
        else {
            "same": proportion_words(report.verdicts.same),
            "alpha": number_words(report.verdicts.alpha, report.verdicts.band),
        },
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
            {"id": f"{report.stage}-codes", "label": "By code", "rows": code_rows(report.codes.by_code)},
            {"id": f"{report.stage}-categories", "label": "By category", "rows": code_rows(report.categories.by_code)},
        ],
    }


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
