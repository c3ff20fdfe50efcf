"""What a delivery is made of and the files made of it: kept, and made again from the database byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from coding.actions.clinical_results import collect_clinical, images_of, with_pictures
from coding.actions.output_templates import InUse
from coding.actions.results import collect_result
from coding.models import DeliveredResult
from coding.rules.formats import FORMATS, PICTURED, manifest_file
from coding.rules.formats.contents import Contents
from coding.rules.formats.manifest_file import MadeFile
from coding.rules.formats.template import NameFacts, OutputTemplate, file_name
from coding.rules.plain_data import as_json, from_json
from portal import storage
from portal.actions.deliveries import next_version
from portal.children import nobody_else
from portal.failpoints import reached
from portal.models import Batch, Delivery, OutputTemplateVersion
from portal.storage import Stored

FOLDER = "deliveries"


class NotKept(Exception):
    """The delivery was made before it was kept what deliveries are made of."""


@dataclass(frozen=True)
class KeptFile:
    """A stored file of a delivery that no row names yet."""

    name: str
    format: str
    stored: Stored
    template: OutputTemplateVersion | None = None

    @property
    def made(self) -> MadeFile:
        version = self.template.version if self.template else 0
        return MadeFile(self.name, self.format, version, self.stored.size, self.stored.sha256)


def collect_contents(batch: Batch, *, formats: Iterable[str], at: datetime) -> Contents:
    """What the formats are made of, with evidence if one of them needs it; a constant number of queries."""
    contents = Contents(
        result=collect_result(batch),
        practice_code=batch.practice.code,
        version=next_version(batch),
        made_at=at.astimezone(ZoneInfo(batch.practice.time_zone)),
    )
    if any(FORMATS[name].NEEDS_EVIDENCE for name in formats):
        contents = replace(contents, clinical=collect_clinical(contents))
    return from_json(Contents, as_json(contents))  # as it is when it is read again: nothing that is not kept counts


def images_for(contents: Contents, formats: Iterable[str]) -> dict[int, str]:
    """The stored page images, by page, that the formats show cuttings of; one query at most."""
    return images_of(contents.clinical) if contents.clinical and PICTURED & set(formats) else {}


def illustrated(
    contents: Contents, images: Mapping[int, str], *, still_ours: Callable[[], None] = nobody_else
) -> Contents:
    """The contents with cuttings of these pages. It reads files: no transaction should wait for it."""
    if contents.clinical is None or not images:
        return contents
    return replace(contents, clinical=with_pictures(contents.clinical, images=images, still_ours=still_ours))


def keep_files(
    contents: Contents, rendered: Mapping[str, bytes], templates: Mapping[str, InUse], *, practice_id: int
) -> list[KeptFile]:
    """Store the files of a delivery under their names, and the manifest of them."""
    files: list[KeptFile] = []
    for name, content in rendered.items():
        facts = NameFacts(
            contents.practice_code, contents.result.batch, contents.version, name, contents.made_at.date()
        )
        taken = frozenset(file.name.lower() for file in files)
        called = file_name(templates[name].template, facts, ending=FORMATS[name].ENDING, taken=taken)
        stored = store(content, ending=FORMATS[name].ENDING, practice_id=practice_id)
        files.append(KeptFile(called, name, stored, templates[name].version))
    manifest = manifest_file.render(contents, [file.made for file in files])
    called = f"{contents.practice_code}-{contents.result.batch}-v{contents.version}{manifest_file.ENDING}"
    stored = store(manifest, ending=".json", practice_id=practice_id)
    return [*files, KeptFile(called, manifest_file.NAME, stored)]


def store(content: bytes, *, ending: str, practice_id: int) -> Stored:
    kept = storage.keep_bytes(content, practice_id=practice_id, folder=FOLDER, ending=ending)
    reached("delivery.file_kept")
    return kept


def keep_contents(*, batch: Batch, contents: Contents, templates: Mapping[str, InUse], at: datetime) -> DeliveredResult:
    """Write down what the delivery was made of. Caller opens the transaction."""
    return DeliveredResult.objects.create(
        practice_id=batch.practice_id,
        batch=batch,
        version=contents.version,
        contents=as_json(contents),
        templates={name: as_json(one.template) for name, one in templates.items()},
        created_at=at,
    )


# -- once more -------------------------------------------------------------------------------------
def remake_delivery(delivery: Delivery) -> bytes:
    """The file as it is made today of what the database has kept; NotKept."""
    kept = kept_of(delivery)
    contents = from_json(Contents, kept.contents)
    if delivery.format == manifest_file.NAME:
        return manifest_file.render(contents, made_files(delivery))
    template = from_json(OutputTemplate, kept.templates[delivery.format])
    return FORMATS[delivery.format].render(illustrated(contents, images_for(contents, [delivery.format])), template)


def kept_of(delivery: Delivery) -> DeliveredResult:
    """What a delivery was made of; NotKept."""
    kept = DeliveredResult.objects.filter(batch_id=delivery.batch_id, version=delivery.version).first()
    if kept is None:
        raise NotKept
    return kept


def made_files(delivery: Delivery) -> list[MadeFile]:
    """The files that a manifest names, from their rows."""
    rows: QuerySet[Delivery] = Delivery.objects.filter(batch_id=delivery.batch_id, version=delivery.version)
    return [
        MadeFile(row.file_name, row.format, row.template.version if row.template else 0, row.size, row.sha256)
        for row in rows.exclude(format=manifest_file.NAME).select_related("template")
    ]
