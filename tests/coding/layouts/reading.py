"""What a layout makes of some bytes."""

import io
from typing import Any

from coding.rules.layouts.shape import Layout, Record, Refused


def read(layout: Layout, content: bytes | str) -> list[Record | Refused]:
    return list(layout.read(io.BytesIO(content.encode() if isinstance(content, str) else content)))


def rows(layout: Layout, content: bytes | str, *columns: str, table: str = "") -> list[tuple[Any, ...]]:
    """The named columns of the records of a table (the layout's first one); fails if a row was refused."""
    table = table or next(iter(layout.columns))
    places = [layout.columns[table].index(column) for column in columns]
    found = read(layout, content)
    refused = [one for one in found if isinstance(one, Refused)]
    assert not refused
    return [tuple(one.values[place] for place in places) for one in found if one.table == table]


def refused(layout: Layout, content: bytes | str) -> list[tuple[int, str]]:
    return [tuple(one) for one in read(layout, content) if isinstance(one, Refused)]
