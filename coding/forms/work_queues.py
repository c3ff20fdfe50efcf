"""The form of a queue's rules."""

from __future__ import annotations

from typing import Any

from django import forms

from coding.forms.coding import storable
from coding.rules.lifecycle import Stage
from coding.rules.work_queues import Conditions, Order, Rules, clean_payers
from portal.models import Practice, User, choices
from portal.rules.credentials import CredentialKind
from portal.rules.languages import Language
from portal.rules.specialties import Specialty

LISTS = ("stages", "specialties", "practices", "languages", "credentials")
NUMBERS = ("pages_from", "pages_to", "hours_from", "value_from")


def several(label: str, values: list[tuple[str, str]], help_text: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=values, required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text
    )


def number(label: str, *, least: int = 1, most: int = 9999, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=least, max_value=most, help_text=help_text)


class QueueForm(forms.Form):
    """Name, conditions, order and limits. What is left open is no condition."""

    name = forms.CharField(label="Name", max_length=60)
    stages = several("Stages", [(stage.value, stage.label) for stage in Stage])
    specialties = several("Specialties", choices(Specialty))
    practices = forms.ModelMultipleChoiceField(
        Practice.objects.none(), label="Practices", required=False, widget=forms.CheckboxSelectMultiple
    )
    payers = forms.CharField(
        label="Payers", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One name a line, as practices have it. Known once a chart is pre-coded.",
    )  # fmt: skip
    languages = several("Languages of the practice", choices(Language), "Only who reads all of them gets this work.")
    credentials = several("Credentials", choices(CredentialKind), "Only who holds one of them gets this work.")
    pages_from = number("Pages, at least")
    pages_to = number("Pages, at most")
    hours_from = number("Hours here, at least")
    value_from = forms.DecimalField(
        label="Value, at least", required=False, min_value=0, max_digits=7, decimal_places=2,
        help_text="In relative weights of what was coded; nothing has a value before.",
    )  # fmt: skip
    order = forms.TypedChoiceField(label="Order", choices=choices(Order), coerce=Order)
    most_open = number("Most open, each person", most=99)
    most_a_day = number("Most a day, each person", most=999)

    def __init__(self, *args: Any, user: User, named: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practices"].queryset = Practice.objects.visible_to(user).by_name()  # type: ignore[attr-defined]
        if not named:
            del self.fields["name"]

    def clean_name(self) -> str:
        return " ".join(storable(self.cleaned_data["name"]).split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        least, most = cleaned.get("pages_from"), cleaned.get("pages_to")
        if least and most and least > most:
            self.add_error("pages_to", "Not below the least number of pages.")
        return cleaned

    def rules(self) -> Rules:
        """What the valid form says."""
        said = self.cleaned_data
        return Rules(
            conditions=Conditions(
                # Each name has a type of its own, which its field made.
                **{name: tuple(said[name]) for name in LISTS if name != "practices"},  # type: ignore[arg-type]
                practices=tuple(sorted(practice.pk for practice in said["practices"])),
                payers=clean_payers(said["payers"]),
                **{name: said[name] for name in NUMBERS},
            ),
            order=said["order"],
            most_open=said["most_open"],
            most_a_day=said["most_a_day"],
        )


def initial_of(rules: Rules) -> dict[str, Any]:
    """The fields of a form that shows the rules."""
    wanted = rules.conditions
    return {
        **{name: list(getattr(wanted, name)) for name in LISTS},
        **{name: getattr(wanted, name) for name in NUMBERS},
        "payers": "\n".join(wanted.payers),
        "order": rules.order.value,
        "most_open": rules.most_open,
        "most_a_day": rules.most_a_day,
    }
