"""Forms about looking after access."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.models import choices
from portal.rules.oversight import Decision, ExclusionList, Outcome


class ExclusionForm(forms.Form):
    """A look-up in a list of excluded people."""

    where = forms.TypedChoiceField(label="List", choices=choices(ExclusionList), coerce=ExclusionList)
    outcome = forms.TypedChoiceField(
        label="Result", choices=choices(Outcome), coerce=Outcome, widget=forms.RadioSelect, initial=Outcome.CLEAR
    )
    checked_on = forms.DateField(label="Looked up on", widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label="Note", max_length=200, required=False, help_text="Such as the number of the search.")


class DecisionForm(forms.Form):
    """What becomes of the rows chosen."""

    rows = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": "Select the people whom this is about."}
    )
    decision = forms.TypedChoiceField(choices=choices(Decision), coerce=Decision)
    note = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, ids: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rows"].choices = [(pk, str(pk)) for pk in ids]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") in {Decision.CHANGE, Decision.END} and not cleaned.get("note", "").strip():
            self.add_error("note", "Say what must be done and why.")
        return cleaned
