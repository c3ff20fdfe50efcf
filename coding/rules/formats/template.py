"""How a practice wants its results: columns, separators, dates and file name, as plain data.

Each format has a template of its own that holds where the practice composed none. What a format does not heed
(an order of columns in a PDF) is ignored by it; `Format.COMPOSES` says what it heeds.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

LONGEST_TEXT = 60  # characters of a heading, and of a text that stands in every row
WIDEST = 400  # characters of a column of fixed width
MOST_COLUMNS = 80


class Separator(StrEnum):
    COMMA = "comma"
    SEMICOLON = "semicolon"
    TAB = "tab"
    PIPE = "pipe"
    CARET = "caret"

    @property
    def sign(self) -> str:
        return {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "caret": "^"}[self.value]

    @property
    def label(self) -> str:
        return f"{self.value.capitalize()}{'' if self is Separator.TAB else f' ({self.sign})'}"


class Quoting(StrEnum):
    NEEDED = "needed"
    ALWAYS = "always"
    NEVER = "never"

    @property
    def label(self) -> str:
        return {"needed": "Where a value needs it", "always": "Around every value", "never": "Never"}[self.value]


class LineEnd(StrEnum):
    CRLF = "crlf"
    LF = "lf"

    @property
    def sign(self) -> str:
        return {"crlf": "\r\n", "lf": "\n"}[self.value]

    @property
    def label(self) -> str:
        return {"crlf": "CR LF (Windows)", "lf": "LF (Unix)"}[self.value]


class Encoding(StrEnum):
    UTF8_MARKED = "utf8_marked"
    UTF8 = "utf8"
    WINDOWS = "windows"

    @property
    def codec(self) -> str:
        return {"utf8_marked": "utf-8-sig", "utf8": "utf-8", "windows": "cp1252"}[self.value]

    @property
    def label(self) -> str:
        return {
            "utf8_marked": "UTF-8 with byte order mark (for Excel)",
            "utf8": "UTF-8",
            "windows": "Windows-1252 (Western European)",
        }[self.value]


class DateFormat(StrEnum):
    ISO = "iso"
    US = "us"
    COMPACT = "compact"
    US_COMPACT = "us_compact"
    WORDS = "words"

    @property
    def label(self) -> str:
        return {
            "iso": "YYYY-MM-DD", "us": "MM/DD/YYYY", "compact": "YYYYMMDD", "us_compact": "MMDDYYYY",
            "words": "DD-Mon-YYYY",
        }[self.value]  # fmt: skip

    @property
    def in_excel(self) -> str:
        """The same as a number format of a workbook."""
        return {
            "iso": "yyyy-mm-dd", "us": "mm/dd/yyyy", "compact": "yyyymmdd", "us_compact": "mmddyyyy",
            "words": "dd-mmm-yyyy",
        }[self.value]  # fmt: skip


# English names whatever the machine's language is: strftime would ask it.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def written(day: date, form: DateFormat) -> str:
    """The day as text, always as long as the format's label."""
    year, month, number = f"{day.year:04d}", f"{day.month:02d}", f"{day.day:02d}"
    return {
        DateFormat.ISO: f"{year}-{month}-{number}",
        DateFormat.US: f"{month}/{number}/{year}",
        DateFormat.COMPACT: f"{year}{month}{number}",
        DateFormat.US_COMPACT: f"{month}{number}{year}",
        DateFormat.WORDS: f"{number}-{MONTHS[day.month - 1]}-{year}",
    }[form]


class Align(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    ZEROS = "zeros"

    @property
    def label(self) -> str:
        return {"left": "Left", "right": "Right", "zeros": "Right, filled with zeros"}[self.value]


class NamePart(StrEnum):
    """What a file name is made of. None of it says anything of a patient."""

    PRACTICE = "practice"
    BATCH = "batch"
    VERSION = "version"
    FORMAT = "format"
    DAY = "day"

    @property
    def label(self) -> str:
        return {
            "practice": "Practice code", "batch": "Batch number", "version": "Version", "format": "Format",
            "day": "Day of delivery",
        }[self.value]  # fmt: skip


class Setting(StrEnum):
    """What of a template a format may heed."""

    COLUMNS = "columns"
    HEADINGS = "headings"
    WIDTHS = "widths"
    SEPARATOR = "separator"
    QUOTING = "quoting"
    LINE_END = "line_end"
    ENCODING = "encoding"
    HEADER_ROW = "header_row"
    DATES = "date_format"
    DOTS = "dots"
    ONE_SHEET = "one_sheet"


@dataclass(frozen=True)
class Column:
    """A column by the key of its field (columns.FIELDS). What is empty or 0 is the field's own.

    The field "text" has the same `text` in every row.
    """

    key: str
    heading: str = ""
    width: int = 0
    align: Align = Align.LEFT
    text: str = ""


@dataclass(frozen=True)
class OutputTemplate:
    """What a practice's results look like in one format. The defaults are those of CSV."""

    columns: tuple[Column, ...] = ()
    separator: Separator = Separator.COMMA
    quoting: Quoting = Quoting.NEEDED
    line_end: LineEnd = LineEnd.CRLF
    encoding: Encoding = Encoding.UTF8_MARKED
    date_format: DateFormat = DateFormat.ISO
    header_row: bool = True
    dots: bool = True  # of diagnosis codes: M17.11 or M1711
    one_sheet: bool = False  # a workbook with one table instead of two
    file_name: tuple[NamePart, ...] = (NamePart.PRACTICE, NamePart.BATCH, NamePart.VERSION)
    name_joiner: str = "-"

    def with_columns(self, *keys: str) -> "OutputTemplate":
        """The same with these columns as they are."""
        return replace(self, columns=tuple(Column(key) for key in keys))


@dataclass(frozen=True)
class NameFacts:
    """What a file name can tell: of the practice, the batch and the delivery."""

    practice: str
    batch: str
    version: int
    format: str
    day: date

    def part(self, part: NamePart) -> str:
        return {
            NamePart.PRACTICE: self.practice,
            NamePart.BATCH: self.batch,
            NamePart.VERSION: f"v{self.version}",
            NamePart.FORMAT: self.format,
            NamePart.DAY: self.day.isoformat(),
        }[part]


def file_name(template: OutputTemplate, facts: NameFacts, *, ending: str, taken: frozenset[str] = frozenset()) -> str:
    """The name of a delivery's file; with the format in it if another file of the delivery has the name already."""
    stem = template.name_joiner.join(facts.part(part) for part in template.file_name)
    name = f"{stem}{ending}"
    return f"{stem}{template.name_joiner}{facts.format}{ending}" if name.lower() in taken else name
