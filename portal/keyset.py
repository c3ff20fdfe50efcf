"""Lists by keyset: a page begins after a row, so the last page costs as little as the first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.timezone import is_naive

COUNTED = 10_000  # rows that are counted; beyond, "more than" is said


@dataclass(frozen=True)
class ListPage:
    """The rows of a page, how many rows there are in words, and what components/pagination.html shows."""

    rows: list[Any]
    total: str
    count: int  # of all rows, as far as they are counted
    pagination: dict[str, Any]


def page_of(request: HttpRequest, rows: QuerySet[Any], *, order: tuple[str, ...], size: int) -> ListPage:
    """The page that the address asks for (`after` or `before` a row); `order` names ascending fields, unique together.

    Two queries, and one for the place of a later page. Descending fields carry a minus; all or none of them.
    """
    before = request.GET.get("before", "")
    fields, down = [name.removeprefix("-") for name in order], order[0].startswith("-")
    mark = key_of(before or request.GET.get("after", ""), rows.model, fields)
    back = bool(before and mark)
    found = rows.filter(beyond(fields, mark, less=down != back)) if mark else rows
    steps = [f"-{name}" if down != back else name for name in fields]
    taken = list(found.order_by(*steps)[: size + 1])
    more, taken = len(taken) > size, taken[:size]
    if back:
        taken.reverse()
    earlier = bool(mark) and (more if back else True)
    later = True if back else more
    count = counted(rows)
    first = counted(rows.filter(beyond(fields, key_in(taken[0], fields), less=not down))) if earlier and taken else 0
    return ListPage(
        rows=taken,
        total=in_words(count),
        count=count,
        pagination={
            "previous_url": address(request, "before", taken[0], fields) if earlier and taken else None,
            "next_url": address(request, "after", taken[-1], fields) if later and taken else None,
            "text": place_of(first, len(taken), count) if taken and (earlier or later) else "",
        },
    )


def place_of(first: int, length: int, count: int) -> str:
    """Where a page lies, such as "51–100 of 312"; the places of rows beyond what is counted are not told."""
    if first > COUNTED:
        return f"{length} of {in_words(count)}"
    return f"{first + 1:,}–{first + length:,} of {in_words(count)}"


def number_of(rows: QuerySet[Any]) -> str:
    """How many rows there are, in words."""
    return in_words(counted(rows))


def counted(rows: QuerySet[Any]) -> int:
    """How many rows there are; beyond COUNTED one more than that."""
    return rows.order_by()[: COUNTED + 1].count()


def in_words(count: int) -> str:
    return f"more than {COUNTED:,}" if count > COUNTED else f"{count:,}"


def beyond(fields: list[str], mark: list[Any], *, less: bool) -> Q:
    """The rows after the mark: first field further, or equal and the next one further."""
    compare = "lt" if less else "gt"
    condition = Q()
    equal: dict[str, Any] = {}
    for name, value in zip(fields, mark, strict=True):
        condition |= Q(**equal, **{f"{name}__{compare}": value})
        equal[name] = value
    # Said once more for the first field alone, because an index can use that.
    return Q(**{f"{fields[0]}__{compare}e": mark[0]}) & condition


def key_of(text: str, model: type[Model], fields: list[str]) -> list[Any] | None:
    """The values of a mark in an address; None if there is none or it is not one of ours."""
    try:
        values = json.loads(text)
        columns: list[Any] = [model._meta.pk if name == "pk" else model._meta.get_field(name) for name in fields]
        kinds = [column.output_field if column.generated else column for column in columns]
        key = [kind.to_python(value) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, ValidationError):
        return None
    fit = all(value is not None and not (isinstance(value, datetime) and is_naive(value)) for value in key)
    return key if fit else None


def key_in(row: Any, fields: list[str]) -> list[Any]:
    """The values of a row that its place in the order goes by."""
    return [getattr(row, name) for name in fields]


def address(request: HttpRequest, side: str, row: Any, fields: list[str]) -> str:
    """The address of the page on that side of a row, with the filters of this one."""
    query: QueryDict = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    query[side] = json.dumps(key_in(row, fields), default=written, separators=(",", ":"))
    return f"?{query.urlencode()}"


def written(value: Any) -> str:
    """A value in a mark: times in full, everything else as it prints."""
    return value.isoformat() if isinstance(value, datetime) else str(value)
