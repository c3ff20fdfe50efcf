"""Practices and what coding for them needs, for admins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q
from django.forms import ModelForm
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import SignedRequest, found, requires
from portal.actions.practices import ContractOverlaps, change_contract, choose_recipients, save_part, save_practice
from portal.forms.practices import (
    AgreementForm,
    ContractForm,
    LocationForm,
    PayerForm,
    PracticeForm,
    ProviderForm,
    RecipientsForm,
)
from portal.models import (
    BusinessAssociateAgreement,
    Contract,
    DamagedFile,
    LegalHold,
    Location,
    Membership,
    Payer,
    Practice,
    Provider,
)
from portal.rules.delivery_formats import UNLESS_CHOSEN, label_of
from portal.rules.roles import Permission

admins = requires(Permission.MANAGE_PRACTICES)
AT_ONCE = 100


@dataclass(frozen=True)
class Kind:
    """One sort of thing that belongs to a practice: its table, form and words."""

    model: type[Any]
    form: type[ModelForm[Any]]
    noun: str


KINDS = {
    "provider": Kind(Provider, ProviderForm, "provider"),
    "location": Kind(Location, LocationForm, "location"),
    "payer": Kind(Payer, PayerForm, "payer"),
    "agreement": Kind(BusinessAssociateAgreement, AgreementForm, "business-associate agreement"),
}


def paperwork(practice: Practice) -> dict[str, str]:
    """Whether charts may be received."""
    if not practice.is_active:
        return {"label": "Inactive", "glyph": "‖", "tone": "neutral"}
    if not practice.has_agreement:  # type: ignore[attr-defined]
        return {"label": "No agreement in force", "glyph": "✕", "tone": "danger"}
    if not practice.has_contract:  # type: ignore[attr-defined]
        return {"label": "No contract in force", "glyph": "!", "tone": "warn"}
    return {"label": "Ready", "glyph": "✓", "tone": "plain"}


def with_paperwork(rows: Any, *, on: date) -> Any:
    """Practices with `has_agreement`, `has_contract` and counts."""
    return rows.annotate(
        has_agreement=Exists(BusinessAssociateAgreement.objects.in_force(on).filter(practice=OuterRef("pk"))),
        has_contract=Exists(Contract.objects.in_force(on).filter(practice=OuterRef("pk"))),
        provider_count=Count("providers", filter=Q(providers__is_active=True), distinct=True),
        people_count=Count("memberships", filter=Q(memberships__user__is_active=True), distinct=True),
    )


@require_GET
@admins
def practices(request: SignedRequest) -> HttpResponse:
    rows = Practice.objects.visible_to(request.user).by_name()
    if query := request.GET.get("q", "").strip():
        rows = rows.filter(Q(name__icontains=query) | Q(code__icontains=query))
    page = with_paperwork(rows, on=timezone.localdate())[:AT_ONCE]
    return render(
        request,
        "portal/practices.html",
        {"practices": [(practice, paperwork(practice)) for practice in page], "query": query},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@admins
def practice_create(request: SignedRequest) -> HttpResponseBase:
    form = PracticeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        practice = save_practice(practice=form.save(commit=False), by=request.user, at=timezone.now())
        messages.success(request, f"{practice.name} is set up. Next: its agreement and contract.")
        return redirect("portal:practice", pk=practice.pk)
    return render(request, "portal/practice_form.html", {"form": form, "practice": None, "title": "Add a practice"})


@require_http_methods(["GET", "HEAD", "POST"])
@admins
def practice_edit(request: SignedRequest, pk: int) -> HttpResponseBase:
    practice = found(request, Practice.objects.visible_to(request.user), pk=pk)
    form = PracticeForm(request.POST or None, instance=practice)
    if request.method == "POST" and form.is_valid():
        save_practice(practice=form.save(commit=False), by=request.user, at=timezone.now())
        messages.success(request, "Saved.")
        return redirect("portal:practice", pk=practice.pk)
    title = "Name, code and state"
    return render(request, "portal/practice_form.html", {"form": form, "practice": practice, "title": title})


def members_of(practice: Practice) -> list[Membership]:
    rows = Membership.objects.filter(practice=practice, user__is_active=True).select_related("user")
    return list(rows.order_by("user__name", "pk"))


@require_GET
@admins
def practice(request: SignedRequest, pk: int) -> HttpResponse:
    """Everything that is set up for one practice."""
    today = timezone.localdate()
    row = found(request, with_paperwork(Practice.objects.visible_to(request.user), on=today), pk=pk)
    members = members_of(row)
    contracts = list(Contract.objects.filter(practice=row))
    contract = next((one for one in contracts if in_force(one, today)), None)
    return render(
        request,
        "portal/practice.html",
        {
            "practice": row,
            "status": paperwork(row),
            "providers": list(Provider.objects.filter(practice=row)),
            "locations": list(Location.objects.filter(practice=row)),
            "payers": list(Payer.objects.filter(practice=row)),
            "agreements": [
                (
                    agreement,
                    "In force" if in_force(agreement, today) else "Ended" if agreement.starts_on < today else "Not yet",
                )
                for agreement in BusinessAssociateAgreement.objects.filter(practice=row)
            ],
            "contract": contract,
            "formats": [label_of(name) for name in contract.delivery_formats] if contract else [],
            "contracts": contracts,
            "prices": price_words(next((found_one for found_one in contracts if in_force(found_one, today)), None)),
            "holds": LegalHold.objects.filter(practice=row, lifted_at=None).select_related("by", "batch"),
            "damaged": DamagedFile.objects.filter(practice=row, mended_at=None).count(),
            "members": members,
            "recipients_form": RecipientsForm(
                people=[(member.user_id, f"{member.user.name}, {member.user.email}") for member in members],
                initial={"members": [member.user_id for member in members if member.receives_results]},
            ),
        },
    )


def price_words(contract: Contract | None) -> str:
    """What the contract charges, as in "$4.10 a coded visit, $0.35 a page"; empty if nothing was agreed."""
    if contract is None:
        return ""
    named = (
        (contract.price_per_encounter, "a coded visit"),
        (contract.price_per_page, "a page"),
        (contract.price_per_hour, "an hour"),
        (contract.monthly_minimum, "a month at least"),
    )
    return ", ".join(f"${amount:,.2f} {what}" for amount, what in named if amount)


def in_force(dated: Contract | BusinessAssociateAgreement, on: date) -> bool:
    return dated.starts_on <= on and (dated.ends_on is None or dated.ends_on >= on)


@require_http_methods(["GET", "HEAD", "POST"])
@admins
def practice_part(request: SignedRequest, pk: int, kind: str, part: int | None = None) -> HttpResponseBase:
    """Add or change a provider, location, payer or agreement."""
    if kind not in KINDS:
        raise Http404
    what = KINDS[kind]
    practice = found(request, Practice.objects.visible_to(request.user), pk=pk)
    if part is None:
        row = what.model(practice=practice)
    else:
        row = found(request, what.model.objects.visible_to(request.user), pk=part, practice=practice)
    form = what.form(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        save_part(part=form.save(commit=False), by=request.user, at=timezone.now())
        messages.success(request, f"The {what.noun} is saved.")
        return redirect("portal:practice", pk=practice.pk)
    title = f"Add a {what.noun}" if part is None else f"Change a {what.noun}"
    return render(request, "portal/practice_form.html", {"form": form, "practice": practice, "title": title})


@require_http_methods(["GET", "HEAD", "POST"])
@admins
def practice_contract(request: SignedRequest, pk: int) -> HttpResponseBase:
    """New terms from a day on; the terms in force end the day before and stay on record."""
    practice = found(request, Practice.objects.visible_to(request.user), pk=pk)
    latest = Contract.objects.filter(practice=practice).first()
    kept = (
        "turnaround_hours", "accuracy_target", "verification_share", "query_days", "query_stops_clock",
        "late_credit_a_day", "late_credit_most", "acceptance_days", "retention_months", "delivery_formats",
        "price_per_encounter", "price_per_page", "price_per_hour", "monthly_minimum",
    )  # fmt: skip
    initial = {name: getattr(latest, name) for name in kept} if latest else {"delivery_formats": list(UNLESS_CHOSEN)}
    form = ContractForm(request.POST or None, initial={"starts_on": timezone.localdate(), **initial})
    if request.method == "POST" and form.is_valid():
        try:
            change_contract(practice=practice, **form.cleaned_data, by=request.user, at=timezone.now())
        except ContractOverlaps:
            began = f"{latest.starts_on:%b %-d, %Y}"  # type: ignore[union-attr]  # there is one: they overlap
            form.add_error("starts_on", f"Choose a day after {began}, when the last contract began.")
        else:
            messages.success(request, "The contract is saved.")
            return redirect("portal:practice", pk=practice.pk)
    return render(
        request, "portal/practice_form.html", {"form": form, "practice": practice, "title": "Terms of the contract"}
    )


@require_POST
@admins
def practice_recipients(request: SignedRequest, pk: int) -> HttpResponseBase:
    practice = found(request, Practice.objects.visible_to(request.user), pk=pk)
    members = members_of(practice)
    form = RecipientsForm(request.POST, people=[(member.user_id, member.user.name) for member in members])
    if form.is_valid():
        choose_recipients(practice=practice, members=form.cleaned_data["members"], by=request.user, at=timezone.now())
        messages.success(request, "Saved.")
    else:
        messages.error(request, "Somebody on the list no longer belongs to this practice. Nothing was changed.")
    return redirect("portal:practice", pk=practice.pk)
