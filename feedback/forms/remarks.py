"""A practice's remark on a code, as a form."""

from __future__ import annotations

from django import forms

from coding.rules.remarks import WORDS_LIMIT


class RemarkForm(forms.Form):
    """What is wrong with a code, in the practice's words."""

    words = forms.CharField(
        label="What is wrong with it",
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Say what the chart shows, and where. The words stand in the thread of the batch.",
        error_messages={"required": "Say what is wrong with the code."},
    )
