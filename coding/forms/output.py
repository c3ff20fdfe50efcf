"""The form in which a practice's template is composed: columns in rows that keep their number, and settings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.http import QueryDict

from coding.rules.formats.checking import JOINERS
from coding.rules.formats.columns import FIELDS
from coding.rules.formats.contents import Format
from coding.rules.formats.template import (
    MOST_COLUMNS,
    Align,
    Column,
    DateFormat,
    Encoding,
    LineEnd,
    NamePart,
    OutputTemplate,
    Quoting,
    Separator,
    Setting,
)
from portal.models import choices

PARTS = len(NamePart)
UNREADABLE = -1  # a width that is no number; the check of the template refuses it
NO_PART = ("", "–")


class SettingsForm(forms.Form):
    """Everything of a template but its columns; what the format does not heed is left out."""

    separator = forms.ChoiceField(label="Separator", choices=choices(Separator))
    quoting = forms.ChoiceField(label="Quotes", choices=choices(Quoting))
    line_end = forms.ChoiceField(label="Line ends", choices=choices(LineEnd))
    encoding = forms.ChoiceField(label="Encoding", choices=choices(Encoding))
    date_format = forms.ChoiceField(label="Dates", choices=choices(DateFormat))
    header_row = forms.BooleanField(label="First row has the headings", required=False)
    dots = forms.BooleanField(label="Diagnosis codes with dots, such as M17.11", required=False)
    one_sheet = forms.BooleanField(label="One sheet, a row for each procedure line", required=False)

    def __init__(self, *args: Any, form: Format, **options: Any) -> None:
        super().__init__(*args, **options)
        for setting in (Setting(name) for name in list(self.fields)):
            if setting not in form.COMPOSES:
                del self.fields[setting.value]


class NameForm(forms.Form):
    """The file name: up to five parts in order, and what stands between them."""

    name_joiner = forms.ChoiceField(label="Between the parts", choices=[(sign, sign) for sign in JOINERS])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for place in range(1, PARTS + 1):
            self.fields[f"part_{place}"] = forms.ChoiceField(
                label=f"Part {place}", choices=[NO_PART, *choices(NamePart)], required=False
            )

    def parts(self) -> tuple[NamePart, ...]:
        named = [self.cleaned_data.get(f"part_{place}") for place in range(1, PARTS + 1)]
        return tuple(NamePart(part) for part in named if part)


@dataclass(frozen=True)
class Row:
    """A column in the form; its number stays with it wherever it goes."""

    number: int
    column: Column


@dataclass(frozen=True)
class Draft:
    """A template while it is being composed. `focus` is the id of the control that gets the focus."""

    rows: tuple[Row, ...]
    settings: SettingsForm
    name: NameForm
    template: OutputTemplate
    focus: str = ""
    told: str = field(default="")

    @property
    def is_valid(self) -> bool:
        return self.settings.is_valid() and self.name.is_valid()

    def with_rows(self, rows: list[Row], *, focus: str, told: str) -> Draft:
        template = replace(self.template, columns=tuple(row.column for row in rows))
        return replace(self, rows=tuple(rows), template=template, focus=focus, told=told)


def draft_of(template: OutputTemplate, form: Format) -> Draft:
    """The form as it shows a template."""
    rows = tuple(Row(number, column) for number, column in enumerate(template.columns, start=1))
    named = {f"part_{place}": part.value for place, part in enumerate(template.file_name, start=1)}
    initial = {name: getattr(template, name) for name in SettingsForm.base_fields}
    return Draft(
        rows=rows,
        settings=SettingsForm(initial=initial, form=form),
        name=NameForm(initial={"name_joiner": template.name_joiner, **named}),
        template=template,
    )


def draft_in(data: QueryDict, form: Format, base: OutputTemplate) -> Draft:
    """The form as it was sent; what the format does not heed stays as it is in `base`."""
    numbers = [int(number) for number in data.getlist("row") if number.isdecimal()][: MOST_COLUMNS + 1]
    rows = tuple(Row(number, column_in(data, number)) for number in dict.fromkeys(numbers))
    settings, name = SettingsForm(data, form=form), NameForm(data)
    template = base
    if settings.is_valid() and name.is_valid():
        kinds: dict[str, Any] = {
            "separator": Separator, "quoting": Quoting, "line_end": LineEnd, "encoding": Encoding,
            "date_format": DateFormat,
        }  # fmt: skip
        values = {one: kinds.get(one, bool)(value) for one, value in settings.cleaned_data.items()}
        template = replace(base, **values, file_name=name.parts(), name_joiner=name.cleaned_data["name_joiner"])
    if Setting.COLUMNS in form.COMPOSES:
        template = replace(template, columns=tuple(row.column for row in rows))
    return Draft(rows=rows, settings=settings, name=name, template=template)


def column_in(data: QueryDict, number: int) -> Column:
    """The column of a row of the form."""
    width = data.get(f"width-{number}", "").strip()
    align = data.get(f"align-{number}", "")
    return Column(
        key=data.get(f"key-{number}", ""),
        heading=data.get(f"heading-{number}", "").strip(),
        width=0 if not width else int(width) if width.isdecimal() and len(width) < 5 else UNREADABLE,  # noqa: PLR2004
        align=Align(align) if align in set(Align) else Align.LEFT,
        text=data.get(f"text-{number}", ""),
    )


# -- one step of composing -------------------------------------------------------------------------
def stepped(draft: Draft, step: str, *, add: str, form: Format) -> Draft:
    """The draft after a press of a button: `up-3`, `down-3`, `remove-3`, `add`, `standard`; others change nothing."""
    if step == "standard":
        standard = draft_of(form.TEMPLATE, form)
        return replace(standard, focus="output-standard", told="The standard template. Nothing is saved yet.")
    if step == "add":
        return added(draft, add)
    verb, _, number = step.partition("-")
    rows = list(draft.rows)
    place = next((at for at, row in enumerate(rows) if str(row.number) == number), None)
    if place is None:
        return draft
    if verb == "remove":
        gone = rows.pop(place)
        near = rows[min(place, len(rows) - 1)].number if rows else 0
        return draft.with_rows(rows, focus=f"remove-{near}" if near else "output-add", told=f"{named(gone)} removed.")
    if verb in {"up", "down"}:
        return moved(draft, place, verb)
    return draft


def named(row: Row) -> str:
    return FIELDS[row.column.key].heading if row.column.key in FIELDS else row.column.key


def added(draft: Draft, key: str) -> Draft:
    if key not in FIELDS:
        return draft
    row = Row(max((row.number for row in draft.rows), default=0) + 1, Column(key))
    told = f"{named(row)} added as column {len(draft.rows) + 1}."
    return draft.with_rows([*draft.rows, row], focus=f"heading-{row.number}", told=told)


def moved(draft: Draft, place: int, verb: str) -> Draft:
    """One column up or down; the focus stays on its button, or on the other one at either end."""
    rows = list(draft.rows)
    target = place + (1 if verb == "down" else -1)
    if not 0 <= target < len(rows):
        return draft
    rows[place], rows[target] = rows[target], rows[place]
    row = rows[target]
    at_end = target == (len(rows) - 1 if verb == "down" else 0)
    other = {"up": "down", "down": "up"}[verb]
    focus = f"{other if at_end else verb}-{row.number}"
    return draft.with_rows(rows, focus=focus, told=f"{named(row)} is column {target + 1} of {len(rows)}.")
