"""Forms about a practice and what coding for it needs."""

import re
import zoneinfo
from decimal import Decimal
from typing import Any

from django import forms

from portal.models import BusinessAssociateAgreement, Contract, Location, Payer, Practice, Provider, choices
from portal.rules.delivery_formats import DELIVERY_FORMATS
from portal.rules.npi import is_npi
from portal.rules.specialties import Specialty

# CMS Place of Service Code Set: the places that physicians' practices bill most; any two digits are accepted.
POS_HELP = (
    "Two digits of the CMS list: 11 office, 19 and 22 outpatient hospital, 21 inpatient, 23 emergency room, "
    "02 and 10 telehealth."
)
CODE = re.compile(r"[A-Z0-9]{2,8}", re.ASCII)
PLACE_OF_SERVICE = re.compile(r"[0-9]{2}", re.ASCII)
US_ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico",
)  # fmt: skip


def specialty_field(**options: Any) -> forms.ChoiceField:
    """One of the specialties; the first word asks for it."""
    return forms.ChoiceField(choices=[("", "Choose a specialty"), *choices(Specialty)], **options)


def day_field(**options: Any) -> forms.DateField:
    """A date with the browser's own date picker."""
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class AmountField(forms.DecimalField):
    """An amount that is nothing if nothing is entered."""

    def clean(self, value: Any) -> Decimal:
        return super().clean(value) or Decimal(0)


def amount_field(label: str, help_text: str = "") -> AmountField:
    return AmountField(label=label, help_text=help_text, required=False, min_value=0, max_digits=9, decimal_places=2)


class PracticeForm(forms.ModelForm):
    """Name, short code, time zone, state."""

    time_zone = forms.ChoiceField()

    class Meta:
        model = Practice
        fields = ("name", "code", "time_zone", "language", "is_active")
        labels = {"is_active": "Active"}
        help_texts = {
            "code": "2 to 8 capital letters or digits. It stands in file names and lists.",
            "is_active": "An inactive practice sends no charts; its people may still read.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = dict.fromkeys([*US_ZONES, self.instance.time_zone])
        self.fields["time_zone"].choices = [(zone, zone.replace("_", " ")) for zone in zones]  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip().upper()
        if not CODE.fullmatch(code):
            raise forms.ValidationError("Use 2 to 8 letters or digits, such as RIVER.")
        return code

    def clean_time_zone(self) -> str:
        zone = str(self.cleaned_data["time_zone"])
        zoneinfo.ZoneInfo(zone)
        return zone


class PartForm(forms.ModelForm):
    """Something of one practice; the practice is given, not chosen."""

    def _get_validation_exclusions(self) -> set[str]:
        """The practice is part of the unique constraints, so it is checked although it is no field."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # not in the stubs
        return excluded - {"practice"}


class ProviderForm(PartForm):
    specialty = specialty_field()

    class Meta:
        model = Provider
        fields = ("name", "npi", "specialty", "is_active")
        labels = {"is_active": "Active"}
        help_texts = {"npi": "Ten digits. The last one is checked."}

    def clean_npi(self) -> str:
        npi = str(self.cleaned_data["npi"]).replace(" ", "")
        if not is_npi(npi):
            raise forms.ValidationError(
                "This is not an NPI: it has ten digits, begins with 1 or 2, and the last digit must fit the others."
            )
        return npi


class LocationForm(PartForm):
    class Meta:
        model = Location
        fields = ("name", "place_of_service", "zip_code", "is_active")
        labels = {"is_active": "Active"}
        help_texts = {
            "place_of_service": POS_HELP,
            "zip_code": "Five digits. Expected prices are those of its Medicare locality.",
        }

    def clean_zip_code(self) -> str:
        code = str(self.cleaned_data["zip_code"])
        if code and not re.fullmatch(r"[0-9]{5}", code):
            raise forms.ValidationError("Enter the five digits of the ZIP code, such as 72201, or nothing.")
        return code

    def clean_place_of_service(self) -> str:
        code = str(self.cleaned_data["place_of_service"])
        if not PLACE_OF_SERVICE.fullmatch(code):
            raise forms.ValidationError("Enter the two digits of the place of service, such as 11.")
        return code


class PayerForm(PartForm):
    class Meta:
        model = Payer
        fields = ("name", "electronic_id", "also_known_as", "is_active")
        labels = {
            "electronic_id": "Payer ID for electronic claims", "also_known_as": "Other names", "is_active": "Active",
        }  # fmt: skip
        help_texts = {"also_known_as": "As charts write it, separated by commas: BHHP, Blue Heron HMO."}

    def clean_also_known_as(self) -> list[str]:
        names = [" ".join(str(name).split()) for name in self.cleaned_data["also_known_as"] or []]
        return list(dict.fromkeys(name for name in names if name))


class AgreementForm(PartForm):
    """Dates of a business-associate agreement."""

    signed_on = day_field(label="Signed on")
    starts_on = day_field(label="In force from")
    ends_on = day_field(label="In force until", required=False, help_text="Empty: until it is ended.")

    class Meta:
        model = BusinessAssociateAgreement
        fields = ("signed_on", "starts_on", "ends_on")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "The agreement cannot end before it starts.")
        return cleaned


class ContractForm(forms.ModelForm):
    """What is promised from a day on."""

    starts_on = day_field(label="In force from", help_text="The contract now in force ends the day before.")
    delivery_formats = forms.MultipleChoiceField(
        choices=list(DELIVERY_FORMATS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one format in which results are delivered."},
    )

    price_per_encounter = amount_field("US dollars for a coded visit")
    price_per_page = amount_field("US dollars for a page")
    price_per_hour = amount_field(
        "US dollars for an hour at the bench", "From opening a chart to handing it in, all stages together."
    )
    monthly_minimum = amount_field(
        "US dollars a month at least",
        "What the work of a month comes to is raised to this. In the month in which a contract begins or ends: by its "
        "days.",
    )

    class Meta:
        model = Contract
        fields = (
            "starts_on", "turnaround_hours", "accuracy_target", "verification_share", "query_days", "query_stops_clock",
            "late_credit_a_day", "late_credit_most", "acceptance_days", "retention_months", "delivery_formats",
            "price_per_encounter", "price_per_page", "price_per_hour", "monthly_minimum",
        )  # fmt: skip
        labels = {
            "turnaround_hours": "Turnaround in hours",
            "accuracy_target": "Accuracy target in percent",
            "verification_share": "Share verified in percent",
            "query_days": "Days for the answer to a query",
            "query_stops_clock": "A query stops the clock",
            "late_credit_a_day": "Credit for each day late, in percent",
            "late_credit_most": "Most credit for one batch, in percent",
            "acceptance_days": "Days until a result counts as accepted",
            "retention_months": "Kept for, in months",
        }
        help_texts = {
            "turnaround_hours": "From receipt of a batch to its result.",
            "verification_share": "How many of the coded charts a second person checks. 100: all.",
            "query_days": "After that a manager decides how the chart goes on.",
            "query_stops_clock": "The promised time moves by as long as the chart waited for the answer.",
            "late_credit_a_day": "Of the batch's fee, for each started day beyond the promise. 0: none.",
            "late_credit_most": "Time in which a query waited for the practice is not counted as late.",
            "acceptance_days": "From the delivery, if the practice says nothing.",
            "retention_months": "From the delivery of a batch until its charts and codes are destroyed for good.",
        }

    def clean_turnaround_hours(self) -> int:
        hours = int(self.cleaned_data["turnaround_hours"])
        if not 1 <= hours <= 24 * 90:
            raise forms.ValidationError("Enter between 1 and 2160 hours.")
        return hours

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        each, most = cleaned.get("late_credit_a_day"), cleaned.get("late_credit_most")
        if each is not None and most is not None and not 0 <= each <= most <= 100:  # noqa: PLR2004  (percent)
            self.add_error("late_credit_most", "Enter at least the credit for one day, and at most 100 percent.")
        return cleaned

    def clean_accuracy_target(self) -> Any:
        target = self.cleaned_data["accuracy_target"]
        if not 0 <= target <= 100:  # noqa: PLR2004  (percent)
            raise forms.ValidationError("Enter a percentage between 0 and 100.")
        return target


class RecipientsForm(forms.Form):
    """Who gets the e-mail when results are ready."""

    members = forms.TypedMultipleChoiceField(
        label="Told when results are ready", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].choices = people  # type: ignore[attr-defined]
