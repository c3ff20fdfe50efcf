"""The ICD-10-CM tabular list (XML): its codes, its chapters and blocks, its instructional notes.

The schema is NCHS's icd-10-cm-tabular-YYYY.xsd. It gives neither sex nor age: those stand in the words of notes only.
"""

import re
from collections.abc import Iterator, Mapping
from typing import IO
from xml.etree.ElementTree import Element

from coding.rules.code_sets import CodeSet
from coding.rules.codings import System, bare
from coding.rules.layouts.code_rows import CODE_COLUMNS, ICD10CM, CodeRow
from coding.rules.layouts.numbered import BadRow, matched, words
from coding.rules.layouts.shape import Layout, Record, Refused, WrongFile
from coding.rules.layouts.xml_elements import line_of, parts, text_of

ROOT = "ICD10CM.tabular"
SOURCE = "NCHS, ICD-10-CM tabular list (icd10cm_tabular_YYYY.xml) and its schema icd-10-cm-tabular-YYYY.xsd"

FULL_LENGTH = 7  # a code with an extension has seven characters; the gap before it is filled with X
# ICD-10-CM tabular, note at S06: "7th characters D and S do not apply to codes in category S06 with 6th character 7 ...
# or 8 ...", death before regaining consciousness.
FATAL_HEAD_INJURY = ("S06", frozenset("78"), "A")
EXTENSION = re.compile(r"[0-9A-Z]")


def chapters(file: IO[bytes]) -> Iterator[Element]:
    """The chapters of a tabular list; WrongFile if there is none."""
    found = False
    for part in parts(file, ROOT):
        if part.tag == "chapter":
            found = True
            yield part
    if not found:
        raise WrongFile("There is no chapter in the file.")


def read_codes(file: IO[bytes]) -> Iterator[Record | Refused]:
    """Every category and code, 7th characters written out.

    Billable are the codes with nothing below them (ICD-10-CM Official Guidelines, section I.B.2).
    """
    for chapter in chapters(file):
        for category in chapter.findall("section/diag"):
            yield from below(category, {})


def below(diag: Element, inherited: Mapping[str, str]) -> Iterator[Record | Refused]:
    """The code of a `diag` element and all codes below it; `inherited` are the 7th characters from above."""
    extensions = {
        extension.get("char", ""): text_of(extension) for extension in diag.findall("sevenChrDef/extension")
    } or inherited
    children, line = diag.findall("diag"), line_of(diag)
    try:
        found = written_out(diag, {} if children else extensions, heading=bool(children))
    except BadRow as reason:
        yield Refused(line, str(reason))
    else:
        yield from (Record("Code", row, line) for row in found)
    for child in children:
        yield from below(child, extensions)


def written_out(diag: Element, extensions: Mapping[str, str], *, heading: bool) -> list[CodeRow]:
    """The code of an element, and the codes that its 7th characters make of it."""
    code, title = code_at(diag), words(text_of(diag.find("desc")))
    stem = code.ljust(FULL_LENGTH - 1, "X")
    category, sixth, only = FATAL_HEAD_INJURY
    codes = [CodeRow(System.ICD10CM.value, code, title, billable=not heading and not extensions)]
    for character, meaning in extensions.items():
        matched(character, EXTENSION, "7th character")
        if character == only or not (stem.startswith(category) and stem[-1] in sixth):
            full = f"{title}, {words(meaning, 'meaning of a 7th character')}"
            codes.append(CodeRow(System.ICD10CM.value, stem + character, full))
    return codes


def code_at(diag: Element) -> str:
    return matched(bare(text_of(diag.find("name"))), ICD10CM, "ICD-10-CM code")


TABULAR_CODES = Layout(CodeSet.ICD10CM, CODE_COLUMNS, read_codes, SOURCE)
