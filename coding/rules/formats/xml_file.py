"""The result as XML: an element for each encounter with its procedure lines; UTF-8."""

from dataclasses import replace
from xml.etree import ElementTree as ET

from coding.rules.formats import json_file
from coding.rules.formats.contents import Contents
from coding.rules.formats.nested import Plain, Record, records
from coding.rules.formats.template import OutputTemplate
from portal.rules.plain_cells import clean

LABEL = "XML"
MEDIA_TYPE = "application/xml"
ENDING = ".xml"
NEEDS_EVIDENCE = False
COMPOSES = json_file.COMPOSES
TEMPLATE = replace(json_file.TEMPLATE)


def render(contents: Contents, template: OutputTemplate) -> bytes:
    """`<delivery>` with a `<result>` for each encounter; a value that is not known is an empty element."""
    root = ET.Element("delivery", batch=contents.result.batch, practice=clean(contents.result.practice))
    for record, lines in records(contents, template):
        result = ET.SubElement(root, "result")
        fill(result, record)
        if lines is not None:
            parent = ET.SubElement(result, "lines")
            for line in lines:
                fill(ET.SubElement(parent, "procedure_line"), line)
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def fill(parent: ET.Element, record: Record) -> None:
    """A child for each value; those of a list as `<item>` within it."""
    for name, value in record.items():
        child = ET.SubElement(parent, name)
        if isinstance(value, list):
            for one in value:
                ET.SubElement(child, "item").text = text_of(one)
        else:
            child.text = text_of(value)


def text_of(value: Plain) -> str | None:
    """Line breaks as XML readers see them (XML 1.0, section 2.11)."""
    return None if value is None else str(value).replace("\r\n", "\n").replace("\r", "\n")
