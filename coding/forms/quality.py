"""Forms of quality: a step of a dispute, and the terms by which a practice's work is scored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from coding.forms.bad_body import BadBody
from coding.forms.coding import COMMENT_LIMIT, storable
from coding.rules.discrepancies import Kind
from coding.rules.disputes import BY_THEMSELVES, DISPUTE_MOVES, STEP_HOURS
from coding.rules.reasons import REASON_KEYS, Judgement, Reason, Severity
from coding.rules.scoring_profiles import PRESETS, BadProfile, Denominator, Profile, from_data

PEOPLES_MOVES = tuple(move for move in DISPUTE_MOVES if move not in BY_THEMSELVES)
NOTE_LIMIT = 1000  # characters
DIFFERENCES = 200  # more than two versions of the longest claim can have


class DisputeStepForm(forms.Form):
    """One step, with what is said to it."""

    move = forms.ChoiceField(choices=[(move, move) for move in PEOPLES_MOVES], widget=forms.HiddenInput)
    comment = forms.CharField(
        required=False, max_length=COMMENT_LIMIT, widget=forms.Textarea(attrs={"rows": 3}), label="Why"
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for word in (*Kind, *Severity):
            self.fields[f"cost_{word.value}"] = forms.DecimalField(
                label=word.label, required=False, min_value=0, max_value=1, decimal_places=2, initial=1
            )

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


def judgements_from(data: Mapping[str, str]) -> dict[str, Judgement]:
    """The verifier's words on differences as a form posts them; BadBody for a reason or severity that is none.

    Numbered fields: `difference-1` holds the key of the first difference, `reason-1` a reason or its digit,
    `severity-1` a severity, `note-1` a note to the coder.
    """
    found: dict[str, Judgement] = {}
    for number in range(1, DIFFERENCES + 1):
        key = data.get(f"difference-{number}", "")
        if not key:
            break
        reason, severity = data.get(f"reason-{number}", ""), data.get(f"severity-{number}", "")
        if re.fullmatch("[0-9]", reason):
            reason = REASON_KEYS[reason]
        if reason not in list(Reason) or severity not in list(Severity):
            raise BadBody(f"Choose a reason and a severity for difference {number}.")
        note = storable(data.get(f"note-{number}", ""))[:NOTE_LIMIT]
        found[key] = Judgement(Reason(reason), Severity(severity), note)
    return found
