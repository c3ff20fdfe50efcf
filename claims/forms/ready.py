"""Which practice's encounters are shown."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.models import Practice, User


class ReadyForm(forms.Form):
    """The filter of the list; open means every practice."""

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.fields["practice"] = forms.ModelChoiceField(
            queryset=Practice.objects.visible_to(user).by_name(), required=False, empty_label="Any"
        )

    @property
    def chosen_practice(self) -> Practice | None:
        """The practice that was chosen, None for all."""
        self.is_valid()
        return self.cleaned_data.get("practice")
