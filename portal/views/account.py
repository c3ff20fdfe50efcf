"""One's own session and looks: unlock, keep alive, security, appearance, joining by invitation."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal import scope
from portal.access import SignedRequest, signed_in
from portal.actions.audit import record
from portal.actions.invitations import InvitationGone, accept_invitation, open_invitation
from portal.forms.account import AppearanceForm, UnlockForm
from portal.forms.people import JoinForm

YEAR = 365 * 24 * 3600  # seconds
UNAUTHORIZED, FORBIDDEN, NOT_FOUND, TOO_MANY, NO_CONTENT = 401, 403, 404, 429, 204


def safe_next(request: HttpRequest) -> str:
    """Where the person wanted to go, if it is on this site; else the start page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    here = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if here else reverse("portal:home")


def wants_json(request: HttpRequest) -> bool:
    return "json" in request.headers.get("Accept", "") or "HX-Request" in request.headers


@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest) -> HttpResponseBase:
    """Ask for the password again; what was open stays open."""
    if not request.user.is_authenticated:
        if wants_json(request):
            return JsonResponse({"signed_out": True}, status=UNAUTHORIZED)
        return redirect("account_login")
    if request.method != "POST":
        return ask_password(request, UnlockForm()) if request.session.get("locked") else redirect(safe_next(request))
    form = UnlockForm(request.POST)
    if status := fault_of(request, form):
        return refuse_unlock(request, form, status)
    now = timezone.now()
    if request.session.pop("locked", None):
        record("session.unlocked", at=now, by=request.user, request=request)
    request.session["last_active"] = now.timestamp()
    return JsonResponse({"locked": False}) if wants_json(request) else redirect(safe_next(request))


def fault_of(request: HttpRequest, form: UnlockForm) -> int:
    """The status that refuses this password, 0 if it is right. Tries are counted with those of the sign-in."""
    if not form.is_valid():
        return FORBIDDEN
    try:
        if get_adapter().reauthenticate(request.user, form.cleaned_data["password"]):
            return 0
    except ValidationError as too_many:
        form.add_error("password", too_many)
        return TOO_MANY
    form.add_error("password", "This password is not right.")
    return FORBIDDEN


def refuse_unlock(request: HttpRequest, form: UnlockForm, status: int) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"locked": True}, status=status)
    return ask_password(request, form, status=status)


def ask_password(request: HttpRequest, form: UnlockForm, *, status: int = 200) -> HttpResponse:
    return render(request, "portal/unlock.html", {"form": form, "next": safe_next(request)}, status=status)


@require_POST
@signed_in
def keep_alive(request: SignedRequest) -> HttpResponse:  # noqa: ARG001  (the lock looks at the request)
    """Somebody is at the screen; the idle lock has noted it."""
    return HttpResponse(status=NO_CONTENT)


@require_GET
@signed_in
def security(request: SignedRequest) -> HttpResponse:
    """Password, second step, and where one is signed in."""
    kinds = set(request.user.authenticator_set.values_list("type", flat=True))  # type: ignore[attr-defined]  # allauth's
    return render(
        request,
        "portal/security.html",
        {
            "has_passkey": "webauthn" in kinds,
            "has_app": "totp" in kinds,
            "has_codes": "recovery_codes" in kinds,
            "session_count": len(UserSession.objects.purge_and_list(request.user)),
        },
    )


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep theme and row height: with the person, or in the browser of somebody not signed in."""
    form = AppearanceForm(request.POST)
    back = redirect(safe_next(request))
    if not form.is_valid():
        return HttpResponse(status=400)
    theme, density = form.cleaned_data["theme"], form.cleaned_data["density"]
    if request.user.is_authenticated:
        request.user.theme = theme
        request.user.density = density or request.user.density
        request.user.save(update_fields=["theme", "density"])
    back.set_cookie("theme", theme, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return back


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponseBase:
    """The page behind an invitation link. The link is the permission, so it opens the service's scope for itself."""
    with scope.service():
        try:
            invitation = open_invitation(token, at=timezone.now())
        except InvitationGone:
            return render(request, "portal/invitation_gone.html", {}, status=NOT_FOUND)
        if request.user.is_authenticated:
            return render(request, "portal/invitation_other_person.html", {"invited": invitation.email})
        form = JoinForm(request.POST or None, invitation=invitation, initial={"name": invitation.name})
        if request.method != "POST" or not form.is_valid():
            return ask_to_join(request, form, invitation=invitation)
        try:
            user = accept_invitation(
                secret=token, name=form.cleaned_data["name"], password=form.cleaned_data["password"], at=timezone.now()
            )
        except InvitationGone:
            return render(request, "portal/invitation_gone.html", {}, status=NOT_FOUND)
    messages.success(request, f"Welcome, {user.get_short_name()}. Your account is ready.")
    answer: HttpResponseBase = perform_login(
        request, user, email_verification="none", redirect_url=reverse("portal:home")
    )
    return answer


def ask_to_join(request: HttpRequest, form: JoinForm, **more: Any) -> HttpResponse:
    return render(request, "portal/invitation_join.html", {"form": form, **more})
