"""In which formats results can be delivered: names as contracts hold them, and words for people.

The formats themselves are coding's (coding/rules/formats); a test holds the two lists together.
"""

from collections.abc import Mapping
from types import MappingProxyType

DELIVERY_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "csv": "CSV",
        "xlsx": "Excel workbook (XLSX)",
        "txt": "Text with separators (TXT)",
        "fixed": "Text of fixed width (TXT)",
        "xml": "XML",
        "json": "JSON",
        "summary": "Summary with evidence (PDF)",
        "superbill": "Superbills (PDF)",
        "hl7": "HL7 v2 charges (DFT^P03)",
        "fhir": "FHIR R4 bundle",
    }
)
UNLESS_CHOSEN = ("csv", "xlsx")  # what a contract without formats that we know gets
LONGEST_FORMAT = 16  # characters of a name
MANIFEST = "manifest"  # the file beside the others that names them; no format to choose


def label_of(name: str) -> str:
    """The words for a delivered file of this format; its name if we do not make it any more."""
    return "Manifest" if name == MANIFEST else DELIVERY_FORMATS.get(name, name)
