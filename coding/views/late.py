"""What was sent to a bench after the lease had run out: kept, unless the person has saved something newer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils import timezone

from coding.actions.drafts import DraftChanged, keep_late_draft
from coding.forms.precoding import PrecodingForm
from coding.models import Draft
from coding.rules.lifecycle import Stage
from coding.views.bench import Bench, posted_version
from portal.access import SignedRequest


def keep_late_form(request: SignedRequest, bench: Bench, body: dict[str, Any]) -> tuple[Bench, Draft | None]:
    """The bench with the draft that is stored now, and that draft if it is newer than the form that was sent."""
    sent: dict[str, Any] = {"encounter": bench.encounter, "stage": bench.stage, "by": request.user, "body": body}
    sent["at"] = timezone.now()
    try:
        return replace(bench, draft=keep_late_draft(**sent, version=posted_version(request))), None
    except DraftChanged as changed:
        if changed.draft is None:  # it grew from a draft that is gone: there is nothing to cover
            return replace(bench, draft=keep_late_draft(**sent, version=0)), None
        return replace(bench, draft=changed.draft), changed.draft


def draft_rows(draft: Draft | None) -> list[dict[str, str]]:
    """A draft in a few lines to read, as templates/coding/bench_notes.html shows them; none for none."""
    if draft is None:
        return []
    rows = precoding_rows(draft) if draft.stage == Stage.PRECODING else coding_rows(draft.body)
    return [{"label": label, "text": text} for label, text in rows if text]


def body_rows(body: dict[str, Any]) -> list[dict[str, str]]:
    """The codes and the comment of a body in a few lines to read."""
    return [{"label": label, "text": text} for label, text in coding_rows(body) if text]


def precoding_rows(draft: Draft) -> list[tuple[str, str]]:
    """Each filled field with its label; what was chosen from a list by its name."""
    form = PrecodingForm(encounter=draft.encounter, user=draft.author, initial=draft.body)
    rows = []
    for bound in form.visible_fields():
        value = str(draft.body.get(bound.name, ""))
        chosen = {str(key): str(name) for key, name in getattr(bound.field, "choices", ())}
        rows.append((str(bound.label), chosen.get(value, value) if value else ""))
    return rows


def coding_rows(body: dict[str, Any]) -> list[tuple[str, str]]:
    """The codes of each kind, and the comment."""
    return [
        ("Diagnoses", ", ".join(line["code"] for line in body.get("diagnoses", []))),
        (
            "Procedures",
            ", ".join(
                f"{'-'.join([line['code'], *line['modifiers']])} × {line['units']}"
                for line in body.get("procedures", [])
            ),
        ),
        ("Comment", str(body.get("comment", ""))),
    ]
