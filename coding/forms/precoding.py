"""The pre-coding form: what the first pages of a chart say about the visit."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone

from coding.actions.precoding import PreCodingFacts
from coding.forms.coding import storable
from coding.forms.known_facts import COMPARED, FILLED_LIMIT, MARKED_LIMIT, all_filled, mark_known, unread, where
from coding.models import Encounter, PreCoding
from coding.rules.codings import MODIFIER_LIMIT
from coding.rules.visit_facts import Facts
from portal.models import Location, Payer, Provider, User

TEXT_LIMIT = 200  # characters kept of any one field of a draft
CENTURY = 100
SHORT_YEAR = 6  # digits of MMDDYY
LONGEST_DATE = 20  # characters, with blanks between the parts
FIRST_BIRTH = date(1880, 1, 1)  # before it nobody was born who is seen by a doctor today
FIRST_SERVICE = date(1979, 1, 1)  # ICD-9-CM came into use in the US; no code list is older


class TypedDate(forms.DateField):
    """A date as people type it without looking: 01/02/1960, 01021960, 1-2-60, 010260 or 1960-01-02."""

    widget = forms.DateInput(
        format="%m/%d/%Y", attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "MM/DD/YYYY"}
    )
    default_error_messages = {"invalid": "Write the date as MM/DD/YYYY.", "required": "Enter the date."}

    def __init__(self, *, earliest: date = FIRST_BIRTH, **options: Any) -> None:
        self.earliest = earliest
        super().__init__(**options)

    def to_python(self, value: Any) -> date | None:
        day = self.read(value)
        if day is not None and day < self.earliest:
            words = f"Check the year: the date lies before {shown(self.earliest)}."
            raise forms.ValidationError(words, code="too_early")
        return day

    def read(self, value: Any) -> date | None:
        """The day that was typed, whenever it was."""
        if value in self.empty_values or isinstance(value, date):
            return super().to_python(value)
        text = str(value).strip()
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return super().to_python(text)
        if len(text) > LONGEST_DATE:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        parts = re.split(r"[/.\s-]+", text)
        if re.fullmatch(r"\d{6}|\d{8}", text):
            parts = [text[:2], text[2:4], text[4:]]
        try:
            month, day, year = (int(part) for part in parts)
            return date(full_year(year), month, day) if year < CENTURY else date(year, month, day)
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


def full_year(two_digits: int) -> int:
    """The latest year with these last two digits that is not after this year: dates on charts lie behind us."""
    this_year = timezone.localdate().year
    year = this_year - this_year % CENTURY + two_digits
    return year if year <= this_year else year - CENTURY


# What the error summary says for each field that is needed.
MISSING = {
    "patient_name": "Enter the patient's name.",
    "birth_date": "Enter the birth date.",
    "sex": "Choose the sex; Unknown if the chart does not say.",
    "date_from": "Enter the date of service.",
    "visit_type": "Choose the visit type.",
    "rendering_provider": "Choose the rendering provider.",
    "place_of_service": "Enter the place of service, or choose the location.",
}


class PrecodingForm(forms.Form):
    """All fields of coding.models.PreCoding, with the choices of one practice."""

    patient_name = forms.CharField(
        label="Patient name", max_length=120, widget=forms.TextInput(attrs={"placeholder": "Last, First M"})
    )
    birth_date = TypedDate(label="Birth date", earliest=FIRST_BIRTH)
    sex = forms.ChoiceField(label="Sex", choices=[("", ""), *PreCoding.Sex.choices])
    account_number = forms.CharField(label="Account no.", max_length=40, required=False)
    date_from = TypedDate(label="Date of service", earliest=FIRST_SERVICE)
    date_to = TypedDate(label="Last day", required=False, earliest=FIRST_SERVICE)
    visit_type = forms.ChoiceField(label="Visit type", choices=[("", ""), *PreCoding.VisitType.choices])
    rendering_provider = forms.ModelChoiceField(label="Rendering provider", queryset=Provider.objects.none())
    referring_provider = forms.ModelChoiceField(
        label="Referring provider", queryset=Provider.objects.none(), required=False
    )
    location = forms.ModelChoiceField(label="Location", queryset=Location.objects.none(), required=False)
    place_of_service = forms.RegexField(
        r"^[0-9]{2}$",
        label="Place of service",
        error_messages={"invalid": "Enter the two digits of the place of service."},
        widget=forms.TextInput(attrs={"maxlength": 2, "inputmode": "numeric"}),
    )
    payer = forms.ModelChoiceField(label="Payer", queryset=Payer.objects.none(), required=False)
    member_id = forms.CharField(label="Member ID", max_length=40, required=False)
    modifiers = forms.CharField(label="Likely modifiers", max_length=20, required=False)
    # What was filled in, which fields a person has confirmed, and what they took from the pages: as the bench keeps it.
    filled = forms.CharField(max_length=FILLED_LIMIT, required=False, widget=forms.HiddenInput)
    confirmed = forms.CharField(max_length=TEXT_LIMIT, required=False, widget=forms.HiddenInput)
    marked = forms.CharField(max_length=MARKED_LIMIT, required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, encounter: Encounter, user: User, known: Mapping[str, Facts] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.known = dict(known or {})
        told = self.data if self.is_bound else self.initial
        self.were_filled = all_filled(self.known, str(told.get("filled") or ""))
        self.initial["filled"] = json.dumps(self.were_filled) if self.were_filled else ""
        mark_known(self, self.were_filled)
        for name, model in (
            ("rendering_provider", Provider),
            ("referring_provider", Provider),
            ("location", Location),
            ("payer", Payer),
        ):
            rows = model.objects.visible_to(user).filter(practice_id=encounter.practice_id, is_active=True)
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
            self.fields[name].empty_label = ""  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("autocomplete", "off")
            field.error_messages["required"] = MISSING.get(name, "")

    @property
    def compared(self) -> forms.BoundField | None:
        """Asked for if something was filled in, where no script asks field by field."""
        return self[COMPARED] if COMPARED in self.fields else None

    def places(self) -> dict[str, str]:
        """Location id → its place of service, for filling the field in."""
        rows = self.fields["location"].queryset  # type: ignore[attr-defined]
        return {str(pk): place for pk, place in rows.values_list("pk", "place_of_service")}

    def full_clean(self) -> None:
        if self.is_bound:
            self.data = self.with_place(self.data)
        super().full_clean()

    def with_place(self, data: Any) -> Any:
        """The place of service follows from the location unless it was typed."""
        if data.get("place_of_service") or not data.get("location"):
            return data
        place = self.places().get(str(data["location"]))
        return {**{name: data.get(name) for name in data}, "place_of_service": place} if place else data

    def clean_modifiers(self) -> tuple[str, ...]:
        words = [word.upper() for word in re.split(r"[\s,]+", self.cleaned_data["modifiers"]) if word]
        if len(words) > MODIFIER_LIMIT or not all(re.fullmatch(r"[A-Z0-9]{2}", word) for word in words):
            raise forms.ValidationError(f"Up to {MODIFIER_LIMIT} modifiers of two characters each.")
        return tuple(words)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        born, first, last = (cleaned.get(name) for name in ("birth_date", "date_from", "date_to"))
        today = timezone.localdate()
        if first and first > today:
            self.add_error("date_from", "The date of service lies in the future.")
        if last and last > today:
            self.add_error("date_to", "The last day lies in the future.")
        if first and last and last < first:
            self.add_error("date_to", "The last day lies before the first.")
        self.refuse_unread(compared=bool(cleaned.pop(COMPARED, False)))
        if born and first and born > first:
            self.add_error("birth_date", "The birth date lies after the date of service.")
        return cleaned

    def refuse_unread(self, *, compared: bool) -> None:
        """Nothing that was filled in is taken over before somebody has looked at it."""
        left = [] if compared else unread(self)
        for name in left:
            found = self.known[name].candidates if name in self.known else ()
            said = where(found[0].said) if found else "where it was read is no longer of this visit"
            self.add_error(name, f"Compare it with the chart ({said}), then confirm it.")
        if left:
            self.add_error(COMPARED, "Compare what is filled in with the chart, then tick this.")

    def facts(self) -> PreCodingFacts:
        """What was found out; only of a valid form."""
        found = {name: value for name, value in self.cleaned_data.items() if name in FACTS}
        found["date_to"] = found["date_to"] or found["date_from"]
        return PreCodingFacts(**found)

    def texts(self) -> dict[str, str]:
        """What was found out, each as the text that would fill its field; only of a valid form."""
        return {name: text_in_form(self.cleaned_data[name]) for name in FACTS}


class SplitForm(forms.Form):
    """Which pages are which visit: "1-3, 4-6"."""

    ranges = forms.CharField(
        label="Pages of each visit",
        max_length=200,
        help_text="One range for each visit, such as 1-3, 4-6. You go on with the first.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    leave_out = forms.BooleanField(label="Leave out the pages that are in no range", required=False)

    def clean_ranges(self) -> tuple[tuple[int, int], ...]:
        found = []
        for word in re.split(r"[,;]+", self.cleaned_data["ranges"]):
            match = re.fullmatch(r"\s*(\d{1,5})(?:\s*(?:-|–|to)\s*(\d{1,5}))?\s*", word)
            if not match:
                raise forms.ValidationError("Write page ranges such as 1-3, 4-6.")
            first = int(match[1])
            found.append((first, int(match[2] or first)))
        return tuple(found)


def text_of(facts: PreCoding) -> dict[str, str]:
    """Pre-coding that is already there, as the texts of the form (a draft body)."""
    return {
        "patient_name": facts.patient_name,
        "birth_date": shown(facts.birth_date),
        "sex": facts.sex,
        "account_number": facts.account_number,
        "date_from": shown(facts.date_from),
        "date_to": shown(facts.date_to) if facts.date_to != facts.date_from else "",
        "visit_type": facts.visit_type,
        "rendering_provider": str(facts.rendering_provider_id),
        "referring_provider": str(facts.referring_provider_id or ""),
        "location": str(facts.location_id or ""),
        "place_of_service": facts.place_of_service,
        "payer": str(facts.payer_id or ""),
        "member_id": facts.member_id,
        "modifiers": " ".join(facts.modifiers),
        "confirmed": " ".join(FACTS),  # whoever wrote it down stood for it
    }


def text_in_form(value: Any) -> str:
    """A cleaned value as the text that would fill its field."""
    if value is None:
        return ""
    if isinstance(value, date):
        return shown(value)
    return " ".join(value) if isinstance(value, tuple) else str(getattr(value, "pk", value))


def shown(day: date) -> str:
    """A date as the form shows it."""
    return datetime.combine(day, datetime.min.time()).strftime("%m/%d/%Y")


FIELDS = tuple(PrecodingForm.base_fields)
FACTS = tuple(name for name in FIELDS if name not in {"filled", "confirmed", "marked"})
LIMITS = {"marked": MARKED_LIMIT, "filled": FILLED_LIMIT}  # characters kept of these in a draft


def draft_body(data: Any) -> dict[str, str]:
    """What was typed so far, checked or not; only the form's own fields."""
    return {name: storable(data.get(name))[: LIMITS.get(name, TEXT_LIMIT)] for name in FIELDS}
