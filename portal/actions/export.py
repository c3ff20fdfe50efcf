"""Everything that the site holds of a practice, in open formats; docs/export-format.md describes them.

A folder: `tables/` with one JSON line a row, `files/` with the received and made files in the clear under the SHA-256
of their content, `people.jsonl`, and `manifest.json` with the hash of each. Two exports of equal content have equal
tables and files, whatever keys and names their sites store them under.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from portal import scope, storage
from portal.actions.audit import record
from portal.growing import is_growing
from portal.models import AuditEvent, ClientRow, Practice, User

FORMAT, VERSION = "chartline-practice-export", 1
# Of use on this site only: keys, answers kept for repeated requests, notes about stored files and about destructions.
LEFT_OUT = frozenset(
    {"portal.practicekey", "portal.idempotentrequest", "portal.apicall", "portal.damagedfile", "portal.destruction"}
)
# Of no use, or of too much, elsewhere: in their place stands a text that opens nothing and is the same in each export.
SECRETS: Mapping[str, tuple[str, ...]] = {
    "portal.apitoken": ("token_hash",),
    "portal.sftpaccount": ("password",),
    "portal.fhirendpoint": ("private_key",),
    "portal.channel": ("secret", "earlier_secret"),
}
AUDIT, PRACTICE, PEOPLE = "portal.auditevent", "portal.practice", "people.jsonl"


class NotEmpty(Exception):
    """The folder for the export is there already and holds something."""


@dataclass
class Export:
    """What was written: rows and hash by table, size by file's hash, and what could not be read."""

    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)  # `table id` of rows whose file is missing or altered
    people: set[int] = field(default_factory=set)


def tables_of_practice() -> dict[str, type[Model]]:
    """The exported tables by label: the practice itself, its rows, its part of the audit trail."""
    client = {
        model._meta.label_lower: model
        for model in apps.get_models()
        if issubclass(model, ClientRow) and model._meta.label_lower not in LEFT_OUT
    }
    return {PRACTICE: Practice, **dict(sorted(client.items())), AUDIT: AuditEvent}


def rows_of(label: str, model: type[Model], practice_id: int) -> Iterator[Any]:
    """The practice's rows of a table in a stable order, without those that are the service's own."""
    column = "pk" if label == PRACTICE else "practice_id"
    order = ("at", "pk") if label == AUDIT else ("pk",)
    rows = model._base_manager.filter(**{column: practice_id})
    withheld = getattr(model, "withheld", None)
    if withheld is not None:
        rows = rows.exclude(withheld)
    return rows.order_by(*order).iterator(chunk_size=1000)


def export_practice(*, practice: Practice, folder: Path, at: datetime) -> Export:
    """Write the export into a folder that is empty or new; opens the service's scope. NotEmpty.

    What is damaged is left out and named in the manifest; everything else is there.
    """
    if folder.exists() and any(folder.iterdir()):
        raise NotEmpty
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    found = Export()
    with scope.service():
        for label, model in tables_of_practice().items():
            found.tables[label] = write_table(label, model, practice.pk, folder, found)
        write_people(folder, found)
        write_manifest(practice, folder, found, at=at)
        # About no practice: an export must not be part of the next one.
        record(
            "practice.exported", at=at, of=practice.pk, files=len(found.files), damaged=len(found.damaged),
            rows=sum(table["rows"] for table in found.tables.values()),
        )  # fmt: skip
    return found


def write_table(label: str, model: type[Model], practice_id: int, folder: Path, found: Export) -> dict[str, Any]:
    """One JSON line a row, with the files that the rows name; what the manifest says of the table."""
    digest, count, path = hashlib.sha256(), 0, folder / "tables" / f"{label}.jsonl"
    with path.open("wb") as out:
        for row in rows_of(label, model, practice_id):
            line = json_line(as_json(label, row, folder=folder, found=found))
            digest.update(line)
            out.write(line)
            count += 1
    return {"rows": count, "sha256": digest.hexdigest()}


def json_line(values: Mapping[str, Any]) -> bytes:
    """Keys in order, so that equal rows are equal bytes."""
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def as_json(label: str, row: Any, *, folder: Path | None, found: Export) -> dict[str, Any]:
    """A row as the export shows it; its files are copied below `folder` if there is one."""
    stored: Mapping[str, str | None] = getattr(row, "stored_files", {})
    values: dict[str, Any] = {}
    for column in row._meta.concrete_fields:
        value = getattr(row, column.attname)
        if column.attname in stored and value:
            values[column.attname] = as_file(label, row, column.attname, folder=folder, found=found)
        else:
            values[column.attname] = plain(value)
        if column.is_relation and column.related_model is User and value is not None:
            found.people.add(value)
    for column in SECRETS.get(label, ()):
        if values[column]:
            values[column] = hashlib.sha256(f"{label} {row.pk}".encode()).hexdigest()
    return values


def plain(value: Any) -> Any:
    """A value as JSON: times in ISO 8601, decimals as text, bytes in base64."""
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value


def as_file(label: str, row: Any, name: str, *, folder: Path | None, found: Export) -> dict[str, Any]:
    """A stored file as the export names it: hash of the content, folder and ending; copied on the way."""
    stored, expected = PurePosixPath(getattr(row, name)), row.stored_files[name]
    if is_growing(str(stored)):  # not whole: its sender begins it anew
        return {"sha256": None, "folder": "uploads", "ending": stored.suffix}
    place = "/".join(stored.parts[2:-2]) if stored.parts[0] == "practices" else stored.parts[0]
    shown: dict[str, Any] = {"sha256": None, "folder": place, "ending": stored.suffix}
    try:
        with storage.opened(str(stored)) as source:
            digest, size = copied(source, folder)
    except (storage.Altered, FileNotFoundError):
        found.damaged.append(f"{label} {row.pk}")
        return shown
    if expected and digest != getattr(row, expected):
        found.damaged.append(f"{label} {row.pk}")
        return shown
    found.files[digest] = size
    return {**shown, "sha256": digest}


def copied(source: Any, folder: Path | None) -> tuple[str, int]:
    """SHA-256 and size of what is read; written below `files/` under its hash if there is a folder."""
    digest, size = hashlib.sha256(), 0
    if folder is None:
        while block := source.read(storage.BLOCK):
            digest.update(block)
            size += len(block)
        return digest.hexdigest(), size
    draft = folder / "draft"
    with draft.open("wb") as out:
        while block := source.read(storage.BLOCK):
            digest.update(block)
            size += out.write(block)
    target = file_path(folder, digest.hexdigest())
    target.parent.mkdir(parents=True, exist_ok=True)
    draft.rename(target)
    return digest.hexdigest(), size


def file_path(folder: Path, sha256: str) -> Path:
    """Where an export keeps a content."""
    return folder / "files" / sha256[:2] / sha256


def write_people(folder: Path, found: Export) -> None:
    """Who is named in the rows: id, name, address of e-mail; no passwords."""
    people = User.objects.filter(pk__in=found.people).order_by("pk").values("id", "name", "email")
    (folder / PEOPLE).write_bytes(b"".join(json_line(person) for person in people))


def write_manifest(practice: Practice, folder: Path, found: Export, *, at: datetime) -> None:
    """The list of everything with its hash; written last, so that a broken-off export has none."""
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "practice": {"id": practice.pk, "code": practice.code, "name": practice.name},
        "made_at": at.isoformat(),
        "tables": found.tables,
        "people": hashlib.sha256((folder / PEOPLE).read_bytes()).hexdigest(),
        "files": dict(sorted(found.files.items())),
        "damaged": found.damaged,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


# -- reading an export ----------------------------------------------------------------------------
class BadExport(Exception):
    """The folder is not a whole export of a version we know; the text says what is wrong, without patient data."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an export whose every table and file is there and hashes to what it says; BadExport."""
    path = folder / "manifest.json"
    if not path.is_file():
        raise BadExport("there is no manifest.json: not an export, or one that was broken off")
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if manifest.get("format") != FORMAT or manifest.get("version") != VERSION:
        raise BadExport(f"this is not version {VERSION} of {FORMAT}")
    for label, table in manifest["tables"].items():
        check_hash(folder / "tables" / f"{label}.jsonl", table["sha256"])
    check_hash(folder / PEOPLE, manifest["people"])
    for sha256 in manifest["files"]:
        check_hash(file_path(folder, sha256), sha256)
    return manifest


def check_hash(path: Path, sha256: str) -> None:
    """BadExport unless the file is there with this content."""
    if not path.is_file():
        raise BadExport(f"{path.parent.name}/{path.name} is missing")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise BadExport(f"{path.parent.name}/{path.name} is not what the manifest says")


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """What two exports' manifests disagree in, beside when they were made; empty for exports of equal content."""
    found = [
        f"table {label}"
        for label in sorted({*one["tables"], *other["tables"]})
        if one["tables"].get(label) != other["tables"].get(label)
    ]
    found += [f"file {sha256}" for sha256 in sorted(set(one["files"]) ^ set(other["files"]))]
    if one["people"] != other["people"]:
        found.append("people")
    return found
