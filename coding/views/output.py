"""A practice's templates of its results: composing one with a preview, and its versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from coding.actions.output_templates import (
    BadTemplate,
    InUse,
    SameTemplate,
    save_output_template,
    template_in,
    templates_in_use,
)
from coding.forms.output import Draft, draft_in, draft_of, stepped
from coding.rules.formats import FORMATS
from coding.rules.formats.checking import Fault, faults
from coding.rules.formats.columns import FIELDS
from coding.rules.formats.contents import Format
from coding.rules.formats.fixed_file import spans, width_of
from coding.rules.formats.template import Align, Setting
from coding.views.output_preview import preview, sources, waiting_batches
from portal.access import SignedRequest, found, requires
from portal.models import Contract, OutputTemplateVersion, Practice
from portal.rules.roles import Permission

PREVIEW = "output-preview"  # the part of the page that follows what is typed
UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_WORK, Permission.MANAGE_PRACTICES)
def output(request: SignedRequest, pk: int, kind: str = "") -> HttpResponseBase:
    """Compose the template of one format; a press of a button changes the draft, Save makes it a version."""
    practice = found(request, Practice.objects.visible_to(request.user), pk=pk)
    delivered = delivered_formats(practice)
    kind = kind or next(iter(delivered), next(iter(FORMATS)))
    if kind not in FORMATS:
        raise Http404
    form = FORMATS[kind]
    in_use = templates_in_use(practice, [kind])[kind]
    subject = Subject(practice, kind, in_use)
    if request.method != "POST":
        draft = draft_of(shown_version(request, practice, kind, in_use), form)
        return page(request, subject, draft)
    draft = draft_in(request.POST, form, in_use.template)
    step = request.POST.get("do", "")
    if step != "save":
        draft = stepped(draft, step, add=request.POST.get("add", ""), form=form)
        return page(request, subject, draft)
    if draft.is_valid:
        try:
            saved = save_output_template(
                practice=practice, kind=kind, template=draft.template, by=request.user, at=timezone.now()
            )
        except BadTemplate as bad:
            return page(request, subject, draft, wrong=bad.faults, status=UNPROCESSABLE)
        except SameTemplate:
            messages.info(request, "This is the template in use. Nothing was changed.")
        else:
            messages.success(request, f"Saved as version {saved.version}. The next delivery is written with it.")
        return redirect("coding:output-format", pk=practice.pk, kind=kind)
    return page(request, subject, draft, status=UNPROCESSABLE)


def delivered_formats(practice: Practice) -> list[str]:
    """The formats of the contract in force that we know."""
    contract = Contract.objects.filter(practice=practice).in_force(timezone.localdate()).first()
    return [name for name in FORMATS if contract is not None and name in contract.delivery_formats]


def shown_version(request: SignedRequest, practice: Practice, kind: str, in_use: InUse) -> Any:
    """The template in use, or the older one that the address names."""
    wanted = request.GET.get("version", "")
    if not wanted.isdecimal():
        return in_use.template
    rows = OutputTemplateVersion.objects.filter(practice=practice, format=kind)
    return template_in(found(request, rows, version=int(wanted[:4])))


@dataclass(frozen=True)
class Subject:
    """Whose template of which format is composed, and which one is in use."""

    practice: Practice
    kind: str
    in_use: InUse


def page(
    request: SignedRequest, subject: Subject, draft: Draft, *, wrong: tuple[Fault, ...] = (), status: int = 200
) -> HttpResponse:
    """The whole page, or for htmx the editor or only the preview."""
    practice, kind = subject.practice, subject.kind
    form = FORMATS[kind]
    wrong = wrong or tuple(faults(draft.template, form))
    context = {
        "practice": practice,
        "kind": kind,
        "preview": preview(request, practice, kind, draft, wrong=wrong),
        "errors": wrong if status == UNPROCESSABLE else (),
    }
    if request.htmx and request.htmx.target == PREVIEW:
        return render(request, "coding/output_preview.html", context)
    context |= {
        "draft": draft,
        "rows": shown_rows(draft, form, wrong),
        "fields": choosable(),
        "composes": form.COMPOSES,
        "has_columns": Setting.COLUMNS in form.COMPOSES,
        "has_widths": Setting.WIDTHS in form.COMPOSES,
        "settings_fields": list(draft.settings),
        "name_fields": [draft.name[name] for name in draft.name.fields if name != "name_joiner"],
        "joiner_field": draft.name["name_joiner"],
        "sources": sources(request, practice),
        "source": request.POST.get("source", ""),
    }
    if request.htmx:
        return render(request, "coding/output_editor.html", context)
    versions = OutputTemplateVersion.objects.filter(practice=practice, format=kind).select_related("created_by")
    context |= {
        "form": form,
        "format_label": form.LABEL,
        "tabs": tabs(practice, kind),
        "version": subject.in_use.version,
        "versions": list(versions.order_by("-version")[:20]),
        "waiting": waiting_batches(practice),
        "is_delivered": kind in delivered_formats(practice),
    }
    return render(request, "coding/output.html", context, status=status)


def tabs(practice: Practice, kind: str) -> list[dict[str, Any]]:
    """The formats, those of the contract first."""
    delivered = delivered_formats(practice)
    names = [*delivered, *(name for name in FORMATS if name not in delivered)]
    return [
        {"kind": name, "label": FORMATS[name].LABEL, "current": name == kind, "delivered": name in delivered}
        for name in names
    ]


def choosable() -> list[tuple[str, list[tuple[str, str]]]]:
    """The columns to choose from: those of the visit, and those of each of its lines."""
    of_visit = [(field.key, field.heading) for field in FIELDS.values() if not field.of_line and field.key != "text"]
    of_line = [(field.key, field.heading) for field in FIELDS.values() if field.of_line]
    return [("Of the visit", of_visit), ("Of a procedure line", of_line), ("Other", [("text", "Fixed text")])]


def shown_rows(draft: Draft, form: Format, wrong: tuple[Fault, ...]) -> list[dict[str, Any]]:
    """The columns as the form shows them, with what is wrong with each."""
    known = all(row.column.key in FIELDS for row in draft.rows)
    places = spans(draft.template) if known and Setting.WIDTHS in form.COMPOSES else []
    found_rows = []
    for at, row in enumerate(draft.rows):
        column = row.column
        what = FIELDS.get(column.key)
        found_rows.append(
            {
                "number": row.number,
                **{control: f"{control}-{row.number}" for control in ("up", "down", "remove")},
                "own": f"heading-{row.number}",
                "place": at + 1,
                "key": column.key,
                "label": what.heading if what else column.key,
                "of_line": bool(what and what.of_line),
                "heading": column.heading,
                "text": column.text,
                "is_text": column.key == "text",
                "width": column.width if column.width > 0 else "",
                "own_width": what.width if what else "",
                "aligns": [(one.value, one.label, one is column.align) for one in Align],
                "span": f"{places[at][0]}–{places[at][1]}" if places and width_of(column) > 0 else "",
                "is_first": at == 0,
                "is_last": at == len(draft.rows) - 1,
                "errors": [fault.text for fault in wrong if fault.column == at],
            }
        )
    return found_rows
