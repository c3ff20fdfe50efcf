"""Edits of who was seen where: new or established, place of service, telehealth, provider."""

from collections.abc import Iterator
from datetime import date

from coding.rules.codings import CodedEncounter, bare
from coding.rules.edits.repairs import with_line
from coding.rules.edits.shape import Finding, Fix, Part, Place, Severity
from coding.rules.tables import Tables
from coding.rules.visits import ESTABLISHED, fits_place, is_visit
from portal.rules.npi import is_npi

NEW_PATIENT = (
    "CPT Evaluation and Management guidelines, new and established patient; CMS Pub. 100-04, chapter 12, 30.6.7.A"
)
PLACE = "CMS Pub. 100-04, chapter 26, section 10.5 (place of service codes)"
TELEHEALTH_PLACES = frozenset({"02", "10"})
TELEHEALTH_MODIFIERS = frozenset({"93", "95", "FQ", "GT", "GQ", "G0"})
PACKAGES = frozenset({"000", "010", "090", "MMM"})
NEW_FOR = 3  # years without a service by the same provider or specialty of the group


def years_before(day: date, years: int) -> date:
    """The same day so many years ago; the last of February for a leap day."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def new_patient_seen_before(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A new patient has seen neither the provider nor the group's specialty for three years.

    Reading a test without seeing the patient does not count.
    """
    day = coded.date_of_service
    if day is None:
        return
    since = years_before(day, NEW_FOR)
    seen = [
        earlier
        for earlier in tables.earlier
        if since < earlier.date_of_service < day
        and face_to_face(earlier.code, tables)
        and (
            (earlier.provider_npi and earlier.provider_npi == coded.provider_npi)
            or (earlier.specialty and earlier.specialty == coded.specialty)
        )
    ]
    if not seen:
        return
    last = max(seen, key=lambda earlier: earlier.date_of_service)
    for number, line in enumerate(coded.procedures, start=1):
        code = bare(line.code)
        if code in ESTABLISHED:
            yield Finding(
                "new_patient_seen_before",
                Severity.CHECK,
                f"Line {number} ({code}) is for a new patient, who was seen on {last.date_of_service:%Y-%m-%d}.",
                NEW_PATIENT,
                Place(Part.PROCEDURE, number),
                Fix(f"Report {ESTABLISHED[code]}", with_line(coded, number, code=ESTABLISHED[code])),
            )


def face_to_face(code: str, tables: Tables) -> bool:
    """Whether the patient was seen for it: a visit, or an operation by its package in the fee schedule."""
    row = tables.relative_values.get((code, ""))
    return is_visit(code) or (row is not None and row.global_days in PACKAGES)


def place_against_code(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A visit's code tells where it took place: hospital, emergency department, nursing facility, home, office."""
    for number, line in enumerate(coded.procedures, start=1):
        place = line.place_of_service or coded.place_of_service
        if place and not fits_place(bare(line.code), place):
            name = tables.places[place].name if place in tables.places else f"place of service {place}"
            yield Finding(
                "place_against_code",
                Severity.CHECK,
                f"Line {number} ({bare(line.code)}) is not a visit of {name} ({place}).",
                PLACE,
                Place(Part.PROCEDURE, number),
            )


def unknown_place(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A place of service that CMS's list does not have."""
    where = [(coded.place_of_service, Place(Part.ENCOUNTER, field="place_of_service"))]
    where += [
        (line.place_of_service, Place(Part.PROCEDURE, number, "place_of_service"))
        for number, line in enumerate(coded.procedures, start=1)
    ]
    for place, at in where:
        if place and tables.places and place not in tables.places:
            yield Finding("unknown_place", Severity.HARD, f"{place} is no place of service.", PLACE, at)


def telehealth(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    """A telehealth modifier and a telehealth place go together."""
    for number, line in enumerate(coded.procedures, start=1):
        place = line.place_of_service or coded.place_of_service
        modified = bool(TELEHEALTH_MODIFIERS.intersection(line.modifiers))
        if place and modified and place not in TELEHEALTH_PLACES:
            yield Finding(
                "telehealth",
                Severity.INFO,
                f"Line {number} carries a telehealth modifier, and place of service {place} is none of telehealth "
                "(02, 10). Some payers want the place of an ordinary visit: see the payer's rule.",
                "CMS Pub. 100-04, chapter 12, section 190",
                Place(Part.PROCEDURE, number, "modifiers"),
            )
        elif place in TELEHEALTH_PLACES and not modified and is_visit(bare(line.code)):
            yield Finding(
                "telehealth",
                Severity.CHECK,
                f"Line {number} is at a telehealth place ({place}) without a telehealth modifier: 95, or 93 by voice.",
                "CMS Pub. 100-04, chapter 12, section 190",
                Place(Part.PROCEDURE, number, "modifiers"),
            )


def provider_number(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    """A national provider identifier has a check digit."""
    for name, npi in (("rendering", coded.provider_npi), ("referring", coded.referring_npi)):
        if npi and not is_npi(npi):
            yield Finding(
                "provider_number",
                Severity.HARD,
                f"The NPI of the {name} provider is not valid: its check digit does not fit.",
                "45 CFR 162.406 (national provider identifier)",
                Place(Part.ENCOUNTER, field=f"{name}_provider"),
            )
