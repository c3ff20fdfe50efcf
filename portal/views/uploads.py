"""Charts come in by the browser: one page, one request a file with JavaScript, one form without."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import SignedRequest, found, requires
from portal.actions.batches import (
    BatchNotOpen,
    NoAgreement,
    NothingToSend,
    describe_batch,
    leave_out,
    open_batch,
    ready_by,
)
from portal.actions.charts import BatchFull, Receipt, ReceiptOutcome, receive_file
from portal.actions.uploads import send_without_unfinished
from portal.api.idempotency import sha256_of
from portal.forms.batches import BatchForm, SendForm, UploadForm, first_values
from portal.models import Batch
from portal.rules.file_types import TAKEN
from portal.rules.roles import Permission
from portal.rules.uploads import PART_BYTES, SAID, Trouble
from portal.separators import sheet
from portal.views.tags import megabytes, plural

NO_AGREEMENT = (
    "There is no business associate agreement and contract in force, so we may not receive charts. Please write to us."
)
NOT_OPEN = "The batch was sent already. Start another for more files."
FULL = "The batch is full. Send it and start another for this file."
NOTHING = "Nothing was sent: the batch has no file that can be worked on. Add one, or see below what was wrong."
senders = requires(Permission.SEND_CHARTS)


def limits() -> dict[str, Any]:
    """What is accepted, said before a file is chosen."""
    return {
        "max_bytes": settings.INTAKE_FILE_LIMIT,
        "accepted": f"{TAKEN}. Up to {megabytes(settings.INTAKE_FILE_LIMIT)} and "
        f"{settings.INTAKE_PAGE_LIMIT:,} pages a file, {megabytes(settings.INTAKE_BATCH_LIMIT)} a batch.",
        "at_once": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
        "part_bytes": PART_BYTES,
    }


@senders
@require_http_methods(["GET", "POST"])
def upload(request: SignedRequest) -> HttpResponse:
    """The page on which a batch begins; posted without JavaScript it receives and sends everything at once."""
    now = timezone.now()
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, user=request.user)
        if form.is_valid():
            return receive_and_send(request, form)
    else:
        form = UploadForm(initial=first_values(user=request.user, at=timezone.localtime(now)), user=request.user)
    return render(
        request,
        "portal/upload.html",
        {"form": form, "promise": promised(form, at=now), "no_agreement": NO_AGREEMENT, **limits()},
        status=422 if form.errors else 200,
    )


@senders
@require_GET
def separator_sheet(request: SignedRequest) -> HttpResponse:  # noqa: ARG001  (it is the same for everybody)
    """The sheet that goes between visits in the scanner, as a PDF to print."""
    response = HttpResponse(sheet(), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="separator-sheet.pdf"'
    return response


def promised(form: BatchForm, *, at: Any) -> dict[str, Any]:
    """When a batch sent now would be ready, and in how many hours; `blocked` if none may be sent.

    Unsaid for senders of several practices.
    """
    unsaid: dict[str, Any] = {"blocked": False, "at": None, "hours": None}
    if form.only is None:
        return unsaid
    try:
        ready_at = ready_by(form.only, at=at)
    except NoAgreement:
        return {**unsaid, "blocked": True}
    return {**unsaid, "at": ready_at, "hours": (ready_at - at).total_seconds() / 3600}


def receive_and_send(request: SignedRequest, form: UploadForm) -> HttpResponse:
    """Everything in one go; refused files stay in the batch with their reasons."""
    try:
        batch = open_batch(
            practice=form.practice,
            name=form.cleaned_data["name"],
            specialty=form.cleaned_data["specialty"],
            by=request.user,
            at=timezone.now(),
        )
    except NoAgreement:
        messages.error(request, NO_AGREEMENT)
        return redirect("portal:upload")
    receive_all(request, batch, form.cleaned_data["files"])
    return send(request, batch)


def receive_all(request: SignedRequest, batch: Batch, files: list[UploadedFile[bytes]]) -> list[Receipt]:
    """A receipt for each file that the batch still holds."""
    receipts, left = [], 0
    for file in files:
        now = timezone.now()
        try:
            receipts.append(
                receive_file(batch=batch, file=file, name=file.name or "", by=request.user, at=now, again=True)
            )
        except BatchFull:
            left += 1
    if left:
        messages.error(
            request, f"Not kept, since the batch is full: {plural(left, 'file')}. Send another batch with them."
        )
    return receipts


def send(request: SignedRequest, batch: Batch, *, chosen: set[int] | None = None) -> HttpResponse:
    """Send the batch, without the charts that were not chosen, and show it."""
    left = 0
    try:
        with transaction.atomic():
            if chosen is not None:
                left = leave_out(batch=batch, keep=chosen, by=request.user, at=timezone.now())
            unfinished = send_without_unfinished(batch=batch, by=request.user, at=timezone.now())
    except BatchNotOpen:
        messages.warning(request, NOT_OPEN)
    except NothingToSend:
        messages.error(request, NOTHING)
    except NoAgreement:
        messages.error(request, NO_AGREEMENT)
    else:
        messages.success(request, f"{batch.label} is sent. Follow it here.")
        if left:
            messages.info(request, f"{plural(left, 'file')} you took out will not be worked on.")
        if unfinished:
            went = f"Without {plural(unfinished, 'file')} that had not arrived completely"
            messages.warning(request, f"{went}. Send another batch with what is missing.")
    return redirect("portal:batch", pk=batch.pk)


@senders
@require_POST
def upload_batch(request: SignedRequest) -> HttpResponse:
    """Open a batch to which files are then added one by one; JSON with the addresses for a script."""
    form = BatchForm(request.POST, user=request.user)
    by_script = "json" in request.headers.get("Accept", "")
    if not form.is_valid():
        wrong = " ".join(str(error) for errors in form.errors.values() for error in errors)
        if by_script:
            return JsonResponse({"error": wrong}, status=422)
        messages.error(request, wrong)
        return redirect("portal:upload")
    try:
        batch = open_batch(
            practice=form.practice,
            name=form.cleaned_data["name"],
            specialty=form.cleaned_data["specialty"],
            by=request.user,
            at=timezone.now(),
        )
    except NoAgreement:
        if by_script:
            return JsonResponse({"error": NO_AGREEMENT}, status=409)
        messages.error(request, NO_AGREEMENT)
        return redirect("portal:upload")
    if not by_script:
        return redirect("portal:batch", pk=batch.pk)
    return JsonResponse(
        {
            "batch": batch.pk,
            "label": batch.label,
            "url": reverse("portal:batch", args=[batch.pk]),
            "file_url": reverse("portal:batch-file", args=[batch.pk]),
            "uploads_url": reverse("portal:batch-uploads", args=[batch.pk]),
            "checks_url": reverse("portal:batch-checks", args=[batch.pk]),
            "commit_url": reverse("portal:send-batch", args=[batch.pk]),
            "manifest_url": reverse("portal:batch-manifest", args=[batch.pk]),
        },
        status=201,
    )


@senders
@require_POST
def batch_file(request: SignedRequest, pk: int) -> JsonResponse:
    """One file of an open batch; JSON as docs/components.md says. A repeated request gets the receipt it had."""
    batch = found(request, Batch.objects.visible_to(request.user).select_related("practice"), pk=pk)
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"outcome": "refused", "name": "", "detail": "No file arrived.", "chart": None}, status=400)
    declared = request.headers.get("X-Content-SHA256", "")
    if declared and declared.lower() != sha256_of(file):
        trouble = Trouble.PART_DIFFERS
        return JsonResponse({"outcome": "refused", "code": trouble.value, "detail": SAID[trouble]}, status=422)
    try:
        receipt = receive_file(
            batch=batch, file=file, name=file.name or "", by=request.user, at=timezone.now(),
            again="Idempotency-Key" in request.headers,
        )  # fmt: skip
    except (BatchNotOpen, BatchFull, NoAgreement) as trouble:
        detail = {BatchNotOpen: NOT_OPEN, BatchFull: FULL, NoAgreement: NO_AGREEMENT}[type(trouble)]
        return JsonResponse({"outcome": "refused", "name": "", "detail": detail, "chart": None}, status=409)
    return JsonResponse(
        {
            "outcome": receipt.outcome,
            "name": receipt.chart.original_name,
            "detail": receipt.detail,
            "chart": receipt.chart.pk if receipt.outcome == ReceiptOutcome.RECEIVED else None,
        }
    )


@senders
@require_POST
def send_batch_view(request: SignedRequest, pk: int) -> HttpResponse:
    """Name the open batch, add what came with the form, and send it."""
    batch = found(request, Batch.objects.visible_to(request.user).select_related("practice"), pk=pk)
    form = SendForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("portal:batch", pk=batch.pk)
    try:
        describe_batch(
            batch=batch,
            name=form.cleaned_data["name"],
            specialty=form.cleaned_data["specialty"],
            by=request.user,
            at=timezone.now(),
        )
        added = receive_all(request, batch, form.cleaned_data["files"])
    except BatchNotOpen:
        messages.warning(request, NOT_OPEN)
        return redirect("portal:batch", pk=batch.pk)
    chosen = None
    if form.cleaned_data["choose"]:
        chosen = {*form.cleaned_data["chart"], *(receipt.chart.pk for receipt in added)}
    return send(request, batch, chosen=chosen)
