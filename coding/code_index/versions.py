"""Where the index lies: each build in a directory of its own, `current` a link that is switched in one step.

A reader keeps the files of the version it opened, so a build disturbs nobody; the version before is kept for those
who are just opening it.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from coding.rules.code_sets import CodeSet, EditionFact

CURRENT = "current"
LOCK = "build.lock"
EDITIONS = "editions.json"
SEPARATOR = "."  # between what a version is made of and its number


def home() -> Path:
    directory = Path(settings.CODE_INDEX_DIR)
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def current() -> str | None:
    """The name of the version in use, None if there is none."""
    try:
        return (Path(settings.CODE_INDEX_DIR) / CURRENT).readlink().name
    except OSError:  # nothing there, or no link
        return None


def made_of(version: str) -> str:
    """The fingerprint of what a version was built from."""
    return version.split(SEPARATOR, maxsplit=1)[0]


@contextmanager
def build_lock(*, wait: bool) -> Iterator[bool]:
    """One build at a time on a machine; yields whether the lock was got. The system frees it if we are killed."""
    descriptor = os.open(home() / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def new_directory(fingerprint: str) -> Path:
    directory = home() / f"{fingerprint}{SEPARATOR}{uuid4().hex[:12]}"
    directory.mkdir()
    return directory


def note_editions(directory: Path, editions: Iterable[EditionFact]) -> None:
    """Write down of which editions a version is made."""
    (directory / EDITIONS).write_text(json.dumps([asdict(edition) for edition in editions], default=date.isoformat))


def editions_of(version: str) -> tuple[EditionFact, ...]:
    """Of which editions a version is made; OSError or ValueError if that cannot be read."""
    rows = json.loads((home() / version / EDITIONS).read_text())
    return tuple(
        EditionFact(
            row["pk"],
            CodeSet(row["code_set"]),
            row["name"],
            date.fromisoformat(row["effective"]),
            date.fromisoformat(row["ends_on"]) if row["ends_on"] else None,
        )
        for row in rows
    )


def switch(directory: Path) -> None:
    """Make a finished version the current one, and remove those that nobody opens any more."""
    former = current()
    link = home() / f"{directory.name}.link"
    link.symlink_to(directory.name)
    if (home() / CURRENT).is_dir() and not (home() / CURRENT).is_symlink():
        shutil.rmtree(home() / CURRENT)  # not ours; a link cannot take its place
    link.replace(home() / CURRENT)
    for other in home().iterdir():
        if other.is_dir() and not other.is_symlink() and other.name not in {directory.name, former}:
            shutil.rmtree(other, ignore_errors=True)
