"""Large files come in by the browser in parts, and go on where they stopped, also the next day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import SignedRequest, found, requires
from portal.actions.batches import BatchNotOpen, NoAgreement
from portal.actions.charts import BatchFull, Receipt, ReceiptOutcome
from portal.actions.uploads import NotTaken, abandon_upload, append_part, complete_upload, open_upload
from portal.api.errors import Refused
from portal.api.uploads import STATUS, part_of
from portal.forms.batches import BeginForm, ChartsForm
from portal.models import Batch, Chart, Page, Upload, UploadPart
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.roles import Permission
from portal.rules.uploads import PART_BYTES, SAID
from portal.views.tags import chart_advice, plural
from portal.views.uploads import FULL, NO_AGREEMENT, NOT_OPEN

CONFLICT = 409
CHECKED_AT_ONCE = 500
Answer = TypeVar("Answer")
senders = requires(Permission.SEND_CHARTS)


class NotDone(Exception):
    """An expected trouble, as the answer to the script."""

    def __init__(self, answer: JsonResponse) -> None:
        super().__init__()
        self.answer = answer


def refused(status: int, code: str, detail: str, **more: Any) -> NotDone:
    """The answer that says what was wrong: {"outcome": "refused", "code", "detail"} and what else helps."""
    return NotDone(JsonResponse({"outcome": "refused", "code": code, "detail": detail, **more}, status=status))


def done(work: Callable[[], Answer]) -> Answer:
    """What the work gives; NotDone for its named troubles."""
    try:
        return work()
    except NotTaken as trouble:
        more = {} if trouble.offset is None else {"offset": trouble.offset}
        status = STATUS.get(trouble.trouble, CONFLICT)
        raise refused(status, trouble.trouble.value, SAID[trouble.trouble], **more) from None
    except Refused as trouble:
        raise refused(trouble.status_code, trouble.code, trouble.message) from None
    except BatchNotOpen:
        raise refused(CONFLICT, "batch_not_open", NOT_OPEN) from None
    except BatchFull:
        raise refused(CONFLICT, "batch_full", FULL) from None
    except NoAgreement:
        raise refused(CONFLICT, "no_agreement", NO_AGREEMENT) from None


def upload_data(upload: Upload, *, head: str) -> dict[str, Any]:
    """One unfinished file as the script needs it; `head` is the SHA-256 of its first part, if that is here."""
    return {
        "name": upload.name,
        "size": upload.size,
        "offset": upload.offset,
        "head": head,
        "part_bytes": PART_BYTES,
        "url": reverse("portal:upload-part", args=[upload.pk]),
        "complete_url": reverse("portal:upload-complete", args=[upload.pk]),
        "abandon_url": reverse("portal:upload-abandon", args=[upload.pk]),
    }


def receipt_answer(receipt: Receipt) -> JsonResponse:
    """What became of a file, as docs/components.md says."""
    return JsonResponse(
        {
            "outcome": receipt.outcome,
            "name": receipt.chart.original_name,
            "detail": receipt.detail,
            "chart": receipt.chart.pk if receipt.outcome == ReceiptOutcome.RECEIVED else None,
        }
    )


@senders
@require_http_methods(["GET", "POST"])
def batch_uploads(request: SignedRequest, pk: int) -> JsonResponse:
    """The unfinished files of a batch; posted, another one begins."""
    batch = found(request, Batch.objects.visible_to(request.user).select_related("practice"), pk=pk)
    if request.method == "GET":
        rows = Upload.objects.visible_to(request.user).unfinished().filter(batch=batch)
        heads = dict(UploadPart.objects.filter(upload__in=rows, offset=0).values_list("upload_id", "sha256"))
        return JsonResponse({"uploads": [upload_data(row, head=heads.get(row.pk, "")) for row in rows]})
    form = BeginForm(request.POST)
    try:
        if not form.is_valid():
            raise refused(400, "invalid", "Name and size of the file are needed.")
        facts = form.cleaned_data
        upload = done(
            lambda: open_upload(batch=batch, name=facts["name"], size=facts["size"], by=request.user, at=timezone.now())
        )
    except NotDone as trouble:
        return trouble.answer
    return JsonResponse(upload_data(upload, head=""), status=201)


@senders
@require_http_methods(["GET", "PATCH"])
def upload_part(request: SignedRequest, pk: int) -> JsonResponse:
    """How far a file is; patched, its next part."""
    upload = found(request, Upload.objects.visible_to(request.user), pk=pk)
    if request.method == "GET":
        parts = list(upload.parts.values("offset", "size", "sha256"))
        return JsonResponse({"state": upload.state, "offset": upload.offset, "size": upload.size, "parts": parts})
    try:
        offset, sha256, arrived = done(lambda: part_of(request))
        now_at = done(
            lambda: append_part(upload=upload, offset=offset, arrived=arrived, sha256=sha256, at=timezone.now())
        )
    except NotDone as trouble:
        return trouble.answer
    return JsonResponse({"offset": now_at, "size": upload.size})


@senders
@require_POST
def upload_complete(request: SignedRequest, pk: int) -> JsonResponse:
    """The last part has come: the whole is compared with its SHA-256 and received."""
    upload = found(request, Upload.objects.visible_to(request.user), pk=pk)
    sha256 = request.POST.get("sha256", "")
    try:
        receipt = done(lambda: complete_upload(upload=upload, sha256=sha256, by=request.user, at=timezone.now()))
    except NotDone as trouble:
        return trouble.answer
    return receipt_answer(receipt)


@senders
@require_POST
def upload_abandon(request: SignedRequest, pk: int) -> HttpResponse:
    """An unfinished file is given up."""
    upload = found(request, Upload.objects.visible_to(request.user), pk=pk)
    try:
        done(lambda: abandon_upload(upload=upload, by=request.user, at=timezone.now()))
    except NotDone as trouble:
        if by_script(request):
            return trouble.answer
        messages.warning(request, "The file could not be removed: it is being written, or it has arrived meanwhile.")
    if by_script(request):
        return HttpResponse(status=204)
    return redirect("portal:batch", pk=upload.batch_id)


def by_script(request: SignedRequest) -> bool:
    return "json" in request.headers.get("Accept", "")


@senders
@require_GET
def batch_checks(request: SignedRequest, pk: int) -> JsonResponse:
    """What the checks found of the charts asked for (?chart=1&chart=2): {id: {"state", "detail"}}."""
    batch = found(request, Batch.objects.visible_to(request.user), pk=pk)
    form = ChartsForm(request.GET)
    wanted = form.cleaned_data["chart"] if form.is_valid() else []
    charts = (
        Chart.objects.visible_to(request.user)
        .filter(batch=batch, pk__in=wanted[:CHECKED_AT_ONCE])
        .select_related("duplicate_of__batch")
        .annotate(
            has_text=Exists(Page.objects.filter(chart=OuterRef("pk"), text_source=Page.TextSource.LAYER)),
            members_count=Count("members"),
            members_waiting=Count("members", filter=Q(members__status=ChartStatus.RECEIVED)),
            members_refused=Count("members", filter=Q(members__status=ChartStatus.UNREADABLE)),
            members_known=Count("members", filter=Q(members__status=ChartStatus.DUPLICATE)),
        )
    )
    return JsonResponse({"checks": dict(checks(charts))})


def checks(charts: Iterable[Chart]) -> Iterable[tuple[int, dict[str, Any]]]:
    """State and sentence of each chart; of a ZIP how many charts it became, of a locked one where to unlock it."""
    for chart in charts:
        if chart.status == ChartStatus.READY:
            text = "" if chart.has_text else ", no text layer: its words will be read"  # type: ignore[attr-defined]
            yield chart.pk, {"state": "ready", "detail": f"Readable, {plural(chart.page_count or 0, 'page')}{text}"}
        elif chart.status == ChartStatus.RECEIVED:
            yield chart.pk, {"state": "checking", "detail": "Received, being checked"}
        elif chart.status == ChartStatus.UNPACKED:
            yield chart.pk, unpacked(chart)
        elif chart.status == ChartStatus.LOCKED:
            page = reverse("portal:chart", args=[chart.pk])
            yield chart.pk, {"state": "locked", "detail": "Received. It opens with a password only.", "url": page}
        elif chart.reason == Refusal.NOT_CHECKED:
            yield chart.pk, {"state": "checking", "detail": "Received. It waits for the virus scanner."}
        elif chart.duplicate_of is not None:
            same = "Every page is the same as in" if chart.rests_for_same_pages else "Same content as"
            original = chart.duplicate_of
            yield chart.pk, {"state": "duplicate", "detail": f"{same} {original.label} in {original.batch.label}"}
        else:
            advice = chart_advice(chart)
            detail = f"{advice.wrong} {advice.next_step}" if advice else "Not readable"
            yield chart.pk, {"state": "refused", "detail": detail}


def unpacked(chart: Any) -> dict[str, Any]:
    """State and sentence of a ZIP, once all that came out of it was looked at; `chart` is annotated as above."""
    count, bad, known = chart.members_count, chart.members_refused, chart.members_known
    said = f"Unpacked: {plural(count, 'file')}"
    if chart.members_waiting:
        return {"state": "checking", "detail": f"{said}, being checked"}
    if known:
        said = f"{said}, {known} of them sent before"
    if bad:
        said = f"{said}, {bad} of them not readable. The page of the batch says why"
    good = count - bad - known
    return {"state": "ready" if good else "refused", "detail": said, "charts": good}
