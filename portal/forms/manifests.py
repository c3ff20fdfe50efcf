"""The forms about a manifest: the file, and what each of its columns holds."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms

from portal.models import Manifest
from portal.rules.manifest import Column

NOTHING = ("", "Not used")


class ManifestForm(forms.Form):
    """A CSV file."""

    file = forms.FileField(
        label="Manifest",
        help_text="A CSV with a row for each file: file name, patient, date of service, provider; also birth "
        "date, MRN, payer, notes.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv"}),
        error_messages={"required": "Choose the CSV file."},
    )


class ColumnsForm(forms.Form):
    """A choice for each column of the file; the choices stand under the file's own headings."""

    def __init__(self, *args: Any, manifest: Manifest, **options: Any) -> None:
        super().__init__(*args, **options)
        for number, (heading, column) in enumerate(zip(manifest.headings, manifest.columns, strict=True)):
            self.fields[f"column{number}"] = forms.ChoiceField(
                label=heading or f"Column {number + 1}",
                choices=[NOTHING, *((column.value, column.label) for column in Column)],
                required=False,
                initial=column,
            )

    def columns(self) -> list[Column | None]:
        """What each column holds; of a valid form."""
        return [Column(word) if word else None for word in self.cleaned_data.values()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        twice = [word for word, times in Counter(filter(None, cleaned.values())).items() if times > 1]
        if twice:
            raise forms.ValidationError(
                f"Two columns are chosen as: {', '.join(Column(word).label for word in twice)}."
            )
        if Column.FILE not in cleaned.values():
            raise forms.ValidationError("Choose the column that holds the file names.")
        return cleaned
