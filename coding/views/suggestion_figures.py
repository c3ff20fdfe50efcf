"""The page of what suggestions are worth, and whether they lead coders astray; for managers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from coding.actions.suggestion_report import COUNTED, SuggestedRow, Which, judged_encounters, rows_behind
from coding.models import Encounter
from coding.rules.codings import System, dotted
from coding.rules.figure_words import proportion_words
from coding.rules.proportions import Interval, Proportion
from coding.rules.suggested import BLIND_SHARE, Decision
from coding.rules.suggestion_figures import Figures, SourceFigures, figures
from portal.access import SignedRequest, requires
from portal.rules.roles import Permission

PERIOD = timedelta(days=180)
SHOWN = 100
DECISIONS = {
    Decision.ACCEPTED: "Accepted",
    Decision.REPLACED: "Replaced by another code",
    Decision.REJECTED: "Rejected",
    Decision.UNDECIDED: "Left without a word",
}
YES_NO = {"1": True, "0": False}


@requires(Permission.MANAGE_WORK)
@require_GET
def suggestion_figures(request: SignedRequest) -> HttpResponse:
    """The figures of the last 180 days, or with a filter the suggestions behind one of them."""
    at = timezone.now()
    judged = judged_encounters(start=at - PERIOD, end=at)
    which = asked_for(request.GET)
    if which is not None:
        rows = rows_behind(judged, which)
        return render(
            request,
            "coding/suggestion_rows.html",
            {"words": which_words(which), "count": len(rows), "rows": [row_of(row) for row in rows[:SHOWN]]},
        )
    return render(request, "coding/suggestion_figures.html", page_of(figures(judged.values())))


def page_of(found: Figures) -> dict[str, Any]:
    seen = sum(found.decisions.values())
    return {
        "encounters": found.encounters,
        "counted": COUNTED,
        "shown": found.shown.encounters,
        "blind": found.blind.encounters,
        "share": BLIND_SHARE,
        "sources": [
            *(source_row(source_label(name), one, source=name) for name, one in found.sources.items()),
            source_row("All together", found.all),
        ],
        "leads": lead_rows(found),
        "decisions": [
            {"label": label, "value": proportion_words(Proportion(found.decisions.get(one, 0), seen)),
             "url": behind(decision=one.value) if found.decisions.get(one) else ""}
            for one, label in DECISIONS.items()
        ],
    }  # fmt: skip


def source_label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def source_row(label: str, one: SourceFigures, **which: str) -> dict[str, str]:
    return {
        "label": label,
        "precision": proportion_words(one.precision),
        "recall": proportion_words(one.recall),
        "accepted": proportion_words(one.accepted),
        "url": behind(**which) if which else "",
    }


def lead_rows(found: Figures) -> list[dict[str, str]]:
    """What coders submitted of each kind of code, where suggestions were shown and where they were not."""
    shown, blind = found.shown, found.blind
    return [
        lead_row("Right suggestions submitted", shown.right, blind.right, found.help, kept="1"),
        lead_row("Wrong suggestions submitted", shown.wrong, blind.wrong, found.lead, kept="0"),
        lead_row("Kept codes that nothing suggested", shown.others, blind.others, found.narrowing),
    ]


def lead_row(label: str, shown: Proportion, blind: Proportion, gap: Interval | None, **kept: str) -> dict[str, str]:
    """Both sides with their difference; `kept` leads to the suggestions behind, which codes nobody suggested lack."""
    return {
        "label": label,
        "shown": proportion_words(shown),
        "blind": proportion_words(blind),
        "gap": points(gap),
        "shown_url": behind(blind="0", taken="1", **kept) if kept and shown.count else "",
        "blind_url": behind(blind="1", taken="1", **kept) if kept and blind.count else "",
    }


def points(gap: Interval | None) -> str:
    """As in "+25 points (−2 to +48)"; a dash without both sides."""
    if gap is None:
        return "–"
    return f"{signed(gap.share)} points ({signed(gap.low)} to {signed(gap.high)})"


def signed(share: float) -> str:
    """Whole hundredths with a sign; none for nothing."""
    whole = round(share * 100)
    return f"{whole:+d}".replace("-", "−") if whole else "0"


# -- the rows behind -----------------------------------------------------------------------------------


def behind(**which: str) -> str:
    return f"{reverse('coding:suggestion-figures')}?{urlencode(which)}"


def asked_for(given: QueryDict) -> Which | None:
    """Which suggestions an address names; None for the page of figures, as for what it does not know."""
    decision = given.get("decision", "")
    which = Which(
        source=given.get("source") or None,
        is_blind=YES_NO.get(given.get("blind", "")),
        is_kept=YES_NO.get(given.get("kept", "")),
        is_taken=YES_NO.get(given.get("taken", "")),
        decision=Decision(decision) if decision in list(Decision) else None,
    )
    return None if which == Which() else which


def which_words(which: Which) -> str:
    """As in "Synonym; shown; not kept; submitted"."""
    words = [
        source_label(which.source) if which.source else "",
        {None: "", True: "not shown", False: "shown"}[which.is_blind],
        {None: "", True: "kept", False: "not kept"}[which.is_kept],
        {None: "", True: "submitted", False: "not submitted"}[which.is_taken],
        DECISIONS[which.decision].lower() if which.decision else "",
    ]
    said = "; ".join(word for word in words if word)
    return said[:1].upper() + said[1:]


def row_of(row: SuggestedRow) -> dict[str, Any]:
    return {
        "label": Encounter(pk=row.encounter).label,
        "url": reverse("coding:encounter", args=[row.encounter]),
        "code": dotted(System(row.system), row.code),
        "source": source_label(row.source),
        "shown": "No" if row.is_blind else "Yes",
        "decision": DECISIONS[row.decision] if row.decision else "–",
        "taken": "Yes" if row.is_taken else "No",
        "kept": "Yes" if row.is_kept else "No",
    }
