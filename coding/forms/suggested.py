"""What the practice's manifest says of a visit, filled in for the pre-coder, who has to compare it with the chart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Protocol

from django import forms

from coding.models import Encounter, PreCoding
from portal.actions.manifests import said_of_chart
from portal.models import ManifestRow, Payer, Provider

COMPARED = "manifest_compared"
NAMES = {
    "patient_name": "patient name", "birth_date": "birth date", "account_number": "account no.",
    "date_from": "date of service", "rendering_provider": "provider", "payer": "payer",
}  # fmt: skip


class Suggesting(Protocol):
    """A form that was given suggestions: texts by the names of its fields."""

    suggested: dict[str, str]
    fields: dict[str, forms.Field]
    data: Any
    is_bound: bool


def suggestion(encounter: Encounter) -> dict[str, str]:
    """The form's texts by field; none for a chart of several visits, nor for a visit that was pre-coded before."""
    chart = encounter.chart
    if PreCoding.objects.filter(encounter=encounter).exists() or chart.encounters.exclude(pk=encounter.pk).exists():
        return {}
    row = said_of_chart(chart)
    if row is None:
        return {}
    found = {
        "patient_name": row.patient[:120],
        "birth_date": f"{row.birth_date:%m/%d/%Y}" if row.birth_date else "",
        "account_number": row.mrn if len(row.mrn) <= 40 else "",  # noqa: PLR2004  (the form's limit)
        "date_from": f"{row.service_date:%m/%d/%Y}" if row.service_date else "",
        "rendering_provider": known_provider(row),
        "payer": known_payer(row),
    }
    return {name: text for name, text in found.items() if text}


def known_provider(row: ManifestRow) -> str:
    """The id of the practice's provider with this NPI or name; "" for none or several."""
    providers = Provider.objects.filter(practice_id=row.practice_id, is_active=True)
    return the_one(provider.pk for provider in providers if row.provider.strip() == provider.npi) or the_one(
        provider.pk for provider in providers if words(provider.name) == words(row.provider)
    )


def known_payer(row: ManifestRow) -> str:
    """The id of the practice's payer with this name."""
    payers = Payer.objects.filter(practice_id=row.practice_id, is_active=True)
    return the_one(payer.pk for payer in payers if words(payer.name) == words(row.payer))


def the_one(ids: Iterable[int]) -> str:
    found = list(ids)
    return str(found[0]) if len(found) == 1 else ""


def words(name: str) -> list[str]:
    """A name's words in any order, without titles and punctuation."""
    return sorted(set(re.findall(r"\w+", name.casefold())) - {"dr", "md", "do", "np", "pa"})


def mark_suggested(form: Suggesting) -> None:
    """Say at each filled field where it is from, and ask to compare."""
    for name in form.suggested:
        form.fields[name].help_text = "From the manifest"
    if form.suggested:
        said = ", ".join(NAMES[name] for name in form.suggested)
        form.fields[COMPARED] = forms.BooleanField(
            label=f"I compared with the chart what the manifest says: {said}", required=False
        )


def unread(form: Suggesting) -> bool:
    """Whether something is left as the manifest has it."""
    return any(str(form.data.get(name, "")).strip() == text for name, text in form.suggested.items())
