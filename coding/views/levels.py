"""The levels page: is somebody's work drifting up or down, and why we say so."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from coding.actions.levels import FamilyLevels, Judged, PersonLevels, levels_of
from coding.rules.level_guard import ENOUGH, LevelShare, Side, only_the_highest
from portal.access import SignedRequest, found, requires
from portal.models import User
from portal.rules.roles import Permission, Role

SIDE_WORDS = {
    Side.HIGHER: "▲ more often than the specialty",
    Side.LOWER: "▼ less often than the specialty",
    Side.LIKE: "",
}


@require_GET
@requires(Permission.MANAGE_WORK, Permission.CODE)
def levels(request: SignedRequest, pk: int | None = None) -> HttpResponse:
    """One coder's levels: their own, or for a manager anybody's."""
    coders = User.objects.filter(user_roles__role=Role.CODER.value, is_active=True).order_by("name", "pk")
    if not request.user.may(Permission.MANAGE_WORK):
        coders = coders.filter(pk=request.user.pk)
    person = found(request, coders, pk=pk) if pk else coders.first()
    seen = levels_of(person, seen_by=request.user, at=timezone.now()) if person else None
    return render(
        request,
        "coding/levels.html",
        {
            "person": person,
            "coders": list(coders) if request.user.may(Permission.MANAGE_WORK) else [],
            "own": person == request.user,
            **(context(seen) if seen else {"count": 0}),
        },
    )


def context(seen: PersonLevels) -> dict[str, Any]:
    """The page's words for what the guard found."""
    return {
        "count": len(seen.judged),
        "enough": len(seen.judged) > ENOUGH,
        "needed": ENOUGH + 1,
        "value": seen.value,
        "drift": drift_words(seen),
        "families": [family_rows(levels) for levels in seen.families],
        "different": [
            {"label": one.label, "encounter": one.encounter, "at": one.at, "rvus": f"{value:+.2f}"}
            for one, value in reversed(list(zip(seen.judged, seen.differences, strict=True)))
            if value
        ][:20],
    }


def drift_words(seen: PersonLevels) -> dict[str, str]:
    if seen.drift is None:
        return {"tone": "", "text": "No drift: differences stay within what they were."}
    since: Judged = seen.judged[seen.drift.place]
    way = "up" if seen.drift.upward else "down"
    return {
        "tone": "warn",
        "text": f"Drifting {way}: since {since.at:%Y-%m-%d} ({since.label}) versions differ more to that side.",
    }


def family_rows(levels: FamilyLevels) -> dict[str, Any]:
    """A table: for each level what provider, coder, verifier and the specialty choose."""
    rows = [
        {
            "code": coder.code,
            "provider": share_words(provider),
            "coder": share_words(coder),
            "verifier": share_words(verifier),
            "peers": f"{coder.peers:.0%}" if coder.peers is not None else "",
            "side": SIDE_WORDS[coder.side],
        }
        for provider, coder, verifier in zip(levels.provider, levels.coder, levels.verifier, strict=True)
    ]
    return {
        "title": f"{levels.family.label}, {levels.specialty.label.lower()}",
        "rows": rows,
        "peers": levels.peers,
        "only_highest": only_the_highest(levels.coder),
    }


def share_words(share: LevelShare) -> str:
    """A count with its share and interval: "12 · 40 % (25 to 57)"."""
    if share.interval is None:
        return "–"
    part = share.interval
    return f"{share.count} · {part.share:.0%} ({part.low * 100:.0f} to {part.high * 100:.0f})"
