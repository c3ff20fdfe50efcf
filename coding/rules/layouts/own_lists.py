"""The short lists that come with Chartline in our own words: demo procedures and modifiers."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import IO

from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from coding.rules.layouts.code_rows import (
    CODE_COLUMNS,
    CPT,
    HCPCS,
    MODIFIER,
    MODIFIER_COLUMNS,
    CodeRow,
    ModifierRow,
)
from coding.rules.layouts.numbered import matched, table_rows, taken, words
from coding.rules.layouts.shape import Layout, Record, Refused

PROCEDURE = re.compile(rf"{CPT.pattern}|{HCPCS.pattern}")
WEIGHT = re.compile(r"[0-9]{1,5}(\.[0-9]{1,2})?")


def read_procedures(file: IO[bytes]) -> Iterator[Record | Refused]:
    return taken(table_rows(file, "code", "title", "weight"), procedure_row)


def procedure_row(row: dict[str, str]) -> Record:
    weight = Decimal(matched(row["weight"], WEIGHT, "weight")) if row["weight"] else None
    return CodeRow(
        System.PROCEDURE.value, matched(row["code"], PROCEDURE, "procedure code"), words(row["title"]), weight=weight
    ).record()


def read_modifiers(file: IO[bytes]) -> Iterator[Record | Refused]:
    return taken(table_rows(file, "modifier", "title"), own_modifier_row)


def own_modifier_row(row: dict[str, str]) -> Record:
    return ModifierRow(matched(row["modifier"], MODIFIER, "modifier"), words(row["title"])).record()


DEMO_PROCEDURES = Layout(
    CodeSet.DEMO_PROCEDURES,
    CODE_COLUMNS,
    read_procedures,
    "Chartline: code, title in our own words, and a weight that compares the levels of one family",
)
MODIFIERS = Layout(CodeSet.MODIFIERS, MODIFIER_COLUMNS, read_modifiers, "Chartline: modifier, title in our own words")
