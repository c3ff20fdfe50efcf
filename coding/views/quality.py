"""Quality: what waits for somebody's word, one discrepancy on its way, and a coder's own figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from coding.actions import disputes
from coding.actions.disputes import StepRefused
from coding.actions.moves import AlreadyMoved
from coding.actions.quality import Month, PersonQuality, quality_of
from coding.actions.scorecards import coder_card
from coding.forms.quality import DisputeStepForm
from coding.models import Dispute, DriftAlarm
from coding.rules.discrepancies import Kind
from coding.rules.disputes import DISPUTE_MOVES, SETTLED, TURN, Refusal, why_not
from coding.rules.figure_words import proportion_words, ratio_words
from coding.rules.reasons import Reason, Severity
from coding.rules.scoring import Score
from coding.views.due import due_tag
from coding.views.scorecards import card_of, standings_of_person, verifiers_seen_by
from portal.access import SignedRequest, found, requires
from portal.models import User
from portal.rules.roles import Permission, Role

SHOWN = 100
PARTIES = (Permission.CODE, Permission.VERIFY, Permission.MANAGE_WORK)
# The words of each step's button, and its action in the registry of keys.
STEPS: dict[str, tuple[str, str]] = {
    "agree": ("Agree", "dispute.agree"),
    "rebut": ("Rebut", "dispute.rebut"),
    "uphold": ("Uphold", "dispute.uphold"),
    "withdraw": ("Withdraw", "dispute.withdraw"),
    "escalate": ("Ask a manager", "dispute.escalate"),
    "settle_upheld": ("Uphold", "dispute.uphold"),
    "settle_withdrawn": ("Withdraw", "dispute.withdraw"),
}
DONE = {
    "agree": "agreed",
    "rebut": "rebutted",
    "uphold": "upheld",
    "withdraw": "withdrawn",
    "escalate": "given to a manager",
    "settle_upheld": "upheld",
    "settle_withdrawn": "withdrawn",
}
STEP_WORDS = {
    "tell": "Told", "agree": "Agreed", "rebut": "Rebutted", "uphold": "Upheld", "withdraw": "Withdrawn",
    "escalate": "Given to a manager", "settle_upheld": "Upheld for good", "settle_withdrawn": "Withdrawn for good",
    "lapse": "Not answered in time",
    "take_back": "Taken back with the whole verdict",
}  # fmt: skip


@requires(*PARTIES)
@require_GET
def quality(request: SignedRequest) -> HttpResponse:
    """The discrepancies in which it is the reader's turn, the one due first at the top."""
    at = timezone.now()
    waiting = Dispute.objects.visible_to(request.user).waiting_for(request.user)
    rows = waiting.due_first().select_related("discrepancy", "coder", "verifier", "encounter")[:SHOWN]
    manages = request.user.may(Permission.MANAGE_WORK)
    return render(
        request,
        "coding/quality.html",
        {
            "rows": [dispute_row(one, at=at) for one in rows],
            "count": waiting.count(),
            "manages": manages,
            "codes": request.user.may(Permission.CODE),
            "verifies": request.user.may(Permission.VERIFY),
            "alarms": DriftAlarm.objects.visible_to(request.user).open().count() if manages else 0,
            "coders": list(coders_seen_by(request.user)) if manages else [],
            "verifiers": list(verifiers_seen_by(request.user)) if manages else [],
        },
    )


def dispute_row(one: Dispute, *, at: Any) -> dict[str, Any]:
    """A line of a list of discrepancies."""
    row = one.discrepancy
    return {
        "pk": one.pk,
        "label": one.label,
        "encounter": one.encounter.label,
        "kind": Kind(row.kind).label,
        "coder_value": row.coder_value,
        "verifier_value": row.verifier_value,
        "reason": Reason(row.reason).label if row.reason else "",
        "severity": Severity(row.severity).label if row.severity else "",
        "status": one.state.label,
        "due": due_tag(one.due_at, at=at) if one.due_at else None,
        "coder": one.coder.name,
        "verifier": one.verifier.name,
    }


@requires(*PARTIES)
@require_GET
def dispute(request: SignedRequest, pk: int) -> HttpResponse:
    """One discrepancy: what differs, why, everything said about it, and the reader's next step."""
    return dispute_page(request, dispute_of(request, pk), DisputeStepForm())


def dispute_of(request: SignedRequest, pk: int) -> Dispute:
    rows = Dispute.objects.visible_to(request.user)
    return found(request, rows.select_related("discrepancy", "coder", "verifier", "encounter", "verification"), pk=pk)


def dispute_page(
    request: SignedRequest, one: Dispute, form: DisputeStepForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    at = timezone.now()
    steps = list(one.steps.select_related("user"))
    argued = one.state in SETTLED and any(step.move == "rebut" for step in steps)
    party = request.user.pk in (one.coder_id, one.verifier_id)
    return render(
        request,
        "coding/dispute.html",
        {
            "one": dispute_row(one, at=at),
            "encounter": one.encounter,
            "note": one.discrepancy.note,
            "said": one.verification.comment,
            "turn": TURN[one.state].value if one.state in TURN else "",
            "moves": moves_for(one, request.user, at=at),
            "form": form,
            "problem": problem,
            "steps": [
                {
                    "words": STEP_WORDS[step.move],
                    "by": step.user.name if step.user else "",
                    "at": step.at,
                    "comment": step.comment,
                    "late": step.was_due_at is not None and step.user is not None and step.at > step.was_due_at,
                }
                for step in steps
            ],
            "next_url": "" if one.state in TURN else next_of(request.user),
            "may_rule": argued and not party and request.user.may(Permission.MANAGE_WORK),
        },
        status=status,
    )


def moves_for(one: Dispute, user: User, *, at: Any) -> list[dict[str, str]]:
    """The steps that this person may take now."""
    overdue = one.due_at is not None and one.due_at <= at
    who = one.who(user)
    return [
        {"move": move, "label": label, "action": action}
        for move, (label, action) in STEPS.items()
        if one.state in DISPUTE_MOVES[move].old
        and why_not(move, one.state, who, overdue=overdue, comment="said") is None
    ]


@requires(*PARTIES)
@require_POST
def dispute_step(request: SignedRequest, pk: int) -> HttpResponse:
    """Take a step, then go to the next discrepancy that waits for the reader; what is settled is shown once more."""
    one = dispute_of(request, pk)
    form = DisputeStepForm(request.POST)
    if not form.is_valid():
        return dispute_page(request, one, form, problem="Choose what to do, and keep it short.", status=422)
    move = form.cleaned_data["move"]
    try:
        take(one, move, by=request.user, comment=form.cleaned_data["comment"])
    except StepRefused as refused:
        return dispute_page(
            request, dispute_of(request, pk), form, problem=refused.reason.label, status=refusal(refused)
        )
    except AlreadyMoved:
        messages.warning(request, f"{one.label} has moved on meanwhile. Look at what was said.")
        return redirect("coding:dispute", pk=pk)
    messages.success(request, f"{one.label} {DONE[move]}.")
    if move.startswith("settle"):  # what is settled may become a ruling: its page offers that
        return redirect("coding:dispute", pk=pk)
    return redirect(next_of(request.user))


def next_of(user: User) -> str:
    """The address of the discrepancy that waits for the person, due first; of the list if none does."""
    after = Dispute.objects.visible_to(user).waiting_for(user).due_first().first()
    return reverse("coding:dispute", args=[after.pk]) if after else reverse("coding:quality")


def next_answer(user: User) -> str:
    """The address of the discrepancy that waits for the coder's word, due first; empty if none does."""
    waiting = Dispute.objects.visible_to(user).waiting_for(user).filter(coder=user).due_first().first()
    return reverse("coding:dispute", args=[waiting.pk]) if waiting else ""


def refusal(refused: StepRefused) -> int:
    return 422 if refused.reason is Refusal.COMMENT_MISSING else 409


def take(one: Dispute, move: str, *, by: User, comment: str) -> None:
    """The action that a button means."""
    at = timezone.now()
    match move:
        case "agree":
            disputes.agree_discrepancy(dispute=one, by=by, at=at, comment=comment)
        case "rebut":
            disputes.rebut_discrepancy(dispute=one, by=by, at=at, comment=comment)
        case "escalate":
            disputes.escalate_dispute(dispute=one, by=by, at=at, comment=comment)
        case "uphold" | "withdraw":
            disputes.decide_rebuttal(dispute=one, upheld=move == "uphold", by=by, at=at, comment=comment)
        case _:
            disputes.settle_dispute(dispute=one, upheld=move == "settle_upheld", by=by, at=at, comment=comment)


# -- a person's figures --------------------------------------------------------------------------------


@requires(Permission.MANAGE_WORK, Permission.CODE)
@require_GET
def person_quality(request: SignedRequest, pk: int) -> HttpResponse:
    """A coder's scores and discrepancies: their own, or for a manager anybody's, in the same form."""
    person = found(request, coders_seen_by(request.user), pk=pk)
    at = timezone.now()
    seen = quality_of(person, seen_by=request.user, at=at)
    own = Dispute.objects.visible_to(request.user).filter(coder=person)
    rows = own.select_related("discrepancy", "coder", "verifier", "encounter").order_by("-pk")[:SHOWN]
    return render(
        request,
        "coding/person_quality.html",
        {
            "person": person,
            "own": person == request.user,
            "figures": figures(seen.score),
            "encounters": seen.score.records.of,
            "profiles": [f"{measure}: {count}" for measure, count in seen.profiles],
            "value": seen.score.value,
            "trend": trend(seen),
            **card_of(seen, coder_card(person, seen_by=request.user, at=at)),
            "standings": standings_of_person(person),
            "next_url": next_answer(request.user) if person == request.user else "",
            "rows": [dispute_row(one, at=at) for one in rows],
            "count": own.count(),
            "coders": list(coders_seen_by(request.user)) if request.user.may(Permission.MANAGE_WORK) else [],
        },
    )


def coders_seen_by(user: User) -> Any:
    """The coders whose figures a person may see: all for managers, themselves for coders."""
    coders = User.objects.filter(user_roles__role=Role.CODER.value).order_by("name", "pk")
    return coders if user.may(Permission.MANAGE_WORK) else coders.filter(pk=user.pk)


def figures(score: Score) -> list[dict[str, str]]:
    """The shares of a score, each with what it is divided by."""
    return [
        {"label": "Lines right", "value": ratio_words(score.lines), "note": "weighted by the scoring profile"},
        {
            "label": "Lines without any difference that counts",
            "value": proportion_words(score.rows),
            "note": "unweighted",
        },
        {"label": "Encounters right", "value": proportion_words(score.records), "note": "record over record"},
        {"label": "Payment unchanged", "value": proportion_words(score.payment_records), "note": "encounters"},
        {"label": "First-listed diagnosis right", "value": proportion_words(score.first_listed), "note": "encounters"},
    ]


def trend(seen: PersonQuality) -> dict[str, Any]:
    """Discrepancies that stand, by kind and month, above the lines they were found in; cells go with their month."""
    names = [f"{month.first:%b %Y}" for month in seen.months]

    def cells(value: Callable[[Month], Any]) -> list[tuple[str, Any]]:
        return [(name, value(month)) for name, month in zip(names, seen.months, strict=True)]

    return {
        "months": names,
        "encounters": cells(lambda month: month.score.records.of),
        "right": cells(lambda month: proportion_words(month.score.rows)),
        "all_right": proportion_words(seen.score.rows),
        "kinds": [
            {"label": kind.label, "counts": cells(number_of(kind)), "all": seen.kinds[kind]}
            for kind in Kind
            if seen.kinds[kind]
        ],
    }


def number_of(kind: Kind) -> Callable[[Month], int]:
    """How many discrepancies of the kind a month has."""
    return lambda month: month.kinds[kind]
