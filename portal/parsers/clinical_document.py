"""C-CDA on pages: who the document is about, then its sections as their authors wrote them.

The narrative text is what a signature stands under (HL7 CDA R2, 1.2.3: what must be shown to a reader); entries
coded for machines are not repeated.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Iterable
from pathlib import Path
from xml.etree.ElementTree import Element

from portal.parsers.confine import Refused, reading
from portal.parsers.sheets import Sheets
from portal.parsers.xml_tree import at, attribute, children, local, tree, words

DATE = re.compile(r"(\d{4})(\d{2})?(\d{2})?(?:(\d{2})(\d{2}))?")
INDENT = 14.0  # points a level of a list
PDF_TYPE = "application/pdf"


def set_document(source: Path, target: Path, page_limit: int) -> dict[str, int]:
    """Set header and sections; a body that is a PDF is taken as it is."""
    with reading():
        root = tree(source.read_bytes())
        if local(root) != "ClinicalDocument":
            raise Refused("unknown_type")
        body = at(root, "component/nonXMLBody/text")
        if body is not None and attribute(body, "mediaType") == PDF_TYPE:
            target.write_bytes(unwrapped(body))
            return {"pages": 0}
        sheets = Sheets(page_limit)
        sheets.heading(words(at(root, "title")) or "Clinical document", 1)
        sheets.table([row for row in header(root) if row[1]])
        if body is not None:
            unstructured(sheets, body)
        for section in sections(at(root, "component/structuredBody")):
            show_section(sheets, section, 2)
        return sheets.save(target)


def unwrapped(body: Element) -> bytes:
    """The bytes of a body in base64."""
    try:
        return base64.b64decode("".join((body.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise Refused("truncated") from None


def unstructured(sheets: Sheets, body: Element) -> None:
    """A body without sections: text, a picture, or a file that cannot be shown."""
    media_type = attribute(body, "mediaType")
    if media_type.startswith("image/") and attribute(body, "representation") == "B64":
        sheets.picture(io.BytesIO(unwrapped(body)))
    elif media_type in {"", "text/plain"}:
        sheets.paragraph("".join(body.itertext()))
    else:
        sheets.note("pictures_left_out")
        sheets.paragraph("[The body of this document is a file that cannot be shown]")


# -- the header ----------------------------------------------------------------------------------
def header(root: Element) -> list[tuple[str, str]]:
    """Patient, document and people (CDA R2, 4.2)."""
    role = at(root, "recordTarget/patientRole")
    patient = at(role, "patient")
    visit = at(root, "componentOf/encompassingEncounter")
    return [
        ("Patient", name_of(at(patient, "name"))),
        ("Born", day(at(patient, "birthTime"))),
        ("Sex", coded(at(patient, "administrativeGenderCode"))),
        ("Record numbers", ", ".join(attribute(one, "extension") for one in children(role, "id"))),
        ("Address", words(at(role, "addr"))),
        ("Document", coded(at(root, "code"))),
        ("Written", day(at(root, "effectiveTime"))),
        ("Visit", " to ".join(filter(None, span(at(visit, "effectiveTime"))))),
        ("Visit kind", coded(at(visit, "code"))),
        ("Place", words(at(visit, "location/healthCareFacility/location/name"))),
        ("Authors", people(root, "author", "assignedAuthor/assignedPerson/name")),
        ("Seen by", people(root, "documentationOf", "serviceEvent/performer/assignedEntity/assignedPerson/name")),
        ("Signed by", people(root, "legalAuthenticator", "assignedEntity/assignedPerson/name")),
        ("Kept by", words(at(root, "custodian/assignedCustodian/representedCustodianOrganization/name"))),
    ]


def name_of(name: Element | None) -> str:
    """A person's name in the order it is written."""
    parts = [words(part) for part in name] if name is not None and len(name) else [words(name)]
    return " ".join(filter(None, parts))


def people(root: Element, kind: str, path: str) -> str:
    """The names of everybody who took part in one way."""
    return ", ".join(filter(None, (name_of(at(one, path)) for one in children(root, kind))))


def coded(element: Element | None) -> str:
    """A code by its words, or by itself."""
    return attribute(element, "displayName") or attribute(element, "code")


def day(element: Element | None) -> str:
    """A point in time as 2026-03-02 14:30, as exact as it was given."""
    found = DATE.match(attribute(element, "value"))
    if found is None:
        return ""
    date = "-".join(filter(None, found.groups()[:3]))
    return f"{date} {found[4]}:{found[5]}" if found[4] else date


def span(element: Element | None) -> tuple[str, str]:
    """Beginning and end."""
    return day(at(element, "low")) or day(element), day(at(element, "high"))


# -- the sections --------------------------------------------------------------------------------
def sections(parent: Element | None) -> Iterable[Element]:
    """The sections below a body or another section."""
    for component in children(parent, "component"):
        yield from children(component, "section")


def show_section(sheets: Sheets, section: Element, level: int) -> None:
    """Title, narrative, sections within."""
    sheets.heading(words(at(section, "title")) or coded(at(section, "code")) or "Section", level)
    text = at(section, "text")
    if text is not None:
        show_block(sheets, text, 0.0)
    for inner in sections(section):
        show_section(sheets, inner, level + 1)


def show_block(sheets: Sheets, block: Element, indent: float) -> None:
    """A narrative block: loose text between paragraphs, lists and tables is text too (CDA R2, 4.3.4)."""
    loose = [block.text or ""]

    def say() -> None:
        text = "\n".join(" ".join(line.split()) for line in "".join(loose).split("\v")).strip()
        if text:
            sheets.paragraph(text, indent=indent)
        loose.clear()

    for child in block:
        kind = local(child)
        if kind in {"paragraph", "list", "table", "caption", "item", "renderMultiMedia"}:
            say()
            show_child(sheets, child, kind, indent)
        elif kind == "br":
            loose.append("\v")
        elif holds_blocks(child):
            say()
            show_block(sheets, child, indent)
        else:
            loose.append(inline(child))
        loose.append(child.tail or "")
    say()


def holds_blocks(element: Element) -> bool:
    """Whether there is more than running text below."""
    return any(local(one) in {"paragraph", "list", "table"} for one in element.iter())


def inline(element: Element) -> str:
    """Running text with its line breaks."""
    parts = ["\v" if local(element) == "br" else element.text or ""]
    for child in element:
        parts += [inline(child), child.tail or ""]
    return "".join(parts)


def show_child(sheets: Sheets, child: Element, kind: str, indent: float) -> None:
    """A block within a block."""
    if kind == "table":
        show_table(sheets, child)
    elif kind == "list":
        ordered = attribute(child, "listType") == "ordered"
        for number, item in enumerate(children(child, "item"), start=1):
            lead = f"{number}. " if ordered else "\N{BULLET} "
            item.text = lead + (item.text or "").lstrip()
            show_block(sheets, item, indent + INDENT)
    elif kind == "renderMultiMedia":
        sheets.note("pictures_left_out")
        sheets.paragraph("[A picture that is not shown]", indent=indent)
    else:
        show_block(sheets, child, indent)


def show_table(sheets: Sheets, table: Element) -> None:
    """The rows of head, body and foot; a cell that spans several is given once."""
    caption = words(next(children(table, "caption"), None))
    if caption:
        sheets.paragraph(caption, style="B")
    head = rows(children(table, "thead"))
    body = rows(children(table, "tbody", "tfoot")) or rows([table])
    sheets.table([*head, *body], head=len(head))


def rows(parts: Iterable[Element]) -> list[list[str]]:
    """The cells of each row as text."""
    return [[inline_cell(cell) for cell in children(row, "td", "th")] for part in parts for row in children(part, "tr")]


def inline_cell(cell: Element) -> str:
    """A cell's text; paragraphs and items within it on lines of their own."""
    for inner in cell.iter():
        if local(inner) in {"paragraph", "item"} and inner is not cell:
            inner.text = "\v" + (inner.text or "")
    lines = (" ".join(line.split()) for line in inline(cell).split("\v"))
    return "\n".join(filter(None, lines))
