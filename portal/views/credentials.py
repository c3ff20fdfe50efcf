"""The register of credentials: who has which, until when, checked by whom; and where one is demanded."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from portal.access import SignedRequest, found, requires
from portal.actions import credentials as actions
from portal.actions.people import NotOneself
from portal.forms.credentials import CredentialForm, DemandForm
from portal.keyset import page_of
from portal.models import Credential, CredentialDemand
from portal.rules.credentials import CredentialKind, Standing, in_words
from portal.rules.roles import Permission

PER_PAGE = 50
TAGS = {
    Standing.VALID: {"label": "Valid", "glyph": "✓", "tone": "plain"},
    Standing.ENDING: {"label": "Ends soon", "glyph": "!", "tone": "warn"},
    Standing.UNCHECKED: {"label": "Not checked", "glyph": "?", "tone": "warn"},
    Standing.ENDED: {"label": "Ended", "glyph": "✕", "tone": "danger"},
}
keepers = requires(Permission.MANAGE_WORK, Permission.MANAGE_PEOPLE)


@require_GET
@keepers
def credentials(request: SignedRequest) -> HttpResponse:
    """All credentials, the one that ends first at the top; with forms to record one and to demand some."""
    return register(request)


def register(request: SignedRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page; forms that were sent with mistakes are shown with them."""
    on = timezone.localdate()
    attention = Credential.objects.needing_attention(on=on)
    show = "attention" if request.GET.get("show") == "attention" else "all"
    rows = attention if show == "attention" else Credential.objects.of_active()
    page = page_of(request, rows.select_related("user", "checked_by"), order=("expires_on", "pk"), size=PER_PAGE)
    demands = CredentialDemand.objects.select_related("practice").order_by("practice__name", "specialty")
    context = {
        "rows": [row_of(one, on=on, by=request.user.pk) for one in page.rows],
        "total": page.total,
        "attention": attention.count(),
        "show": show,
        "pagination": page.pagination,
        "demands": [demand_row(one) for one in demands],
        "credential_form": CredentialForm(),
        "demand_form": DemandForm(user=request.user),
    }
    return render(request, "portal/credentials.html", {**context, **forms}, status=status)


def row_of(one: Credential, *, on: date, by: int) -> dict[str, Any]:
    """A credential as the list shows it."""
    kind, standing = CredentialKind(one.kind), one.plain().standing(on)
    return {
        "pk": one.pk,
        "person": one.user.name,
        "kind": kind.label,
        "issuer": kind.issuer,
        "number": one.number,
        "expires_on": one.expires_on,
        "left": left_words((one.expires_on - on).days),
        "status": TAGS[standing],
        "checked_at": one.checked_at,
        "checked_by": one.checked_by.name if one.checked_by else "",
        "may_check": one.checked_at is None and one.user_id != by,
    }


def left_words(days: int) -> str:
    """How long it holds still, or since when it does not."""
    if days < 0:
        return f"{-days} {'day' if days == -1 else 'days'} ago"
    if days == 0:
        return "today"
    return f"in {days} {'day' if days == 1 else 'days'}"


def demand_row(one: CredentialDemand) -> dict[str, Any]:
    return {
        "pk": one.pk,
        "practice": one.practice.name if one.practice else "All practices",
        "specialty": one.get_specialty_display() if one.specialty else "All specialties",
        "kinds": in_words(one.plain().kinds),
    }


@require_POST
@keepers
def credential_record(request: SignedRequest) -> HttpResponse:
    form = CredentialForm(request.POST)
    if not form.is_valid():
        return register(request, status=422, credential_form=form)
    try:
        made = actions.record_credential(**form.cleaned_data, by=request.user, at=timezone.now())
    except actions.Unchanged:
        form.add_error("number", "It is recorded with this number and day already.")
        return register(request, status=422, credential_form=form)
    label = CredentialKind(made.kind).label
    messages.success(request, f"{label} of {made.user} is recorded. It counts once somebody else checked it.")
    return redirect("portal:credentials")


@require_POST
@keepers
def credential_check(request: SignedRequest, pk: int) -> HttpResponse:
    """That the issuer's register says the same."""
    one = found(request, Credential.objects.of_active().select_related("user"), pk=pk)
    try:
        actions.check_credential(credential=one, by=request.user, at=timezone.now())
    except NotOneself:
        messages.error(request, "Somebody else checks your own credential.")
    except actions.Gone:
        messages.info(request, "It was checked or changed meanwhile.")
    else:
        messages.success(request, f"{CredentialKind(one.kind).label} of {one.user} is checked and counts from now on.")
    return redirect("portal:credentials")


@require_POST
@keepers
def credential_remove(request: SignedRequest, pk: int) -> HttpResponse:
    one = found(request, Credential.objects.select_related("user"), pk=pk)
    actions.remove_credential(credential=one, by=request.user, at=timezone.now())
    messages.success(request, f"{CredentialKind(one.kind).label} of {one.user} is out of the register.")
    return redirect("portal:credentials")


@require_POST
@keepers
def demand_set(request: SignedRequest) -> HttpResponse:
    form = DemandForm(request.POST, user=request.user)
    if not form.is_valid():
        return register(request, status=422, demand_form=form)
    actions.demand_credential(**form.cleaned_data, by=request.user, at=timezone.now())
    messages.success(request, f"From now on {in_words(form.cleaned_data['kinds'])} is needed there.")
    return redirect("portal:credentials")


@require_POST
@keepers
def demand_drop(request: SignedRequest, pk: int) -> HttpResponse:
    one = found(request, CredentialDemand.objects.all(), pk=pk)
    actions.drop_demand(demand=one, by=request.user, at=timezone.now())
    messages.success(request, "It is no longer demanded.")
    return redirect("portal:credentials")
