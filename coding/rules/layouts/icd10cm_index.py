"""The ICD-10-CM alphabetic indexes and tables (XML): index, external causes, neoplasms, drugs and chemicals."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import IO
from xml.etree.ElementTree import Element

from coding.rules.code_sets import CodeSet
from coding.rules.codings import bare
from coding.rules.layouts.numbered import BadRow, matched, words
from coding.rules.layouts.shape import Layout, Record, Refused, WrongFile
from coding.rules.layouts.xml_elements import line_of, parts, text_of

ROOT = "ICD10CM.index"
SOURCE = "NCHS, ICD-10-CM index files (icd10cm_index, _eindex, _neoplasm, _drug YYYY.xml) and their schemas"

COLUMNS = {"IndexEntry": ("position", "level", "path", "column", "code", "see", "see_also")}
# "T75.0-" and "I63.-" lack characters; a code without its dot keeps the dash.
INDEX_CODE = re.compile(r"[A-Z][0-9A-Z]{2}(\.[0-9A-Z]{0,4})?-?")
NO_CODE = frozenset({"", "-", "--"})  # an empty cell of a table
REFERENCE_LIMIT = 300  # characters of "see ..."
COLUMN_LIMIT = 40  # characters of a column's head
MANIFESTATION = "manifestation"  # the second code of a pair, printed in brackets: "E85.4 [I43]"

Found = Iterator[Record | Refused]


@dataclass
class Index:
    """Numbers the entries; `heads` are the names of a table's columns by number."""

    heads: Mapping[str, str] = field(default_factory=dict)
    positions: "count[int]" = field(default_factory=lambda: count(1))

    def entries(self, term: Element, above: tuple[str, ...]) -> Found:
        """The lines of a term and of all terms below it."""
        path = above
        try:
            path = (*above, words(title_of(term), "title"))
            yield from self.lines_of(term, path)
        except BadRow as reason:
            yield Refused(line_of(term), str(reason))
        for below in term.findall("term"):
            yield from self.entries(below, path)

    def lines_of(self, term: Element, path: tuple[str, ...]) -> Found:
        see, see_also = reference(term, "see"), reference(term, "seeAlso")
        if category := text_of(term.find("seecat")):
            see = f"category {category}"
        found = 0
        for column, node in self.coded(term):
            try:
                code = index_code(node)
            except BadRow as reason:
                yield Refused(line_of(node), str(reason))
                found += 1
                continue
            if code:
                yield self.entry(node, path, column, code, *(("", "") if found else (see, see_also)))
                found += 1
        if not found:
            yield self.entry(term, path, "", "", see, see_also)

    def coded(self, term: Element) -> Iterator[tuple[str, Element]]:
        """The elements of a term that hold codes, each with the head of its column."""
        for node in term:
            if node.tag in {"code", "subcat"}:
                yield "", node
            elif node.tag == "cell":
                yield self.heads.get(node.get("col", ""), node.get("col", "")), node
            elif node.tag == "manif" and INDEX_CODE.fullmatch(text_of(node)):
                yield MANIFESTATION, node

    def entry(self, node: Element, path: tuple[str, ...], *words: str) -> Record:
        """The entry of a term or of one of its codes; `words` are column, code, see and see also."""
        values = (next(self.positions), len(path) - 1, list(path), *words)
        return Record("IndexEntry", values, line_of(node))


def title_of(term: Element) -> str:
    """A term as printed, with its nonessential modifiers, and with a manifestation that is not a code."""
    manifestation = text_of(term.find("manif"))
    bracket = f" [{manifestation}]" if manifestation and not INDEX_CODE.fullmatch(manifestation) else ""
    return text_of(term.find("title")) + bracket


def reference(term: Element, tag: str) -> str:
    text = text_of(term.find(tag))
    return words(text, "reference", REFERENCE_LIMIT) if text else ""


def index_code(node: Element) -> str:
    """A code as an index gives it: no dot, a dash at the end if characters are missing; empty for no code."""
    return without_dot(text_of(node), whole=node.tag != "subcat")


def without_dot(text: str, *, whole: bool = True) -> str:
    if text in NO_CODE:
        return ""
    code = bare(matched(text, INDEX_CODE, "code of an index"))
    return code if whole or code.endswith("-") else f"{code}-"


def read_index(file: IO[bytes], *, external: bool) -> Found:
    index = Index()
    letters = False
    for part in parts(file, ROOT):
        if part.tag == "indexHeading":
            raise WrongFile("This is the table of neoplasms or of drugs, not an index.")
        if part.tag == "title" and ("EXTERNAL" in text_of(part).upper()) != external:
            raise WrongFile(f"This is another index: {text_of(part)[:60]}.")
        if part.tag == "letter":
            letters = True
            for term in part.findall("mainTerm"):
                yield from index.entries(term, ())
    if not letters:
        raise WrongFile("There is no letter in the index.")


def read_table(file: IO[bytes], *, first_head: str) -> Found:
    """The lines of a table; its columns are known by its own heads, the first of which tells which table it is."""
    index: Index | None = None
    for part in parts(file, ROOT):
        if part.tag == "indexHeading":
            heads = {head.get("col", ""): text_of(head)[:COLUMN_LIMIT] for head in part.findall("head")}
            if heads.get("1") != first_head:
                raise WrongFile(f"The first column is headed {heads.get('1', '')[:40]!r}, not {first_head!r}.")
            index = Index(heads)
        elif part.tag == "letter":
            if index is None:
                raise WrongFile("The table has no heads.")
            for term in part.findall("mainTerm"):
                yield from index.entries(term, ())
    if index is None:
        raise WrongFile("The table has no heads.")


INDEX = Layout(CodeSet.ICD10CM_INDEX, COLUMNS, partial(read_index, external=False), SOURCE)
EXTERNAL_INDEX = Layout(CodeSet.ICD10CM_EXTERNAL_INDEX, COLUMNS, partial(read_index, external=True), SOURCE)
NEOPLASMS = Layout(CodeSet.ICD10CM_NEOPLASM, COLUMNS, partial(read_table, first_head="Neoplasm"), SOURCE)
DRUGS = Layout(CodeSet.ICD10CM_DRUG, COLUMNS, partial(read_table, first_head="Substance"), SOURCE)
