"""What is looked for in the talk, and whose trends are shown."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.models import Practice, User
from portal.rules.roles import Role

LONGEST = 200  # characters


class SearchForm(forms.Form):
    """Words to find. Sent in the body of a request: they may name a patient, and addresses are kept in many places."""

    q = forms.CharField(
        label="Words", max_length=LONGEST, required=False, strip=True,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        help_text='Several words are all found; "words in quotes" in that order; -word leaves out.',
    )  # fmt: skip
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class TrendForm(forms.Form):
    """Whose figures."""

    practice = forms.ModelChoiceField(
        label="Practice", queryset=Practice.objects.none(), required=False, empty_label="All practices"
    )
    coder = forms.ModelChoiceField(
        label="Coder", queryset=User.objects.none(), required=False, empty_label="All coders"
    )

    def __init__(self, *args: Any, practices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practice"].queryset = practices
        coders = User.objects.filter(user_roles__role=Role.CODER).distinct().order_by("name", "pk")
        self.fields["coder"].queryset = coders
