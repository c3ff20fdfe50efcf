"""Forms of the rulings register."""

from __future__ import annotations

from django import forms

from coding.forms.coding import storable
from coding.rules.remarks import WORDS_LIMIT
from coding.rules.rulings import BadPattern, clean_pattern
from portal.models import Practice, choices
from portal.rules.specialties import Specialty

TEXT_LIMIT = 2000  # characters


class RulingForm(forms.Form):
    """A new ruling."""

    pattern = forms.CharField(
        label="Codes", max_length=200, help_text="Codes, beginnings and ranges: E11.9, E11*, 99202-99215."
    )
    text = forms.CharField(
        label="What holds", max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="As a rule about codes. Nothing about the patient it came from.",
    )  # fmt: skip
    practice = forms.ModelChoiceField(
        label="Practice", queryset=Practice.objects.none(), required=False, empty_label="All practices"
    )
    payer = forms.CharField(
        label="Payer", max_length=120, required=False, help_text="The name as practices have it; blank for all."
    )
    specialty = forms.ChoiceField(
        label="Specialty", choices=[("", "All specialties"), *choices(Specialty)], required=False
    )
    starts_on = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: object, practices: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["practice"].queryset = practices  # type: ignore[attr-defined]

    def clean_pattern(self) -> str:
        try:
            return clean_pattern(self.cleaned_data["pattern"])
        except BadPattern as trouble:
            raise forms.ValidationError(str(trouble)) from trouble

    def clean_text(self) -> str:
        return storable(self.cleaned_data["text"])


class OutcomeForm(forms.Form):
    """What a second look at a remark found, for the practice to read."""

    words = forms.CharField(
        label="What you found", max_length=WORDS_LIMIT, widget=forms.Textarea(attrs={"rows": 5}), required=False,
        help_text="The practice reads it as the answer to its remark. Name the place in the chart, and the rule.",
    )  # fmt: skip

    def clean_words(self) -> str:
        return storable(self.cleaned_data["words"])


class WithdrawForm(forms.Form):
    """From when a ruling holds no more."""

    on = forms.DateField(label="From this day it holds no more", widget=forms.DateInput(attrs={"type": "date"}))
