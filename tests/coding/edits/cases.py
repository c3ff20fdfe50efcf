"""Reads the cases of the edits: codings and table rows written small."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

from coding.rules.codings import CodedEncounter, DiagnosisLine, EarlierService
from coding.rules.tables import (
    AddOn,
    BundledPair,
    CodeFact,
    CoverageGroup,
    ModifierFact,
    Place,
    Tables,
    UnitLimit,
)
from tests.coding.prices.rows import row
from tests.coding.written import line

HERE = Path(__file__).parent
DIAGNOSES = ("E119", "I10", "M545", "B351")
SERVICES = (
    *(f"G010{number}" for number in range(1, 6)), "99203", "99213", "99222", "99243", "99253", "99284", "99305",
    "99348", "20610", "71046", "97110", "97140", "98004",
)  # fmt: skip


def read(name):
    return list(csv.DictReader((HERE / name).read_text().splitlines()))


def placed(finding):
    place = finding.place
    return f"{finding.edit} {finding.severity} {place.part} {place.number} {place.field}"


def options(words):
    return dict(word.split("=") for word in words)


def coding_of(case):
    """The case's coding: every line points to the first diagnosis unless it says otherwise."""
    more = options(case["more"].split())
    lines = [line(text) for text in case["lines"].split()]
    minutes = int(more["minutes"]) if "minutes" in more else None
    return CodedEncounter(
        date_of_service=date.fromisoformat(case["date"]),
        diagnoses=tuple(DiagnosisLine(code) for code in DIAGNOSES),
        procedures=tuple(replace(one, pointers=one.pointers or (1,), minutes=minutes) for one in lines),
        place_of_service=case["place"],
        provider_npi=more.get("npi", ""),
        specialty=more.get("specialty", ""),
    )


def day(text):
    return None if text == "-" else date.fromisoformat(text)


def tables_of(case):
    """The case's tables: rows such as "pair G0101 G0102 2020-01-01 - 1" or "mue G0101 3 2", between semicolons."""
    kinds = {name: [] for name in ("pair", "mue", "add", "value", "earlier", "cover", "modifier", "place", "timed")}
    for text in filter(None, (part.strip() for part in case["table"].split(";"))):
        kind, *words = text.split()
        kinds[kind].append(words)
    pairs = {}
    for one, two, begins, ends, indicator in kinds["pair"]:
        pair = BundledPair(one, two, day(begins), day(ends), indicator, "Misuse of column two code", "PTP 2026Q1")
        pairs[one, two] = (*pairs.get((one, two), ()), pair)
    return Tables(
        diagnoses={code: CodeFact(code, code, billable=True) for code in DIAGNOSES},
        procedures={code: CodeFact(code, code, billable=True) for code in SERVICES},
        pairs=pairs,
        unit_limits={code: UnitLimit(code, int(units), int(mai), "Policy") for code, units, mai in kinds["mue"]},
        add_ons={code: AddOn(code, int(kind), frozenset(of.split(","))) for code, kind, of in kinds["add"]},
        relative_values={
            (found.code, found.modifier): found
            for found in (row(code, **options(words)) for code, *words in kinds["value"])
        },
        earlier=tuple(earlier_of(number, words) for number, words in enumerate(kinds["earlier"], start=1)),
        coverage=tuple(group_of(words) for words in kinds["cover"]),
        modifiers={code: ModifierFact(code, code) for (code,) in kinds["modifier"]},
        places={code: Place(code, name, is_facility=False) for code, name in kinds["place"]},
        timed={code: int(minutes) for code, minutes in kinds["timed"]},
    )


def earlier_of(number, words):
    code, on, *more = words
    found = options(more)
    return EarlierService(
        f"RIV-{number}", date.fromisoformat(on), code, provider_npi=found.get("npi", ""),
        specialty=found.get("specialty", ""),
    )  # fmt: skip


def group_of(words):
    article, number, procedure, *more = words
    found = options(more)
    return CoverageGroup(
        article, "An article", int(number), frozenset({procedure}), frozenset(found.get("covered", "").split(",")),
        frozenset(filter(None, found.get("against", "").split(","))),
    )  # fmt: skip
