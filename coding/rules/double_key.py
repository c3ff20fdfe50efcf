"""Fields that are typed a second time without seeing the first: which may be, and whether two entries agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from coding.rules.visit_facts.numbers_on_pages import bare

# The fields of coding.models.PreCoding that a practice may have typed twice; modifiers are only likely ones.
KEYABLE = (
    "patient_name", "birth_date", "sex", "account_number", "date_from", "date_to", "visit_type", "rendering_provider",
    "referring_provider", "location", "place_of_service", "payer", "member_id",
)  # fmt: skip


class Kept(StrEnum):
    """Which of two entries that differ was kept."""

    FIRST = "first"
    SECOND = "second"


def agree(field: str, first: str, second: str) -> bool:
    """Whether two entries of a field say the same: names by their words in any order, numbers by letters and digits."""
    if field == "patient_name":
        return words(first) == words(second)
    if field in {"account_number", "member_id"}:
        return bare(first) == bare(second)
    return first == second


def words(name: str) -> list[str]:
    return sorted(re.findall(r"[^\W_]+", name.casefold()))


def differing(fields: Iterable[str], first: Mapping[str, str], second: Mapping[str, str]) -> list[str]:
    """The fields whose two entries do not agree, in their order; both hold the form's texts."""
    return [field for field in fields if not agree(field, first.get(field, ""), second.get(field, ""))]
