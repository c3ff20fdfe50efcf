"""Destroy for good what a contract no longer keeps, or all of a practice at its end, and write the certificate."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Model

from portal import vault
from portal.actions.audit import record
from portal.actions.export import AUDIT, Export, as_json, json_line, read_manifest, rows_of, tables_of_practice
from portal.actions.people import AlreadyDone, deactivate_person
from portal.models import Cause, ClientRow, Destruction, Invitation, Job, LegalHold, Notice, Practice, PracticeKey, User

# What stays of a practice: what was agreed, that keys were destroyed, and on whose word. The audit trail stays whole.
KEPT = frozenset(
    {"portal.contract", "portal.businessassociateagreement", "portal.practicekey", "portal.destruction"}
)  # fmt: skip


class UnderHold(Exception):
    """A legal hold forbids it."""


class ExportDiffers(Exception):
    """The export is of another practice, or the practice has changed since; the text names the first difference."""


class ExportDamaged(Exception):
    """Files were damaged before they could be exported; they would be lost."""


def client_tables() -> list[type[ClientRow]]:
    """Every table of practices' rows."""
    return [model for model in apps.get_models() if issubclass(model, ClientRow)]


def certificate_text(*, heading: Iterable[str], files: Mapping[str, int], counts: Mapping[str, int]) -> str:
    """What is printed and kept: who, what, when, the SHA-256 and size of each content; nothing of a patient."""
    return "\n".join(
        [
            "CERTIFICATE OF DESTRUCTION",
            *heading,
            "",
            "Rows destroyed:",
            *(f"  {count:>9}  {label}" for label, count in counts.items() if count),
            "",
            f"Contents destroyed ({len(files)}), by SHA-256 and size in bytes:",
            *(f"  {sha256}  {size}" for sha256, size in sorted(files.items())),
            "",
        ]
    )


def write_certificate(**facts: Any) -> Destruction:
    """The row, and from now on in this transaction the right to remove rows of its practice. Caller opens the scope."""
    text: str = facts["certificate"]
    row = Destruction.objects.create(sha256=hashlib.sha256(text.encode()).hexdigest(), **facts)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('chartline.destruction', %s, true)", [str(row.pk)])
    return row


def remove_rows(model: type[Model], **which: Any) -> int:
    """Delete without looking for what hangs below: the caller removes that too, and the commit checks it."""
    rows = model._base_manager.filter(**which)
    return rows._raw_delete(rows.db)


# -- the end of a practice ------------------------------------------------------------------------
@transaction.atomic
def destroy_practice(
    *, practice: Practice, export: Path, by: User, at: datetime, despite_damage: bool = False
) -> Destruction:
    """Destroy the practice's keys, files and rows. Caller opens the service's scope.

    The export must be whole and of today's rows: BadExport, ExportDiffers, ExportDamaged; UnderHold. From the commit
    on no file can be read, also not from a copy of the storage; the files themselves are removed right after it.
    """
    if LegalHold.objects.filter(practice=practice, lifted_at=None).exists():
        raise UnderHold
    manifest = checked_export(export, practice)
    if manifest["damaged"] and not despite_damage:
        raise ExportDamaged
    deactivate_people(practice, by=by, at=at)
    counts = {
        model._meta.label_lower: model._base_manager.filter(practice=practice).count()
        for model in client_tables()
        if model._meta.label_lower not in KEPT
    }
    keys = PracticeKey.objects.filter(practice=practice, destroyed_at=None)
    heading = [
        f"Practice: {practice.name} (number {practice.pk}, code {practice.code})",
        f"Destroyed at: {at.isoformat()}, ordered by person {by.pk}",
        f"Exported at: {manifest['made_at']}, SHA-256 of its manifest: "
        + hashlib.sha256((export / "manifest.json").read_bytes()).hexdigest(),
        f"Keys destroyed: {', '.join(str(key.number) for key in keys) or 'none were ever made'}",
        "Copies of the database taken before this moment hold the wrapped keys until they expire.",
    ]
    destruction = write_certificate(
        practice=practice, cause=Cause.OFFBOARDING, at=at, by=by, files=len(manifest["files"]),
        rows=sum(counts.values()),
        certificate=certificate_text(heading=heading, files=manifest["files"], counts=counts),
    )  # fmt: skip
    outside = names_outside(practice.pk)
    keys.update(wrapped=b"", retired_at=at, destroyed_at=at)
    for model in client_tables():
        if model._meta.label_lower not in KEPT:
            remove_rows(model, practice=practice)
    for other in (Notice, Job, Invitation):
        remove_rows(other, practice=practice)
    Practice.objects.filter(pk=practice.pk).update(is_active=False)
    record("practice.destroyed", at=at, by=by, about=destruction, files=destruction.files, rows=destruction.rows)
    transaction.on_commit(partial(remove_files, practice.pk, outside), robust=True)
    vault.forget(practice.pk)
    return destruction


def checked_export(folder: Path, practice: Practice) -> dict[str, Any]:
    """The manifest of an export that holds what the practice's rows and files say now."""
    manifest = read_manifest(folder)
    if manifest["practice"]["id"] != practice.pk:
        raise ExportDiffers("it is of another practice")
    for label, model in tables_of_practice().items():
        if label == AUDIT:  # stays, and has grown since
            continue
        digest, found = hashlib.sha256(), Export()
        for row in rows_of(label, model, practice.pk):
            digest.update(json_line(as_json(label, row, folder=None, found=found)))
        if manifest["tables"].get(label, {}).get("sha256") != digest.hexdigest():
            raise ExportDiffers(label)
    return manifest


def deactivate_people(practice: Practice, *, by: User, at: datetime) -> None:
    """End the access of those who belong to this practice only."""
    others = User.objects.filter(memberships__practice__in=Practice.objects.exclude(pk=practice.pk))
    for person in User.objects.of_practice(practice.pk).exclude(pk__in=others.values("pk")):
        try:
            deactivate_person(user=person, by=by, at=at)
        except AlreadyDone:
            continue


def names_outside(practice_id: int) -> list[str]:
    """Stored names of the practice's rows from before files were sealed: no key's destruction helps there."""
    return [
        name
        for model in client_tables()
        for column in model.stored_files
        for name in model._base_manager.filter(practice_id=practice_id).values_list(column, flat=True)
        if name and not name.startswith("practices/")
    ]


def remove_files(practice_id: int, outside: Iterable[str]) -> None:
    """Remove what no key opens any more, and what never had one. What a crash leaves of it, the weekly sweep takes."""
    for name in outside:
        default_storage.delete(name)
    for file in list(default_storage.walk(f"practices/{practice_id}")):  # type: ignore[attr-defined]
        default_storage.delete(file.name)
