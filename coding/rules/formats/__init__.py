"""The formats in which results are delivered: one module each, a pure function from contents and template to bytes.

A format is a module with the names of `contents.Format`; adding one is a module, a line here, its label in
portal/rules/delivery_formats.py, and a golden file.
"""

from collections.abc import Mapping
from types import MappingProxyType

from coding.rules.formats import (
    csv_file,
    fhir_bundle,
    fixed_file,
    hl7_file,
    json_file,
    manifest_file,
    summary_pdf,
    superbill_pdf,
    text_file,
    xlsx_file,
    xml_file,
)
from coding.rules.formats.contents import Format

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "csv": csv_file,
        "xlsx": xlsx_file,
        "txt": text_file,
        "fixed": fixed_file,
        "xml": xml_file,
        "json": json_file,
        "summary": summary_pdf,
        "superbill": superbill_pdf,
        "hl7": hl7_file,
        "fhir": fhir_bundle,
    }
)
PICTURED = frozenset({"summary"})  # those that show cuttings of the pages


def media_type_of(name: str) -> str:
    """Of a delivered file; one of a format that we do not make any more is bytes."""
    if name == manifest_file.NAME:
        return manifest_file.MEDIA_TYPE
    return FORMATS[name].MEDIA_TYPE if name in FORMATS else "application/octet-stream"
