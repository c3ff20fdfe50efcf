"""Check and keep the files sent with a comment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.base import File

from feedback.models import Attachment, Comment
from feedback.rules.talk import FILE_LIMIT, FILES_AT_ONCE
from portal import storage
from portal.rules.file_types import HEAD, JPEG, MEDIA_TYPES, PDF, PNG, TIFF, media_type_of
from portal.rules.intake import Refusal, display_name, refusal_at_receipt

ATTACHED = frozenset({PDF, TIFF, JPEG, PNG})  # what is handed on as it came is of few kinds


class FileRefused(Exception):
    """A file may not be attached; `reason` says why, `position` which one it was (0 for the first)."""

    def __init__(self, reason: Refusal, position: int) -> None:
        super().__init__(reason.value)
        self.reason, self.position = reason, position


class TooManyFiles(Exception):
    """More files than one comment may carry."""


@dataclass(frozen=True)
class Checked:
    """A file that may be attached: the type its content has."""

    file: File[Any]
    name: str
    media_type: str


def checked(files: Sequence[File[Any]]) -> list[Checked]:
    """The files with their types; FileRefused for the first that may not be attached."""
    if len(files) > FILES_AT_ONCE:
        raise TooManyFiles
    return [check(file, position) for position, file in enumerate(files)]


def check(file: File[Any], position: int) -> Checked:
    """One file's name and type by content; FileRefused says what is wrong with it.

    Stricter than for a chart in one thing: the name must end as the content does, for the file is handed on.
    """
    name, head = display_name(file.name or ""), file.read(HEAD)
    file.seek(0)
    media_type = media_type_of(head)
    reason = refusal_at_receipt(name=name, size=file.size or 0, head=head, limit=FILE_LIMIT)
    if reason is None and media_type not in ATTACHED:
        reason = Refusal.UNKNOWN_TYPE
    if reason is None and not name.lower().endswith(MEDIA_TYPES[media_type]):
        reason = Refusal.NAME_DIFFERS
    if reason is None and media_type == "application/pdf" and is_encrypted(file):
        reason = Refusal.PASSWORD_PROTECTED
    if reason is not None:
        raise FileRefused(reason, position)
    return Checked(file=file, name=name, media_type=media_type)


def is_encrypted(file: File[Any]) -> bool:
    """Whether a PDF names an encryption dictionary (ISO 32000-1, 7.6.1: never itself compressed)."""
    rest = b""
    for block in file.chunks(storage.BLOCK):
        if b"/Encrypt" in rest + block:
            file.seek(0)
            return True
        rest = block[-8:]
    file.seek(0)
    return False


@contextmanager
def kept_or_removed() -> Iterator[list[str]]:
    """Names put on the list are removed from storage again if the block fails."""
    names: list[str] = []
    try:
        yield names
    except BaseException:
        for name in names:
            storage.discard(name)
        raise


def attach(*, comment: Comment, files: Sequence[Checked], at: datetime) -> None:
    """Keep checked files under server-made names and note them at the comment."""
    with kept_or_removed() as names:
        for one in files:
            stored = storage.keep(one.file, practice_id=comment.practice_id, folder="attachments")
            names.append(stored.name)
            Attachment.objects.create(
                practice_id=comment.practice_id,
                comment=comment,
                original_name=one.name,
                media_type=one.media_type,
                storage_name=stored.name,
                sha256=stored.sha256,
                size=stored.size,
                created_at=at,
            )
