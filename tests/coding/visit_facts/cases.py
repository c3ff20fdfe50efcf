"""Cases for reading the facts of a visit: pages as text, and what may be made of them.

=== what the case shows
@manifest patient_name=Whitfield, Rosa; …      what the practice's table says
@earlier E-00012; patient_name=…; …            a visit that was pre-coded before
Patient: Rosa Whitfield   DOB: 04/17/1958      the words, columns as they stand; "--- page" parts pages
expect
birth_date = 04/17/1958                        fills the field
date_from ? 11/03/2026 | 11/02/2026            is offered, fills nothing
account_number !                               nothing is offered
A field that is not named may be offered something, and is not filled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent
WANTED = re.compile(r"(?P<field>\w+) (?P<how>[=?!])\s*(?P<values>.*)")


@dataclass
class Case:
    """One case; `wanted` is field → ("=", "?" or "!", values as people read them)."""

    name: str
    pages: list[str] = field(default_factory=lambda: [""])
    manifest: dict[str, str] = field(default_factory=dict)
    earlier: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    wanted: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)


def cases(name: str) -> list[Case]:
    """The cases of one file of this folder."""
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return [read(part) for part in re.split(r"(?m)^=== ", text)[1:]]


def read(part: str) -> Case:
    name, *lines = part.splitlines()
    case, wanted = Case(name.strip()), False
    for line in lines:
        if line == "expect":
            wanted = True
        elif wanted:
            if line.strip():
                found = WANTED.fullmatch(line)
                assert found, (name, line)
                values = tuple(value.strip() for value in found["values"].split(" | ") if value.strip())
                case.wanted[found["field"]] = (found["how"], values)
        elif line.startswith("@manifest "):
            case.manifest = dict(pairs(line.removeprefix("@manifest ")))
        elif line.startswith("@earlier "):
            label, rest = line.removeprefix("@earlier ").split("; ", 1)
            case.earlier.append((label, dict(pairs(rest))))
        elif line == "--- page":
            case.pages.append("")
        else:
            case.pages[-1] += line + "\n"
    assert case.wanted, name
    return case


def pairs(text: str) -> Iterator[tuple[str, str]]:
    for pair in text.split(";"):
        name, _, value = pair.partition("=")
        yield name.strip(), value.strip()
