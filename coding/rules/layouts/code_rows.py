"""Rows of the code and modifier tables, as the readers of many lists write them, and the forms of their codes."""

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from coding.rules.layouts.shape import Record


class CodeRow(NamedTuple):
    """A row of the code table; `system` is a System's value, the dates only where a file gives them code by code."""

    system: str
    code: str
    title: str
    billable: bool = True
    medium_title: str = ""
    short_title: str = ""
    weight: Decimal | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    coverage: str = ""
    pricing: str = ""

    def record(self, line: int = 0) -> Record:
        return Record("Code", self, line)


class ModifierRow(NamedTuple):
    """A row of the modifier table."""

    code: str
    title: str

    def record(self, line: int = 0) -> Record:
        return Record("Modifier", self, line)


CODE_COLUMNS = {"Code": CodeRow._fields}
MODIFIER_COLUMNS = {"Modifier": ModifierRow._fields}

# ICD-10-CM Official Guidelines, section I.A.2: three to seven characters. The second was a digit until QA0 came.
ICD10CM = re.compile(r"[A-Z][0-9A-Z]{2,6}")
# ICD-9-CM volume 1: three to five characters; E codes have a fourth before the point. Volume 3: two to four digits.
ICD9CM = re.compile(r"([0-9]{3}|V[0-9]{2}|E[0-9]{3})[0-9]{0,2}")
ICD9CM_PROCEDURE = re.compile(r"[0-9]{2,4}")
HCPCS = re.compile(r"[A-Z][0-9]{4}")
CPT = re.compile(r"[0-9]{4}[0-9A-Z]")  # categories I, II (F), III (T), and the alphanumeric ones since (A, M, U)
MODIFIER = re.compile(r"[0-9A-Z]{2}")
