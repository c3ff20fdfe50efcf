"""Check the stored files against the rows that name them, and remove what no row has named for a day.

A chart, a result and an attachment must hash to what their rows say, a page image to what its name was made of.
A check of everything is a `Scrub` row; the weekly one is done in turns, each going on where the last one ended,
so that a worker that is killed costs some minutes only.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any
from zlib import crc32

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F

from portal import scope, storage
from portal.actions.audit import record
from portal.growing import is_growing
from portal.models import ClientRow, Damage, DamagedFile, Outcome, Practice, Scrub

FORGOTTEN = timedelta(days=1)  # longer than any transaction, or any job between keeping a file and naming it
EVERY = timedelta(days=7)
ROWS_AT_ONCE = 200
SWEEP = "sweep"
TURN = 600.0  # seconds of one turn; below CELERY_TASK_SOFT_TIME_LIMIT


@dataclass
class Tally:
    """What a check found: counts, and the damaged files' names."""

    checked: int = 0
    unnamed: int = 0
    removed: int = 0
    damaged: list[tuple[str, Damage]] = field(default_factory=list)


@dataclass(frozen=True)
class Named:
    """A file as a row names it: the row's id and practice, the stored name, and its hash if the row has one."""

    pk: int
    practice_id: int
    name: str
    sha256: str | None


@cache
def naming_tables() -> dict[str, type[ClientRow]]:
    """The tables whose rows name files of practices, by label; each says in `stored_files` how (see portal.models)."""
    models = [model for model in apps.get_models() if issubclass(model, ClientRow) and model.stored_files]
    return {model._meta.label_lower: model for model in sorted(models, key=lambda model: model._meta.label_lower)}


def named_files(model: type[ClientRow], *, after: int) -> tuple[list[Named], int | None]:
    """The files that the next rows of a table name, and the last row's id; None if there are no rows."""
    rows = list(model._default_manager.filter(pk__gt=after).order_by("pk")[:ROWS_AT_ONCE])
    found = [
        Named(row.pk, row.practice_id, getattr(row, name), getattr(row, sha256) if sha256 else None)
        for row in rows
        for name, sha256 in model.stored_files.items()
        if getattr(row, name)
    ]
    return found, rows[-1].pk if rows else None


def damage_of(name: str, *, sha256: str | None) -> Damage | None:
    """What is wrong with a stored file, if anything; nothing is expected of one whose key was destroyed.

    A file that still grows is there or not; it is read when it is whole.
    """
    if is_growing(name):
        return None if default_storage.exists(name) else Damage.MISSING
    try:
        with storage.opened(name) as source:
            sound = storage.sha256_of(source) == sha256 if sha256 else storage.has_its_content(name, source)
    except storage.Destroyed:
        return None
    except FileNotFoundError:
        return Damage.MISSING
    except storage.Altered:
        return Damage.ALTERED
    return None if sound else Damage.ALTERED


def in_part(name: str, part: int, of: int) -> bool:
    """Whether a name belongs to the part; parts count from 1 and are about equally large."""
    return crc32(name.encode()) % of == part - 1


# -- the rows and their files ---------------------------------------------------------------------
def check_files(rows: Iterable[Named], tally: Tally, *, at: datetime) -> None:
    """Read every named file to its end and mark what is wrong; opens its own scopes."""
    for row in rows:
        damage = damage_of(row.name, sha256=row.sha256)
        with scope.service():
            note(row, damage, at=at)
        tally.checked += 1
        if damage is not None:
            tally.damaged.append((row.name, damage))


@transaction.atomic
def note(row: Named, damage: Damage | None, *, at: datetime) -> None:
    """Mark a damaged file, or close the mark of one that is sound again; both are events. Caller opens the scope."""
    open_mark = DamagedFile.objects.filter(name=row.name, mended_at=None)
    if damage is None:
        for mark in open_mark:
            open_mark.filter(pk=mark.pk).update(mended_at=at)
            record("file.mended", at=at, about=mark)
    elif not open_mark.update(damage=damage, seen_at=at):
        mark = DamagedFile.objects.create(
            practice_id=row.practice_id, name=row.name, damage=damage, found_at=at, seen_at=at
        )
        record("file.damaged", at=at, about=mark, outcome=Outcome.REFUSED, damage=damage.value, row=row.pk)


# -- files without a row --------------------------------------------------------------------------
def sweep_practice(practice_id: int, tally: Tally, *, at: datetime) -> None:
    """Count the practice's files that no row names, and remove those that were last kept more than a day ago."""
    found = list(default_storage.walk(f"practices/{practice_id}"))  # type: ignore[attr-defined]
    with scope.practice(practice_id):
        named = names_of(practice_id)  # after the walk: what was kept before it and named since is in here
    for file in found:
        if digest_of(file.name) not in named:
            tally.unnamed += 1
            if file.kept_at < at - FORGOTTEN:
                tally.removed += remove_forgotten(file.name, practice_id, at=at)


def names_of(practice_id: int) -> set[bytes]:
    """Digests of all names that the practice's rows have: the names themselves are long. Caller opens the scope."""
    return {
        digest_of(name)
        for model in naming_tables().values()
        for field_name in model.stored_files
        for name in model._default_manager.filter(practice_id=practice_id)
        .values_list(field_name, flat=True)
        .iterator(chunk_size=5000)
    }


def digest_of(name: str) -> bytes:
    """16 bytes for a name."""
    return blake2b(name.encode(), digest_size=16).digest()


def remove_forgotten(name: str, practice_id: int, *, at: datetime) -> bool:
    """Remove a file that no row names, unless it was kept (again) within the last day."""
    with scope.practice(practice_id), storage.locked(name):
        if not default_storage.exists(name) or default_storage.get_modified_time(name) >= at - FORGOTTEN:
            return False
        for model in naming_tables().values():
            for field_name in model.stored_files:
                if model._default_manager.filter(practice_id=practice_id, **{field_name: name}).exists():
                    return False
        default_storage.delete(name)
    return True


# -- the whole ------------------------------------------------------------------------------------
def scrub(*, at: datetime, part: int = 1, of: int = 1) -> Tally:
    """Check one part of all files now, and sweep; opens its own scopes."""
    tally = Tally()
    for table in naming_tables():
        after: int | None = 0
        while after is not None:
            after = check_next_rows(table, after, tally, at=at, part=part, of=of)
    practice_id: int | None = 0
    while practice_id is not None:
        practice_id = sweep_next_practice(practice_id, tally, at=at)
    with scope.service():
        record_scrub(tally, at=at, part=part, of=of)
    return tally


def check_next_rows(table: str, after: int, tally: Tally, *, at: datetime, part: int = 1, of: int = 1) -> int | None:
    """Check what the next rows of a table name; the last row's id, None if there was none. Opens its own scopes."""
    with scope.service():
        named, last = named_files(naming_tables()[table], after=after)
    check_files((row for row in named if in_part(row.name, part, of)), tally, at=at)
    return last


def sweep_next_practice(after: int, tally: Tally, *, at: datetime) -> int | None:
    """Sweep the next practice's files, and drafts before the first; its id, None if there was none. Opens scopes."""
    if not after:
        tally.removed += default_storage.forget_drafts(before=at - FORGOTTEN)  # type: ignore[attr-defined]
    with scope.service():
        following = Practice.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True).first()
    if following is not None:
        sweep_practice(following, tally, at=at)
    return following


def record_scrub(tally: Tally, **facts: Any) -> None:
    """One event with the counts. Caller opens the scope."""
    record(
        "storage.scrubbed", outcome=Outcome.REFUSED if tally.damaged else Outcome.DONE,
        checked=tally.checked, damaged=len(tally.damaged), unnamed=tally.unnamed, removed=tally.removed, **facts,
    )  # fmt: skip


# -- the week's check, in turns -------------------------------------------------------------------
def scrub_in_turn(*, at: datetime, seconds: float = TURN) -> Scrub | None:
    """Go on with the week's check for some minutes; None if it is not due. Opens its own scopes.

    Two workers at once may do a step twice; only one of them writes it down, and the other stops.
    """
    deadline = time.monotonic() + seconds
    run = run_to_go_on_with(at=at)
    while run is not None and run.finished_at is None and time.monotonic() < deadline:
        tally = Tally()
        last = (
            sweep_next_practice(run.after, tally, at=at)
            if run.table == SWEEP
            else check_next_rows(run.table, run.after, tally, at=at)
        )
        with scope.service():
            if not write_down(run, last, tally, at=at):
                return None
    return run


@transaction.atomic
def start_run(*, at: datetime) -> Scrub:
    """A new check of everything. Caller opens the scope."""
    return Scrub.objects.create(started_at=at, table=next(iter(naming_tables())))


def run_to_go_on_with(*, at: datetime) -> Scrub | None:
    """The open check, or a new one if the last was begun a week ago; opens the service's scope."""
    with scope.service():
        last = Scrub.objects.first()
        if last is not None and (last.finished_at is None or last.started_at > at - EVERY):
            return last if last.finished_at is None else None
        return start_run(at=at)


@transaction.atomic
def write_down(run: Scrub, last: int | None, tally: Tally, *, at: datetime) -> bool:
    """Move the run on by what was done; False if another worker did it already. Caller opens the scope."""
    table, after = (run.table, last) if last is not None else (following_table(run.table), 0)
    moved = Scrub.objects.filter(pk=run.pk, table=run.table, after=run.after, finished_at=None).update(
        table=table,
        after=after,
        finished_at=None if table else at,
        checked=F("checked") + tally.checked,
        damaged=F("damaged") + len(tally.damaged),
        unnamed=F("unnamed") + tally.unnamed,
        removed=F("removed") + tally.removed,
    )
    run.refresh_from_db()
    if moved and run.finished_at is not None:
        whole = Tally(checked=run.checked, unnamed=run.unnamed, removed=run.removed)
        whole.damaged = [("", Damage.ALTERED)] * run.damaged
        record_scrub(whole, at=at, run=run.pk)
    return bool(moved)


def following_table(table: str) -> str:
    """What is checked after a table; the sweep is last, and empty after that."""
    order = [*naming_tables(), SWEEP, ""]
    return order[order.index(table) + 1]
