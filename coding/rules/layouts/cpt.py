"""CPT as the American Medical Association delivers it to licensees: code list, modifiers, and the older text files.

Nothing of it comes with Chartline. An edition holds the text that the operator's licence covers.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, groupby, islice
from typing import IO

from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from coding.rules.layouts.code_rows import (
    CODE_COLUMNS,
    CPT,
    MODIFIER,
    MODIFIER_COLUMNS,
    CodeRow,
    ModifierRow,
)
from coding.rules.layouts.numbered import BadRow, Tabbed, decoded, matched, numbered_lines, numbered_rows, taken, words
from coding.rules.layouts.shape import Layout, Record, Refused, WrongFile

PREAMBLE_LIMIT = 500  # lines: the licence and copyright notice before the header or the first code
CODE_LIST = ("Concept Id", "CPT Code", "Long", "Medium", "Short")
MODIFIER_LIST = ("Modifier Code", "Modifier Name", "Section")
SHORT_TITLE_LIMIT = 120


def below_notice(file: IO[bytes], *columns: str) -> Iterator[tuple[int, dict[str, str] | None]]:
    """The numbered rows of a tabbed file whose header follows a notice; WrongFile if no line is the header."""
    lines = (decoded(raw) for raw in file)
    for before, line in enumerate(islice(lines, PREAMBLE_LIMIT)):
        cells = [cell.strip().casefold() for cell in line.split("\t")]
        if all(any(cell.startswith(name.casefold()) for cell in cells) for name in columns):
            return numbered_rows(chain([line], lines), (), Tabbed, before=before)
    raise WrongFile(f"No line names the columns {', '.join(columns)}.")


def cell(row: dict[str, str], column: str) -> str:
    """The cell under a head that begins so; AMA's heads vary in what they add ("Section (Main Section)")."""
    return next((text for name, text in row.items() if name.casefold().startswith(column.casefold())), "")


def read_code_list(file: IO[bytes]) -> Iterator[Record | Refused]:
    return taken(below_notice(file, *CODE_LIST), code_list_row)


def code_list_row(row: dict[str, str]) -> Record:
    return CodeRow(
        System.PROCEDURE.value,
        matched(cell(row, "CPT Code"), CPT, "CPT code"),
        words(cell(row, "Long"), "long descriptor"),
        medium_title=shorter(cell(row, "Medium")),
        short_title=shorter(cell(row, "Short")),
    ).record()


def shorter(text: str) -> str:
    return words(text, "shorter descriptor", SHORT_TITLE_LIMIT) if text else ""


def read_modifiers(file: IO[bytes]) -> Iterator[Record | Refused]:
    """The modifiers, each once: the list repeats those that hospitals use too in a section of their own."""
    known: set[str] = set()
    for found in taken(below_notice(file, *MODIFIER_LIST), modifier_list_row):
        if isinstance(found, Refused) or found.values[0] not in known:
            yield found
        if isinstance(found, Record):
            known.add(found.values[0])


def modifier_list_row(row: dict[str, str]) -> Record:
    return ModifierRow(
        matched(cell(row, "Modifier Code"), MODIFIER, "modifier"), words(cell(row, "Modifier Name"), "name")
    ).record()


# -- files of older releases: one length of descriptor each --

TABBED_LINE = re.compile(rf"{CPT.pattern}\t\S")
LONG_LINE = re.compile(rf"{CPT.pattern}[0-9]{{2}} \S")
SHORT_LINE = re.compile(rf"{CPT.pattern} \S")


def below_copyright(file: IO[bytes], form: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """The numbered lines from the first one of the form; WrongFile if it does not come."""
    lines = numbered_lines(file)
    for number, line in islice(lines, PREAMBLE_LIMIT):
        if form.match(line):
            return chain([(number, line)], lines)
    raise WrongFile("No line begins with a CPT code as this layout has it.")


def read_tabbed(file: IO[bytes]) -> Iterator[Record | Refused]:
    return taken(below_copyright(file, TABBED_LINE), lambda line: plain_row(*line.partition("\t")[::2]))


def read_short(file: IO[bytes]) -> Iterator[Record | Refused]:
    return taken(below_copyright(file, SHORT_LINE), short_line)


def short_line(line: str) -> Record:
    if line[5:6].strip():
        raise BadRow("column 6 is not blank")
    return plain_row(line[:5], line[6:])


def plain_row(code: str, title: str) -> Record:
    return CodeRow(System.PROCEDURE.value, matched(code, CPT, "CPT code"), words(title, "descriptor")).record()


def read_long(file: IO[bytes]) -> Iterator[Record | Refused]:
    """Columns 1-5 the code, 6-7 the number of the line, 9-80 a piece of the descriptor; a code has many lines."""
    return taken(long_entries(below_copyright(file, LONG_LINE)), long_entry)


def long_entries(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    """The lines of each code, numbered by the first."""
    for _code, group in groupby(lines, key=lambda numbered: numbered[1][:5]):
        numbered = list(group)
        yield numbered[0][0], [line for _number, line in numbered]


def long_entry(lines: list[str]) -> Record:
    if [line[5:7] for line in lines] != [f"{number:02}" for number in range(1, len(lines) + 1)]:
        raise BadRow("the lines of the code are not numbered 01, 02, ... (columns 6-7)")
    return plain_row(lines[0][:5], " ".join(line[8:80] for line in lines))


OLDER = "American Medical Association, CPT data files, filelayout.txt"
CODE_FILE = Layout(
    CodeSet.CPT, CODE_COLUMNS, read_code_list, "American Medical Association, CPT data files: ConsolidatedCodeList.txt"
)
MODIFIER_FILE = Layout(
    CodeSet.CPT_MODIFIERS,
    MODIFIER_COLUMNS,
    read_modifiers,
    "American Medical Association, CPT data files: Modifiers.txt",
)
TABBED_FILE = Layout(CodeSet.CPT, CODE_COLUMNS, read_tabbed, f"{OLDER}: LONGULT.TXT, LONGUT.TXT")
LONG_FILE = Layout(CodeSet.CPT, CODE_COLUMNS, read_long, f"{OLDER}: LONGULF.TXT, LONGUF.TXT")
SHORT_FILE = Layout(CodeSet.CPT, CODE_COLUMNS, read_short, f"{OLDER}: SHORTU.TXT, MEDU.TXT")
