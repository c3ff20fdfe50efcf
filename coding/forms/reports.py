"""Forms about reports: which, of whom, of which month; what is made every month and who is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from coding.rules.reports.shape import ReportKind
from portal.models import Practice, User, choices

MONTHS = 24  # offered, the current one first
LAST_DAY = 28  # that every month has


def kind_field() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label="Report",
        choices=choices(ReportKind),
        coerce=ReportKind,
        widget=forms.RadioSelect,
        initial=ReportKind.MONTH,
    )


def practice_field() -> forms.ModelChoiceField[Practice]:
    return forms.ModelChoiceField(label="Practice", queryset=Practice.objects.none(), empty_label=None)


def months_up_to(today: date) -> list[tuple[str, str]]:
    """The months that can be chosen, the newest first."""
    found = []
    first = today.replace(day=1)
    for _ in range(MONTHS):
        found.append((f"{first:%Y-%m}", f"{first:%B %Y}"))
        first = first.replace(year=first.year - (first.month == 1), month=(first.month - 2) % 12 + 1)
    return found


class ReportForm(forms.Form):
    """One report now."""

    practice = practice_field()
    kind = kind_field()
    month = forms.ChoiceField(label="Month", choices=())

    def __init__(self, *args: Any, practices: QuerySet[Practice], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practice"].queryset = practices  # type: ignore[attr-defined]
        self.fields["month"].choices = months_up_to(today)  # type: ignore[attr-defined]

    def clean_month(self) -> date:
        year, month = self.cleaned_data["month"].split("-")
        return date(int(year), int(month), 1)


class ScheduleForm(forms.Form):
    """A report every month; its readers are chosen once the practice is known."""

    kind = kind_field()
    day = forms.IntegerField(
        label="Day of the month",
        min_value=1,
        max_value=LAST_DAY,
        initial=3,
        help_text="1 to 28. The report is about the month before.",
    )
    readers = forms.TypedMultipleChoiceField(
        label="Told by e-mail",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="The mail holds a link and no figures. The report is open to the practice from then on.",
        error_messages={"required": "Choose at least one person who is told."},
    )

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["readers"].choices = [  # type: ignore[attr-defined]
            (person.pk, f"{person.name}, {person.email}") for person in people
        ]


class PracticeChoiceForm(forms.Form):
    """Which practice; of an address, so nothing is wrong with an empty one."""

    practice = practice_field()

    def __init__(self, *args: Any, practices: QuerySet[Practice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practice"].queryset = practices  # type: ignore[attr-defined]
