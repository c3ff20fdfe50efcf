"""API keys of a practice, for its own people."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import SignedRequest, found, requires
from portal.actions.tokens_admin import TokenGone, create_token, revoke_token
from portal.forms.account import TokenForm
from portal.models import ApiToken, Membership, Practice, TokenScope
from portal.rules.roles import Permission

holders = requires(Permission.MANAGE_TOKENS)

WORKS = {"label": "Works", "glyph": "✓", "tone": "plain"}
REVOKED = {"label": "Revoked", "glyph": "✕", "tone": "neutral"}
EXPIRED = {"label": "Expired", "glyph": "‖", "tone": "warn"}


def row_of(token: ApiToken, *, now: Any) -> dict[str, Any]:
    ended = REVOKED if token.revoked_at else EXPIRED if token.expires_at <= now else None
    return {
        "pk": token.pk,
        "name": token.name,
        "prefix": token.prefix,
        "practice": token.practice.name,
        "scopes": [TokenScope(scope).label for scope in token.scopes],
        "created_at": token.created_at,
        "created_by": token.created_by.name,
        "creator_left": not (token.created_by.is_active and token.maker_belongs),  # type: ignore[attr-defined]
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "status": ended or WORKS,
        "works": ended is None,
    }


@require_GET
@holders
def tokens(request: SignedRequest) -> HttpResponse:
    belongs = Membership.objects.filter(user=OuterRef("created_by"), practice=OuterRef("practice"))
    rows = (
        ApiToken.objects.visible_to(request.user)
        .select_related("practice", "created_by")
        .annotate(maker_belongs=Exists(belongs))
    )
    now = timezone.now()
    return render(
        request,
        "portal/tokens.html",
        {
            "tokens": [row_of(token, now=now) for token in rows[:200]],
            "practices": list(Practice.objects.visible_to(request.user).by_name()),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@holders
def token_create(request: SignedRequest) -> HttpResponse:
    """Make a key and show its secret: on this answer only."""
    form = TokenForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        token, secret = create_token(
            practice=sent["practice"],
            name=sent["name"],
            scopes=sent["scopes"],
            expires_at=sent["expires_on"],
            by=request.user,
            at=timezone.now(),
        )
        return render(request, "portal/tokens_created.html", {"token": token, "secret": secret})
    return render(request, "portal/tokens_create.html", {"form": form})


@require_POST
@holders
def token_revoke(request: SignedRequest, pk: int) -> HttpResponseBase:
    token = found(request, ApiToken.objects.visible_to(request.user), pk=pk)
    try:
        revoke_token(token=token, by=request.user, at=timezone.now())
    except TokenGone:
        messages.info(request, "This key was revoked before.")
    else:
        messages.success(request, f"The key {token.name} no longer works.")
    return redirect("portal:tokens")
