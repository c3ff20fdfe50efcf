"""Load an official file as an edition of its list: all of it or nothing, and the same file twice changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO

from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Q

from coding.actions.code_rows import copy_rows, examined
from coding.actions.packed_files import items_of
from coding.models import Edition
from coding.rules.code_sets import CodeSet
from coding.rules.layouts import LAYOUTS
from coding.rules.layouts.shape import Layout, Record, Refused, WrongFile
from coding.signals import codes_loaded
from portal.actions.audit import record
from portal.models import User

LOAD_LOCK = 0xC0DE  # advisory lock number: one load at a time
BLOCK = 1024**2  # bytes read at a time
LONGEST_NAME = 60  # characters, as Edition has them
REPORTED = 1000  # refused rows that a report names; a file with more of them is of another layout
LONGEST_REASON = 300  # characters of a reason, which may quote a cell of any length


class RowsRefused(Exception):
    """Rows of the file cannot be taken, so nothing was loaded; `refused` names the first REPORTED of `count`."""

    def __init__(self, refused: tuple[Refused, ...], count: int) -> None:
        super().__init__(f"{count} rows of the file cannot be taken; nothing was loaded.")
        self.refused = refused
        self.count = count


class EditionsClash(Exception):
    """One edition of the list has this name, another begins on this day: which one to replace is not said."""


class BadEdition(Exception):
    """An edition cannot be called so, or ends before it begins; the text says which."""


@dataclass(frozen=True)
class LoadReport:
    """What a load did: rows written per table, rows of the replaced edition that went, rows left out."""

    edition: Edition
    rows: Mapping[str, int] = field(default_factory=dict)
    removed: int = 0
    refused: tuple[Refused, ...] = ()
    left_out: int = 0
    unchanged: bool = False


def load_code_file(
    *,
    code_set: CodeSet,
    file: IO[bytes] | Path,
    file_name: str,
    name: str,
    effective: date,
    ends_on: date | None = None,
    by: User | None,
    at: datetime,
    leave_out_refused: bool = False,
) -> LoadReport:
    """Load a file in whichever official layout of the list it has; errors of `load_edition`."""
    with seekable(file) as source:
        return load_edition(
            layout=layout_of(code_set, source), file=source, file_name=file_name, name=name, effective=effective,
            ends_on=ends_on, by=by, at=at, leave_out_refused=leave_out_refused,
        )  # fmt: skip


def layout_of(code_set: CodeSet, source: IO[bytes]) -> Layout:
    """The layout of the list that reads this file; WrongFile with what each of them missed."""
    missed = []
    for layout in LAYOUTS.get(code_set, ()):
        try:
            next(items_of(layout, source), None)
        except WrongFile as wrong:
            missed.append(str(wrong))
        else:
            return layout
    raise WrongFile(" ".join(missed) or f"No layout of the list {code_set} is known.")


@transaction.atomic
def load_edition(
    *,
    layout: Layout,
    file: IO[bytes] | Path,
    file_name: str,
    name: str,
    effective: date,
    ends_on: date | None = None,
    by: User | None,
    at: datetime,
    leave_out_refused: bool = False,
) -> LoadReport:
    """Write a file's rows as one edition; the edition of the same name or day is replaced, as corrected files are.

    `file` is seekable bytes, or a path. The same bytes under the same name and dates change nothing. Raises WrongFile,
    RowsRefused (unless they may be left out), EditionsClash and BadEdition; then nothing is changed.
    """
    check_edition(name=name, effective=effective, ends_on=ends_on)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])
    with seekable(file) as source:
        sha256 = sha256_of(source)
        former = former_edition(layout.code_set, name=name, effective=effective)
        wanted = (name, effective, ends_on, sha256)
        if former and (former.name, former.effective, former.ends_on, former.sha256) == wanted:
            return LoadReport(edition=former, unchanged=True, left_out=former.refused)
        removed = former.rows if former else 0
        if former:
            former.delete()
        edition = Edition.objects.create(
            code_set=layout.code_set, name=name, effective=effective, ends_on=ends_on,
            file_name=shown_name(file_name), sha256=sha256, rows=0, loaded_at=at, loaded_by=by,
        )  # fmt: skip
        rows, refused = write_rows(edition, layout, source)
    if refused.count and not leave_out_refused:
        raise RowsRefused(tuple(refused.first), refused.count)
    edition.rows, edition.refused = sum(rows.values()), refused.count
    edition.save(update_fields=["rows", "refused"])
    record(
        "codes.loaded", at=at, by=by, about=edition, code_set=layout.code_set.value, edition=name, rows=edition.rows,
        removed=removed, refused=refused.count,
    )  # fmt: skip
    codes_loaded.send(sender=Edition, edition=edition, code_set=layout.code_set, at=at)
    return LoadReport(edition=edition, rows=rows, removed=removed, refused=tuple(refused.first), left_out=refused.count)


def shown_name(file_name: str) -> str:
    """The name as the table takes it; bytes of another encoding become question marks."""
    return Path(file_name).name.encode("utf-8", "replace").decode()[-200:]


def check_edition(*, name: str, effective: date, ends_on: date | None) -> None:
    if not (name.strip() and name.isprintable() and len(name) <= LONGEST_NAME):
        raise BadEdition(f"The name of an edition has 1 to {LONGEST_NAME} characters.")
    if ends_on is not None and ends_on < effective:
        raise BadEdition(f"The last day, {ends_on}, is before the first, {effective}.")


def former_edition(code_set: CodeSet, *, name: str, effective: date) -> Edition | None:
    """The edition that a file of this name and day replaces."""
    found = list(Edition.objects.filter(Q(name=name) | Q(effective=effective), code_set=code_set))
    if len(found) > 1:
        raise EditionsClash(f"Another edition of {code_set} is called {name}, and another begins on {effective}.")
    return found[0] if found else None


@dataclass
class RefusedRows:
    """The rows that were refused so far: how many, and the first of them."""

    count: int = 0
    first: list[Refused] = field(default_factory=list)

    def set_aside(self, items: Iterable[Record | Refused]) -> Iterator[Record]:
        """The records among the items; what is refused is kept here."""
        for item in items:
            if isinstance(item, Record):
                yield item
                continue
            self.count += 1
            if len(self.first) < REPORTED:
                self.first.append(item._replace(reason=shorten(item.reason)))


def shorten(reason: str) -> str:
    return reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}…"


def write_rows(edition: Edition, layout: Layout, source: IO[bytes]) -> tuple[dict[str, int], RefusedRows]:
    """COPY the file's rows; only if the database objects, once more with each row examined, to name the bad ones."""
    refused = RefusedRows()
    try:
        with transaction.atomic():
            return copy_rows(edition.pk, layout.columns, refused.set_aside(items_of(layout, source))), refused
    except (IntegrityError, DataError):
        refused = RefusedRows()
        records = refused.set_aside(examined(layout.columns, items_of(layout, source)))
        return copy_rows(edition.pk, layout.columns, records), refused


def sha256_of(source: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := source.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


@contextmanager
def seekable(file: IO[bytes] | Path) -> Iterator[IO[bytes]]:
    """The file from its first byte, as it is; a path is opened and closed here."""
    if isinstance(file, Path):
        with file.open("rb") as source:
            yield source
    else:
        file.seek(0)
        yield file
