"""Which official lists are loaded, and sending another file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from coding.actions.code_files import send_code_file
from coding.forms.code_lists import CodeFileForm
from coding.models import CodeFile, Edition, FileOutcome
from coding.rules.code_sets import LIST_NAMES, CodeSet
from portal.access import SignedRequest, found, requires
from portal.keyset import page_of
from portal.rules.roles import Permission

PER_PAGE = 50
FILES_SHOWN = 10
TAGS: dict[str, dict[str, str]] = {
    FileOutcome.WAITING: {"label": "Loading", "glyph": "○", "tone": "neutral"},
    FileOutcome.LOADED: {"label": "Loaded", "glyph": "✓", "tone": "plain"},
    FileOutcome.UNCHANGED: {"label": "Loaded before", "glyph": "=", "tone": "neutral"},
    FileOutcome.REFUSED: {"label": "Rows refused", "glyph": "✕", "tone": "danger"},
    FileOutcome.WRONG_FILE: {"label": "Wrong file", "glyph": "✕", "tone": "danger"},
    FileOutcome.FAULT: {"label": "Our fault", "glyph": "!", "tone": "danger"},
}
ADVICE: dict[str, str] = {
    FileOutcome.WAITING: "A worker loads it. A full NCCI table takes about a minute.",
    FileOutcome.LOADED: "The edition answers dates of service from its first day on.",
    FileOutcome.UNCHANGED: "The same file is loaded under this name and day. Nothing changed.",
    FileOutcome.REFUSED: "Nothing was loaded. Correct the file, or send it again and have the rest loaded.",
    FileOutcome.WRONG_FILE: "Nothing was loaded.",
    FileOutcome.FAULT: "Nothing was loaded, and it was tried several times. The log of the worker says more.",
}
operators = requires(Permission.MANAGE_CODE_LISTS)


@operators
@require_http_methods(["GET", "POST"])
def code_lists(request: SignedRequest) -> HttpResponse:
    """The loaded editions, the files sent lately, and the form for another."""
    form = CodeFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = send_code_file(**form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, f"{sent.file_name} is kept and being loaded.")
        return redirect("coding:code-file", sent.pk)
    page = page_of(request, Edition.objects.select_related("loaded_by"), order=("-loaded_at", "-pk"), size=PER_PAGE)
    return render(
        request,
        "coding/code_lists.html",
        {
            "form": form,
            "editions": [edition_row(edition) for edition in page.rows],
            "total": page.total,
            "pagination": page.pagination,
            "files": [file_row(sent) for sent in CodeFile.objects.order_by("-sent_at", "-pk")[:FILES_SHOWN]],
        },
        status=422 if form.errors else 200,
    )


@operators
@require_GET
def code_file(request: SignedRequest, pk: int) -> HttpResponse:
    """What became of one file, with the refused rows by line and reason."""
    sent = found(request, CodeFile.objects.select_related("sent_by"), pk=pk)
    return render(
        request,
        "coding/code_file.html",
        {
            "file": file_row(sent),
            "advice": ADVICE[sent.outcome],
            "waiting": sent.outcome == FileOutcome.WAITING,
            "rows": sorted(sent.report.get("rows", {}).items()),
            "removed": sent.report.get("removed", 0),
            "refused": sent.report.get("refused", []),
            "count": sent.report.get("count", 0),
            "reason": sent.report.get("reason", ""),
            "sent_by": sent.sent_by.name,
        },
    )


def edition_row(edition: Edition) -> dict[str, Any]:
    return {
        "list": LIST_NAMES[CodeSet(edition.code_set)],
        "name": edition.name,
        "effective": edition.effective,
        "ends_on": edition.ends_on,
        "rows": f"{edition.rows:,}",
        "refused": f"{edition.refused:,}" if edition.refused else "",
        "file": edition.file_name,
        "by": edition.loaded_by.name if edition.loaded_by else "",
        "at": edition.loaded_at,
    }


def file_row(sent: CodeFile) -> dict[str, Any]:
    return {
        "pk": sent.pk,
        "list": LIST_NAMES[CodeSet(sent.code_set)],
        "edition": sent.edition,
        "effective": sent.effective,
        "name": sent.file_name,
        "at": sent.sent_at,
        "status": TAGS[sent.outcome],
    }
