"""The keys of one person as a form: a layout, and a text field for each action."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.rules.keyboard import ACTIONS, Keyboard, Layout, Problem
from portal.rules.keyboard.own import is_movable
from portal.rules.keyboard.strokes import BadKey, read_keys, shown_all
from portal.rules.roles import Permission

LONGEST = 60


class LayoutForm(forms.Form):
    layout = forms.TypedChoiceField(choices=[(one.value, one.label) for one in Layout], coerce=Layout)
    single_keys = forms.BooleanField(
        label="Single-letter keys",
        required=False,
        help_text="Switch off if letters alone get in the way of your screen reader or voice control.",
    )


class SingleKeysForm(forms.Form):
    single_keys = forms.BooleanField(required=False)


class OwnKeysForm(forms.Form):
    """One text field for each action, named as it; several keys are separated by commas."""

    def __init__(self, *args: Any, keyboard: Keyboard, permissions: frozenset[Permission], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for id_, keys in keyboard.keys.items():
            if is_movable(id_) and ACTIONS[id_].is_for(permissions):
                self.fields[id_] = KeysField(label=ACTIONS[id_].label, initial=shown_all(keys))

    @property
    def changed(self) -> dict[str, tuple[str, ...]]:
        """What the fields that were changed say."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.cleaned_data}

    def add_problems(self, problems: tuple[Problem, ...]) -> None:
        for problem in problems:
            self.add_error(problem.action if problem.action in self.fields else None, problem.text)


class KeysField(forms.CharField):
    """Keys in the words that people use for them."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        super().__init__(required=False, max_length=LONGEST, widget=forms.TextInput(attributes), **kwargs)

    def clean(self, value: Any) -> tuple[str, ...]:
        text = super().clean(value)
        try:
            return read_keys(text)
        except BadKey as error:
            raise forms.ValidationError(str(error)) from error
