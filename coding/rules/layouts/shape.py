"""What a reader of an official file gives: rows for the tables, and the rows it refuses with line and reason."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

from coding.rules.code_sets import CodeSet


class Record(NamedTuple):
    """One row for the table of a model (its class name); `values` stand in the order of the layout's columns.

    `line` is where it stands in the file (from 1), to name it if the table cannot take it: a row that repeats another.
    """

    table: str
    values: tuple[Any, ...]
    line: int = 0


class Refused(NamedTuple):
    """A row of the file that cannot be taken: its line (from 1), and why."""

    line: int
    reason: str


Reader = Callable[[IO[bytes]], Iterator[Record | Refused]]


class WrongFile(Exception):
    """The file is not of this layout at all; the text says by what that was seen."""


@dataclass(frozen=True)
class Layout:
    """An official file layout: which list it is of, which columns of which tables it fills, and its reader.

    `source` names the publisher's own description of the layout. The reader raises WrongFile before its first row.
    """

    code_set: CodeSet
    columns: Mapping[str, tuple[str, ...]]
    read: Reader
    source: str
