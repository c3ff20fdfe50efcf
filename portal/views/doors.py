"""The doors of a practice: who signs in by SFTP, and which FHIR server is asked; for its own people and our admins."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal import scope
from portal.access import SignedRequest, found, requires
from portal.actions.fhir import ask_now, change_endpoint, create_endpoint, switch_endpoint
from portal.actions.sftp_accounts import (
    AlreadyEnded,
    KeyInUse,
    LoginTaken,
    NoPasswords,
    add_key,
    allow_passwords,
    clear_password,
    create_account,
    end_account,
    revoke_key,
    set_password,
)
from portal.forms.doors import FhirEndpointForm, SftpAccountForm, SftpKeyForm
from portal.models import (
    EndpointState,
    FhirDocument,
    FhirEndpoint,
    InboxFile,
    Practice,
    SftpAccount,
    SftpKey,
    SftpServer,
)
from portal.rules.inbox import UNFINISHED, FolderState
from portal.rules.roles import Permission
from portal.views.tags import plural

keepers = requires(Permission.MANAGE_PRACTICES, Permission.MANAGE_TOKENS)
admins = requires(Permission.MANAGE_PRACTICES)
RUNS = timedelta(minutes=2)  # a server notes every twenty seconds that it runs
WORKS = {"label": "Works", "glyph": "✓", "tone": "plain"}
ENDED = {"label": "Ended", "glyph": "✕", "tone": "neutral"}
OWNER_LEFT = {"label": "Owner left", "glyph": "✕", "tone": "warn"}
OFF = {"label": "Off", "glyph": "‖", "tone": "neutral"}
AT_FAULT = {"label": "Not read to the end", "glyph": "!", "tone": "danger"}
FAULTS = {
    "sign_in_refused": "The server refused our sign-in. Check the client id and that our key's address is registered.",
    "timeout": "The server did not answer in time.",
    "unreachable": "The server could not be reached.",
    "certificate": "The server's TLS certificate is not valid for its name.",
    "not_https": "The address does not begin with https://.",
    "private_address": "The address leads into a private network.",
    "foreign_host": "A list or a redirect leads to another host than the server's own.",
    "not_fhir": "The answer is no FHIR R4 resource.",
    "hash_differs": "A document's bytes do not fit the hash that its entry names.",
    "endless_list": "The list of documents does not end.",
    "key_unreadable": "We cannot open our own key for this server any more. Please write to us.",
    "no_agreement": "No contract and agreement is in force, so no chart may be received.",
}


def practice_of(request: SignedRequest, pk: int) -> Practice:
    return found(request, Practice.objects.visible_to(request.user), pk=pk)


def account_of(request: SignedRequest, pk: int) -> SftpAccount:
    rows = SftpAccount.objects.filter(practice__in=Practice.objects.visible_to(request.user))
    return found(request, rows.select_related("practice", "owner", "created_by"), pk=pk)


def status_of(account: SftpAccount) -> dict[str, str]:
    if account.ended_at is not None:
        return ENDED
    return OWNER_LEFT if account.owner is not None and not account.owner.is_active else WORKS


def fault_words(name: str) -> str:
    """What went wrong at the last run, in a sentence."""
    if name.startswith("http_"):
        return f"The server answered with HTTP status {name[5:]}."
    return FAULTS.get(name, "The server could not be asked.")


@require_GET
@keepers
def doors(request: SignedRequest, pk: int) -> HttpResponse:
    """All ways in but the site and the API, with what is wrong with each."""
    practice, now = practice_of(request, pk), timezone.now()
    accounts = (
        SftpAccount.objects.filter(practice=practice)
        .select_related("owner")
        .annotate(key_count=Count("keys", filter=Q(keys__revoked_at=None)))
        .order_by("ended_at", "login")
    )
    servers = list(SftpServer.objects.order_by("-seen_at")[:10])
    unfinished = InboxFile.objects.filter(
        practice=practice, state__in=UNFINISHED, flagged_at__isnull=False, folder__state=FolderState.OPEN
    ).count()
    endpoint = FhirEndpoint.objects.filter(practice=practice).first()
    return render(
        request,
        "portal/doors.html",
        {
            "practice": practice,
            "may_allow": request.user.may(Permission.MANAGE_PRACTICES),
            "accounts": [(account, status_of(account)) for account in accounts[:200]],
            "servers": servers,
            "running": any(server.seen_at > now - RUNS for server in servers),
            "unfinished": plural(unfinished, "file") if unfinished else "",
            "quiet": settings.SFTP_QUIET_SECONDS // 60,
            "endpoint": endpoint,
            "fhir": fhir_facts(endpoint) if endpoint is not None else None,
        },
    )


def fhir_facts(endpoint: FhirEndpoint) -> dict[str, Any]:
    """What the page shows of an endpoint."""
    counts = FhirDocument.objects.filter(endpoint=endpoint).aggregate(
        taken=Count("pk", filter=Q(chart__isnull=False)), refused=Count("pk", filter=Q(chart=None))
    )
    return {
        "is_on": endpoint.state == EndpointState.ON,
        "status": OFF if endpoint.state != EndpointState.ON else AT_FAULT if endpoint.last_fault else WORKS,
        "fault": fault_words(endpoint.last_fault) if endpoint.last_fault else "",
        "key_url": f"{settings.SITE_URL}{reverse('portal:fhir_keys', args=[endpoint.key_id])}",
        **counts,
    }


# -- SFTP ----------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@keepers
def sftp_account_add(request: SignedRequest, pk: int) -> HttpResponseBase:
    practice = practice_of(request, pk)
    form = SftpAccountForm(request.POST or None, practice=practice)
    if request.method == "POST" and form.is_valid():
        try:
            account = create_account(practice=practice, **form.cleaned_data, by=request.user, at=timezone.now())
        except LoginTaken:
            form.add_error("suffix", "This name is or was in use. Choose another: names are not given twice.")
        else:
            messages.success(request, f"The account {account.login} is made. Next: its public key.")
            return redirect("portal:sftp_account", pk=account.pk)
    return render(
        request, "portal/door_form.html", {"form": form, "practice": practice, "title": "Make an SFTP account"}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@keepers
def sftp_account(request: SignedRequest, pk: int) -> HttpResponseBase:
    """One account: its keys and password; posted to, it takes another key."""
    account = account_of(request, pk)
    form = SftpKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            key = add_key(account=account, **form.cleaned_data, by=request.user, at=timezone.now())
        except KeyInUse:
            form.add_error("text", "This key opens an account already. Make another: one key, one account.")
        except AlreadyEnded:
            messages.error(request, "The account was ended. No key was added.")
            return redirect("portal:sftp_account", pk=account.pk)
        else:
            messages.success(request, f"The key {key.name} works from now on.")
            return redirect("portal:sftp_account", pk=account.pk)
    return render(
        request,
        "portal/sftp_account.html",
        {
            "account": account,
            "practice": account.practice,
            "status": status_of(account),
            "keys": SftpKey.objects.filter(account=account).select_related("created_by")[:100],
            "form": form,
        },
        status=422 if form.errors else 200,
    )


@require_POST
@keepers
def sftp_key_revoke(request: SignedRequest, pk: int) -> HttpResponseBase:
    rows = SftpKey.objects.filter(practice__in=Practice.objects.visible_to(request.user))
    key = found(request, rows, pk=pk)
    try:
        revoke_key(key=key, by=request.user, at=timezone.now())
    except AlreadyEnded:
        messages.info(request, "This key was revoked before.")
    else:
        messages.success(request, f"The key {key.name} no longer works. Its open connections end now.")
    return redirect("portal:sftp_account", pk=key.account_id)


@require_POST
@keepers
def sftp_account_end(request: SignedRequest, pk: int) -> HttpResponseBase:
    account = account_of(request, pk)
    try:
        end_account(account=account, by=request.user, at=timezone.now())
    except AlreadyEnded:
        messages.info(request, "This account was ended before.")
    else:
        messages.success(request, f"The account {account.login} has ended. Its open connections end now.")
    return redirect("portal:doors", pk=account.practice_id)


@require_POST
@keepers
def sftp_password(request: SignedRequest, pk: int) -> HttpResponseBase:
    """Draw a password and show it on this answer only, or take it away."""
    account = account_of(request, pk)
    try:
        if request.POST.get("do") == "clear":
            clear_password(account=account, by=request.user, at=timezone.now())
            messages.success(request, f"{account.login} signs in with keys only.")
        else:
            secret = set_password(account=account, by=request.user, at=timezone.now())
            return render(request, "portal/sftp_password.html", {"account": account, "secret": secret})
    except NoPasswords:
        messages.error(request, "Accounts of this practice sign in with keys only. Nothing was changed.")
    except AlreadyEnded:
        messages.info(request, "There is nothing to change: the account has ended, or has no password.")
    return redirect("portal:sftp_account", pk=account.pk)


@require_POST
@admins
def sftp_passwords(request: SignedRequest, pk: int) -> HttpResponseBase:
    """Let the practice's accounts have passwords, or keys only."""
    practice = practice_of(request, pk)
    allowed = request.POST.get("allowed") == "1"
    allow_passwords(practice=practice, allowed=allowed, by=request.user, at=timezone.now())
    messages.success(request, "Passwords may be set now." if allowed else "Accounts sign in with keys only now.")
    return redirect("portal:doors", pk=practice.pk)


# -- FHIR ----------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@keepers
def fhir_endpoint(request: SignedRequest, pk: int) -> HttpResponseBase:
    """Set up the practice's server, or change where it is."""
    practice, now = practice_of(request, pk), timezone.now()
    endpoint = FhirEndpoint.objects.filter(practice=practice).first()
    form = FhirEndpointForm(request.POST or None, instance=endpoint)
    if request.method == "POST" and form.is_valid():
        sent = dict(form.cleaned_data)
        day = sent.pop("since", None)
        if endpoint is None:
            since = datetime.combine(day, time(), tzinfo=UTC) if day else now
            create_endpoint(practice=practice, **sent, since=since, by=request.user, at=now)
            messages.success(request, "The server is set up. Next: register our public key's address there.")
        else:
            change_endpoint(endpoint=endpoint, **sent, by=request.user, at=now)
            messages.success(request, "Saved.")
        return redirect("portal:doors", pk=practice.pk)
    title = "Set up a FHIR server" if endpoint is None else "Change the FHIR server"
    return render(request, "portal/door_form.html", {"form": form, "practice": practice, "title": title})


@require_POST
@keepers
def fhir_do(request: SignedRequest, pk: int) -> HttpResponseBase:
    """Ask now, begin or stop asking."""
    practice, now = practice_of(request, pk), timezone.now()
    endpoint = FhirEndpoint.objects.select_related("practice").filter(practice=practice).first()
    wanted = request.POST.get("do", "")
    if endpoint is None:
        messages.error(request, "There is no FHIR server yet. Set one up first.")
    elif wanted == "ask" and endpoint.state == EndpointState.ON:
        ask_now(endpoint=endpoint, by=request.user, at=now)
        messages.success(request, "The server is being asked. Reload this page in a moment.")
    elif wanted in set(EndpointState):
        switch_endpoint(endpoint=endpoint, state=EndpointState(wanted), by=request.user, at=now)
        messages.success(
            request, "The server is asked again." if wanted == EndpointState.ON else "The server is left alone."
        )
    return redirect("portal:doors", pk=practice.pk)


@require_GET
def fhir_keys(request: HttpRequest, key_id: str) -> JsonResponse:  # noqa: ARG001
    """The public key with which one server checks that it is we who ask: a JWK Set (RFC 7517, 5)."""
    with scope.service():
        endpoint = FhirEndpoint.objects.filter(key_id=key_id).first()
    if endpoint is None:
        raise Http404
    return JsonResponse({"keys": [json.loads(endpoint.public_key)]})
