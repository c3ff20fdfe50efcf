"""Where the index lies: each build in a directory of its own, `current` a link that is switched in one step.

A reader keeps the files of the version it opened, so a build disturbs nobody; the version before is kept for those
who are just opening it.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from django.conf import settings

CURRENT = "current"
LOCK = "build.lock"
SEPARATOR = "."  # between what a version is made of and its number


def home() -> Path:
    directory = Path(settings.CODE_INDEX_DIR)
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def current() -> str | None:
    """The name of the version in use, None if there is none."""
    try:
        return str((Path(settings.CODE_INDEX_DIR) / CURRENT).readlink())
    except FileNotFoundError:
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


def switch(directory: Path) -> None:
    """Make a finished version the current one, and remove those that nobody opens any more."""
    former = current()
    link = home() / f"{directory.name}.link"
    link.symlink_to(directory.name)
    link.replace(home() / CURRENT)
    for other in home().iterdir():
        if other.is_dir() and not other.is_symlink() and other.name not in {directory.name, former}:
            shutil.rmtree(other, ignore_errors=True)
