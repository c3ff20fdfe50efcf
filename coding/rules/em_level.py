"""The level of an evaluation and management service, from a worksheet: decision making or time.

Source: AMA, CPT Evaluation and Management code and guideline changes of 2021 (office), 2023 (all other families) and
2024 (times as minimums); CMS adopted them in 85 FR 84472 (CY 2021) and 87 FR 69404 (CY 2023). Only code numbers and the
structure of the table of decision making are used; the words are ours.
"""

from dataclasses import dataclass
from datetime import date

from coding.rules.em_families import Family, family_of_code, minutes_of
from coding.rules.em_worksheet import FROM_2023, OTHERS_FROM, PROBLEM_LEVELS, Data, Mdm, Worksheet


@dataclass(frozen=True)
class Level:
    """What a worksheet supports: each element, the decision making they make, and the code by either way.

    `code` is the higher of the two ways, "" if neither reaches a code of the family. `because` says in words what
    decided.
    """

    problems: Mdm
    data: Mdm
    risk: Mdm
    mdm: Mdm
    by_mdm: str
    by_time: str
    code: str
    because: tuple[str, ...]


class NotInForce(Exception):
    """These rules do not hold for the family on the date; the text says from when they do."""


def level(worksheet: Worksheet, of: Family, on: date) -> Level:
    """The level of a worksheet in a family on a date of service; NotInForce before the family's rules began."""
    if on < of.since:
        raise NotInForce(f"{of.label}: levels by decision making or time hold from {of.since:%Y-%m-%d}.")
    elements = problems_level(worksheet, on), data_level(worksheet.data), risk_level(worksheet)
    mdm = Mdm(sorted(elements)[1])  # two of three must be met or passed: the middle one
    by_mdm = code_by_mdm(of, mdm)
    by_time = code_by_time(of, worksheet.minutes, on)
    codes = [step.code for step in of.steps]
    code = max((found for found in (by_mdm, by_time) if found), key=codes.index, default="")
    return Level(*elements, mdm, by_mdm, by_time, code, because(worksheet, of, by_mdm, by_time, on))


def problems_level(worksheet: Worksheet, on: date) -> Mdm:
    """The number and complexity of the problems addressed."""
    counted = [problem for problem in worksheet.problems if on >= OTHERS_FROM or problem not in FROM_2023]
    for kinds, count, reached in PROBLEM_LEVELS:
        if sum(problem in kinds for problem in counted) >= count:
            return reached
    return Mdm.NONE


def data_level(data: Data) -> Mdm:
    """The amount and complexity of data: three categories, of which one or two must be met."""
    items = len(data.notes) + len(data.tests)
    met = [items + data.historian >= 3, data.interpretation, data.discussion]  # noqa: PLR2004  (three of category 1)
    if sum(met) >= 2:  # noqa: PLR2004  (two categories)
        return Mdm.HIGH
    if any(met):
        return Mdm.MODERATE
    return Mdm.LOW if items >= 2 or data.historian else Mdm.STRAIGHTFORWARD  # noqa: PLR2004  (two items)


def risk_level(worksheet: Worksheet) -> Mdm:
    """The risk of managing the patient: the highest that is ticked."""
    return max((risk.level for risk in worksheet.risks), default=Mdm.NONE)


def code_by_mdm(of: Family, mdm: Mdm) -> str:
    """The highest code of the family that the decision making reaches."""
    reached = [step.code for step in of.steps if step.mdm is not None and step.mdm <= mdm]
    return reached[-1] if reached else ""


def code_by_time(of: Family, minutes: int | None, on: date) -> str:
    """The highest code whose time is met or passed."""
    if minutes is None:
        return ""
    needs = ((step.code, minutes_of(step, on)) for step in of.steps)
    reached = [code for code, least in needs if least is not None and minutes >= least]
    return reached[-1] if reached else ""


def because(worksheet: Worksheet, of: Family, by_mdm: str, by_time: str, on: date) -> tuple[str, ...]:
    """In words: how each way came to its code."""
    told = []
    if by_mdm:
        told.append(f"{by_mdm} by decision making: two of three elements reach it")
    elif any(step.mdm is not None for step in of.steps):
        told.append("Decision making reaches no level: two of three elements are needed")
    if worksheet.minutes is not None and all(step.minutes is None for step in of.steps):
        told.append(f"{of.label}: time does not decide the level")
    elif by_time:
        least = next(minutes_of(step, on) for step in of.steps if step.code == by_time)
        told.append(f"{by_time} by time: {worksheet.minutes} minutes, at least {least} are needed")
    elif worksheet.minutes is not None:
        told.append(f"{worksheet.minutes} minutes are less than any level of the family needs")
    return tuple(told)


def against(code: str, supported: Level, of: Family) -> int:
    """By how many steps a code lies above (positive) or below (negative) what the worksheet supports; 0 if neither.

    A code of another family is compared by its place in its own: it is another service, and not another level.
    """
    own = family_of_code(code)
    if own is None or own.name != of.name or not supported.code:
        return 0
    codes = [step.code for step in of.steps]
    return codes.index(code) - codes.index(supported.code)
