"""The form of the practice's word on a result."""

from __future__ import annotations

from django import forms

from coding.forms.coding import COMMENT_LIMIT


class ReopenResultForm(forms.Form):
    """Why a delivered result is to be looked at again."""

    reason = forms.CharField(
        label="What is wrong with it",
        max_length=COMMENT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It stands in the batch's thread. A verifier looks at the visit first; then it is delivered again.",
        error_messages={"required": "Write what is wrong with it."},
    )
