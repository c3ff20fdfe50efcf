"""The form with which a practice opens and sends a batch."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from portal.models import Batch, Practice, User
from portal.rules.file_types import ENDINGS
from portal.rules.specialties import Specialty

DIGITS = 18  # any number of so many digits fits the database's ids


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; empty ones too, which become charts with a named refusal."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=ManyFiles(attrs={"accept": ",".join(ENDINGS)}), allow_empty_file=True, max_length=None, **options
        )

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        if not data:
            super().clean(None, initial)
            return []
        return [super(FilesField, self).clean(file, initial) for file in data]


class BatchForm(forms.Form):
    """Name and kind of work; the practice only for the rare person who sends for several."""

    name = forms.CharField(
        label="Batch name",
        max_length=120,
        error_messages={"required": "Enter a batch name."},
        help_text="Shown to you and to us, also in e-mails: no patient names, please.",
    )
    specialty = forms.ChoiceField(label="Kind of work", choices=[(word.value, word.label) for word in Specialty])

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        practices = Practice.objects.visible_to(user).filter(pk__in=user.practice_ids, is_active=True).by_name()
        self.only = practices.first() if len(user.practice_ids) == 1 else None
        if self.only is None:
            self.fields["practice"] = forms.ModelChoiceField(practices, empty_label=None)

    @property
    def practice_field(self) -> forms.BoundField | None:
        """The choice of a practice, if there is one to make."""
        return None if self.only is not None else self["practice"]

    @property
    def practice(self) -> Practice:
        """The practice for which is sent, once the form is valid."""
        return self.only or self.cleaned_data["practice"]


class UploadForm(BatchForm):
    """The same with the files, for a browser without JavaScript."""

    files = FilesField(  # type: ignore[assignment]  # a field here, the posted files on the form
        label="Charts", error_messages={"required": "Choose at least one file."}
    )


class NumbersField(forms.Field):
    """Ids of charts, each a value of its own."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[int]:
        return [
            int(text) for text in map(str, value or []) if text.isascii() and text.isdigit() and len(text) <= DIGITS
        ]


class SendForm(forms.Form):
    """What is sent with an open batch: its description, further files, and which of the charts in it."""

    name = forms.CharField(label="Batch name", max_length=120, error_messages={"required": "Enter a batch name."})
    specialty = forms.ChoiceField(label="Kind of work", choices=[(word.value, word.label) for word in Specialty])
    files = FilesField(label="More charts", required=False)  # type: ignore[assignment]
    choose = forms.BooleanField(required=False, widget=forms.HiddenInput)
    chart = NumbersField(required=False)


class BeginForm(forms.Form):
    """What a script says of a file before it sends the first part."""

    name = forms.CharField(max_length=255)
    size = forms.IntegerField(min_value=0)


class ChartsForm(forms.Form):
    """Which charts a script asks about."""

    chart = NumbersField(required=False)


def first_values(*, user: User, at: datetime) -> dict[str, Any]:
    """What the form proposes: a dated name, and the kind of work of the last batch."""
    last = Batch.objects.visible_to(user).newest_first().values_list("specialty", flat=True).first()
    return {"name": f"Charts of {at:%B} {at.day}, {at.year}", "specialty": last or Specialty.PRIMARY_CARE}
