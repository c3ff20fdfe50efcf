"""Edits of the global surgical package: visits and procedures within the days that a surgery covers.

Source: CMS Pub. 100-04, chapter 12, section 40.1 (days of the package) and 40.2 (billing within it).
"""

from collections.abc import Iterator
from datetime import date, timedelta

from coding.rules.codings import CodedEncounter, EarlierService, ProcedureLine, bare
from coding.rules.edits.shape import Finding, Part, Place, Severity
from coding.rules.tables import Tables
from coding.rules.visits import is_visit

PACKAGE = "CMS Pub. 100-04, chapter 12, section 40"
DAYS_AFTER = {"010": 10, "090": 90}
MINOR, MAJOR = frozenset({"000", "010"}), "090"
OPERATIONS = MINOR | {MAJOR}
BEFORE_MAJOR = timedelta(days=1)


def package_of(code: str, tables: Tables) -> str:
    row = tables.relative_values.get((code, ""))
    return row.global_days if row else ""


def visit_with_procedure(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A visit on the day of a procedure: 25 with a minor one, 57 if it decided on a major one."""
    packages = {package_of(bare(line.code), tables) for line in coded.procedures}
    minor, major = bool(packages & MINOR), MAJOR in packages
    for number, line in enumerate(coded.procedures, start=1):
        if not is_visit(bare(line.code)) or not (minor or major):
            continue
        wanted = "57" if major else "25"
        if {"25", "57"}.intersection(line.modifiers) and (wanted in line.modifiers or not major):
            continue
        reason = "the decision for surgery with a 90-day package" if major else "a significant, separate visit"
        yield Finding(
            "visit_with_procedure",
            Severity.CHECK,
            f"Line {number} ({bare(line.code)}) is on the day of a procedure: modifier {wanted} if it was {reason}, "
            "else it is part of the procedure.",
            f"{PACKAGE}.2",
            Place(Part.PROCEDURE, number, "modifiers"),
        )


def within_global_period(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Visits and operations in the days after a surgery by the same provider or specialty need 24, 58, 78 or 79.

    Tests, imaging and drugs are not part of a package (section 40.1.B) and are paid beside it.
    """
    day = coded.date_of_service
    if day is None:
        return
    surgeries = [earlier for earlier in tables.earlier if covers(earlier, day, coded, tables)]
    for number, line in enumerate(coded.procedures, start=1):
        code = bare(line.code)
        covered = is_visit(code) or package_of(code, tables) in OPERATIONS
        if surgeries and covered and not answered(line):
            found = max(surgeries, key=lambda earlier: earlier.date_of_service)
            wanted = "24 if it is unrelated" if is_visit(code) else "58 staged, 78 return to surgery, or 79 unrelated"
            days = package_of(found.code, tables)
            yield Finding(
                "within_global_period",
                Severity.CHECK,
                f"Line {number} ({code}) falls in the {days.lstrip('0')}-day package of {found.code} on "
                f"{found.date_of_service:%Y-%m-%d}: modifier {wanted}.",
                f"{PACKAGE}.1",
                Place(Part.PROCEDURE, number, "modifiers"),
            )


def decision_for_surgery(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A visit on the day before a major surgery that is already coded: 57 if it decided on it."""
    day = coded.date_of_service
    if day is None:
        return
    tomorrow = [
        earlier
        for earlier in tables.earlier
        if earlier.date_of_service == day + BEFORE_MAJOR
        and package_of(earlier.code, tables) == MAJOR
        and same_hands(earlier, coded)
    ]
    for number, line in enumerate(coded.procedures, start=1):
        if tomorrow and is_visit(bare(line.code)) and "57" not in line.modifiers:
            yield Finding(
                "decision_for_surgery",
                Severity.CHECK,
                f"Line {number} ({bare(line.code)}) is the day before {tomorrow[0].code}: modifier 57 if the surgery "
                "was decided here, else it is part of its package.",
                f"{PACKAGE}.1",
                Place(Part.PROCEDURE, number, "modifiers"),
            )


def covers(earlier: EarlierService, day: date, coded: CodedEncounter, tables: Tables) -> bool:
    """Whether the package of an earlier service reaches the day."""
    days = DAYS_AFTER.get(package_of(earlier.code, tables))
    if days is None or not same_hands(earlier, coded):
        return False
    return earlier.date_of_service < day <= earlier.date_of_service + timedelta(days=days)


def same_hands(earlier: EarlierService, coded: CodedEncounter) -> bool:
    """The same provider, or the same specialty of the same practice: a package is the group's."""
    if earlier.provider_npi and earlier.provider_npi == coded.provider_npi:
        return True
    return bool(earlier.specialty) and earlier.specialty == coded.specialty


def answered(line: ProcedureLine) -> bool:
    """Whether a modifier says why the line is outside a package."""
    wanted = {"24", "57"} if is_visit(bare(line.code)) else {"58", "78", "79"}
    return bool(wanted.intersection(line.modifiers))
