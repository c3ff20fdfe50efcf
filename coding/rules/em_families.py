"""The families of evaluation and management services: which code needs which decision making, and how many minutes.

Source: as coding.rules.em_level; only the numbering, the complexity and the minutes of CPT 2021, 2023 and 2024.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from coding.rules.em_worksheet import OTHERS_FROM, Mdm

OFFICE_FROM = date(2021, 1, 1)
TIMES_OF_2024 = date(2024, 1, 1)


@dataclass(frozen=True)
class Step:
    """One code of a family: the decision making it needs (None: by time only) and its minutes (None: never by time)."""

    code: str
    mdm: Mdm | None
    minutes: int | None


@dataclass(frozen=True)
class Family:
    """Codes of one kind of visit, lowest first, and since when they follow these rules."""

    name: str
    label: str
    steps: tuple[Step, ...]
    since: date = OTHERS_FROM


def family(name: str, label: str, rows: str, since: date = OTHERS_FROM) -> Family:
    """A family from rows such as "99213:LOW:20"; "-" stands for none."""
    steps = []
    for row in rows.split():
        code, mdm, minutes = row.split(":")
        steps.append(Step(code, None if mdm == "-" else Mdm[mdm], None if minutes == "-" else int(minutes)))
    return Family(name, label, tuple(steps), since)


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        made.name: made
        for made in (
            family(
                "office_new",
                "Office, new patient",
                "99202:STRAIGHTFORWARD:15 99203:LOW:30 99204:MODERATE:45 99205:HIGH:60",
                OFFICE_FROM,
            ),
            family(
                "office",
                "Office, established patient",
                "99212:STRAIGHTFORWARD:10 99213:LOW:20 99214:MODERATE:30 99215:HIGH:40",
                OFFICE_FROM,
            ),
            family(
                "hospital_initial", "Hospital, first day", "99221:STRAIGHTFORWARD:40 99222:MODERATE:55 99223:HIGH:75"
            ),
            family("hospital", "Hospital, later day", "99231:STRAIGHTFORWARD:25 99232:MODERATE:35 99233:HIGH:50"),
            family(
                "hospital_same_day",
                "Hospital, in and out on one day",
                "99234:STRAIGHTFORWARD:45 99235:MODERATE:70 99236:HIGH:85",
            ),
            family("hospital_discharge", "Hospital, discharge", "99238:-:1 99239:-:31"),
            family(
                "emergency",
                "Emergency department",
                "99282:STRAIGHTFORWARD:- 99283:LOW:- 99284:MODERATE:- 99285:HIGH:-",
            ),
            family(
                "consultation",
                "Consultation, office",
                "99242:STRAIGHTFORWARD:20 99243:LOW:30 99244:MODERATE:40 99245:HIGH:55",
            ),
            family(
                "hospital_consultation",
                "Consultation, hospital",
                "99252:STRAIGHTFORWARD:35 99253:LOW:45 99254:MODERATE:60 99255:HIGH:80",
            ),
            family(
                "nursing_initial",
                "Nursing facility, first day",
                "99304:STRAIGHTFORWARD:25 99305:MODERATE:35 99306:HIGH:45",
            ),
            family(
                "nursing",
                "Nursing facility, later day",
                "99307:STRAIGHTFORWARD:10 99308:LOW:15 99309:MODERATE:30 99310:HIGH:45",
            ),
            family("nursing_discharge", "Nursing facility, discharge", "99315:-:1 99316:-:31"),
            family(
                "home_new",
                "Home, new patient",
                "99341:STRAIGHTFORWARD:15 99342:LOW:30 99344:MODERATE:60 99345:HIGH:75",
            ),
            family(
                "home",
                "Home, established patient",
                "99347:STRAIGHTFORWARD:20 99348:LOW:30 99349:MODERATE:40 99350:HIGH:60",
            ),
        )
    }
)
# CPT 2024 raised the times of these two.
MINUTES_OF_2024: Mapping[str, int] = MappingProxyType({"99306": 50, "99308": 20})


def family_of_code(code: str) -> Family | None:
    """The family whose level the code is, None for any other code (also 99211 and 99281, which have no level)."""
    return next((found for found in FAMILIES.values() if any(step.code == code for step in found.steps)), None)


def minutes_of(step: Step, on: date) -> int | None:
    """The time that must be met or passed for a code on the date."""
    return MINUTES_OF_2024.get(step.code, step.minutes) if on >= TIMES_OF_2024 else step.minutes
