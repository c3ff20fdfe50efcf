"""ICD-9-CM, version 32: the CMS32 lists of diagnoses and of procedures (volume 3).

They list valid codes only, so that all of them can be reported; headings are not in them. The files of long and of
short titles are the same list twice, and either can be loaded; an edition has the titles of its file.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import IO

from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from coding.rules.layouts.code_rows import CODE_COLUMNS, ICD9CM, ICD9CM_PROCEDURE, CodeRow
from coding.rules.layouts.numbered import BadRow, lines_like, matched, taken, words
from coding.rules.layouts.shape import Layout, Record, Refused

DIAGNOSIS_WIDTH, PROCEDURE_WIDTH = 5, 4  # columns of the code; a blank and the title follow
SOURCE = "CMS, ICD-9-CM diagnosis and procedure codes, version 32 (CMS32_DESC_LONG_DX/SG.txt and _SHORT_)"


def read_cms32(file: IO[bytes], *, width: int, form: re.Pattern[str]) -> Iterator[Record | Refused]:
    line_form = re.compile(rf"(?=.{{{width}}} \S){form.pattern} +\S")
    lines = lines_like(file, line_form, f"an ICD-9-CM code in columns 1-{width} and a title from column {width + 2}")
    return taken(lines, partial(cms32_line, width=width, form=form))


def cms32_line(line: str, *, width: int, form: re.Pattern[str]) -> Record:
    if line[width : width + 1].strip():
        raise BadRow(f"column {width + 1} is not blank")
    code = matched(line[:width], form, f"ICD-9-CM code (columns 1-{width})")
    # Volume 3 is of the same system and has numbers in common with the diagnoses; its edition keeps them apart.
    return CodeRow(System.ICD9CM.value, code, words(line[width:])).record()


DIAGNOSES = Layout(CodeSet.ICD9CM, CODE_COLUMNS, partial(read_cms32, width=DIAGNOSIS_WIDTH, form=ICD9CM), SOURCE)
PROCEDURES = Layout(
    CodeSet.ICD9CM_PROCEDURES, CODE_COLUMNS, partial(read_cms32, width=PROCEDURE_WIDTH, form=ICD9CM_PROCEDURE), SOURCE
)
