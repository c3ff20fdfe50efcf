"""The second entry of critical fields, and which fields of a practice are critical."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from django import forms

from coding.forms.precoding import PrecodingForm, text_in_form
from coding.rules.double_key import KEYABLE, Kept

PREFIX = "again"


class AgainForm(forms.Form):
    """Some fields of the pre-coding form, empty; what they may hold is what the first form lets them hold."""

    def __init__(self, data: Any = None, *, first: PrecodingForm, names: Iterable[str]) -> None:
        super().__init__(data, prefix=PREFIX)
        for name in names:
            self.fields[name] = deepcopy(first.fields[name])
            self.fields[name].help_text = ""
            self.fields[name].widget.attrs.pop("autofocus", None)

    def texts(self) -> dict[str, str]:
        """What was typed, as the texts of the form; only of a valid one."""
        return {name: text_in_form(self.cleaned_data[name]) for name in self.fields}


def kept_in(data: Mapping[str, str], names: Iterable[str]) -> dict[str, Kept]:
    """Which entry is to be kept of each field that differs, as far as it was said."""
    said = {name: data.get(f"keep-{name}", "") for name in names}
    return {name: Kept(text) for name, text in said.items() if text in set(Kept)}


class DoubleKeyForm(forms.Form):
    """The fields that a practice has typed twice."""

    fields_twice = forms.MultipleChoiceField(
        label="Typed twice",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(name, PrecodingForm.base_fields[name].label) for name in KEYABLE],
        help_text="Each is typed a second time without seeing the first. A difference stops until one is chosen.",
    )
