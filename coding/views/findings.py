"""What the edits find, in the words of a bench."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from coding.actions.tables import facts
from coding.forms.coding import body_of
from coding.rules.codings import CodedEncounter, System, diagnosis_system, dotted
from coding.rules.edits import Finding, Part, Severity

NUMBERED = 9  # fixes that a key reaches
WORDS = {Severity.HARD: "Fix", Severity.CHECK: "Check", Severity.INFO: "Info"}


def title_in(known: dict[str, Any], code: str) -> str:
    return known[code].title if code in known else ""


def findings_context(found_: tuple[Finding, ...], day: date | None) -> dict[str, Any]:
    """The findings in the words of the page."""
    words = words_of_fixes([finding.fix.after for finding in found_ if finding.fix], day)
    rows = [finding_row(finding, words) for finding in found_]
    fixes = 0
    for row in rows:
        if row["fix"]:
            fixes += 1
            row["number"] = fixes if fixes <= NUMBERED else None
    hard, check = (sum(row["kind"] == kind for row in rows) for kind in ("hard", "check"))
    return {
        "findings": rows,
        "quiet": False,
        "hard_count": hard,
        "check_count": check,
        "findings_words": findings_words(hard, len(rows)),
        "has_day": day is not None,
    }


def findings_words(hard: int, every: int) -> str:
    if not every:
        return "Nothing to fix"
    parts = ((hard, "to fix"), (every - hard, "to look at"))
    return ", ".join(f"{count} {words}" for count, words in parts if count)


def words_of_fixes(codings: list[CodedEncounter], day: date | None) -> dict[str, dict[str, str]]:
    """What a bench shows of each code that some fix would leave or put on the list, by code."""
    if not codings:
        return {}
    lists = {
        diagnosis_system(day) if day else System.ICD10CM: {line.code for one in codings for line in one.diagnoses},
        System.PROCEDURE: {line.code for one in codings for line in one.procedures},
    }
    found: dict[str, dict[str, str]] = {}
    for system, codes in lists.items():
        known = facts(codes, system=system, on=day) if day else {}
        found |= {code: {"dotted": dotted(system, code), "title": title_in(known, code)} for code in codes}
    return found


def body_with_words(coded: CodedEncounter, words: dict[str, dict[str, str]]) -> dict[str, Any]:
    body = body_of(coded)
    return {part: [{**line, **words[line["code"]]} for line in body[part]] for part in ("diagnoses", "procedures")}


def finding_row(finding: Finding, words: dict[str, dict[str, str]]) -> dict[str, Any]:
    fix = finding.fix
    return {
        "kind": finding.severity.value,
        "word": WORDS[finding.severity],
        "text": finding.text,
        "source": finding.source,
        "target": target_of(finding),
        "fix": json.dumps(body_with_words(fix.after, words)) if fix else "",
        "fix_label": fix.label if fix else "",
        "number": None,
    }


def target_of(finding: Finding) -> str:
    """The id of the row that a finding is about."""
    place = finding.place
    if place is None or place.part is Part.ENCOUNTER or not place.number:
        return ""
    return f"line-{'d' if place.part is Part.DIAGNOSIS else 'p'}{place.number}"
