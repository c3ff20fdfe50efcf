"""The fields of a result that a template can choose as columns, each with its own heading and width."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from coding.rules.codings import DIAGNOSIS_LIMIT, MODIFIER_LIMIT, ProcedureLine, dotted
from coding.rules.formats.result import BatchResult, ResultRow
from portal.rules.plain_cells import Cell

Value = Cell | tuple[str | int, ...]


@dataclass(frozen=True)
class Entry:
    """What a row of a table is about: an encounter or chart, and one of its procedure lines if it has any."""

    result: BatchResult
    row: ResultRow
    position: int = 0
    line: ProcedureLine | None = None

    @property
    def where(self) -> str:
        """Where to look, in a message: no word of the patient."""
        place = self.row.encounter or self.row.chart
        return f"{place}, line {self.position}" if self.line else place


@dataclass(frozen=True)
class Field:
    """One fact of a result. `width` is enough for every value that the site can hold."""

    key: str
    heading: str
    width: int
    read: Callable[[Entry, bool], Value]  # the second: whether diagnosis codes have dots
    of_line: bool = False
    joiner: str = " "  # of several values in one cell


def codes(entry: Entry, dots: bool) -> tuple[str, ...]:  # noqa: FBT001  (the shape of `read`)
    row = entry.row
    return tuple(dotted(row.system, code) if dots and row.system else code for code in row.diagnoses)


def of_row(name: str) -> Callable[[Entry, bool], Value]:
    """Reads an attribute of the row."""
    return lambda entry, _dots: getattr(entry.row, name)


def nth_diagnosis(number: int) -> Callable[[Entry, bool], Value]:
    return lambda entry, dots: (*codes(entry, dots), *[""] * DIAGNOSIS_LIMIT)[number - 1]


def nth_modifier(number: int) -> Callable[[Entry, bool], Value]:
    return lambda entry, _dots: (*(entry.line.modifiers if entry.line else ()), *[""] * MODIFIER_LIMIT)[number - 1]


def letters(entry: Entry, _dots: bool) -> Value:  # noqa: FBT001
    """Pointers as CMS-1500, item 24E, has them: A is the first diagnosis."""
    return "".join(chr(ord("A") + pointer - 1) for pointer in entry.line.pointers) if entry.line else ""


# Widths: what the models of portal and coding can hold (tests/coding/formats/test_columns.py compares them).
ALL = (
    Field("batch", "Batch", 12, lambda entry, _dots: entry.result.batch),
    Field("practice", "Practice", 120, lambda entry, _dots: entry.result.practice),
    Field("encounter", "Encounter", 14, of_row("encounter")),
    Field("chart", "Chart", 14, of_row("chart")),
    Field("file_name", "File name", 255, of_row("file_name")),
    Field("pages", "Pages", 200, of_row("pages")),
    Field("status", "Status", 13, of_row("status")),
    Field("reason", "Reason", 300, of_row("reason")),
    Field("patient", "Patient", 120, of_row("patient")),
    Field("birth_date", "Birth date", 11, of_row("birth_date")),
    Field("sex", "Sex", 3, of_row("sex")),
    Field("account_number", "Account number", 40, of_row("account_number")),
    Field("service_from", "Service from", 12, of_row("service_from")),
    Field("service_to", "Service to", 11, of_row("service_to")),
    Field("rendering_provider", "Rendering provider", 120, of_row("rendering_provider")),
    Field("rendering_npi", "Rendering NPI", 13, of_row("rendering_npi")),
    Field("referring_provider", "Referring provider", 120, of_row("referring_provider")),
    Field("referring_npi", "Referring NPI", 13, of_row("referring_npi")),
    Field("place_of_service", "Place of service", 16, of_row("place_of_service")),
    Field("payer", "Payer", 120, of_row("payer")),
    Field("member_id", "Member id", 40, of_row("member_id")),
    Field("diagnosis_list", "Diagnosis list", 14, lambda entry, _: entry.row.system.label if entry.row.system else ""),
    *(Field(f"diagnosis_{n}", f"Diagnosis {n}", 12, nth_diagnosis(n)) for n in range(1, DIAGNOSIS_LIMIT + 1)),
    Field("verification", "Verification", 40, of_row("verification")),
    Field("line", "Line", 4, lambda entry, _dots: entry.position or "", of_line=True),
    Field("procedure", "Procedure", 9, lambda entry, _dots: entry.line.code if entry.line else "", of_line=True),
    *(Field(f"modifier_{n}", f"Modifier {n}", 10, nth_modifier(n), of_line=True) for n in range(1, MODIFIER_LIMIT + 1)),
    Field("units", "Units", 6, lambda entry, _dots: entry.line.units if entry.line else "", of_line=True),
    Field("pointers", "Pointers", 11, lambda entry, _dots: entry.line.pointers if entry.line else (), of_line=True,
          joiner=","),
    # Not among the columns that a table has by itself.
    Field("diagnoses", "Diagnoses", 107, codes),
    Field("modifiers", "Modifiers", 11, lambda entry, _dots: entry.line.modifiers if entry.line else (), of_line=True),
    Field("pointer_letters", "Pointer letters", 15, letters, of_line=True),
    Field("text", "Text", 60, lambda _entry, _dots: ""),
)  # fmt: skip
FIELDS: Mapping[str, Field] = MappingProxyType({field.key: field for field in ALL})

EXTRA = ("diagnoses", "modifiers", "pointer_letters", "text")
TABLE = tuple(field.key for field in ALL if field.key not in EXTRA)  # what a table has by itself
SINGLE = tuple(key for key in FIELDS if key.startswith(("diagnosis_", "modifier_")) and key[-1].isdigit())
# What a line of fixed width has by itself: no field whose length has no end, such as a list of pages.
FIXED = tuple(
    key for key in TABLE
    if key not in {"practice", "file_name", "pages", "reason", "rendering_provider", "referring_provider",
                   "diagnosis_list", "verification"}
)  # fmt: skip
# What a nested file has by itself: lists instead of numbered columns, and the batch stands at its head.
NESTED = (
    *(key for key in TABLE if key not in {*SINGLE, "batch", "practice", "verification"} and not FIELDS[key].of_line),
    "diagnoses", "verification", "line", "procedure", "modifiers", "units", "pointers",
)  # fmt: skip


def entries(result: BatchResult, *, by_line: bool) -> Iterator[Entry]:
    """A row for each procedure line, or for each encounter; what has no lines has one row either way."""
    for row in result.rows:
        if by_line and row.lines:
            for position, line in enumerate(row.lines, start=1):
                yield Entry(result, row, position, line)
        else:
            yield Entry(result, row)
