"""An export becomes a practice again, in a site that has never seen it: same numbers, new keys."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.db import connection, transaction
from django.db.models import AutoField, BinaryField, JSONField, Model
from django.db.models.fields.related import ForeignKey

from portal import scope, storage
from portal.actions.audit import record
from portal.actions.export import AUDIT, PEOPLE, BadExport, file_path, read_manifest, tables_of_practice
from portal.models import Practice, User


class NotFree(Exception):
    """The site has a practice, a row or a person under a number that the export needs."""


def restore_practice(*, folder: Path, at: datetime) -> Practice:
    """Everything or nothing; the site must hold no practice yet. BadExport, NotFree. Opens the service's scope.

    People come back without passwords and roles, deactivated: they are named in the rows, no more.
    """
    manifest = read_manifest(folder)
    known = tables_of_practice()
    if unknown := sorted(set(manifest["tables"]) - set(known)):
        raise BadExport(f"this site has no table {unknown[0]}: it is older than the export")
    with scope.service(), transaction.atomic():
        if Practice.objects.exists():
            raise NotFree
        for person in lines(folder / PEOPLE):
            restore_person(person, at=at)
        practice_id = manifest["practice"]["id"]
        for label in manifest["tables"]:
            for values in lines(folder / "tables" / f"{label}.jsonl"):
                restore_row(known[label], values, folder=folder, practice_id=practice_id)
        for label, model in known.items():
            if label != AUDIT:
                advance_numbers(model)
        record("practice.restored", at=at, of=practice_id, files=len(manifest["files"]))
        return Practice.objects.get(pk=practice_id)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file of JSON lines."""
    with path.open("rb") as file:
        for line in file:
            yield json.loads(line)


def restore_person(person: dict[str, Any], *, at: datetime) -> None:
    """A person as the rows name them; NotFree if the number or the address is somebody else's."""
    known = User.objects.filter(pk=person["id"]).first()
    if known is not None and known.email == person["email"]:
        return
    if known is not None or User.objects.filter(email=person["email"]).exists():
        raise NotFree
    User.objects.create(
        **person, password="!", is_active=False, deactivated_at=at, deactivated_by_id=person["id"]  # noqa: S106
    )  # fmt: skip
    advance_numbers(User)


def restore_row(model: type[Model], values: dict[str, Any], *, folder: Path, practice_id: int) -> None:
    """Insert a row as it was, its files sealed anew under this site's key."""
    row = model()
    stored = getattr(model, "stored_files", {})
    for column in model._meta.concrete_fields:
        value = values.get(column.attname)
        if column.attname in stored and value:
            value = restored_name(value, folder=folder, practice_id=practice_id)
        setattr(row, column.attname, from_json(column, value))
    row.save_base(raw=True, force_insert=True)


def from_json(column: Any, value: Any) -> Any:
    """A value as the row holds it."""
    if value is None or isinstance(column, JSONField):
        return value
    if isinstance(column, BinaryField):
        return base64.b64decode(value)
    if isinstance(column, ForeignKey):
        return column.target_field.to_python(value)
    return column.to_python(value)


def restored_name(value: dict[str, Any], *, folder: Path, practice_id: int) -> str:
    """Keep a file of the export; what was damaged there gets a name under which nothing lies."""
    if value["sha256"] is None:
        return f"{value['folder']}/damaged{value['ending']}"
    with file_path(folder, value["sha256"]).open("rb") as file:
        blocks = File(file).chunks(storage.BLOCK)
        return storage.seal(blocks, practice_id=practice_id, folder=value["folder"], ending=value["ending"]).name


def advance_numbers(model: type[Model]) -> None:
    """New rows get numbers behind the restored ones; the site's role may only draw from a sequence, so it does."""
    key = model._meta.pk
    if not isinstance(key, AutoField) and key.get_internal_type() != "BigAutoField":
        return
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608  (our own table's name)
        highest = cursor.fetchone()[0]
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        drawn = cursor.fetchone()[0]
        if drawn < highest:
            cursor.execute(
                "SELECT count(nextval(pg_get_serial_sequence(%s, 'id'))) FROM generate_series(1, %s)",
                [table, highest - drawn],
            )
