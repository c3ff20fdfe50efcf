"""The E/M worksheet as a bench sends it and a draft keeps it.

Its JSON: `problems` {kind: how many}, `notes` and `tests` lists of names, `historian`, `interpretation`, `discussion`
true where they hold, `risks` a list of kinds, `minutes` a number or null, `provider_code` the level that the provider
chose, `where` {tick: page and words} and `evidence` {tick: passages}
with what shows each tick. A tick is named `problem-KIND`, `risk-KIND`, or by its field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from coding.forms.bad_body import BadBody
from coding.forms.evidence import passages_in
from coding.rules.em_families import family_of_code
from coding.rules.em_worksheet import Data, Problem, Risk, Worksheet

Sheet = dict[str, Any]

MOST = 9  # of one kind of problem
MOST_NAMES = 30
NAME_LIMIT = 60  # characters
WHERE_LIMIT = 300
MINUTES_LIMIT = 1440  # of a day
SWITCHES = ("historian", "interpretation", "discussion")
TICKS = frozenset(
    {
        *(f"problem-{kind}" for kind in Problem),
        *(f"risk-{kind}" for kind in Risk),
        "notes",
        "tests",
        "minutes",
        *SWITCHES,
    }
)


def sheet_in(data: Mapping[str, str]) -> Sheet:
    """The worksheet of a posted form without scripts, raw: its fields are named em-…"""
    return {
        "problems": {kind.value: data.get(f"em-problem-{kind}", "").strip() or "0" for kind in Problem},
        "notes": data.get("em-notes", "").split(","),
        "tests": data.get("em-tests", "").split(","),
        "risks": [kind.value for kind in Risk if data.get(f"em-risk-{kind}")],
        "minutes": data.get("em-minutes", "").strip() or None,
        "provider_code": data.get("em-provider_code", ""),
        "where": {tick: data.get(f"em-where-{tick}", "") for tick in TICKS},
        **{switch: bool(data.get(f"em-{switch}")) for switch in SWITCHES},
    }


def clean_sheet(raw: object) -> Sheet:
    """A worksheet of the known shape and no more, {} if nothing is ticked; BadBody if it is none."""
    if not raw:
        return {}
    if not isinstance(raw, dict):
        raise BadBody("The worksheet could not be read.")
    sheet: Sheet = {
        "problems": {kind: count for kind, count in counts_in(raw.get("problems")).items() if count},
        "notes": names_in(raw.get("notes")),
        "tests": names_in(raw.get("tests")),
        "risks": [kind.value for kind in Risk if kind.value in listed(raw.get("risks"))],
        "minutes": minutes_in(raw.get("minutes")),
        "provider_code": level_code_in(raw.get("provider_code")),
        **{switch: raw.get(switch) is True for switch in SWITCHES},
    }
    if not any(sheet.values()):
        return {}
    marked = evidence_in(raw.get("evidence"))
    return {**sheet, "where": where_in(raw.get("where")), **({"evidence": marked} if marked else {})}


def counts_in(value: object) -> dict[str, int]:
    given = value if isinstance(value, dict) else {}
    found = {kind.value: str(given.get(kind.value, 0)) for kind in Problem}
    if not all(re.fullmatch(r"[0-9]", count) for count in found.values()):
        raise BadBody(f"Worksheet: of each kind of problem there are 0 to {MOST}.")
    return {kind: int(count) for kind, count in found.items()}


def names_in(value: object) -> list[str]:
    """Distinct names, without blanks around them."""
    names = [plain(name)[:NAME_LIMIT] for name in listed(value)]
    return list(dict.fromkeys(filter(None, names)))[:MOST_NAMES]


def minutes_in(value: object) -> int | None:
    if value is None or value == "":
        return None
    if not re.fullmatch(r"[0-9]{1,4}", str(value)) or int(str(value)) > MINUTES_LIMIT:
        raise BadBody(f"Worksheet: minutes are a whole number up to {MINUTES_LIMIT}.")
    return int(str(value))


def level_code_in(value: object) -> str:
    code = plain(value).upper()
    if code and not family_of_code(code):
        raise BadBody("Worksheet: the provider's level is a code such as 99213.")
    return code


def where_in(value: object) -> dict[str, str]:
    given = value if isinstance(value, dict) else {}
    found = {tick: plain(given.get(tick, ""))[:WHERE_LIMIT] for tick in sorted(TICKS)}
    return {tick: words for tick, words in found.items() if words}


def evidence_in(value: object) -> dict[str, list[dict[str, Any]]]:
    """The passages of each tick that has some."""
    given = value if isinstance(value, dict) else {}
    found = {tick: passages_in(given.get(tick), "Worksheet") for tick in sorted(TICKS)}
    return {tick: passages for tick, passages in found.items() if passages}


def listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def plain(value: object) -> str:
    """Text as PostgreSQL takes it, on one line."""
    text = str(value or "").replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
    return " ".join(text.split())


def worksheet_of(sheet: Mapping[str, Any]) -> Worksheet | None:
    """A cleaned worksheet as what the rules work on; None for an empty one."""
    if not sheet:
        return None
    return Worksheet(
        problems=tuple(Problem(kind) for kind, count in sheet["problems"].items() for _ in range(count)),
        data=Data(
            notes=frozenset(name.lower() for name in sheet["notes"]),
            tests=frozenset(name.lower() for name in sheet["tests"]),
            **{switch: sheet[switch] for switch in SWITCHES},
        ),
        risks=frozenset(Risk(kind) for kind in sheet["risks"]),
        minutes=sheet["minutes"],
        is_shown=bool(sheet.get("where") or sheet.get("evidence")),
    )
