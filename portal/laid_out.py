"""Page images laid out for the proxy (X-Accel-Redirect): unsealed copies in a small folder of this machine's memory.

Only with PAGE_ACCEL_DIR set, to a folder of a RAM disk that the proxy may read. It holds PAGE_ACCEL_BYTES at most and
nothing older than PAGE_ACCEL_SECONDS; the proxy serves it only where our answer says so (`internal`).
"""

from __future__ import annotations

import os
import re
import secrets
import time
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO

from django.conf import settings

PREFIX = "/laid-out-pages/"
LAID_OUT = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{1,5}|\.[0-9a-f]{32}")  # what we may have put there: copies and drafts
TIDY_EVERY = 2.0  # seconds

_tidied = 0.0


def address(name: str, source: IO[bytes]) -> str:
    """The internal address of a copy of a stored file, made from its opened source unless it is there already.

    That the source could be opened has shown that the file is sound and its key was not destroyed.
    """
    global _tidied  # noqa: PLW0603  (one folder a process)
    folder = Path(settings.PAGE_ACCEL_DIR)
    copy = folder / f"{blake2b(name.encode(), digest_size=16).hexdigest()}{Path(name).suffix or '.bin'}"
    if time.monotonic() - _tidied > TIDY_EVERY:
        tidy(folder)
        _tidied = time.monotonic()
    try:
        os.utime(copy)
    except FileNotFoundError:
        draft = folder / f".{secrets.token_hex(16)}"
        draft.write_bytes(source.read())
        draft.chmod(0o640)
        draft.rename(copy)
    return PREFIX + copy.name


def tidy(folder: Path) -> None:
    """Remove what is too old, and the oldest of what is too much."""
    oldest_first = sorted((entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in ours(folder))
    held = sum(size for _, size, _ in oldest_first)
    for touched, size, path in oldest_first:
        if held > settings.PAGE_ACCEL_BYTES or time.time() - touched > settings.PAGE_ACCEL_SECONDS:
            with suppress(FileNotFoundError):
                Path(path).unlink()
            held -= size


def ours(folder: Path) -> list[os.DirEntry[str]]:
    """The files of the folder that this module made."""
    with os.scandir(folder) as entries:
        return [entry for entry in entries if LAID_OUT.fullmatch(entry.name)]
