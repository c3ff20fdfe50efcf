"""Sending an official file to be loaded."""

from __future__ import annotations

from typing import Any

from django import forms

from coding.rules.code_sets import LIST_NAMES, CodeSet
from coding.rules.layouts import LAYOUTS


def day_field(**options: Any) -> forms.DateField:
    """A date with the browser's own date picker."""
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class CodeFileForm(forms.Form):
    """The file, of which list it is, and from when it holds."""

    code_set = forms.ChoiceField(label="List")
    edition = forms.CharField(max_length=60, label="Edition", help_text="As its publisher calls it, such as 2026 Q4.")
    effective = day_field(label="First day", help_text="Dates of service from this day on are answered by it.")
    ends_on = day_field(label="Last day", required=False, help_text="Only for a list that ended, such as ICD-9-CM.")
    file = forms.FileField(
        label="File",
        help_text="The official text or CSV file, unpacked. Coverage, and the several files of NCCI pairs, as one zip.",
    )
    leave_out_refused = forms.BooleanField(
        required=False,
        label="Load the rest if rows cannot be taken",
        help_text="Otherwise one bad row stops the load and nothing changes.",
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        known = sorted((LIST_NAMES[code_set], code_set.value) for code_set in LAYOUTS)
        self.fields["code_set"].choices = [("", "Choose"), *((value, label) for label, value in known)]  # type: ignore[attr-defined]

    def clean_code_set(self) -> CodeSet:
        return CodeSet(self.cleaned_data["code_set"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("effective"), cleaned.get("ends_on")
        if begins and ends and ends < begins:
            self.add_error("ends_on", "The last day is before the first.")
        return cleaned
