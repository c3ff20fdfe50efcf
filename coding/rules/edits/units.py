"""Edits of units: medically unlikely edits, and units against documented minutes."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from coding.rules.codings import CodedEncounter, ProcedureLine, bare
from coding.rules.edits.repairs import with_line
from coding.rules.edits.shape import Finding, Fix, Part, Place, Severity
from coding.rules.tables import Tables, UnitLimit

EIGHT_MINUTE_RULE = "CMS Pub. 100-04, chapter 5, section 20.2 (reporting of service units by 15 minutes)"


def source_of(limit: UnitLimit) -> str:
    return f"{limit.edition or 'NCCI MUE'}, {limit.units} units, MAI {limit.adjudication}: {limit.rationale}"


def by_code(coded: CodedEncounter) -> dict[str, list[tuple[int, ProcedureLine]]]:
    lines: dict[str, list[tuple[int, ProcedureLine]]] = defaultdict(list)
    for number, line in enumerate(coded.procedures, start=1):
        lines[bare(line.code)].append((number, line))
    return lines


def units_over_line_limit(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """MAI 1: each line by itself; more units go on a line of their own, with a modifier that says why."""
    for number, line in enumerate(coded.procedures, start=1):
        limit = tables.unit_limits.get(bare(line.code))
        if limit is not None and limit.adjudication == 1 and line.units > limit.units:
            yield Finding(
                "units_over_line_limit",
                Severity.CHECK,
                f"Line {number} has {line.units} units of {limit.code}; {limit.units} are likely on one line. "
                "All units of the line would be denied.",
                source_of(limit),
                Place(Part.PROCEDURE, number, "units"),
            )


def units_over_day_limit(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """MAI 2 (absolute) and 3 (clinical): all units of a code on the day together, other encounters' too."""
    for code, lines in by_code(coded).items():
        limit = tables.unit_limits.get(code)
        if limit is None or limit.adjudication == 1:
            continue
        total = sum(line.units for _number, line in lines) + units_elsewhere(code, coded, tables)
        if total <= limit.units:
            continue
        absolute = limit.adjudication == 2  # noqa: PLR2004  (MAI 2)
        number, line = lines[-1]
        left = limit.units - (total - line.units)
        fix = Fix(f"Set {left} units", with_line(coded, number, units=left)) if absolute and left >= 1 else None
        ending = "no documentation changes that" if absolute else "more needs records that show why"
        yield Finding(
            "units_over_day_limit",
            Severity.HARD if absolute else Severity.CHECK,
            f"{total} units of {code} on one day; the limit is {limit.units}, {ending}.",
            source_of(limit),
            Place(Part.PROCEDURE, number, "units"),
            fix,
        )


def units_elsewhere(code: str, coded: CodedEncounter, tables: Tables) -> int:
    """Units of a code by the same provider on the same day in the patient's other encounters."""
    return sum(
        earlier.units
        for earlier in tables.earlier
        if (earlier.code, earlier.date_of_service) == (code, coded.date_of_service)
        and earlier.provider_npi == coded.provider_npi
    )


def units_against_minutes(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Timed services: all minutes of the day together earn the units, and the fuller services get the last of them."""
    timed: dict[int, list[tuple[int, ProcedureLine]]] = defaultdict(list)
    for number, line in enumerate(coded.procedures, start=1):
        if line.minutes is not None and (each := tables.timed.get(bare(line.code))):
            timed[each].append((number, line))
    for each, lines in timed.items():
        for (number, line), earned in zip(lines, units_earned([line for _number, line in lines], each), strict=True):
            if line.units != earned:
                yield Finding(
                    "units_against_minutes",
                    Severity.CHECK,
                    f"Line {number}: {line.minutes} minutes of {bare(line.code)} are {earned} units, not {line.units}.",
                    EIGHT_MINUTE_RULE,
                    Place(Part.PROCEDURE, number, "units"),
                    Fix(f"Set {earned} units", with_line(coded, number, units=earned)) if earned >= 1 else None,
                )


def units_earned(lines: Sequence[ProcedureLine], each: int) -> list[int]:
    """The units of each line: its full ones, and one more for the largest rests as far as all minutes reach.

    A unit is reached when more than half of it is done: 8 of 15 minutes. Of equal rests the one that was billed wins.
    """
    minutes = [line.minutes or 0 for line in lines]
    earned = [own // each for own in minutes]
    left = (sum(minutes) + (each - 1) // 2) // each - sum(earned)
    rests = sorted(range(len(lines)), key=lambda at: (-(minutes[at] % each), lines[at].units <= earned[at]))
    for at in rests[:left]:
        earned[at] += 1
    return earned
