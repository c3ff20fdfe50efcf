"""The examples inside a payer's rule: codings, and where the rule must find something in each.

An example is {"coding": a coding as in coding.rules.coding_schema, "finds": places}. A place is "encounter" or
"procedure 2", the line by its number; an empty list says that the rule finds nothing.
"""

from collections.abc import Sequence
from typing import Any

from coding.rules.coding_json import BadCoding, read_case
from coding.rules.edits.payer import BadRule, payer_rule
from coding.rules.edits.shape import Finding, Part
from coding.rules.tables import PayerRule, Tables


def failing_examples(rule: PayerRule, examples: Sequence[Any]) -> tuple[str, ...]:
    """What is wrong with each example that does not come out, by its number; BadRule if there is none to try."""
    if not examples:
        raise BadRule("A rule needs an example at least.")
    tried = (problem_of(rule, example) for example in examples)
    return tuple(f"Example {number}: {problem}" for number, problem in enumerate(tried, start=1) if problem)


def problem_of(rule: PayerRule, example: Any) -> str:
    """Why an example does not come out, or nothing."""
    if not isinstance(example, dict) or set(example) != {"coding", "finds"} or not isinstance(example["finds"], list):
        return "it has a coding, and a list of what it finds."
    try:
        coded = read_case(example["coding"]).coded
    except BadCoding as error:
        return f"its coding cannot be read: {error}"
    found = [place_of(finding) for finding in payer_rule(coded, Tables(payer_rules=(rule,)))]
    return "" if found == example["finds"] else f"it finds {worded(found)} and not {worded(example['finds'])}."


def place_of(finding: Finding) -> str:
    place = finding.place
    if place is None or place.part is Part.ENCOUNTER:
        return Part.ENCOUNTER.value
    return f"{place.part} {place.number}"


def worded(places: Sequence[Any]) -> str:
    return ", ".join(str(place) for place in places) or "nothing"
