"""The result as JSON: a record for each encounter with a list of its procedure lines; UTF-8, keys in order."""

import json
from dataclasses import replace

from coding.rules.formats.columns import NESTED
from coding.rules.formats.contents import Contents
from coding.rules.formats.nested import records
from coding.rules.formats.template import Encoding, LineEnd, OutputTemplate, Setting
from portal.rules.plain_cells import clean

LABEL = "JSON"
MEDIA_TYPE = "application/json"
ENDING = ".json"
NEEDS_EVIDENCE = False
COMPOSES = frozenset({Setting.COLUMNS, Setting.HEADINGS, Setting.DATES, Setting.DOTS})
TEMPLATE = replace(OutputTemplate().with_columns(*NESTED), encoding=Encoding.UTF8, line_end=LineEnd.LF)


def render(contents: Contents, template: OutputTemplate) -> bytes:
    """`results` in the order of charts and visits; `lines` of each in their order."""
    body = {
        "batch": contents.result.batch,
        "practice": clean(contents.result.practice),
        "results": [
            record if lines is None else {**record, "lines": lines} for record, lines in records(contents, template)
        ],
    }
    return f"{json.dumps(body, ensure_ascii=False, indent=1)}\n".encode()
