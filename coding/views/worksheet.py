"""The E/M worksheet in the words of a bench: its rows, and what it supports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coding.forms.worksheet import worksheet_of
from coding.rules.codings import CodedEncounter, bare
from coding.rules.em_families import FAMILIES, Family, family_of_code
from coding.rules.em_level import Level, NotInForce, against, level
from coding.rules.em_worksheet import Problem, Risk

SWITCH_WORDS = (
    ("historian", "Independent historian"),
    ("interpretation", "Own reading of a test somebody else performed"),
    ("discussion", "Discussed with an external professional"),
)
# The family to show a level in while no visit is coded yet, by the visit type of pre-coding.
LIKELY = {"new": "office_new", "established": "office", "consultation": "consultation", "emergency": "emergency",
          "inpatient": "hospital"}  # fmt: skip


def worksheet_context(sheet: Mapping[str, Any], coded: CodedEncounter, visit_type: str) -> dict[str, Any]:
    """The rows of the worksheet as filled in, and its result."""
    return {
        "em_problems": [
            row(sheet, f"problem-{kind}", kind.label, sheet.get("problems", {}).get(kind.value, 0)) for kind in Problem
        ],
        "em_risks": [
            row(
                sheet, f"risk-{kind}", f"{kind.label}: {kind.level.label.lower()}", kind.value in sheet.get("risks", ())
            )
            for kind in Risk
        ],
        "em_switches": [row(sheet, name, label, sheet.get(name, False)) for name, label in SWITCH_WORDS],
        "em_texts": [
            row(sheet, "notes", "Notes of external sources", ", ".join(sheet.get("notes", ()))),
            row(sheet, "tests", "Tests ordered or reviewed, each once", ", ".join(sheet.get("tests", ()))),
        ],
        "em_provider_code": sheet.get("provider_code", ""),
        "em_minutes": row(sheet, "minutes", "Total minutes on the date", sheet.get("minutes")),
        "em": result_context(sheet, coded, visit_type),
    }


def row(sheet: Mapping[str, Any], name: str, label: str, value: Any) -> dict[str, Any]:
    return {"name": name, "label": label, "value": value, "where": sheet.get("where", {}).get(name, "")}


def result_context(sheet: Mapping[str, Any], coded: CodedEncounter, visit_type: str) -> dict[str, Any]:
    """What the worksheet supports, against the level that is coded; `words` alone while it is empty."""
    worksheet = worksheet_of(sheet)
    own, of = visit_in(coded, visit_type)
    if worksheet is None or of is None or coded.date_of_service is None:
        return {"words": "Not filled in" if worksheet is None else "Add the visit's code to see its level", "rows": []}
    try:
        found = level(worksheet, of, coded.date_of_service)
    except NotInForce as error:
        return {"words": str(error), "rows": []}
    return {
        "words": words(found, own, of),
        "tone": "warn" if own and against(own, found, of) else "",
        "family": of.label,
        "rows": [
            {"label": "Problems", "value": found.problems.label},
            {"label": "Data", "value": found.data.label},
            {"label": "Risk", "value": found.risk.label},
            {"label": "Decision making, two of three", "value": found.mdm.label},
        ],
        "because": [*found.because, *provider_words(sheet.get("provider_code", ""), found, of)],
    }


def visit_in(coded: CodedEncounter, visit_type: str) -> tuple[str, Family | None]:
    """The coded visit and its family; else no code and the likely family."""
    for line in coded.procedures:
        of = family_of_code(bare(line.code))
        if of is not None:
            return bare(line.code), of
    return "", FAMILIES.get(LIKELY.get(visit_type, ""))


def provider_words(chosen: str, found: Level, of: Family) -> list[str]:
    """The provider's own level against what is supported."""
    if not chosen or not found.code:
        return []
    steps = against(chosen, found, of)
    if chosen == found.code:
        return [f"The provider chose {chosen}: as supported"]
    if not steps:
        return [f"The provider chose {chosen}: another kind of visit"]
    return [f"The provider chose {chosen}: {abs(steps)} {'above' if steps > 0 else 'below'}"]


def words(found: Level, own: str, of: Family) -> str:
    if not found.code:
        return "Supports no level yet"
    steps = against(own, found, of) if own else 0
    if not steps:
        return f"Supports {found.code}"
    return f"Supports {found.code}; {own} is {abs(steps)} {'above' if steps > 0 else 'below'}"
