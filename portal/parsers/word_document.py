"""DOCX on pages: headers, paragraphs, lists, tables, notes, text boxes and pictures in the order they stand.

Read from its XML (ISO/IEC 29500-1, 17) without following what points outside of it. Text that was put in by a
tracked change is shown, text that was taken out by one is not, as a reader would see it.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from portal.parsers import archive
from portal.parsers.confine import Refused, reading
from portal.parsers.sheets import Sheets
from portal.parsers.xml_tree import at, attribute, children, local, tree

LARGEST = 128 * 1024**2  # bytes unpacked, pictures and all
LARGEST_PART = 24 * 1024**2  # bytes of one part of XML
LARGEST_PICTURE = 32 * 1024**2
MOST_PICTURES = 200
MAIN = "word/document.xml"
SKIPPED = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText", "rPr", "pPr"})
INDENT = 14.0
DEEPEST_TABLE = 8  # tables within tables


class WordDocument:
    """One document being set."""

    def __init__(self, opened: zipfile.ZipFile, sheets: Sheets) -> None:
        self.opened, self.sheets = opened, sheets
        self.related = self.relations(MAIN)
        self.pictures = 0

    def part(self, name: str) -> Element | None:
        """A part of XML."""
        found = archive.content(self.opened, name, largest=LARGEST_PART)
        return tree(found) if found is not None else None

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to: id to (kind, name of the part); what lies outside is counted and left out."""
        folder, _, name = part.rpartition("/")
        root = self.part(f"{folder}/_rels/{name}.rels")
        found = {}
        for one in children(root, "Relationship"):
            kind = attribute(one, "Type").rpartition("/")[2]
            if attribute(one, "TargetMode") == "External":
                if kind != "hyperlink":
                    self.sheets.note("external")
                continue
            target = attribute(one, "Target")
            found[attribute(one, "Id")] = (kind, posixpath.normpath(posixpath.join(folder, target)).lstrip("/"))
        return found

    def show(self) -> None:
        """Headers, the body, footers, notes."""
        root = self.part(MAIN)
        body = at(root, "body")
        if body is None:
            raise Refused("truncated")
        self.show_all_of("header")
        self.blocks(body)
        self.show_all_of("footer")
        for kind, title in (("footnotes", "Notes"), ("endnotes", "Notes at the end"), ("comments", "Comments")):
            self.show_all_of(kind, title)
        if any(name.endswith("vbaProject.bin") for name in self.opened.namelist()):
            self.sheets.note("scripts")
        embedded = sum(kind in {"oleObject", "package"} for kind, _ in self.related.values())
        if embedded:
            self.sheets.note("attachments", embedded)

    def show_all_of(self, kind: str, title: str = "") -> None:
        """Every part of one kind, the same words once."""
        shown: set[str] = set()
        for _, name in sorted(target for target in self.related.values() if target[0] == kind):
            root = self.part(name)
            text = " ".join(paragraph_text(one) for one in root.iter() if local(one) == "p") if root is not None else ""
            if root is None or not text.strip() or text in shown:
                continue
            shown.add(text)
            if title:
                self.sheets.heading(title, 3)
            main, self.related = self.related, self.relations(name)
            for part in [root] if kind in {"header", "footer"} else list(root):
                self.blocks(part)
            self.related = main

    # -- blocks ---------------------------------------------------------------------------------
    def blocks(self, parent: Element) -> None:
        """Paragraphs and tables, also those in content controls and tracked changes."""
        for child in parent:
            kind = local(child)
            if kind == "p":
                self.paragraph(child)
            elif kind == "tbl":
                self.table(child)
            elif kind not in SKIPPED:
                self.blocks(child)

    def paragraph(self, element: Element) -> None:
        """Its text, then its pictures and the boxes anchored to it."""
        style = attribute(at(element, "pPr/pStyle"), "val").lower()
        text = paragraph_text(element)
        if style.startswith(("heading", "title")) and text.strip():
            self.sheets.heading(text, int(style[-1]) if style[-1:].isdigit() else 1)
        elif at(element, "pPr/numPr") is not None:
            self.sheets.paragraph("\N{BULLET} " + text, indent=INDENT)
        else:
            for number, page in enumerate(text.split("\f")):
                if number:
                    self.sheets.new_page()
                self.sheets.typed(page) if "\t" in page and "\n" not in page else self.sheets.paragraph(page)
        for one in drawn_in(element):
            if local(one) == "txbxContent":
                self.blocks(one)
            else:
                self.picture(attribute(one, "embed") or attribute(one, "id"))

    def picture(self, relation: str) -> None:
        """A picture by its relation; one that lies outside the document is not fetched."""
        kind, name = self.related.get(relation, ("", ""))
        if kind != "image":
            if relation:
                self.sheets.note("pictures_left_out")
                self.sheets.paragraph("[A picture that is not in the document]")
            return
        self.pictures += 1
        if self.pictures > MOST_PICTURES:
            raise Refused("too_costly")
        held = archive.content(self.opened, name, largest=LARGEST_PICTURE)
        self.sheets.picture(io.BytesIO(held or b""))

    def table(self, element: Element, depth: int = 1) -> None:
        """Rows and cells as text; the pictures of a table follow it."""
        if depth > DEEPEST_TABLE:
            raise Refused("unsafe_document")
        rows = [[cell_text(cell) for cell in below(row, "tc")] for row in below(element, "tr")]
        self.sheets.table(rows)
        for one in drawn_in(element):
            if local(one) == "txbxContent":
                self.blocks(one)
            else:
                self.picture(attribute(one, "embed") or attribute(one, "id"))


def below(element: Element, name: str) -> Iterator[Element]:
    """The elements of a name below one, not those within them nor what was taken out."""
    for child in element:
        if local(child) == name:
            yield child
        elif local(child) not in SKIPPED and local(child) != "tbl":
            yield from below(child, name)


def cell_text(cell: Element) -> str:
    """A cell's paragraphs on lines of their own, those of a table within it too."""
    return "\n".join(text for one in cell.iter() if local(one) == "p" and (text := paragraph_text(one).strip()))


def paragraph_text(element: Element) -> str:
    """The words of a paragraph with tabs and line breaks; a form feed for a page break."""
    parts: list[str] = []
    for child in element:
        kind = local(child)
        if kind == "t":
            parts.append(child.text or "")
        elif kind in {"tab", "ptab"}:
            parts.append("\t")
        elif kind in {"br", "cr"}:
            parts.append("\f" if attribute(child, "type") == "page" else "\n")
        elif kind == "noBreakHyphen":
            parts.append("-")
        elif kind == "sym":
            parts.append("\N{BULLET}")
        elif kind not in SKIPPED and kind not in {"txbxContent", "drawing", "pict", "object"}:
            parts.append(paragraph_text(child))
    return "".join(parts)


def drawn_in(element: Element) -> Iterator[Element]:
    """Text boxes and pictures below a paragraph or table, in order; a box's own are shown with the box."""
    for child in element:
        kind = local(child)
        if kind in {"txbxContent", "blip", "imagedata"}:
            yield child
        elif kind not in SKIPPED:
            yield from drawn_in(child)


def set_document(source: Path, target: Path, page_limit: int) -> dict[str, int]:
    """Set one document."""
    with reading(), archive.opened(source, largest=LARGEST, most=5000) as opened:
        if MAIN not in opened.namelist():
            raise Refused("unknown_type" if archive.is_office(opened) else "truncated")
        sheets = Sheets(page_limit)
        WordDocument(opened, sheets).show()
        return sheets.save(target)
