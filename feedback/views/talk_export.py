"""The talk as a file: of a batch, or of everything that the reader may see."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from feedback.actions.talk_export import FORMATS, TooMuch, export_talk
from feedback.models import Thread
from feedback.views.threads import number, thread_of
from portal.access import SignedRequest, found, requires
from portal.models import Practice
from portal.rules.roles import Permission

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@requires(Permission.DISCUSS)
@require_GET
def export_thread(request: SignedRequest, pk: int) -> HttpResponse:
    """One thread; `format` is csv or json."""
    return answer(request, thread=thread_of(request, pk))


@requires(Permission.DISCUSS)
@require_GET
def export_all(request: SignedRequest) -> HttpResponse:
    """Every thread that the reader may see, or with `practice` those of one."""
    practice = number(request.GET.get("practice", ""))
    if practice is not None:
        found(request, Practice.objects.visible_to(request.user), pk=practice)
    return answer(request, practice=practice)


def answer(request: SignedRequest, *, thread: Thread | None = None, practice: int | None = None) -> HttpResponse:
    form = request.GET.get("format", "")
    form = form if form in FORMATS else FORMATS[0]
    try:
        body = export_talk(by=request.user, at=timezone.now(), form=form, thread=thread, practice=practice)
    except TooMuch:
        messages.warning(request, "That is more than one file holds. Export each batch from its thread.")
        return redirect("feedback:inbox")
    name = f"talk-{thread.batch.label}" if thread is not None else "talk"
    response = HttpResponse(body, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response
