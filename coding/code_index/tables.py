"""The house's own tables of abbreviations and synonyms, read from coding/data."""

import csv
import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from coding.rules.code_search import Expressions
from coding.rules.codings import System

DATA = Path(__file__).resolve().parent.parent / "data"
ABBREVIATIONS, SYNONYMS = DATA / "abbreviations.csv", DATA / "synonyms.csv"


class Synonym(NamedTuple):
    """What people call a code; a category's synonym holds for all codes below it."""

    system: System
    code: str
    term: str


@cache
def house_expressions() -> Expressions:
    """The abbreviations and plain words of all specialties (columns text, means; `|` between alternatives)."""
    with ABBREVIATIONS.open(encoding="utf-8", newline="") as lines:
        return Expressions.of((row["text"], row["means"]) for row in csv.DictReader(lines))


@cache
def synonyms() -> tuple[Synonym, ...]:
    """Names of codes (columns system, code, terms; `|` between terms)."""
    with SYNONYMS.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Synonym(System(row["system"]), row["code"], term.strip())
            for row in csv.DictReader(lines)
            for term in row["terms"].split("|")
        )


@cache
def synonyms_digest() -> str:
    """Changes when the synonyms do: they are in the index, unlike the abbreviations, which widen the question."""
    return hashlib.sha256(SYNONYMS.read_bytes()).hexdigest()
