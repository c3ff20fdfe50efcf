"""A visit to read, for those who may see it without working on it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from coding.actions.samples import is_blind
from coding.actions.superbill import has_superbill
from coding.actions.verification import judged_version
from coding.forms.coding import ReopenForm, body_of
from coding.models import Assignment, Encounter
from coding.rules.lifecycle import FINISHED, Stage
from coding.views.coding_bench import facts_of, titled
from coding.views.deliveries import note_of
from coding.views.due import due_of, shown_state, status_tag
from coding.views.known_facts import origins_of_visit, stood_for_by
from coding.views.page_news import addenda_of
from coding.views.pages import READERS, reader_context
from coding.views.query_parts import replies_of
from coding.views.reviews import standing_words
from portal.access import SignedRequest, found, requires
from portal.models import User
from portal.page_access import links
from portal.rules.roles import Permission


@requires(*READERS)
@require_GET
def encounter(request: SignedRequest, pk: int) -> HttpResponse:
    """Its pages and, once it is finished (for the service: at any time), its codes."""
    rows = Encounter.objects.visible_to(request.user).select_related("chart", "batch__practice", "practice")
    visit: Encounter = found(request, rows, pk=pk)
    finished = shown_state(visit) in FINISHED
    shows = finished or (request.user.is_service_staff and not verifies_blind(visit, request.user))
    coding = visit.codings.order_by("-version").first() if shows else None
    context = {
        "encounter": visit,
        "standing": standing_words(visit) if finished else None,
        "may_review": request.user.may(Permission.REVIEW_RESULTS),
        "reopen_form": ReopenForm() if finished and Permission.MANAGE_WORK in request.user.permissions else None,
        "status": status_tag(visit),
        "due": None if finished else due_of(visit, at=timezone.now()),
        **reader_context(visit, links(request, "encounter")),
        "addenda": addenda_of(visit),
        "replies": replies_of(visit),
        "may_discuss": finished and coding is not None and request.user.may(Permission.DISCUSS),
        "facts": facts_of(visit),
        "origins": origins_of_visit(visit),
        "origins_by": stood_for_by(visit) if request.user.is_service_staff else "",
        "note": note_of(visit, to_practice=not request.user.is_service_staff),
        "batch_url": reverse("portal:batch", args=[visit.batch_id]) if request.user.may(Permission.SEE_BATCHES) else "",
        "superbill_url": reverse("coding:superbill", args=[visit.pk])
        if has_superbill(visit) and request.user.may(Permission.DOWNLOAD_RESULTS)
        else "",
        "no_codes": "Finished without codes."
        if finished
        else "The codes appear here once they are verified."
        if not request.user.is_service_staff
        else "No codes yet.",
        "state": titled(body_of(coding.coded()), coding.date_of_service)
        if coding
        else {"diagnoses": [], "procedures": []},
    }
    return render(request, "coding/encounter.html", context)


def verifies_blind(visit: Encounter, user: User) -> bool:
    """Whether the person has it in hand to code it before they see what the coder had."""
    own = Assignment.objects.open().filter(encounter=visit, user=user, stage=Stage.VERIFICATION)
    return own.exists() and is_blind(judged_version(visit), user)
