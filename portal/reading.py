"""The door to the process that reads words: a page's stored image in, words with boxes out.

The child (`portal.parsers.read_words`) sees only an image that we drew ourselves, never the file that was received.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from portal import storage
from portal.rendering import ROOT, sweep_work_folders
from portal.rules.words import NOTHING, READ_AGAIN, Lines, Word, better, weighed

BOOT = "import sys; sys.path.append(sys.argv.pop(1)); from portal.parsers.read_words import main; main()"
FOLDER = "chartline-render-"
LARGEST_MANIFEST = 16 * 1024**2  # bytes
# One thread: on two cores tesseract alone is twice as fast with it (docs/decisions/0011); scale by processes.
ENVIRONMENT = dict.fromkeys(("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
FIRST, SECOND = "tesseract", "pp-ocr"


class Unreadable(Exception):
    """The engine did not come to an end within its limits; the argument says how, in one word."""


@dataclass(frozen=True)
class Turned:
    """The page's image turned upright: stored name, size in pixels, stored name of its thumbnail."""

    image_name: str
    width: int
    height: int
    thumb_name: str


@dataclass(frozen=True)
class Reading:
    """What an engine read of a page, and how the page lay: degrees clockwise, hundredths of a degree of skew."""

    lines: Lines
    engine: str
    turn: int = 0
    skew: int = 0
    turned: Turned | None = None


def read_page(*, image_name: str, still_ours: Callable[[], None] = lambda: None) -> Reading:
    """The words of a stored page image; Unreadable if the engine fails.

    A page that the fast engine is unsure of is read by the robust one too, and the better reading is taken; that the
    robust one fails costs nothing. `still_ours` is called about once a second and may raise to stop the work.
    """
    sweep_work_folders()
    with tempfile.TemporaryDirectory(prefix=FOLDER) as folder:
        source = Path(folder) / "source"
        with storage.opened(image_name) as stored, source.open("wb") as copy:
            shutil.copyfileobj(stored, copy)
        found = run_engine(source, "first", still_ours)
        lines, engine = lines_in(found), FIRST
        if lines.confidence() < READ_AGAIN and settings.OCR_SECOND_ENGINE:
            second = NOTHING
            with suppress(Unreadable):
                second = lines_in(run_engine(source, "second", still_ours, turn=found["turn"], skew=found["skew"]))
            if better(lines, second):
                lines, engine = weighed(second, lines), SECOND
    return Reading(lines, engine, found["turn"], found["skew"], found.get("turned"))


def run_engine(
    source: Path, engine: str, still_ours: Callable[[], None], *, turn: int = 0, skew: int = 0
) -> dict[str, Any]:
    """One child's manifest, with what it drew kept in the storage."""
    memory, seconds = settings.OCR_LIMITS[engine]
    with tempfile.TemporaryDirectory(dir=source.parent) as place:
        figures = {"memory": memory, "seconds": seconds, "turn": turn, "skew": skew}
        options = [word for name, value in figures.items() for word in (f"--{name}", str(value))]
        command = [sys.executable, "-I", "-c", BOOT, str(ROOT), str(source), place, engine, *options]
        run_child(command, Path(place), seconds, still_ours)
        manifest = manifest_in(Path(place))
        if "file" in manifest:
            manifest["turned"] = keep_turned(Path(place), manifest)
        return manifest


def run_child(command: list[str], place: Path, seconds: int, still_ours: Callable[[], None]) -> None:
    """Wait for a child; Unreadable if it does not end well in time."""
    child = subprocess.Popen(  # noqa: S603  (our own interpreter and script; the file's name is ours)
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=place,
        env=ENVIRONMENT,
    )  # fmt: skip
    deadline = time.monotonic() + seconds
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                code = child.wait(timeout=1)
                break
            if time.monotonic() > deadline:
                raise Unreadable("slow")
            still_ours()
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    if code:
        raise Unreadable(f"ended_{code}")


def manifest_in(place: Path) -> dict[str, Any]:
    """What the child wrote, checked for its shape."""
    path = place / "manifest.json"
    if not path.exists() or path.stat().st_size > LARGEST_MANIFEST:
        raise Unreadable("no_manifest")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if "refusal" in found:
        raise Unreadable(str(found["refusal"]))
    return found


def lines_in(manifest: dict[str, Any]) -> Lines:
    """The words of a manifest."""
    return Lines([Word(*word) for word in manifest["words"]], list(manifest["line_starts"]))


def keep_turned(place: Path, manifest: dict[str, Any]) -> Turned:
    """Store the upright image and its thumbnail."""
    image, thumb = (place / Path(manifest[name]).name for name in ("file", "thumb"))
    return Turned(
        image_name=storage.keep_bytes(image.read_bytes(), folder="pages", ending=image.suffix).name,
        width=manifest["width"],
        height=manifest["height"],
        thumb_name=storage.keep_bytes(thumb.read_bytes(), folder="thumbs", ending=thumb.suffix).name,
    )
