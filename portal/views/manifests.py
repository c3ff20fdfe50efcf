"""The manifest of a batch: chosen, its columns corrected, its rows beside the files they are about."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.access import SignedRequest, found, requires
from portal.actions.batches import BatchNotOpen
from portal.actions.manifests import keep_manifest, map_manifest, remove_manifest
from portal.forms.manifests import ColumnsForm, ManifestForm
from portal.models import Batch, Chart, Manifest
from portal.rules.lifecycle import BatchStatus
from portal.rules.manifest import UNUSABLE, NotAManifest, match_rows
from portal.rules.roles import Permission
from portal.views.tags import plural
from portal.views.uploads import NOT_OPEN

SHOWN = 200  # rows, those with problems first
UNNAMED = 10  # files


@requires(Permission.SEND_CHARTS)
@require_http_methods(["GET", "POST"])
def batch_manifest(request: SignedRequest, pk: int) -> HttpResponse:
    """Show how the manifest was understood; on POST take one, correct its columns, or take it back."""
    batch = found(request, Batch.objects.visible_to(request.user).select_related("practice"), pk=pk)
    manifest = Manifest.objects.visible_to(request.user).filter(batch=batch).select_related("batch").first()
    if request.method == "POST":
        return change(request, batch, manifest)
    return page(request, batch, manifest)


def change(request: SignedRequest, batch: Batch, manifest: Manifest | None) -> HttpResponse:
    action, now = request.POST.get("action"), timezone.now()
    try:
        if action == "columns" and manifest is not None:
            columns = ColumnsForm(request.POST, manifest=manifest)
            if not columns.is_valid():
                return page(request, batch, manifest, columns=columns)
            map_manifest(manifest=manifest, columns=columns.columns(), by=request.user, at=now)
        elif action == "remove" and manifest is not None:
            remove_manifest(manifest=manifest, by=request.user, at=now)
            messages.success(request, "The manifest was removed.")
        else:
            form = ManifestForm(request.POST, request.FILES)
            if not form.is_valid():
                return page(request, batch, manifest, form=form)
            try:
                keep_manifest(batch=batch, content=form.cleaned_data["file"].read(), by=request.user, at=now)
            except NotAManifest as trouble:
                form.add_error("file", UNUSABLE[trouble.why])
                return page(request, batch, manifest, form=form)
    except BatchNotOpen:
        messages.warning(request, NOT_OPEN)
    return redirect("portal:batch-manifest", pk=batch.pk)


def page(
    request: SignedRequest,
    batch: Batch,
    manifest: Manifest | None,
    *,
    form: ManifestForm | None = None,
    columns: ColumnsForm | None = None,
) -> HttpResponse:
    is_wrong = form is not None or columns is not None
    if manifest is not None and columns is None:
        columns = ColumnsForm(manifest=manifest)
    return render(
        request,
        "portal/manifest.html",
        {
            "batch": batch,
            "may_change": batch.status == BatchStatus.OPEN,
            "form": form or ManifestForm(),
            "columns": columns,
            "manifest": manifest,
            **(understood(manifest) if manifest is not None else {}),
        },
        status=422 if is_wrong else 200,
    )


def understood(manifest: Manifest) -> dict[str, Any]:
    """The rows with their files and problems, those with problems first; the files that no row names."""
    rows = list(manifest.rows.order_by("line"))
    charts = dict(Chart.objects.filter(batch_id=manifest.batch_id).in_order().values_list("pk", "original_name"))
    matches = match_rows([row.file for row in rows], list(charts.items()))
    shown = [
        {
            "line": row.line,
            "file": row.file,
            "chart": charts.get(chart, "") if chart is not None else "",
            "patient": row.patient,
            "birth_date": row.birth_date,
            "service_date": row.service_date,
            "provider": row.provider,
            "more": " · ".join(word for word in (row.mrn, row.payer, row.notes) if word),
            "problems": [*row.problems, *([problem] if problem else [])],
        }
        for row, chart, problem in zip(rows, matches.files, matches.problems, strict=True)
    ]
    wrong = sum(bool(row["problems"]) for row in shown)
    fitting = sum(chart is not None for chart in matches.files)
    return {
        "rows": sorted(shown, key=lambda row: not row["problems"])[:SHOWN],
        "left": max(0, len(shown) - SHOWN),
        "summary": f"{plural(len(rows), 'row')}, {fitting:,} for a file of this batch, {wrong:,} with a problem.",
        "unnamed": [charts[number] for number in matches.unnamed[:UNNAMED]],
        "unnamed_left": max(0, len(matches.unnamed) - UNNAMED),
    }
