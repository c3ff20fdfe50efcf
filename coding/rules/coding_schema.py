"""The JSON in which codings are handed to the edits from outside, and in which the findings come back (JSON Schema).

`manage.py check_coding` and the examples inside payers' rules are written so; docs/check-coding.md explains it.
"""

from collections.abc import Mapping
from typing import Any

from portal.rules.words import SCALE

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Schema = {"type": "string", "maxLength": 4000}
CODE: Schema = {"type": "string", "pattern": r"^[A-Za-z0-9.]{1,8}$"}
DAY: Schema = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
DAY_OR_NONE: Schema = {"anyOf": [DAY, {"type": "null"}]}
COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": 1_000_000}
AMOUNT: Schema = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^\d{1,6}(\.\d{1,4})?$"}]}
NUMBERED: Schema = {"type": "integer", "minimum": -1_000_000, "maximum": 1_000_000}


def texts(of: Schema = TEXT) -> Schema:
    return {"type": "array", "items": of, "maxItems": 10_000}


def rows(properties: Mapping[str, Schema], *required: str) -> Schema:
    return texts(row(properties, *required))


def row(properties: Mapping[str, Schema], *required: str) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


LISTED: Schema = {"code": CODE, "title": TEXT, "billable": {"type": "boolean"}}

# What an edit looks up; each key is a field of coding.rules.tables.Tables, its rows are as the official file has them.
TABLES: Schema = row({
    "diagnoses": rows(LISTED, "code"),
    "procedures": rows(LISTED, "code"),
    "notes": rows({"code": CODE, "kind": TEXT, "holder": TEXT, "text": TEXT}, "code", "kind", "holder", "text"),
    "modifiers": texts(CODE),
    "places": rows({"code": CODE, "name": TEXT, "is_facility": {"type": "boolean"}}, "code"),
    "pairs": rows(
        {
            "column_one": CODE, "column_two": CODE, "effective": DAY, "deleted_on": DAY_OR_NONE,
            "indicator": {"enum": ["0", "1", "9"]}, "rationale": TEXT,
        },
        "column_one", "column_two", "effective", "indicator",
    ),
    "unit_limits": rows(
        {"code": CODE, "units": COUNT, "adjudication": {"enum": [1, 2, 3]}, "rationale": TEXT},
        "code", "units", "adjudication",
    ),
    "add_ons": rows({"code": CODE, "kind": {"enum": [1, 2, 3]}, "primaries": texts(CODE)}, "code", "kind", "primaries"),
    "relative_values": rows(
        {
            "code": CODE, "modifier": TEXT, "status": TEXT, "work": AMOUNT, "office_expense": AMOUNT,
            "facility_expense": AMOUNT, "malpractice": AMOUNT, "professional_technical": TEXT, "global_days": TEXT,
            "multiple_procedure": TEXT, "bilateral": TEXT, "assistant": TEXT, "co_surgeon": TEXT, "team": TEXT,
        },
        "code",
    ),
    "coverage": rows(
        {
            "article": TEXT, "title": TEXT, "group": COUNT, "procedures": texts(CODE), "covered": texts(CODE),
            "not_covered": texts(CODE),
        },
        "article", "procedures",
    ),
    "payer_rules": rows(
        {
            "name": TEXT, "condition": {"type": "object"}, "finding": {"type": "object"}, "valid_from": DAY,
            "valid_to": DAY_OR_NONE,
        },
        "name", "condition", "finding", "valid_from",
    ),
    "timed": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 1440}},
})  # fmt: skip

# Where on the chart the support for a line stands: page of the chart, boxes in ten-thousandths of it, its words.
SIDE: Schema = {"type": "integer", "minimum": 0, "maximum": SCALE}
BOX: Schema = {"type": "array", "items": SIDE, "minItems": 4, "maxItems": 4}
EVIDENCE: Schema = rows({"page": COUNT, "boxes": texts(BOX), "quote": TEXT}, "page", "boxes")

CODING: Schema = {
    "$schema": DIALECT,
    "title": "A coding to be checked",
    **row({
        "date_of_service": DAY_OR_NONE,
        "birth_date": DAY_OR_NONE,
        "sex": {"enum": ["F", "M", "U"]},
        "place_of_service": TEXT,
        "visit_type": TEXT,
        "specialty": TEXT,
        "provider_npi": TEXT,
        "referring_npi": TEXT,
        "payer": TEXT,
        "practice": TEXT,
        "diagnoses": {**rows({"code": CODE, "quotes": texts(), "evidence": EVIDENCE}, "code"), "maxItems": 100},
        "procedures": {
            **rows(
                {
                    "code": CODE, "modifiers": texts({"type": "string", "maxLength": 10}), "units": NUMBERED,
                    "pointers": texts(NUMBERED), "minutes": {"anyOf": [COUNT, {"type": "null"}]},
                    "place_of_service": TEXT, "quotes": texts(), "evidence": EVIDENCE,
                },
                "code",
            ),
            "maxItems": 1000,
        },
        "earlier": rows(
            {
                "encounter": TEXT, "date_of_service": DAY, "code": CODE, "modifiers": texts(), "units": COUNT,
                "provider_npi": TEXT, "specialty": TEXT,
            },
            "date_of_service", "code",
        ),
        "tables": TABLES,
    }, "date_of_service"),
}  # fmt: skip

WITHIN: Schema = row(
    {"part": {"enum": ["encounter", "diagnosis", "procedure"]}, "number": COUNT, "field": TEXT},
    "part", "number", "field",
)  # fmt: skip

FINDINGS: Schema = {
    "$schema": DIALECT,
    "title": "What the edits find in a coding",
    **row({
        "findings": rows(
            {
                "edit": TEXT,
                "severity": {"enum": ["hard", "check", "info"]},
                "text": TEXT,
                "source": TEXT,
                "place": {"anyOf": [WITHIN, {"type": "null"}]},
                "fix": {
                    "anyOf": [
                        row({
                            "label": TEXT,
                            "diagnoses": CODING["properties"]["diagnoses"],
                            "procedures": CODING["properties"]["procedures"],
                        }, "label", "diagnoses", "procedures"),
                        {"type": "null"},
                    ]
                },
            },
            "edit", "severity", "text", "source", "place", "fix",
        ),
        "counts": row({"hard": COUNT, "check": COUNT, "info": COUNT}, "hard", "check", "info"),
    }, "findings", "counts"),
}  # fmt: skip
