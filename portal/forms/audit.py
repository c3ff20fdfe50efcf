"""What to look for in the audit trail."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.forms.practices import day_field
from portal.models import AuditEvent, Outcome, Practice, User
from portal.models.rows import choices


class AuditSearchForm(forms.Form):
    """Filters; every one may stay empty."""

    person = forms.CharField(required=False, max_length=120, label="Person", help_text="")
    action = forms.CharField(required=False, max_length=60, label="Action")
    object = forms.CharField(required=False, max_length=60, label="Object")
    practice = forms.ModelChoiceField(Practice.objects.none(), required=False, empty_label="All")
    outcome = forms.ChoiceField(required=False, choices=[("", "All"), *choices(Outcome)])
    since = day_field(required=False, label="From")
    until = day_field(required=False, label="To")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practice"].queryset = Practice.objects.visible_to(user).by_name()  # type: ignore[attr-defined]
        self.fields["action"].widget.attrs["placeholder"] = "sign_in or page.viewed"
        self.fields["object"].widget.attrs["placeholder"] = "chart 412"

    def clean_object(self) -> tuple[str, int | None]:
        """ "chart 412", "portal.chart 412", "chart" or "412": the model's name and the number of the row."""
        words = str(self.cleaned_data["object"]).lower().replace("#", " ").split()
        numbers = [word for word in words if word.isascii() and word.isdigit()]
        names = [word for word in words if word not in numbers]
        if len(numbers) > 1 or len(names) > 1:
            raise forms.ValidationError("Write the kind and the number, such as: chart 412.")
        return (names[0] if names else "", int(numbers[0][:18]) if numbers else None)

    def apply(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """The events that fit; all of them for an empty form. Call it after is_valid()."""
        sent = self.cleaned_data
        kind, number = sent["object"]
        found = [
            Q(actor__in=self.people()) if sent["person"] else Q(),
            Q(action__startswith=sent["action"].strip().lower()),
            Q(object_type=kind) if "." in kind else Q(object_type__endswith=f".{kind}") if kind else Q(),
            Q(object_id=number) if number is not None else Q(),
            Q(practice=sent["practice"]) if sent["practice"] else Q(),
            Q(outcome=sent["outcome"]) if sent["outcome"] else Q(),
            Q(at__gte=start_of(sent["since"])) if sent["since"] else Q(),
            Q(at__lt=start_of(sent["until"] + timedelta(days=1))) if sent["until"] else Q(),
        ]
        return events.filter(*found)

    def people(self) -> list[int]:
        wanted = self.cleaned_data["person"].strip()
        rows = User.objects.filter(Q(name__icontains=wanted) | Q(email__icontains=wanted))
        return list(rows.values_list("pk", flat=True)[:200])


def start_of(day: date) -> datetime:
    """Midnight of a day in the reader's zone."""
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001  (made aware)
