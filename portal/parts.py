"""Where the parts of an upload lie: in one file that grows, or in a bucket, where none grows, as objects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import chain
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import F, Sum

from portal import storage
from portal.growing import growing_name, grown, segments_of
from portal.joined_file import GrownFile, JoinedFile
from portal.models import Upload
from portal.sealing import SEGMENT


def keep_part(upload: Upload, content: bytes) -> str:
    """Keep the next part of an upload whose row is held, durably, and say under which name it lies.

    BlockingIOError if somebody else writes the file, Altered if what came before is not there.
    """
    shelf: Any = default_storage  # either of portal.shelves
    name, first = growing_name(upload.practice_id, upload.pk), upload.offset == 0
    if not shelf.grows or not (first or shelf.exists(name)):  # the latter: begun where no file grew
        return storage.keep_bytes(content, practice_id=upload.practice_id, folder=f"uploads/{upload.pk}").name
    with (
        storage.locked(name) if first else nullcontext(),  # the sweep may be about to remove what no row named
        grown(name, practice_id=upload.practice_id, new=first) as growing,
    ):
        segments = upload.parts.aggregate(number=Sum((F("size") + SEGMENT - 1) / SEGMENT))["number"] or 0
        growing.append(content, offset=upload.offset, place=segments)
    return name


@contextmanager
def whole_file(upload: Upload, *, sha256: str) -> Iterator[JoinedFile]:
    """The parts of an upload whose row is held as one file with the declared SHA-256; raises like `keep_part`."""
    parts = list(upload.parts.order_by("offset").values_list("storage_name", "size"))
    name = growing_name(upload.practice_id, upload.pk)
    if {name} == {stored for stored, _ in parts}:
        with grown(name, practice_id=upload.practice_id) as growing:
            sizes = [segment for _, size in parts for segment in segments_of(size)]
            yield GrownFile(growing, sizes, size=upload.size, sha256=sha256)
    else:
        yield JoinedFile(
            lambda: chain.from_iterable(storage.blocks(stored) for stored, _ in parts), size=upload.size, sha256=sha256
        )


def discard_growing(upload: Upload) -> None:
    """Remove the file that grew for an upload that has ended, if there is one: also what no row came to name."""
    if getattr(default_storage, "grows", False):
        default_storage.delete(growing_name(upload.practice_id, upload.pk))
