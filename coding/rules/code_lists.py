"""Readers of the official code lists: bytes or lines in, codes out."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import IO
from xml.etree.ElementTree import Element, iterparse

from coding.rules.codings import bare

FULL_LENGTH = 7  # an ICD-10-CM code with an extension has seven characters; the gap before it is filled with X
TITLE_LIMIT = 300  # characters

# ICD-10-CM tabular, note at S06: "7th characters D and S do not apply to codes in category S06 with 6th character 7 ...
# or 8 ...", death before regaining consciousness.
FATAL_HEAD_INJURY = ("S06", frozenset("78"), "A")


@dataclass(frozen=True)
class ListedCode:
    """One line of a code list; `code` has no dot, `weight` compares levels of one family."""

    code: str
    title: str
    billable: bool
    weight: Decimal | None = None


def icd10cm_codes(tabular: IO[bytes]) -> Iterator[ListedCode]:
    """Every category and code of the official ICD-10-CM tabular XML, 7th characters expanded.

    Billable are the codes without anything below them (ICD-10-CM Official Guidelines, section I.B.2).
    """
    seen: set[str] = set()
    for _event, element in iterparse(tabular):  # noqa: S314  (a file of an installed package)
        if element.tag != "section":
            continue
        for category in element.findall("diag"):
            for listed in below(category, {}):
                if listed.code not in seen:  # a few categories stand in two blocks
                    seen.add(listed.code)
                    yield listed
        element.clear()


def below(diag: Element, inherited: Mapping[str, str]) -> Iterator[ListedCode]:
    """The code of a `diag` element, and all codes below it; `inherited` are the 7th characters from above."""
    extensions = {
        extension.get("char", ""): (extension.text or "").strip() for extension in diag.findall("sevenChrDef/extension")
    } or inherited
    code, title = bare(diag.findtext("name", "")), " ".join(diag.findtext("desc", "").split())
    children = diag.findall("diag")
    extended = () if children else extensions.items()
    yield ListedCode(code, title[:TITLE_LIMIT], billable=not children and not extended)
    for child in children:
        yield from below(child, extensions)
    stem = code.ljust(FULL_LENGTH - 1, "X")
    category, sixth, only = FATAL_HEAD_INJURY
    for character, meaning in extended:
        if character == only or not (stem.startswith(category) and stem[-1] in sixth):
            yield ListedCode(stem + character, f"{title}, {meaning}"[:TITLE_LIMIT], billable=True)


def icd9cm_codes(lines: Iterable[str]) -> Iterator[ListedCode]:
    """The codes of a CMS32_DESC_LONG_DX file: columns 1 to 5 the code, 7 and on the title; all billable."""
    for line in lines:
        if code := line[:5].strip():
            yield ListedCode(code, line[6:].strip()[:TITLE_LIMIT], billable=True)


def demo_procedures(lines: Iterable[str]) -> Iterator[ListedCode]:
    """The codes of the demo list: CSV with the columns code, title, weight (may be empty)."""
    for row in csv.DictReader(lines):
        yield ListedCode(
            row["code"], row["title"], billable=True, weight=Decimal(row["weight"]) if row["weight"] else None
        )
