"""The ICD-10-CM tabular list (XML) once more: its chapters and blocks, and its instructional notes."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import IO
from xml.etree.ElementTree import Element

from coding.rules.code_sets import CodeSet
from coding.rules.codings import bare
from coding.rules.layouts.icd10cm_tabular import SOURCE, chapters, code_at
from coding.rules.layouts.numbered import BadRow, matched, words
from coding.rules.layouts.shape import Layout, Record, Refused
from coding.rules.layouts.xml_elements import line_of, text_of
from coding.rules.tables import NoteKind

COLUMNS = {
    "CodeGroup": ("position", "within", "label", "title", "first", "last", "categories"),
    "CodeNote": ("holder", "kind", "position", "text"),
}
NOTES = {
    "includes": NoteKind.INCLUDES,
    "inclusionTerm": NoteKind.INCLUSION_TERM,
    "excludes1": NoteKind.EXCLUDES1,
    "excludes2": NoteKind.EXCLUDES2,
    "codeFirst": NoteKind.CODE_FIRST,
    "useAdditionalCode": NoteKind.USE_ADDITIONAL,
    "codeAlso": NoteKind.CODE_ALSO,
    "sevenChrNote": NoteKind.SEVENTH_CHARACTER,
    "notes": NoteKind.NOTE,
}
CATEGORY = re.compile(r"[A-Z][0-9A-Z]{2}")
CHAPTER = re.compile(r"[0-9]{1,2}")
BLOCK = re.compile(rf"{CATEGORY.pattern}(-{CATEGORY.pattern})?")
TITLE_WITH_RANGE = re.compile(rf"(?P<title>.+) \((?P<range>{BLOCK.pattern})\)")
TITLE_LIMIT = 300  # characters of the title of a chapter or block

Found = Iterator[Record | Refused]


@dataclass
class Group:
    """A chapter or block: its place in the file, the one around it, and the categories in it and in its blocks.

    The categories are listed because ranges alone mislead: M1A stands in M05-M14, D3A does not stand in D37-D48.
    """

    line: int
    position: int
    around: "Group | None"
    label: str
    title: str
    first: str
    last: str
    categories: list[str] = field(default_factory=list)

    def encloses(self, first: str, last: str) -> bool:
        return self.first <= first and last <= self.last

    def add(self, categories: list[str]) -> None:
        self.categories.extend(categories)
        if self.around:
            self.around.add(categories)

    def row(self) -> Record:
        within = self.around.position if self.around else None
        values = (self.position, within, self.label, self.title, self.first, self.last, self.categories)
        return Record("CodeGroup", values, self.line)


def read_notes(file: IO[bytes]) -> Found:
    """Chapters and blocks, and the notes at them and at codes; what is wrong with an element is said once."""
    refused: set[Refused] = set()
    for found in groups_and_notes(file):
        if isinstance(found, Record):
            yield found
        elif found not in refused:
            refused.add(found)
            yield found


def groups_and_notes(file: IO[bytes]) -> Found:
    groups, notes = count(1), count(1)
    for chapter in chapters(file):
        yield from groups_in(chapter, groups)
        yield from notes_at(chapter, chapter_of, notes)
        for block in chapter.findall("section"):
            yield from notes_at(block, block_of, notes)
            for diag in block.iter("diag"):
                yield from notes_at(diag, code_at, notes)


def groups_in(chapter: Element, positions: "count[int]") -> Found:
    """The chapter and its blocks, each after the one around it; blocks nest by their ranges only."""
    found: list[Group | Refused] = []
    around: list[Group] = []
    for node in (chapter, *chapter.findall("section")):
        try:
            group = group_at(node, around, next(positions))
        except BadRow as reason:
            found.append(Refused(line_of(node), str(reason)))
        else:
            around.append(group)
            found.append(group)
    yield from (one.row() if isinstance(one, Group) else one for one in found)


def group_at(node: Element, around: list[Group], position: int) -> Group:
    """The group of a chapter or section element; groups that do not enclose it are taken from `around`."""
    label = chapter_of(node) if node.tag == "chapter" else block_of(node)
    title = words(text_of(node.find("desc")), limit=TITLE_LIMIT)
    if printed := TITLE_WITH_RANGE.fullmatch(title):
        title, span = printed["title"], printed["range"]
    elif node.tag == "chapter":
        raise BadRow("has no range of codes after its title")
    first, last = ends(span if node.tag == "chapter" else label)
    while around and not around[-1].encloses(first, last):
        around.pop()
    group = Group(line_of(node), position, around[-1] if around else None, label, title, first, last)
    group.add([bare(text_of(diag.find("name"))) for diag in node.findall("diag")])
    return group


def chapter_of(chapter: Element) -> str:
    return matched(text_of(chapter.find("name")), CHAPTER, "chapter")


def block_of(section: Element) -> str:
    return matched(section.get("id", ""), BLOCK, "block of codes")


def ends(span: str) -> tuple[str, str]:
    """First and last category of "E08-E13"; both are the same in "C7A"."""
    first, _, last = span.partition("-")
    return first, last or first


def notes_at(node: Element, holder_of: Callable[[Element], str], positions: "count[int]") -> Found:
    """The notes that stand directly at a chapter, block or code."""
    try:
        holder = holder_of(node)
    except BadRow as reason:
        yield Refused(line_of(node), str(reason))
        return
    for child in node:
        for line, kind, text in (*plain(child), *seventh_characters(child), *vision_table(child)):
            try:
                yield Record("CodeNote", (holder, kind.value, next(positions), words(text, "text")), line)
            except BadRow as reason:
                yield Refused(line, str(reason))


Notes = Iterator[tuple[int, NoteKind, str]]


def plain(child: Element) -> Notes:
    if kind := NOTES.get(child.tag):
        for note in child.findall("note"):
            yield line_of(note), kind, text_of(note)


def seventh_characters(child: Element) -> Notes:
    """The 7th characters of a definition; a note below one belongs to it and says so."""
    character = ""
    for node in child if child.tag == "sevenChrDef" else ():
        if node.tag == "extension":
            character = node.get("char", "")
            yield line_of(node), NoteKind.EXTENSION, f"{character} {text_of(node)}"
        else:
            yield line_of(node), NoteKind.NOTE, f"7th character {character}: {text_of(node)}"


def vision_table(child: Element) -> Notes:
    """The rows of the table at H54, each as one sentence."""
    if child.tag != "visualImpairment":
        return
    for row in child.findall("visCategory"):
        if number := text_of(row.find("value")):
            less = ", ".join(text_of(value) for value in row.findall("visRange/visMax/value"))
            least = ", ".join(text_of(value) for value in row.findall("visRange/visMin/value"))
            limits = [f"less than {less}"] * bool(less) + [f"equal to or better than {least}"] * bool(least)
            yield line_of(row), NoteKind.NOTE, f"Category of visual impairment {number}: {'; '.join(limits)}"


NOTES_AND_GROUPS = Layout(CodeSet.ICD10CM_TABULAR, COLUMNS, read_notes, SOURCE)
