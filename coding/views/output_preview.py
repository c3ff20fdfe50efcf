"""What a template makes of a result: of invented rows, of a delivery, or of a batch that waits as it did not fit."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone

from coding.actions.kept_results import collect_contents
from coding.actions.output_templates import waiting_deliveries
from coding.forms.output import Draft
from coding.models import DeliveredResult
from coding.rules.formats import FORMATS
from coding.rules.formats.checking import Fault
from coding.rules.formats.contents import Contents
from coding.rules.formats.sample import sample_contents
from coding.rules.formats.table import Unfit, heading
from coding.rules.formats.template import NameFacts, OutputTemplate, Setting, file_name, written
from coding.rules.formats.xlsx_file import sheets
from coding.rules.plain_data import from_json
from portal.access import SignedRequest
from portal.actions.audit import record
from portal.models import Batch, Practice
from portal.rules.roles import Permission

LINES, SIGNS = 40, 12_000  # of a file that are shown
ROWS, RECENT, MISFITS = 12, 5, 20


def may_see_results(request: SignedRequest) -> bool:
    """Admins compose with invented rows: results are none of their work."""
    return request.user.may(Permission.DOWNLOAD_RESULTS)


def sources(request: SignedRequest, practice: Practice) -> list[tuple[str, str]]:
    """What can be previewed, as (value, words)."""
    found = [("", "Invented rows")]
    if may_see_results(request):
        found += [(f"batch-{batch.pk}", f"{batch.label}, which waits") for batch in waiting_batches(practice)]
        recent = DeliveredResult.objects.filter(practice=practice).select_related("batch").defer("contents")
        found += [
            (f"kept-{row.pk}", f"{row.batch.label}, delivered {row.created_at:%b %-d}, version {row.version}")
            for row in recent.order_by("-created_at", "-pk")[:RECENT]
        ]
    return found


def waiting_batches(practice: Practice) -> list[Batch]:
    """Finished batches whose delivery did not fit into a template."""
    jobs = [job.object_id for job in waiting_deliveries(practice)]
    return list(Batch.objects.filter(practice=practice, pk__in=jobs).order_by("pk")) if jobs else []


def contents_of(request: SignedRequest, practice: Practice, kind: str) -> Contents:
    """The chosen contents; looking at real ones is on record."""
    which, _, number = request.POST.get("source", "").partition("-")
    if not which or not number.isdecimal() or not may_see_results(request):
        return sample_contents(practice=practice.name, code=practice.code)
    if which == "batch":
        batch = next((one for one in waiting_batches(practice) if str(one.pk) == number), None)
        if batch is None:
            return sample_contents(practice=practice.name, code=practice.code)
        batch.practice = practice
        contents = collect_contents(batch, formats=[kind], at=timezone.now())
    else:
        kept = DeliveredResult.objects.filter(practice=practice, pk=int(number[:18])).select_related("batch").first()
        if kept is None:
            raise Http404
        batch, contents = kept.batch, from_json(Contents, kept.contents)
    record("output_template.previewed", at=timezone.now(), by=request.user, about=batch, format=kind, request=request)
    return contents


def preview(
    request: SignedRequest, practice: Practice, kind: str, draft: Draft, *, wrong: tuple[Fault, ...]
) -> dict[str, Any]:
    """The file's name and beginning, or why there is none."""
    form, template = FORMATS[kind], draft.template
    shown: dict[str, Any] = {
        "name": "", "text": "", "sheets": [], "misfits": [], "faults": [fault.text for fault in wrong], "more": "",
        "note": "", "told": draft.told,
    }  # fmt: skip
    if wrong:
        return shown
    if Setting.COLUMNS not in form.COMPOSES:
        shown["note"] = "This format says for itself what stands where. Only its file name is chosen here."
        shown["name"] = called(template, sample_contents(practice=practice.name, code=practice.code), kind)
        return shown
    contents = contents_of(request, practice, kind)
    shown["name"] = called(template, contents, kind)
    try:
        content = form.render(contents, template)
    except Unfit as unfit:
        shown["misfits"] = [str(one) for one in unfit.misfits[:MISFITS]]
        return shown
    if form.ENDING == ".xlsx":
        shown["sheets"] = [sheet_rows(sheet, template) for sheet in sheets(contents, template)]
        shown["more"] = f"{len(content):,} bytes"
        return shown
    text = content.decode(template.encoding.codec)
    lines = text.splitlines()
    shown["text"] = "\n".join(lines[:LINES])[:SIGNS]
    shown["more"] = f"{len(content):,} bytes, {len(lines):,} lines" + (
        ", the first shown" if len(lines) > LINES else ""
    )
    return shown


def called(template: OutputTemplate, contents: Contents, kind: str) -> str:
    facts = NameFacts(contents.practice_code, contents.result.batch, contents.version, kind, contents.made_at.date())
    return file_name(template, facts, ending=FORMATS[kind].ENDING)


def sheet_rows(sheet: Any, template: OutputTemplate) -> dict[str, Any]:
    """The first rows of a sheet as text."""
    rows = [cells for _, cells in sheet.rows][:ROWS]
    return {
        "name": sheet.name,
        "heads": [heading(column) for column in sheet.columns],
        "rows": [
            [written(cell, template.date_format) if hasattr(cell, "isoformat") else cell for cell in cells]
            for cells in rows
        ],
    }
