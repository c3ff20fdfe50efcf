"""What a query may not say: leading and financial words, titles and questions that name an undocumented diagnosis.

Each fault tells its place in the text, the reason and the source, so that its author can correct it. There is no way
past a fault: a query with one is not sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from coding.rules.queries.linter.conditions import suggestive_title, undocumented_condition
from coding.rules.queries.linter.fault import Fault
from coding.rules.queries.linter.phrases import financial_words, leading_words
from coding.rules.queries.linter.shape import (
    blank_parts,
    no_indicator,
    option_count,
    repeated_options,
    too_long,
    unfilled_slots,
    yes_no_out_of_place,
)
from coding.rules.queries.wording import WrittenQuery

__all__ = ["RULES", "Fault", "faults"]

RULES: tuple[Callable[[WrittenQuery, str], Iterator[Fault]], ...] = (
    blank_parts,
    too_long,
    unfilled_slots,
    no_indicator,
    option_count,
    repeated_options,
    yes_no_out_of_place,
    leading_words,
    financial_words,
    suggestive_title,
    undocumented_condition,
)


def faults(query: WrittenQuery, chart: str) -> list[Fault]:
    """Everything that is wrong with a query; `chart` is the text of the visit's pages."""
    return [fault for rule in RULES for fault in rule(query, chart)]
