"""Look up codes while typing, and keep favourites."""

import logging
import re
from datetime import date, timedelta

from django.core.cache import cache
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST

from coding.actions.code_usage import add_favourite_code, remove_favourite_code
from coding.code_index import Found, Personal, find_codes
from coding.models import Code, Encounter, FavouriteCode, SearchExpression, frequent_codes
from coding.rules.codings import System, bare, diagnosis_system, dotted
from portal.access import SignedRequest, requires
from portal.models import User
from portal.rules.roles import Permission

SHOWN = 12
FREQUENT_SINCE = timedelta(days=365)
FREQUENT_KEPT = 900  # seconds
NO_CODE, LONGEST_CODE = re.compile(r"[^A-Z0-9]"), 8
NUMBER_LIMIT = 18  # digits of an id

logger = logging.getLogger(__name__)


@require_GET
@requires(Permission.PRECODE, Permission.CODE, Permission.VERIFY)
def code_lookup(request: SignedRequest) -> HttpResponse:
    """Up to twelve codes valid `on` a day that match `q`; JSON, or list items for htmx.

    `system` is icd9cm, icd10cm or procedure; without it the diagnosis list of the day. `on` is YYYY-MM-DD,
    today when empty. `encounter` is what is being coded: its practice's own words and frequent codes count then.
    """
    try:
        on = parse_date(request.GET.get("on", "")) if request.GET.get("on") else timezone.localdate()
        system = System(request.GET["system"]) if request.GET.get("system") else None
    except ValueError:
        return HttpResponseBadRequest("A day is YYYY-MM-DD; a list is icd9cm, icd10cm or procedure.")
    if on is None:
        return HttpResponseBadRequest("A day is YYYY-MM-DD.")
    system = system or diagnosis_system(on)
    personal = personal_of(request.user, system, practice_of(request.user, request.GET.get("encounter", "")))
    found = look_up(system, on, request.GET.get("q", ""), personal)
    shown = {"results": results_of(system, found), "spelling": found.spelling}
    if request.htmx:
        return render(request, "coding/code_results.html", shown)
    return JsonResponse(shown)


def look_up(system: System, on: date, text: str, personal: Personal) -> Found:
    """What the search finds. A text without a hit is counted, not kept: it may hold a patient's words."""
    found = find_codes(system=system, on=on, text=text, limit=SHOWN, personal=personal)
    if not found.hits and text.strip():
        logger.info("code search found nothing", extra={"kind": system.value, "count": len(text.split())})
    return found


def code_in(text: str) -> str:
    """A code as an address or form names it, as stored; what no code has falls out."""
    return NO_CODE.sub("", bare(text))[:LONGEST_CODE]


def results_of(system: System, found: Found) -> list[dict[str, str | bool]]:
    return [
        {
            "code": hit.code,
            "dotted": dotted(system, hit.code),
            "title": hit.title,
            "billable": hit.billable,
            "why": hit.why,
            "path": " > ".join(dotted(system, code) for code, _title in hit.parents),
        }
        for hit in found.hits
    ]


def practice_of(user: User, encounter: str) -> int | None:
    """The practice of an encounter that the user may see; None for any other text."""
    if not (encounter.isascii() and encounter.isdigit() and len(encounter) <= NUMBER_LIMIT):
        return None
    return Encounter.objects.visible_to(user).filter(pk=encounter).values_list("practice_id", flat=True).first()


def personal_of(user: User, system: System, practice_id: int | None) -> Personal:
    favourites = FavouriteCode.objects.codes_of(user, system)
    if practice_id is None:
        return Personal(favourites)
    own = SearchExpression.objects.visible_to(user).filter(practice_id=practice_id)
    return Personal(favourites, often_used(practice_id, system), tuple(own.values_list("text", "means")))


def often_used(practice_id: int, system: System) -> frozenset[str]:
    """A practice's frequent codes, counted again every quarter of an hour."""
    key = f"frequent-codes:{practice_id}:{system.value}"
    kept: frozenset[str] | None = cache.get(key)
    if kept is None:
        kept = frequent_codes(practice_id, system, since=timezone.now() - FREQUENT_SINCE)
        cache.set(key, kept, FREQUENT_KEPT)
    return kept


@require_POST
@requires(Permission.PRECODE, Permission.CODE, Permission.VERIFY)
def favourite(request: SignedRequest) -> HttpResponse:
    """Make a `code` of a `system` a favourite of the person (`on`=1) or not any more; JSON with what it is now."""
    system, wanted = request.POST.get("system", ""), request.POST.get("on") == "1"
    if system not in set(System):
        return HttpResponseBadRequest("A list is icd9cm, icd10cm or procedure.")
    code = code_in(request.POST.get("code", ""))
    if wanted:
        row = get_object_or_404(Code.objects.of(System(system)).filter(code=code).order_by("-pk")[:1])
        add_favourite_code(system=System(system), code=row.code, by=request.user, at=timezone.now())
    else:
        remove_favourite_code(system=System(system), code=code, by=request.user)
    return JsonResponse({"favourite": wanted})
