"""The report that pay cannot know money or levels, for managers: to read, and to print and sign."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from coding.actions.firewall import COUNTED, PersonProof, firewall_report
from coding.forms.plans import PeriodForm
from coding.rules import pay_metric
from coding.rules.figure_words import plain, proportion_words
from portal.access import SignedRequest, requires
from portal.rules.roles import Permission

DAYS = timedelta(days=89)


@requires(Permission.MANAGE_WORK)
@require_GET
def firewall(request: SignedRequest) -> HttpResponse:
    """The proof for the last 90 days, or for those that are named."""
    today = timezone.localdate()
    form = PeriodForm(request.GET or None)
    first, last = today - DAYS, today
    if form.is_bound and form.is_valid():
        first, last = form.cleaned_data["from_on"], form.cleaned_data["to_on"]
    report = firewall_report(from_on=first, to_on=last)
    return render(
        request,
        "coding/firewall.html",
        {
            "form": form if form.is_bound else PeriodForm(initial={"from_on": first, "to_on": last}),
            "from_on": first,
            "to_on": last,
            "made_at": timezone.now(),
            "version": pay_metric.VERSION,
            "minutes": minutes_rows(),
            "gate": f"{pay_metric.GATE * 100:.0f}",
            "fewest": pay_metric.FEWEST,
            "most_pages": pay_metric.MOST_PAGES,
            "inputs": pay_metric.inputs(),
            "named_after_money": pay_metric.named_after_money(),
            "forbidden": pay_metric.FORBIDDEN,
            "is_equal": report.is_equal,
            "control_moved": report.control_moved,
            "charts": report.charts,
            "of": report.of,
            "counted": COUNTED,
            "rows": [proof_row(one) for one in report.people],
        },
        status=422 if form.is_bound and form.errors else 200,
    )


def minutes_rows() -> list[dict[str, str]]:
    return [
        {"stage": stage.label, "base": plain(base), "page": plain(page)}
        for stage, (base, page) in pay_metric.MINUTES.items()
    ]


def proof_row(one: PersonProof) -> dict[str, Any]:
    """A person's line: the measure, whether it stayed equal, and what the control did."""
    found = one.proof.measure
    return {
        "name": one.name,
        "visits": found.visits,
        "minutes": f"{found.minutes:.1f}",
        "agreement": proportion_words(found.agreement),
        "gate": "Open" if found.is_open else "Closed",
        "counted": f"{found.counted:.1f}",
        "equal": one.proof.is_equal,
        "value": f"{one.proof.by_value:.2f} → {one.proof.by_value_turned:.2f}",
    }
