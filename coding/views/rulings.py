"""The rulings register: the list, one ruling with what it changed, issuing and withdrawing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coding.actions.moves import AlreadyMoved
from coding.actions.remarks import OwnRemark, note_ruling
from coding.actions.rulings import (
    BadDates,
    NotSettled,
    OwnDispute,
    agreement_around,
    issue_ruling,
    withdraw_ruling,
)
from coding.forms.rulings import RulingForm, WithdrawForm
from coding.models import Dispute, Remark, Ruling
from coding.rules.codings import bare
from coding.rules.figure_words import proportion_words
from coding.rules.remarks import RemarkStatus
from coding.rules.rulings import matches
from portal.access import SignedRequest, found, requires
from portal.models import Practice
from portal.rules.roles import Permission
from portal.rules.specialties import Specialty

SHOWN = 200
READERS = (Permission.PRECODE, Permission.CODE, Permission.VERIFY, Permission.MANAGE_WORK)
NUMBER = 18  # digits of an id


@requires(*READERS)
@require_GET
def rulings(request: SignedRequest) -> HttpResponse:
    """What holds or will, the newest first; `code` narrows it to a code, `all` shows the withdrawn too."""
    today = timezone.localdate()
    rows = Ruling.objects.visible_to(request.user)
    every = request.GET.get("all") == "on"
    if not every:
        rows = rows.exclude(withdrawn_from__lte=today)
    code = bare(request.GET.get("code", ""))[:8]
    shown = [row for row in rows.select_related("practice").newest_first() if not code or matches(row.pattern, code)]
    return render(
        request,
        "coding/rulings.html",
        {
            "rows": [ruling_row(row, on=today) for row in shown[:SHOWN]],
            "count": len(shown),
            "code": code,
            "every": every,
            "may_issue": request.user.may(Permission.MANAGE_WORK),
        },
    )


def ruling_row(row: Ruling, *, on: date) -> dict[str, Any]:
    """A ruling as pages show it."""
    words = [row.practice.name if row.practice else "All practices"]
    words += [row.payer] if row.payer else []
    words += [Specialty(row.specialty).label] if row.specialty else []
    return {
        "pk": row.pk,
        "label": row.label,
        "about": ", ".join(words),
        "pattern": row.pattern,
        "text": row.text,
        "starts_on": row.starts_on,
        "withdrawn_from": row.withdrawn_from,
        "state": state_of(row, on=on),
    }


def state_of(row: Ruling, *, on: date) -> str:
    if row.withdrawn_from and row.withdrawn_from <= on:
        return "Withdrawn"
    return "Not yet" if row.starts_on > on else "Holds"


@requires(*READERS)
@require_GET
def ruling(request: SignedRequest, pk: int) -> HttpResponse:
    """One ruling; for managers also how often coder and verifier agreed before it and under it."""
    return ruling_page(request, ruling_of(request, pk), WithdrawForm(initial={"on": timezone.localdate()}))


def ruling_of(request: SignedRequest, pk: int) -> Ruling:
    return found(request, Ruling.objects.visible_to(request.user).select_related("practice", "issued_by"), pk=pk)


def ruling_page(request: SignedRequest, row: Ruling, form: WithdrawForm, *, status: int = 200) -> HttpResponse:
    manages = request.user.may(Permission.MANAGE_WORK)
    source = row.dispute_number
    dispute = Dispute.objects.visible_to(request.user).filter(pk=source).first() if source else None
    around = agreement_around(row, seen_by=request.user) if manages else None
    return render(
        request,
        "coding/ruling.html",
        {
            "row": ruling_row(row, on=timezone.localdate()),
            "issued_by": row.issued_by.name,
            "issued_at": row.issued_at,
            "dispute": dispute,
            "before": proportion_words(around.before) if around else "",
            "after": proportion_words(around.after) if around else "",
            "measured": around is not None,
            "form": form if manages and row.withdrawn_from is None else None,
        },
        status=status,
    )


@requires(Permission.MANAGE_WORK)
@require_http_methods(["GET", "POST"])
def issue(request: SignedRequest) -> HttpResponse:
    """A new ruling; `dispute` names the settled dispute it comes from, `remark` the upheld remark of a practice."""
    sent = request.POST if request.method == "POST" else request.GET
    dispute = source_of(request, sent.get("dispute", "")) if sent.get("dispute") else None
    remark = upheld_remark(request, sent.get("remark", "")) if sent.get("remark") else None
    form = RulingForm(
        request.POST if request.method == "POST" else None,
        practices=Practice.objects.visible_to(request.user).by_name(),
        initial={"starts_on": timezone.localdate(), "pattern": codes_of(dispute), **proposed(remark)},
    )
    if request.method == "POST" and form.is_valid():
        row = keep(request, form, dispute, remark)
        if row is not None:
            messages.success(request, f"{row.label} is issued.")
            return redirect("coding:ruling", pk=row.pk)
    return render(
        request, "coding/issue_ruling.html", {"form": form, "dispute": dispute, "remark": remark},
        status=422 if form.is_bound else 200,
    )  # fmt: skip


def source_of(request: SignedRequest, number: str) -> Dispute:
    wanted = int(number) if number.isdecimal() and len(number) <= NUMBER else 0
    return found(request, Dispute.objects.visible_to(request.user).select_related("discrepancy"), pk=wanted)


def codes_of(dispute: Dispute | None) -> str:
    """A first pattern: the codes on both sides, without modifiers and counts."""
    if dispute is None:
        return ""
    row = dispute.discrepancy
    words = [value.split(" × ")[-1].split("-")[0].split(" ")[0] for value in (row.coder_value, row.verifier_value)]
    return " ".join(dict.fromkeys(word for word in words if word and not word.startswith("#")))


def upheld_remark(request: SignedRequest, number: str) -> Remark:
    wanted = int(number) if number.isdecimal() and len(number) <= NUMBER else 0
    rows = Remark.objects.visible_to(request.user).filter(status=RemarkStatus.UPHELD, ruling=None)
    return found(request, rows.select_related("practice", "encounter"), pk=wanted)


def proposed(remark: Remark | None) -> dict[str, Any]:
    """What an upheld remark suggests for its ruling: its code, practice and specialty, and what was found."""
    if remark is None:
        return {}
    return {
        "pattern": remark.code.split("-")[0],
        "practice": remark.practice_id,
        "specialty": remark.encounter.specialty,
        "text": remark.outcome,
    }


def keep(request: SignedRequest, form: RulingForm, dispute: Dispute | None, remark: Remark | None) -> Ruling | None:
    """The ruling, or None with the problem on the form."""
    now = timezone.now()
    try:
        with transaction.atomic():
            row = issue_ruling(
                by=request.user, at=now, today=timezone.localdate(), dispute=dispute, **form.cleaned_data
            )
            if remark is not None:
                note_ruling(remark=remark, ruling=row, by=request.user, at=now)
    except AlreadyMoved:
        form.add_error(None, "The remark became a ruling meanwhile.")
    except OwnRemark:
        form.add_error(None, "Who coded or verified the visit does not make a ruling of it.")
    except BadDates:
        form.add_error("starts_on", "A ruling begins today or later: what was coded before stays right.")
    except NotSettled:
        form.add_error(None, "Only a dispute that was argued and is over becomes a ruling.")
    except OwnDispute:
        form.add_error(None, "Who coded or verified it does not make a ruling of it.")
    else:
        return row
    return None


@requires(Permission.MANAGE_WORK)
@require_POST
def withdraw(request: SignedRequest, pk: int) -> HttpResponse:
    """From a day on the ruling holds no more."""
    row = ruling_of(request, pk)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return ruling_page(request, row, form, status=422)
    try:
        withdraw_ruling(
            ruling=row, on=form.cleaned_data["on"], by=request.user, at=timezone.now(), today=timezone.localdate()
        )
    except BadDates:
        form.add_error("on", "Choose today or later, and not before the ruling begins.")
        return ruling_page(request, row, form, status=422)
    except AlreadyMoved:
        messages.warning(request, f"{row.label} was withdrawn before.")
    else:
        messages.success(request, f"{row.label} holds no more from {form.cleaned_data['on']:%Y-%m-%d}.")
    return redirect("coding:ruling", pk=pk)
