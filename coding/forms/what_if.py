"""The change about which a manager asks."""

from __future__ import annotations

from typing import Any

from django import forms

from coding.rules.flow.what_if import AS_IS, Change
from portal.models import choices
from portal.rules.specialties import Specialty

MOST_PEOPLE = 50
MOST_ARRIVALS = 500  # percent


class WhatIfForm(forms.Form):
    """Asked by GET, so that an answer has an address; everything has a value to begin with."""

    moved = forms.IntegerField(label="Coders to move", min_value=0, max_value=MOST_PEOPLE)
    source = forms.ChoiceField(label="From those who do", required=False)
    target = forms.ChoiceField(label="To", choices=choices(Specialty))
    added = forms.IntegerField(label="More coders there", min_value=0, max_value=MOST_PEOPLE)
    arrivals = forms.IntegerField(label="Arrivals there, %", min_value=0, max_value=MOST_ARRIVALS)
    start = forms.IntegerField(label="At work from, o'clock", min_value=0, max_value=23)
    hours = forms.IntegerField(label="Hours at work", min_value=1, max_value=16)

    def __init__(self, data: Any = None) -> None:
        starting = {"moved": 2, "source": "", "target": Specialty.RADIOLOGY.value, "added": 0, "arrivals": AS_IS,
                    "start": 8, "hours": 8}  # fmt: skip
        super().__init__({**starting, **{name: data[name] for name in starting if name in data}} if data else None)
        self.initial = starting
        self.fields["source"].choices = [("", "Any specialty"), *choices(Specialty)]  # type: ignore[attr-defined]

    def change(self) -> Change:
        """What is asked; of a valid form."""
        return Change(**self.cleaned_data)
