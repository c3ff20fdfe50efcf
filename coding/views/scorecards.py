"""The parts of a person's page beside the scores, and the page of a verifier's own figures."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from coding.actions.planned import Place, places
from coding.actions.quality import PersonQuality
from coding.actions.scorecards import Audit, CoderCard, Turnaround, verifier_card
from coding.models import Verdict, VerificationPlan
from coding.rules.codings import System, dotted
from coding.rules.discrepancies import Part
from coding.rules.figure_words import proportion_words, ratio_words
from coding.rules.plots import shares_over_time
from coding.rules.proportions import Interval
from coding.rules.suggested import Decision
from coding.rules.topics import Changed, most_changed
from coding.views.double_coding import kappa_words
from coding.views.plans import place_words
from portal.access import SignedRequest, found, requires
from portal.models import Practice, User
from portal.rules.roles import Permission, Role

LINKED = 5  # charts behind a code
# Neutral words: to leave a suggestion is as good as to take it.
SUGGESTIONS = {
    Decision.ACCEPTED: "Taken as suggested",
    Decision.REPLACED: "Replaced by another code",
    Decision.REJECTED: "Not taken",
    Decision.UNDECIDED: "Left without a word",
}


def card_of(seen: PersonQuality, card: CoderCard) -> dict[str, Any]:
    """What the page shows beside scores and trend."""
    reasons = sorted(
        ((reason, sum(one.reason is reason for one in card.found)) for reason in {one.reason for one in card.found}),
        key=lambda row: (-row[1], row[0]),
    )
    suggested = sum(card.suggestions.values())
    return {
        "plots": plots_of(seen),
        "reasons": [{"label": reason.label, "help": reason.help, "count": count} for reason, count in reasons],
        "most_reasons": max((count for _, count in reasons), default=1),
        "changed": [changed_row(row) for row in most_changed(card.found)],
        "suggested": suggested,
        "suggestions": [(label, card.suggestions[one]) for one, label in SUGGESTIONS.items()],
        "turnaround": turnaround_words(card.turnaround),
        "audits": [audit_words(one) for one in card.audits],
        "audit_count": card.audit_count,
    }


def plots_of(seen: PersonQuality) -> list[dict[str, Any]]:
    """Accuracy three ways, month by month, each with its table."""
    ways: tuple[tuple[str, str, Any], ...] = (
        ("lines", "Lines right", lambda month: (month.score.lines.interval, ratio_words(month.score.lines))),
        ("records", "Encounters right",
         lambda month: (month.score.records.interval, proportion_words(month.score.records))),
        ("payment", "Payment unchanged",
         lambda month: (month.score.payment_records.interval, proportion_words(month.score.payment_records))),
    )  # fmt: skip
    rows = []
    for pk, title, value in ways:
        points: list[tuple[str, str, Interval | None]] = []
        for month in seen.months:
            interval, words = value(month)
            points.append((f"{month.first:%b %Y}", words, interval))
        rows.append(
            {"id": pk, "title": title, "plot": shares_over_time(points), "points": points, "caption": caption(points)}
        )
    return rows


def caption(points: list[tuple[str, str, Interval | None]]) -> str:
    """One sentence about the last month and the one before, by their intervals."""
    known = [(name, interval) for name, _, interval in points if interval is not None]
    if not known:
        return "No month has a figure yet."
    name, last = known[-1]
    text = f"{name}: {last.share * 100:.0f} %, likely between {last.low * 100:.0f} and {last.high * 100:.0f} %."
    if len(known) > 1:
        before = known[-2][1]
        apart = last.low > before.high or last.high < before.low
        text += " " + (
            f"It {'rose' if last.share > before.share else 'fell'} more than chance explains."
            if apart
            else "Chance alone could explain the change from the month before."
        )
    return text


def changed_row(row: Changed) -> dict[str, Any]:
    """A code, what it became, and the discrepancies behind it."""
    system = System.ICD10CM if row.found[0].part is Part.DIAGNOSIS else System.PROCEDURE
    return {
        "code": dotted(system, row.code),
        "count": row.count,
        "became": ", ".join(f"{value or 'nothing'}{f' ({count})' if count > 1 else ''}" for value, count in row.became),
        "links": [{"pk": one.dispute, "label": f"D-{one.dispute:05d}"} for one in row.found[::-1][:LINKED]],
        "more": max(0, row.count - LINKED),
    }


def turnaround_words(one: Turnaround | None) -> str:
    if one is None:
        return ""
    return f"half within {one.median:.0f} min, 85 of 100 within {one.most:.0f} min, {one.visits} visits"


def audit_words(one: Audit) -> dict[str, Any]:
    state = f"{one.waiting} to answer" if one.waiting else "Answered" if one.discrepancies else "Nothing found"
    return {
        "encounter": one.encounter,
        "label": one.label,
        "at": one.at,
        "why": one.why,
        "verdict": one.verdict,
        "discrepancies": one.discrepancies,
        "state": state,
        "waits": bool(one.waiting),
    }


def standings_of_person(person: User) -> list[dict[str, Any]]:
    """Where a coder stands in each practice with a plan; four queries."""
    plans: dict[int, VerificationPlan] = {}
    for row in VerificationPlan.objects.in_force(timezone.localdate()):
        plans.setdefault(row.practice_id, row)
    names = dict(Practice.objects.filter(pk__in=plans).values_list("pk", "name"))
    found_places: list[Place] = places(plans.values(), coders=[person.pk])
    return [{"practice": names[one.practice], **place_words(plans[one.practice].steps(), one)} for one in found_places]


# -- verifiers -----------------------------------------------------------------------------------------


def verifiers_seen_by(user: User) -> QuerySet[User]:
    """All for managers, themselves for verifiers."""
    people: QuerySet[User] = User.objects.filter(user_roles__role=Role.VERIFIER.value).order_by("name", "pk")
    return people if user.may(Permission.MANAGE_WORK) else people.filter(pk=user.pk)


@requires(Permission.MANAGE_WORK, Permission.VERIFY)
@require_GET
def verifier_quality(request: SignedRequest, pk: int) -> HttpResponse:
    """A verifier's own figures, or for a manager anybody's, in the same form."""
    person = found(request, verifiers_seen_by(request.user), pk=pk)
    card = verifier_card(person, at=timezone.now())
    return render(
        request,
        "coding/verifier_quality.html",
        {
            "person": person,
            "own": person == request.user,
            "count": sum(card.verdicts.values()),
            "verdicts": [(verdict.label, card.verdicts[verdict.value]) for verdict in Verdict],
            "rebutted": proportion_words(card.rebutted),
            "overturned": proportion_words(card.overturned),
            "open": card.open_rebuttals,
            "reversed": proportion_words(card.reversed_),
            "blind": card.blind,
            "kappa": kappa_words(card.kappa),
            "codes": proportion_words(card.codes),
            "verifiers": list(verifiers_seen_by(request.user)) if request.user.may(Permission.MANAGE_WORK) else [],
        },
    )
