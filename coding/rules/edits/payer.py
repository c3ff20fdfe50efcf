"""Edits that are rows: rules of a payer or a practice, written as JSON conditions.

A condition is an object with one key:
  all, any    a list of conditions; not: one condition
  line        an object that one procedure line must meet in all of: procedure, modifier, without_modifier (lists),
              units_over (a number), points_to (a list of diagnoses)
  diagnosis, first_diagnosis, procedure    a list of codes; a trailing * stands for any ending
  modifier, place, sex, payer, visit_type, specialty    a list of values
  age         {"from": years, "to": years}, both included, either may be missing
  date        {"from": "YYYY-MM-DD", "to": "YYYY-MM-DD"}, the date of service, likewise
A finding is an object with text, severity (hard, check or info) and source.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from coding.rules.codings import CodedEncounter, DiagnosisLine, ProcedureLine, bare
from coding.rules.edits.shape import Finding, Part, Place, Severity
from coding.rules.tables import PayerRule, Tables

Limit = TypeVar("Limit", int, date)


class BadRule(Exception):
    """A rule that cannot be read; the text says which part of it."""


def payer_rule(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """What the rules in force on the date of service find; a rule about a line finds each such line."""
    for rule in tables.payer_rules:
        if in_force(rule, coded.date_of_service) and holds(rule.condition, coded):
            yield from findings_of(rule, coded)


def in_force(rule: PayerRule, on: date | None) -> bool:
    return on is not None and rule.valid_from <= on and (rule.valid_to is None or on <= rule.valid_to)


def findings_of(rule: PayerRule, coded: CodedEncounter) -> Iterator[Finding]:
    """One finding at each line that the condition speaks of and that meets it; else one at the encounter."""
    wanted = list(lines_wanted(rule.condition))
    places = [
        Place(Part.PROCEDURE, number)
        for number, line in enumerate(coded.procedures, start=1)
        if any(line_meets(one, line, coded) for one in wanted)
    ]
    for place in places or [Place(Part.ENCOUNTER)]:
        yield Finding(
            "payer_rule",
            Severity(rule.finding["severity"]),
            rule.finding["text"],
            f"{rule.name}: {rule.finding['source']}",
            place,
        )


def lines_wanted(condition: Mapping[str, Any]) -> Iterator[Any]:
    """What the condition wants of a line, however deep within all and any; what stands under not names no line."""
    word, value = only_part(condition)
    if word == "line":
        yield value
    elif word in {"all", "any"}:
        for part in value:
            yield from lines_wanted(part)


# -- conditions --------------------------------------------------------------------------------------


def holds(condition: Mapping[str, Any], coded: CodedEncounter) -> bool:
    """Whether a condition holds for a coding; BadRule if it cannot be read."""
    word, value = only_part(condition)
    check = CHECKS.get(word)
    if check is None:
        raise BadRule(f"“{word}” is no condition; there are {', '.join(sorted(CHECKS))}.")
    return check(value, coded)


def only_part(condition: object) -> tuple[str, Any]:
    if not isinstance(condition, Mapping) or len(condition) != 1:
        raise BadRule("A condition is an object with exactly one key.")
    return next(iter(condition.items()))


def every(value: Any, coded: CodedEncounter) -> bool:
    found = [holds(part, coded) for part in listed(value, "all")]  # each is read, so that a bad one is never missed
    return all(found)


def some(value: Any, coded: CodedEncounter) -> bool:
    found = [holds(part, coded) for part in listed(value, "any")]
    return any(found)


def neither(value: Any, coded: CodedEncounter) -> bool:
    return not holds(value, coded)


def a_line(value: Any, coded: CodedEncounter) -> bool:
    found = [line_meets(value, line, coded) for line in coded.procedures]
    return any(found)


def a_diagnosis(value: Any, coded: CodedEncounter) -> bool:
    return any(matches(line.code, value) for line in coded.diagnoses)


def the_first_diagnosis(value: Any, coded: CodedEncounter) -> bool:
    return bool(coded.diagnoses) and matches(coded.diagnoses[0].code, value)


def a_procedure(value: Any, coded: CodedEncounter) -> bool:
    return any(matches(line.code, value) for line in coded.procedures)


def a_modifier(value: Any, coded: CodedEncounter) -> bool:
    return any(set(line.modifiers) & set(words(value)) for line in coded.procedures)


def the_age(value: Any, coded: CodedEncounter) -> bool:
    first, last = span(value, whole_years, "An age is an object with from and to, in whole years.")
    years = age_of(coded)
    return years is not None and (first is None or first <= years) and (last is None or years <= last)


def the_date(value: Any, coded: CodedEncounter) -> bool:
    first, last = span(value, a_day, "A date is an object with from and to, as YYYY-MM-DD.")
    day = coded.date_of_service
    return day is not None and (first is None or first <= day) and (last is None or day <= last)


def span(value: Any, read: Callable[[Any], Limit], words: str) -> tuple[Limit | None, Limit | None]:
    """Both ends of a range, None for an open one; BadRule if it has neither or one cannot be read."""
    if not isinstance(value, Mapping) or not value or not set(value) <= {"from", "to"}:
        raise BadRule(words)
    try:
        first, last = (read(value[end]) if end in value else None for end in ("from", "to"))
    except (TypeError, ValueError) as error:
        raise BadRule(words) from error
    return first, last


def whole_years(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def a_day(value: Any) -> date:
    return date.fromisoformat(value)


def one_of(read: Callable[[CodedEncounter], str]) -> Callable[[Any, CodedEncounter], bool]:
    """A check that a field of the encounter has one of the values."""

    def check(value: Any, coded: CodedEncounter) -> bool:
        return read(coded) in words(value)

    return check


CHECKS: Mapping[str, Callable[[Any, CodedEncounter], bool]] = {
    "all": every,
    "any": some,
    "not": neither,
    "line": a_line,
    "diagnosis": a_diagnosis,
    "first_diagnosis": the_first_diagnosis,
    "procedure": a_procedure,
    "modifier": a_modifier,
    "age": the_age,
    "date": the_date,
    "place": one_of(lambda coded: coded.place_of_service),
    "sex": one_of(lambda coded: coded.sex.value),
    "payer": one_of(lambda coded: coded.payer),
    "visit_type": one_of(lambda coded: coded.visit_type),
    "specialty": one_of(lambda coded: coded.specialty),
}
LINE_PARTS = frozenset({"procedure", "modifier", "without_modifier", "units_over", "points_to"})


def line_meets(wanted: Any, line: ProcedureLine, coded: CodedEncounter) -> bool:
    """Whether a line meets every part of what is wanted of it."""
    if not isinstance(wanted, Mapping) or not wanted or not set(wanted) <= LINE_PARTS:
        raise BadRule(f"A line is an object of {', '.join(sorted(LINE_PARTS))}.")
    pointed = [coded.diagnoses[place - 1].code for place in line.pointers if 1 <= place <= len(coded.diagnoses)]
    met = {
        "procedure": lambda value: matches(line.code, value),
        "modifier": lambda value: bool(set(line.modifiers) & set(words(value))),
        "without_modifier": lambda value: not set(line.modifiers) & set(words(value)),
        "units_over": lambda value: line.units > number(value),
        "points_to": lambda value: any(matches(code, value) for code in pointed),
    }
    found = [met[part](value) for part, value in wanted.items()]
    return all(found)


def matches(code: str, patterns: Any) -> bool:
    """Whether a code is one of the patterns; a trailing * stands for any ending."""
    own = bare(code)
    return any(own.startswith(bare(word[:-1])) if word.endswith("*") else own == bare(word) for word in words(patterns))


def age_of(coded: CodedEncounter) -> int | None:
    """The patient's age in whole years on the date of service."""
    born, on = coded.birth_date, coded.date_of_service
    if born is None or on is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def listed(value: Any, word: str) -> Sequence[Any]:
    if not isinstance(value, list) or not value:
        raise BadRule(f"“{word}” takes a list of conditions.")
    return value


def words(value: Any) -> Sequence[str]:
    if not isinstance(value, list) or not value or not all(isinstance(word, str) and word for word in value):
        raise BadRule("Values stand in a list of texts.")
    return value


def number(value: Any) -> int:
    if type(value) is not int:
        raise BadRule("units_over takes a whole number.")
    return value


def check_rule(rule: PayerRule) -> None:
    """BadRule if the rule could not be read when it is needed: every part is tried once, on a coding that has all."""
    for key in ("text", "severity", "source"):
        if not isinstance(rule.finding.get(key), str) or not rule.finding[key].strip():
            raise BadRule(f"A finding needs {key}.")
    if set(rule.finding) - {"text", "severity", "source"}:
        raise BadRule("A finding has text, severity and source, and nothing else.")
    if rule.finding["severity"] not in list(Severity):
        raise BadRule("A severity is hard, check or info.")
    holds(rule.condition, COMPLETE)


# A coding in which no part of a condition finds nothing to look at.
COMPLETE = CodedEncounter(
    date_of_service=date(2026, 1, 1),
    birth_date=date(1960, 1, 1),
    diagnoses=(DiagnosisLine("A00"),),
    procedures=(ProcedureLine("00000", pointers=(1,)),),
)
