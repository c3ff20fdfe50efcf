"""The superbill of one visit, for the practice and for those who manage the work."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from coding.actions.superbill import NoSuperbill, make_superbill
from coding.models import Encounter
from coding.rules.formats import superbill_pdf
from portal.access import SignedRequest, found, requires
from portal.rules.roles import Permission


@require_GET
@requires(Permission.DOWNLOAD_RESULTS)
def superbill(request: SignedRequest, pk: int) -> HttpResponse:
    """The PDF of a delivered visit; back to the visit with a word where there is none."""
    rows = Encounter.objects.visible_to(request.user).select_related("batch__practice")
    visit: Encounter = found(request, rows, pk=pk)
    try:
        made = make_superbill(encounter=visit, by=request.user, at=timezone.now(), request=request)
    except NoSuperbill:
        messages.info(request, "A visit has a superbill once it is delivered with codes.")
        return redirect("coding:encounter", visit.pk)
    return HttpResponse(
        made.content,
        headers={
            "Content-Type": superbill_pdf.MEDIA_TYPE,
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=made.file_name),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
