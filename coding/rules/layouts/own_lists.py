"""The short lists that come with Chartline in our own words: demo procedures and modifiers."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import IO

from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from coding.rules.layouts.cells import matched, words
from coding.rules.layouts.code_rows import (
    CODE,
    CODE_COLUMNS,
    CPT,
    HCPCS,
    MODIFIER,
    MODIFIER_CODE,
    MODIFIER_COLUMNS,
    CodeRow,
    ModifierRow,
)
from coding.rules.layouts.lines import Table, records
from coding.rules.layouts.shape import Layout, Record, Refused

PROCEDURE = re.compile(rf"{CPT.pattern}|{HCPCS.pattern}")
WEIGHT = re.compile(r"[0-9]{1,5}(\.[0-9]{1,2})?")


def read_procedures(file: IO[bytes]) -> Iterator[Record | Refused]:
    rows = Table(file, required={"code", "title", "weight"}, what="procedures")
    return records(CODE, iter(rows), procedure_row)


def procedure_row(row: dict[str, str]) -> CodeRow:
    weight = Decimal(matched(row["weight"], WEIGHT, "weight")) if row["weight"] else None
    return CodeRow(
        System.PROCEDURE.value, matched(row["code"], PROCEDURE, "procedure code"), words(row["title"]), weight=weight
    )


def read_modifiers(file: IO[bytes]) -> Iterator[Record | Refused]:
    rows = Table(file, required={"modifier", "title"}, what="modifiers")
    return records(MODIFIER, iter(rows), own_modifier_row)


def own_modifier_row(row: dict[str, str]) -> ModifierRow:
    return ModifierRow(matched(row["modifier"], MODIFIER_CODE, "modifier"), words(row["title"]))


DEMO_PROCEDURES = Layout(
    CodeSet.DEMO_PROCEDURES,
    CODE_COLUMNS,
    read_procedures,
    "Chartline: code, title in our own words, and a weight that compares the levels of one family",
)
MODIFIERS = Layout(CodeSet.MODIFIERS, MODIFIER_COLUMNS, read_modifiers, "Chartline: modifier, title in our own words")
