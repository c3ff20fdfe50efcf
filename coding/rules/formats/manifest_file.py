"""The manifest of a delivery: each of its files with size and SHA-256, and how much is in them."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from coding.rules.formats.contents import Contents
from portal.rules.delivery_formats import MANIFEST

NAME = MANIFEST
MEDIA_TYPE = "application/json"
ENDING = ".manifest.json"


@dataclass(frozen=True)
class MadeFile:
    """One file of a delivery. `template` is the version of the practice's template, 0 for the format's own."""

    name: str
    format: str
    template: int
    size: int
    sha256: str


def render(contents: Contents, files: Iterable[MadeFile]) -> bytes:
    """JSON in UTF-8, without a word of a patient; the files in the order of their names."""
    rows = contents.result.rows
    states = Counter(row.status for row in rows)
    body = {
        "manifest": "chartline-delivery",
        "practice": contents.practice_code,
        "batch": contents.result.batch,
        "version": contents.version,
        "made_at": contents.made_at.isoformat(timespec="seconds"),
        "counts": {
            "rows": len(rows),
            "encounters": sum(1 for row in rows if row.encounter),
            "billable": states["Billable"],
            "not_billable": states["Not billable"],
            "not_readable": states["Not readable"],
            "duplicate": states["Duplicate"],
            "procedure_lines": sum(len(row.lines) for row in rows),
            "diagnoses": sum(len(row.diagnoses) for row in rows),
        },
        "files": [
            {"name": one.name, "format": one.format, "template": one.template, "bytes": one.size, "sha256": one.sha256}
            for one in sorted(files, key=lambda one: one.name)
        ],
    }
    return f"{json.dumps(body, ensure_ascii=False, indent=1)}\n".encode()
