"""Segments of HL7 v2 (version 2.5.1, chapter 2): fields by their number in the standard, escaped once, here."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from coding.rules.formats.person_names import one_line

FIELD, COMPONENT, REPETITION, ESCAPE, SUBCOMPONENT = "|", "^", "~", "\\", "&"
ENCODING = COMPONENT + REPETITION + ESCAPE + SUBCOMPONENT
END = "\r"  # 2.5.2: of each segment

# 2.7.1: what stands for a separator within a value.
ESCAPES = str.maketrans({
    FIELD: "\\F\\", COMPONENT: "\\S\\", REPETITION: "\\R\\", SUBCOMPONENT: "\\T\\", ESCAPE: "\\E\\",
})  # fmt: skip
DELETED = '""'  # 2.5.3: two quotation marks alone tell the receiver to delete what it has

# A text; the components of a field, each with its subcomponents; or a list: the repetitions of a field.
Text = str
Component = Text | tuple[Text, ...]
Repetition = Text | tuple[Component, ...]
Field = Repetition | list[Repetition]


def segment(name: str, fields: Mapping[int, Field]) -> str:
    """One segment with its end; fields that are not named are empty. A header's first two fields are written here."""
    is_header = name in {"MSH", "BHS"}
    first = 3 if is_header else 1
    begin = [name, ENCODING] if is_header else [name]
    cells = [field(fields.get(number, "")) for number in range(first, max(fields, default=0) + 1)]
    return trimmed(FIELD, [*begin, *cells]) + END


def field(value: Field) -> str:
    """A field with its repetitions; empty ones fall away."""
    if isinstance(value, list):
        return REPETITION.join(filter(None, map(repetition, value)))
    return repetition(value)


def repetition(value: Repetition) -> str:
    return escaped(value) if isinstance(value, str) else trimmed(COMPONENT, [component(part) for part in value])


def component(value: Component) -> str:
    return escaped(value) if isinstance(value, str) else trimmed(SUBCOMPONENT, [escaped(part) for part in value])


def trimmed(separator: str, parts: Sequence[str]) -> str:
    """The parts with their separator; 2.5.3: none stands after the last part that holds something."""
    return separator.join(parts).rstrip(separator)


def escaped(text: str) -> str:
    """A value as it may stand in a message: one line, no control characters, separators as escape sequences."""
    value = one_line(text)
    return r"\X2222" + ESCAPE if value == DELETED else value.translate(ESCAPES)


def day(value: date) -> str:
    """A date as YYYYMMDD."""
    return f"{value:%Y%m%d}" if value.year > 999 else f"{value.year:04}{value:%m%d}"  # noqa: PLR2004  (no zeros on Linux)


def moment(value: datetime) -> str:
    """A time to the second with its distance from UTC, as 2.A.22 writes it."""
    return f"{value:%Y%m%d%H%M%S%z}"
