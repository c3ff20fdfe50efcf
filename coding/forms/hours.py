"""Forms of hours and absences."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from django import forms

from coding.rules.hours import DAYS, AbsenceReason, Hours
from portal.models import User, choices
from portal.rules.roles import Role


def clock(label: str) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


class WeekForm(forms.Form):
    """From when to when a person works on each weekday; both left open is a day off."""

    def __init__(self, *args: Any, hours: list[Hours], **kwargs: Any) -> None:
        first: dict[int, Hours] = {}
        for one in sorted(hours):
            first.setdefault(one.weekday, one)
        initial = {f"starts_{day}": one.starts for day, one in first.items()}
        initial |= {f"ends_{day}": one.ends for day, one in first.items()}
        super().__init__(*args, **{**kwargs, "initial": initial})
        for number, day in enumerate(DAYS):
            self.fields[f"starts_{number}"] = clock(f"{day}, from")
            self.fields[f"ends_{number}"] = clock(f"{day}, to")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for day in range(len(DAYS)):
            starts, ends = cleaned.get(f"starts_{day}"), cleaned.get(f"ends_{day}")
            if (starts is None) != (ends is None) and not self.errors:
                self.add_error(f"starts_{day}" if starts is None else f"ends_{day}", "Say from when to when.")
            elif isinstance(starts, time) and isinstance(ends, time) and starts >= ends:
                self.add_error(f"ends_{day}", "Later than the beginning. Write work past midnight as two days.")
        return cleaned

    def hours(self) -> list[Hours]:
        """The week that the valid form says."""
        said = self.cleaned_data
        return [
            Hours(day, said[f"starts_{day}"], said[f"ends_{day}"])
            for day in range(len(DAYS))
            if said.get(f"starts_{day}") is not None
        ]

    def days(self) -> list[dict[str, Any]]:
        """The fields as rows of a table."""
        return [
            {"label": day, "starts": self[f"starts_{number}"], "ends": self[f"ends_{number}"]}
            for number, day in enumerate(DAYS)
        ]


class AbsenceForm(forms.Form):
    """Days on which a person is away, and who gets their open work."""

    starts_on = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.TypedChoiceField(label="Reason", choices=choices(AbsenceReason), coerce=AbsenceReason)
    hand_to = forms.ModelChoiceField(
        User.objects.none(), label="Open work goes to", required=False, empty_label="The queue",
        help_text="With its drafts. What this person may not have goes back to the queue.",
    )  # fmt: skip

    def __init__(self, *args: Any, person: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        others = User.objects.with_role(Role.CODER, Role.VERIFIER).exclude(pk=person.pk).by_name()
        self.fields["hand_to"].queryset = others  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "Not before the first day.")
        elif last and last < self.today:
            self.add_error("ends_on", "This day is over.")
        return cleaned
