"""Many at once from a table: people to invite, parts of a practice. First they are shown, then taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.access import SignedRequest, found, requires
from portal.actions.invitations import invite_person
from portal.actions.practices import save_part
from portal.forms.imports import ColumnsMissing, ImportForm, Kind, Row, parts, people, rows_of
from portal.models import Practice, User
from portal.rules.manifest import UNUSABLE, NotAManifest, read_table, text_of
from portal.rules.roles import Permission

SHOWN = 500


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def people_import(request: SignedRequest) -> HttpResponseBase:
    """Invite everybody in a table."""

    def take(form: Any, by: User) -> None:
        invite_person(**form.cleaned_data, by=by, at=timezone.now())

    return import_page(request, people(request.user), take, back=reverse("portal:people"), of="People")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PRACTICES)
def practice_import(request: SignedRequest, pk: int, kind: str) -> HttpResponseBase:
    """Add every provider, location or payer in a table to a practice."""
    practice = found(request, Practice.objects.visible_to(request.user), pk=pk)
    try:
        what = parts(kind, practice)
    except KeyError:
        raise Http404 from None

    def take(form: Any, by: User) -> None:
        save_part(part=form.save(commit=False), by=by, at=timezone.now())

    return import_page(request, what, take, back=reverse("portal:practice", args=[pk]), of=practice.name)


def import_page(
    request: SignedRequest, kind: Kind, take: Callable[[Any, User], None], *, back: str, of: str
) -> HttpResponseBase:
    """The form; what would be taken and what would not; then all that is right, in one transaction."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    rows: list[Row] = []
    text = ""
    if form.is_valid():
        sent = form.cleaned_data["file"]
        content = sent.read() if sent else form.cleaned_data["text"].encode()
        rows, text = looked_at(form, content, kind)
        good = [row for row in rows if not row.faults]
        if "take" in request.POST and good:
            with transaction.atomic():
                for row in good:
                    take(row.form, request.user)
            messages.success(request, f"{counted(len(good), kind)} taken. {left_out(len(rows) - len(good))}".strip())
            return redirect(back)
    return render(request, "portal/import.html", {**shown(form, kind, rows, text), "back": back, "of": of})


def looked_at(form: ImportForm, content: bytes, kind: Kind) -> tuple[list[Row], str]:
    """The rows and the text they came from; none, and the form says why, of what is no such table."""
    try:
        return list(rows_of(read_table(content), kind)), text_of(content)
    except NotAManifest as trouble:
        form.add_error("file", UNUSABLE[trouble.why])
    except ColumnsMissing as missing:
        form.add_error("file", f"The first line must name these columns too: {missing}. Nothing was taken.")
    return [], ""


def shown(form: ImportForm, kind: Kind, rows: list[Row], text: str) -> dict[str, Any]:
    """What the page shows: the form, or each line with what would become of it."""
    good = sum(not row.faults for row in rows)
    labels = [field.label for field in kind.fields]
    return {
        "form": ImportForm() if rows else form,
        "again": ImportForm(initial={"text": text}) if rows else None,
        "kind": kind,
        "fields": kind.fields,
        "rows": [(row.line, list(zip(labels, row.cells, strict=True)), row.faults) for row in rows[:SHOWN]],
        "row_count": len(rows),
        "unshown": max(0, len(rows) - SHOWN),
        "good": counted(good, kind) if good else "",
        "bad": len(rows) - good,
    }


def counted(number: int, kind: Kind) -> str:
    return f"{number} {kind.noun if number == 1 else kind.plural}"


def left_out(number: int) -> str:
    return f"{number} line{'' if number == 1 else 's'} left out." if number else ""
