"""What is to be done with the chosen encounters, and how a manager wants to see their list."""

from __future__ import annotations

from typing import Any

from django import forms

from coding.models import Encounter
from coding.models.encounter import EncounterQuerySet
from coding.models.saved_views import LONGEST_NAME
from coding.rules.encounter_columns import Column
from portal.models import User, choices
from portal.rules.roles import Role

AT_ONCE = 500  # encounters that one bulk action touches


def workers() -> Any:
    """The people to whom encounters are given."""
    return User.objects.with_role(Role.CODER, Role.VERIFIER).by_name()


class BulkForm(forms.Form):
    """What to do with the chosen encounters: those that are ticked, or all that the filter lets through."""

    ACTIONS = ("give", "release", "first", "in_turn", "resume")

    action = forms.ChoiceField(choices=[(name, name) for name in ACTIONS])
    person = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="Give to …")
    every = forms.BooleanField(required=False)  # all that match, whatever is ticked
    encounter = forms.ModelMultipleChoiceField(queryset=Encounter.objects.none(), required=False)

    def __init__(self, data: Any = None, *, user: User, matching: EncounterQuerySet) -> None:
        super().__init__(data)
        self.matching = matching
        self.fields["person"].queryset = workers()  # type: ignore[attr-defined]
        self.fields["encounter"].queryset = Encounter.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("action") == "give" and not cleaned.get("person") and "person" not in self.errors:
            self.add_error("person", "Choose the person who gets them.")
        chosen = self.matching if cleaned.get("every") else cleaned.get("encounter", Encounter.objects.none())
        cleaned["chosen"] = list(chosen.order_by("due_at", "pk")[: AT_ONCE + 1])
        if len(cleaned["chosen"]) > AT_ONCE:
            self.add_error("encounter", f"Choose at most {AT_ONCE} encounters at once.")
        elif not cleaned["chosen"] and "encounter" not in self.errors:
            self.add_error("encounter", "Choose at least one encounter.")
        return cleaned


class ViewForm(forms.Form):
    """A name for the filter that is shown, and whether all managers see it."""

    name = forms.CharField(max_length=LONGEST_NAME, label="Name")
    is_shared = forms.BooleanField(required=False, label="Share with all managers")


class ColumnsForm(forms.Form):
    """The columns of the list of encounters."""

    columns = forms.MultipleChoiceField(choices=choices(Column), required=False, widget=forms.CheckboxSelectMultiple)
