"""Forms of quality: a step of a dispute, and the terms by which a practice's work is scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from coding.forms.coding import COMMENT_LIMIT, storable
from coding.rules.discrepancies import Kind
from coding.rules.disputes import BY_THEMSELVES, DISPUTE_MOVES, STEP_HOURS
from coding.rules.reasons import Severity
from coding.rules.sampling import BadFocus, clean_focus
from coding.rules.scoring_profiles import PRESETS, BadProfile, Denominator, Profile, from_data

PEOPLES_MOVES = tuple(move for move in DISPUTE_MOVES if move not in BY_THEMSELVES)


class DisputeStepForm(forms.Form):
    """One step, with what is said to it."""

    move = forms.ChoiceField(choices=[(move, move) for move in PEOPLES_MOVES], widget=forms.HiddenInput)
    comment = forms.CharField(
        required=False,
        max_length=COMMENT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3, "data-action": "dispute.why"}),
        label="Why",
    )

    def clean_comment(self) -> str:
        return storable(self.cleaned_data["comment"])


class QualityTermsForm(forms.Form):
    """Terms from a day on. A preset fills in the weights; with "Own weights" those below count."""

    OWN = "own"

    starts_on = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    name = forms.ChoiceField(
        label="Scoring profile", choices=[*((name, name) for name in PRESETS), (OWN, "Own weights")]
    )
    denominator = forms.ChoiceField(
        label="Score is divided by", choices=[(one.value, one.label) for one in Denominator], required=False
    )
    first_listed = forms.DecimalField(label="Weight of the first-listed diagnosis", required=False, initial=1)
    step_hours = forms.IntegerField(
        label="Hours for each step of a dispute", min_value=1, max_value=1000, initial=STEP_HOURS
    )
    double_coding_share = forms.IntegerField(
        label="Percent of encounters coded twice", min_value=0, max_value=100, initial=0
    )
    double_verifying_share = forms.IntegerField(
        label="Percent of verdicts given twice", min_value=0, max_value=100, initial=0
    )

    focus = forms.CharField(
        label="Always verified", required=False, max_length=200,
        help_text="Modifiers and codes that a verifier sees whatever the draw says: -25 -59 99215 99205.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for word in (*Kind, *Severity):
            self.fields[f"cost_{word.value}"] = forms.DecimalField(
                label=word.label, required=False, min_value=0, max_value=1, decimal_places=2, initial=1
            )

    def clean_focus(self) -> str:
        try:
            return clean_focus(self.cleaned_data["focus"])
        except BadFocus as trouble:
            raise forms.ValidationError(str(trouble)) from trouble

    def costs(self) -> Iterator[forms.BoundField]:
        """The fields of what each kind and severity costs a line."""
        return (self[f"cost_{word.value}"] for word in (*Kind, *Severity))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("name") == self.OWN and not self.errors:
            try:
                cleaned["profile"] = self.own_profile(cleaned)
            except BadProfile as trouble:
                self.add_error(None, str(trouble))
        elif "name" in cleaned:
            cleaned["profile"] = PRESETS[cleaned["name"]]
        return cleaned

    def profile_name(self) -> str:
        """As scores name it."""
        name = self.cleaned_data["name"]
        return "Own weights" if name == self.OWN else str(name)

    def own_profile(self, cleaned: Mapping[str, Any]) -> Profile:
        def costs(words: Any) -> dict[str, str]:
            return {word.value: str(cleaned.get(f"cost_{word.value}")) for word in words}

        return from_data(
            {
                "denominator": cleaned.get("denominator"),
                "kinds": costs(Kind),
                "severities": costs(Severity),
                "first_listed": str(cleaned.get("first_listed")),
            }
        )
