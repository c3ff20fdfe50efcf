"""Forms of verification plans: the plan, a coder placed by hand, a focused audit, a sample to be drawn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet

from coding.forms.coding import storable
from coding.models import VerificationPlan
from coding.rules.plans import steps
from coding.rules.plans.draws import Strata
from coding.rules.plans.risks import STANDARD_SHARES, Limits, Risk
from coding.rules.plans.steps import BadPlan, Plan
from coding.rules.reasons import Reason
from coding.rules.sampling import BadFocus, clean_focus
from portal.models import User
from portal.rules.roles import Role
from portal.rules.specialties import Specialty

DATE = {"type": "date"}


def coders() -> QuerySet[User]:
    """Everybody who codes, by name."""
    people: QuerySet[User] = User.objects.filter(user_roles__role=Role.CODER.value, is_active=True)
    return people.order_by("name", "pk")


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's class takes no type at runtime
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class PlanForm(forms.Form):
    """A plan from a day on."""

    starts_on = forms.DateField(label="From", widget=forms.DateInput(attrs=DATE))
    steps = forms.CharField(
        label="Steps", max_length=200, widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text="One a line: percent verified, charts a gate looks at, percent that the lower end of their accuracy "
        "must reach. The last step has no gate; write its numbers all the same.",
    )  # fmt: skip
    back = forms.IntegerField(
        label="Back a step below", min_value=50, max_value=99,
        help_text="Percent. A coder goes a step back when even the upper end of their accuracy is below it.",
    )  # fmt: skip
    floor = forms.IntegerField(
        label="Random floor", min_value=1, max_value=100,
        help_text="Percent of everybody's work that chance draws, whatever step they are on.",
    )  # fmt: skip
    high_value = forms.DecimalField(
        label="A high value begins at", min_value=0, max_value=99_999, decimal_places=2,
        help_text="Relative value units of all lines of a visit.",
    )  # fmt: skip
    ruling_days = forms.IntegerField(label="A ruling is new for", min_value=0, max_value=365, help_text="Days.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for risk in Risk:
            self.fields[f"risk_{risk.value}"] = forms.IntegerField(label=risk.label, min_value=0, max_value=100)

    @staticmethod
    def initial_of(plan: VerificationPlan | None) -> dict[str, Any]:
        """What the form shows first: the plan there is, or the standard one."""
        terms = plan.steps() if plan else steps.STANDARD
        shares = plan.shares() if plan else STANDARD_SHARES
        limits = plan.limits() if plan else Limits()
        return {
            "steps": steps.step_lines(terms), "back": terms.back, "floor": terms.floor,
            "high_value": limits.high_value, "ruling_days": limits.ruling_days,
            **{f"risk_{risk.value}": shares[risk] for risk in Risk},
        }  # fmt: skip

    def risks(self) -> Iterator[forms.BoundField]:
        """The fields of what share each risk has."""
        return (self[f"risk_{risk.value}"] for risk in Risk)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not {"steps", "back", "floor"} & set(self.errors):
            try:
                plan = Plan(steps.parse_steps(cleaned["steps"]), cleaned["back"], cleaned["floor"])
                steps.refuse_nonsense(plan)
            except BadPlan as trouble:
                self.add_error("steps", str(trouble))
            else:
                cleaned["plan"] = plan
        return cleaned

    def shares(self) -> dict[Risk, int]:
        return {risk: self.cleaned_data[f"risk_{risk.value}"] for risk in Risk}

    def limits(self) -> Limits:
        return Limits(self.cleaned_data["high_value"], self.cleaned_data["ruling_days"])


class PlaceForm(forms.Form):
    """A coder put on a step by hand."""

    coder = PersonField(label="Coder", queryset=User.objects.none(), empty_label="Choose a coder")
    specialty = forms.ChoiceField(label="Specialty", choices=[(one.value, one.label) for one in Specialty])
    step = forms.TypedChoiceField(label="Step", coerce=int)
    note = forms.CharField(label="Why", max_length=200)

    def __init__(self, data: Any = None, *, plan: VerificationPlan) -> None:
        super().__init__(data, auto_id="place_%s")
        self.fields["coder"].queryset = coders()  # type: ignore[attr-defined]
        terms = plan.steps()
        self.fields["step"].choices = [  # type: ignore[attr-defined]
            (number, f"{terms.share(number)} %") for number in range(len(terms.steps))
        ]

    def clean_note(self) -> str:
        return storable(self.cleaned_data["note"])


class AuditForm(forms.Form):
    """All of something verified for a while."""

    coder = PersonField(label="Coder", queryset=User.objects.none(), required=False, empty_label="Everybody")
    focus = forms.CharField(
        label="Codes and modifiers", required=False, max_length=200,
        help_text="Like -25 99215 E11* or 99202-99215; empty for everything.",
    )  # fmt: skip
    reason = forms.CharField(label="Why", max_length=200, help_text="About the work, never about a patient.")
    starts_on = forms.DateField(label="From", widget=forms.DateInput(attrs=DATE))
    ends_on = forms.DateField(label="Until", required=False, widget=forms.DateInput(attrs=DATE))
    charts = forms.IntegerField(label="Number of charts", required=False, min_value=1, max_value=10_000)

    def __init__(self, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, auto_id="audit_%s", initial=initial)
        self.fields["coder"].queryset = coders()  # type: ignore[attr-defined]

    def clean_focus(self) -> str:
        try:
            return clean_focus(self.cleaned_data["focus"])
        except BadFocus as trouble:
            raise forms.ValidationError(str(trouble)) from trouble

    def clean_reason(self) -> str:
        return storable(self.cleaned_data["reason"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        ends_on, starts_on = cleaned.get("ends_on"), cleaned.get("starts_on")
        if not {"ends_on", "charts"} & set(self.errors) and ends_on is None and cleaned.get("charts") is None:
            self.add_error("ends_on", "Name a last day or a number of charts: an audit comes to an end.")
        if ends_on and starts_on and ends_on < starts_on:
            self.add_error("ends_on", "The last day is before the first.")
        return cleaned


class DrawForm(forms.Form):
    """A sample of finished visits."""

    title = forms.CharField(label="Title", max_length=80, help_text="What is audited; never a patient's name.")
    from_on = forms.DateField(label="Finished from", widget=forms.DateInput(attrs=DATE))
    to_on = forms.DateField(label="until", widget=forms.DateInput(attrs=DATE))
    coder = PersonField(label="Coder", queryset=User.objects.none(), required=False, empty_label="Everybody")
    strata = forms.TypedChoiceField(label="Divided", coerce=Strata, choices=[(one.value, one.label) for one in Strata])
    size = forms.IntegerField(label="Visits", min_value=1, max_value=2000, initial=30)
    spares = forms.IntegerField(
        label="Spares", min_value=0, max_value=50, initial=0,
        help_text="For each stratum, in the order in which they replace what cannot be audited.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["coder"].queryset = coders()  # type: ignore[attr-defined]

    def clean_title(self) -> str:
        return storable(self.cleaned_data["title"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("from_on"), cleaned.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", "The last day is before the first.")
        if first and last and last - first > timedelta(days=731):
            self.add_error("to_on", "A frame holds two years at most.")
        return cleaned


class PeriodForm(forms.Form):
    """Days that a report is about."""

    from_on = forms.DateField(label="From", widget=forms.DateInput(attrs=DATE))
    to_on = forms.DateField(label="until", widget=forms.DateInput(attrs=DATE))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("from_on"), cleaned.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", "The last day is before the first.")
        if first and last and last - first > timedelta(days=366):
            self.add_error("to_on", "A report is about a year at most.")
        return cleaned


class LessonForm(forms.Form):
    """A topic that was gone through with a coder."""

    reason = forms.ChoiceField(choices=[(one.value, one.label) for one in Reason])
    family = forms.CharField(max_length=60)
    note = forms.CharField(required=False, max_length=200)

    def clean_family(self) -> str:
        return storable(self.cleaned_data["family"])

    def clean_note(self) -> str:
        return storable(self.cleaned_data["note"])
