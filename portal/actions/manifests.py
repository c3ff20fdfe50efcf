"""A manifest is kept as it came and as rows; the person corrects which column is what; a chart asks what it says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from portal import storage
from portal.actions.audit import record
from portal.actions.charts import hold_open
from portal.models import ApiToken, Batch, Chart, Manifest, ManifestRow, User
from portal.rules.manifest import Column, Table, file_key, match_rows, read_rows, read_table, recognised


@transaction.atomic
def keep_manifest(
    *, batch: Batch, content: bytes, by: User | None, token: ApiToken | None = None, at: datetime
) -> Manifest:
    """Keep the file and its rows under the columns that were recognised; one that was there gives way.

    NotAManifest if it cannot be used, BatchNotOpen.
    """
    table = read_table(content)
    hold_open(batch)
    columns = recognised(table)
    kept = storage.keep_bytes(content, practice_id=batch.practice_id, folder="manifests", ending=".csv")
    Manifest.objects.filter(batch=batch).delete()
    manifest = Manifest.objects.create(
        practice_id=batch.practice_id,
        batch=batch,
        storage_name=kept.name,
        sha256=kept.sha256,
        headings=table.headings,
        columns=[column or "" for column in columns],
        created_at=at,
        created_by=by,
        token=token,
    )
    write_rows(manifest, table, columns)
    record(
        "manifest.kept", at=at, by=by, token_id=token.pk if token else None, about=manifest, batch=batch.pk,
        rows=len(table.rows), sha256=kept.sha256,
    )  # fmt: skip
    return manifest


@transaction.atomic
def map_manifest(*, manifest: Manifest, columns: Sequence[Column | None], by: User, at: datetime) -> None:
    """Understand the rows by these columns, one for each of the file's; BatchNotOpen."""
    hold_open(manifest.batch)
    with storage.opened_unaltered(manifest.storage_name, sha256=manifest.sha256) as source:
        table = read_table(source.read())
    Manifest.objects.filter(pk=manifest.pk).update(columns=[column or "" for column in columns])
    ManifestRow.objects.filter(manifest=manifest).delete()
    write_rows(manifest, table, columns)
    record("manifest.mapped", at=at, by=by, about=manifest, batch=manifest.batch_id)


@transaction.atomic
def remove_manifest(*, manifest: Manifest, by: User, at: datetime) -> None:
    """Take the manifest back; BatchNotOpen."""
    hold_open(manifest.batch)
    record("manifest.removed", at=at, by=by, about=manifest, batch=manifest.batch_id)
    storage.discard(manifest.storage_name)
    manifest.delete()


def write_rows(manifest: Manifest, table: Table, columns: Sequence[Column | None]) -> None:
    ManifestRow.objects.bulk_create(
        ManifestRow(
            practice_id=manifest.practice_id,
            manifest=manifest,
            line=row.line,
            file=row.file,
            file_key=file_key(row.file),
            patient=row.patient,
            birth_date=row.birth_date,
            mrn=row.mrn,
            service_date=row.service_date,
            provider=row.provider,
            payer=row.payer,
            notes=row.notes,
            problems=list(row.problems),
        )
        for row in read_rows(table, columns)
    )


def said_of_chart(chart: Chart) -> ManifestRow | None:
    """What the batch's manifest says of a chart; None if no row, or more than one, is about it."""
    rows = list(ManifestRow.objects.filter(manifest__batch_id=chart.batch_id))
    if not rows:
        return None
    files = list(Chart.objects.filter(batch_id=chart.batch_id).values_list("pk", "original_name"))
    matched = match_rows([row.file for row in rows], files).files
    about = [row for row, found in zip(rows, matched, strict=True) if found == chart.pk]
    return about[0] if len(about) == 1 else None
