"""Forms of emergency access."""

from __future__ import annotations

import re

from django import forms

from coding.forms.coding import storable
from coding.rules.emergency import LONGEST_REASON, is_reason

NUMBER = re.compile(r"(?:E-?)?0*([0-9]{1,18})", re.IGNORECASE)


class EmergencyForm(forms.Form):
    """Which visit and why."""

    encounter = forms.CharField(label="Encounter", max_length=24, help_text="Its number, such as E-00412.")
    reason = forms.CharField(
        label="Why it cannot wait", max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Kept with the trail. Managers and admins are told at once that you opened it.",
    )  # fmt: skip

    def clean_encounter(self) -> int:
        match = NUMBER.fullmatch(self.cleaned_data["encounter"].strip())
        if not match:
            raise forms.ValidationError("Enter the number of an encounter, such as E-00412.")
        return int(match[1])

    def clean_reason(self) -> str:
        reason = storable(self.cleaned_data["reason"])
        if not is_reason(reason):
            raise forms.ValidationError("Say in a sentence why this chart must be read now.")
        return reason


class EmergencyReviewForm(forms.Form):
    """Whether it was right."""

    was_right = forms.TypedChoiceField(
        choices=[("yes", "It was right"), ("no", "It was not")], coerce=lambda v: v == "yes"
    )
    note = forms.CharField(max_length=200, required=False)
