"""Closing a complaint, handing it over, rating a delivery, keeping an answer."""

from __future__ import annotations

from typing import Any

from django import forms

from feedback.rules.complaints import CLOSING_LIMIT
from feedback.rules.talk import BODY_LIMIT
from portal.models import Practice, User
from portal.rules.roles import Role

SCALE = [(5, "5, very good"), (4, "4"), (3, "3, fair"), (2, "2"), (1, "1, bad")]
RATING_LIMIT = 1000  # characters


class CloseForm(forms.Form):
    """How a complaint ends."""

    words = forms.CharField(
        label="What was done about it",
        max_length=CLOSING_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The practice reads it in the thread.",
    )


class HandOverForm(forms.Form):
    """Who answers for it from now on."""

    owner = forms.ModelChoiceField(label="Answers for it", queryset=User.objects.none(), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        managers = User.objects.filter(is_active=True, user_roles__role=Role.MANAGER).distinct()
        self.fields["owner"].queryset = managers.order_by("name", "pk")


class RatingForm(forms.Form):
    """Two questions and a word."""

    accuracy = forms.TypedChoiceField(
        label="How accurate was the coding?", choices=SCALE, coerce=int, widget=forms.RadioSelect,
        error_messages={"required": "Choose a number for the accuracy."},
    )  # fmt: skip
    turnaround = forms.TypedChoiceField(
        label="Did it come in time for you?", choices=SCALE, coerce=int, widget=forms.RadioSelect,
        error_messages={"required": "Choose a number for the time."},
    )  # fmt: skip
    words = forms.CharField(
        label="What could be better", required=False, max_length=RATING_LIMIT, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="rate_%s")


class SavedAnswerForm(forms.Form):
    """Words to keep."""

    title = forms.CharField(label="Title", max_length=80)
    body = forms.CharField(
        label="Words", max_length=BODY_LIMIT, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="As they are put into a message. Nothing about a patient.",
    )  # fmt: skip
    practice = forms.ModelChoiceField(
        label="For", queryset=Practice.objects.none(), required=False, empty_label="All practices"
    )

    def __init__(self, *args: Any, practices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practice"].queryset = practices
