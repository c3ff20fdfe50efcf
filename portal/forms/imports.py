"""Tables of people, providers, locations and payers: each row becomes the form by which one would be added by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from portal.forms.people import InviteForm
from portal.forms.practices import LocationForm, PayerForm, ProviderForm
from portal.models import Invitation, Location, Payer, Practice, Provider, User
from portal.rules.manifest import Table, plain
from portal.rules.roles import ROLE_LABELS, Role
from portal.rules.specialties import Specialty

MOST_TEXT = 1_000_000  # characters

Make = Callable[[Mapping[str, str]], forms.BaseForm]


@dataclass(frozen=True)
class Field:
    """One column: the form's field, and the headings by which it is known (portal.rules.manifest.plain)."""

    name: str
    label: str
    headings: tuple[str, ...]
    required: bool = True
    help: str = ""


@dataclass(frozen=True)
class Kind:
    """What is brought in: its words, columns, the field that tells rows apart, and the form of a row."""

    noun: str
    plural: str
    fields: tuple[Field, ...]
    key: str
    make: Make


@dataclass(frozen=True)
class Row:
    """One line with its cells in the kind's order; without faults it can be taken."""

    line: int
    cells: tuple[str, ...]
    form: forms.BaseForm
    faults: tuple[str, ...]


class ColumnsMissing(Exception):
    """The table lacks columns; the message names them."""


class ImportForm(forms.Form):
    """A CSV file, or the text of one that was looked at before."""

    file = forms.FileField(
        label="CSV file",
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv"}),
        help_text="From a spreadsheet: save as CSV. Nothing is taken before you have seen what would be.",
    )
    text = forms.CharField(required=False, widget=forms.HiddenInput, max_length=MOST_TEXT)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("file") and not cleaned.get("text") and not self.errors:
            self.add_error("file", "Choose the CSV file.")
        return cleaned


def word(text: str) -> str:
    return plain(text).replace(" ", "_")


def several(cell: str) -> list[str]:
    """The words of a cell that may hold more than one, parted by semicolons, commas, slashes or bars."""
    for sign in ",/|":
        cell = cell.replace(sign, ";")
    return [part.strip() for part in cell.split(";") if part.strip()]


ROLE_WORDS = {word(name): role.value for role in Role for name in (role.value, ROLE_LABELS[role])}
SPECIALTY_WORDS = {word(one.label): one.value for one in Specialty}
SPECIALTY_HELP = ", ".join(one.label for one in Specialty)

PEOPLE_FIELDS = (
    Field("email", "E-mail", ("email", "e mail", "email address", "e mail address", "mail")),
    Field("name", "Name", ("name", "full name", "person")),
    Field("roles", "Roles", ("roles", "role"), help=f"{', '.join(ROLE_LABELS.values())}; several with semicolons"),
    Field("practice", "Practice", ("practice", "practice code", "client"), required=False, help="the practice's code"),
    Field(
        "specialties", "Specialties", ("specialties", "specialty", "skills"), required=False,
        help=f"of coders and verifiers: {SPECIALTY_HELP}",
    ),
)  # fmt: skip
PROVIDER_FIELDS = (
    Field("name", "Name", ("name", "provider", "provider name", "full name")),
    Field("npi", "NPI", ("npi", "npi number", "national provider identifier")),
    Field("specialty", "Specialty", ("specialty", "speciality"), help=SPECIALTY_HELP),
)
LOCATION_FIELDS = (
    Field("name", "Name", ("name", "location", "site")),
    Field("place_of_service", "Place of service", ("place of service", "pos", "pos code"), help="two digits"),
    Field("zip_code", "ZIP code", ("zip code", "zip", "postal code"), required=False),
)
PAYER_FIELDS = (
    Field("name", "Name", ("name", "payer", "payer name", "insurance")),
    Field("electronic_id", "Payer ID", ("payer id", "electronic id", "edi id", "id"), required=False),
    Field("also_known_as", "Other names", ("other names", "also known as", "aliases"), required=False),
)


def people(user: User) -> Kind:
    """Invitations."""
    practices = {
        name: practice.pk
        for practice in Practice.objects.visible_to(user).filter(is_active=True)
        for name in (practice.code.lower(), practice.name.lower())
    }

    def make(cells: Mapping[str, str]) -> forms.BaseForm:
        return InviteForm(
            {
                "email": cells["email"],
                "name": cells["name"],
                "roles": [ROLE_WORDS.get(word(one), one) for one in several(cells["roles"])],
                "practice": practices.get(cells["practice"].lower(), cells["practice"]),
                "specialties": [SPECIALTY_WORDS.get(word(one), one) for one in several(cells["specialties"])],
            },
            user=user,
        )

    return Kind("invitation", "invitations", PEOPLE_FIELDS, "email", make)


def parts(kind: str, practice: Practice) -> Kind:
    """Providers, locations or payers of a practice. KeyError for anything else."""
    noun, plural, fields, key, form, model = {
        "provider": ("provider", "providers", PROVIDER_FIELDS, "npi", ProviderForm, Provider),
        "location": ("location", "locations", LOCATION_FIELDS, "name", LocationForm, Location),
        "payer": ("payer", "payers", PAYER_FIELDS, "name", PayerForm, Payer),
    }[kind]

    def make(cells: Mapping[str, str]) -> forms.BaseForm:
        data: dict[str, Any] = {**cells, "is_active": "on"}
        if "specialty" in cells:
            data["specialty"] = SPECIALTY_WORDS.get(word(cells["specialty"]), cells["specialty"])
        if "also_known_as" in cells:
            data["also_known_as"] = ",".join(several(cells["also_known_as"]))
        if len(cells.get("place_of_service", "")) == 1:
            data["place_of_service"] = f"0{cells['place_of_service']}"  # a spreadsheet took the zero away
        return form(data, instance=model(practice=practice))

    return Kind(noun, plural, fields, key, make)


def columns_of(table: Table, kind: Kind) -> dict[str, int]:
    """Where each field stands in the table. ColumnsMissing."""
    headings = [plain(heading) for heading in table.headings]
    places = {
        field.name: headings.index(name)
        for field in kind.fields
        for name in reversed(field.headings)
        if name in headings
    }
    missing = [field.label for field in kind.fields if field.required and field.name not in places]
    if missing:
        raise ColumnsMissing(", ".join(missing))
    return places


def rows_of(table: Table, kind: Kind) -> Iterator[Row]:
    """Each line with its form and what is wrong with it; of two lines about the same the later one is wrong."""
    places = columns_of(table, kind)
    seen: dict[str, int] = {}
    for line, cells in zip(table.lines, table.rows, strict=True):
        named = {field.name: cells[places[field.name]] if field.name in places else "" for field in kind.fields}
        form = kind.make(named)
        faults = list(faults_of(form))
        key = named[kind.key].lower()
        if key in seen:
            faults.append(f"The same as line {seen[key]}.")
        seen.setdefault(key, line)
        if kind.key == "email" and not faults:
            faults += in_use(named["email"])
        yield Row(line, tuple(named.values()), form, tuple(faults))


def faults_of(form: forms.BaseForm) -> Iterator[str]:
    """What is wrong, each with the name of its field."""
    for name, errors in form.errors.items():
        label = form.fields[name].label or name.replace("_", " ").capitalize() if name in form.fields else ""
        for error in errors:
            yield f"{label}: {error}" if label else str(error)


def in_use(email: str) -> Sequence[str]:
    """Why this address cannot be invited."""
    if User.objects.filter(email=email.lower()).exists():
        return ["Somebody already signs in with this address."]
    if Invitation.objects.filter(email=email.lower(), accepted_at=None, revoked_at=None).exists():
        return ["This address has an open invitation."]
    return []
