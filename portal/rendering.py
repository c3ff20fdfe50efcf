"""The door to the process that draws pages: a chart's stored file in, stored page images out.

The child (`portal.parsers.draw`) has its own limits of memory and time and is started once for some
pages at a time, so that a long chart is not a slow one's excuse. What it says is checked; what it
does to itself is a refusal of the file, not a fault of the worker.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from portal import storage
from portal.rules.intake import Refusal
from portal.rules.words import NOTHING, Belief, Lines, Word

ROOT = Path(__file__).parents[1]
# Isolated (-I): no variables, no user's packages, no import from the working directory; the root is handed over.
BOOT = "import sys; sys.path.append(sys.argv.pop(1)); from portal.parsers.draw import main; main()"
SLICE_PAGES = 25  # pages one child draws at most
SLICE_SECONDS = 12  # after which it hands over what it has
CHART_SECONDS = 780  # for all slices; below CELERY_TASK_SOFT_TIME_LIMIT, so that the outcome has a name
LARGEST_MANIFEST = 64 * 1024**2  # bytes
FOLDER = "chartline-render-"
FORGOTTEN = 3600  # seconds after which a work folder belongs to nobody: longer than any task lives
# How a child ends beyond its limits: pdfium and libtiff do not survive a refused allocation.
OUT_OF_LIMITS = frozenset(
    {signal.SIGXCPU, signal.SIGXFSZ, signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGSEGV, signal.SIGBUS}
)
OUT_OF_MEMORY = 75  # the child's exit code for it


class Refused(Exception):
    """The file cannot become pages, for a reason that has a name."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class ChildLost(Exception):
    """The child ended by another hand or by a fault of ours; nothing is known against the file."""


@dataclass(frozen=True)
class DrawnPage:
    """One page: number from 1, size in pixels, names of its stored images, its text layer and what to make of it."""

    number: int
    width: int
    height: int
    image_name: str
    text: str
    thumb_name: str = ""
    ink: int | None = None
    lines: Lines = NOTHING
    belief: Belief = Belief.NOT


def draw_chart(
    *, copies: Sequence[str], sha256: str, media_type: str, still_ours: Callable[[], None] = lambda: None
) -> list[DrawnPage]:
    """All pages of a stored file, their images stored; Refused or ChildLost otherwise.

    `copies` are the stored names under which the bytes may be found; the first sound one is drawn.

    `still_ours` is called about once a second and may raise to stop the work.
    """
    sweep_work_folders()
    with tempfile.TemporaryDirectory(prefix=FOLDER) as folder:
        source = Path(folder) / "source"
        fetch(copies, sha256, source)
        return list(all_slices(source, media_type, Path(folder), still_ours))


def sweep_work_folders() -> None:
    """Remove what killed workers left: it holds charts."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > FORGOTTEN:
                shutil.rmtree(folder)


def fetch(copies: Sequence[str], sha256: str, target: Path) -> None:
    """Copy stored bytes beside the child that equal what was received."""
    missing: OSError | None = None
    for name in copies:
        digest = hashlib.sha256()
        try:
            with target.open("wb") as copy:
                for block in storage.blocks(name):
                    digest.update(block)
                    copy.write(block)
        except FileNotFoundError as trouble:
            missing = trouble
            continue
        if digest.hexdigest() == sha256:
            return
    if missing is not None:  # perhaps only away; a fault of ours, not of the file
        raise missing
    raise Refused(Refusal.CHANGED_AFTER_RECEIPT)


def all_slices(source: Path, media_type: str, folder: Path, still_ours: Callable[[], None]) -> Iterator[DrawnPage]:
    """Slice after slice until the last page; each is stored before the next is drawn."""
    deadline = time.monotonic() + CHART_SECONDS
    first, total = 1, 1
    while first <= total:
        if time.monotonic() > deadline:
            raise Refused(Refusal.TOO_COSTLY)
        with tempfile.TemporaryDirectory(dir=folder) as place:
            manifest = draw_slice(source, media_type, Path(place), first, still_ours)
            total = manifest["total"]
            for page in manifest["pages"]:
                yield keep_page(Path(place), page)
                first = page["number"] + 1
        still_ours()


def draw_slice(
    source: Path, media_type: str, place: Path, first: int, still_ours: Callable[[], None]
) -> dict[str, Any]:
    """One child's work: its manifest, in which the next pages are at least one."""
    code = run_child(child_command(source, media_type, place, first), place, still_ours)
    manifest = read_manifest(place)
    if code:
        raise Refused(Refusal.TOO_COSTLY)
    if "refusal" in manifest:
        raise Refused(Refusal(manifest["refusal"]))
    numbers = [page["number"] for page in manifest["pages"]]
    if not numbers or numbers != list(range(first, first + len(numbers))) or manifest["total"] < numbers[-1]:
        raise ChildLost
    return manifest


def child_command(source: Path, media_type: str, place: Path, first: int) -> list[str]:
    """How the child is called."""
    figures = {
        "first": first,
        "count": SLICE_PAGES,
        "page_limit": settings.INTAKE_PAGE_LIMIT,
        "memory": settings.INTAKE_CHILD_MEMORY,
        "seconds": settings.INTAKE_CHILD_SECONDS,
        "pause": SLICE_SECONDS,
    }
    options = [word for name, value in figures.items() for word in (f"--{name}", str(value))]
    return [sys.executable, "-I", "-c", BOOT, str(ROOT), str(source), str(place), media_type, *options]


def run_child(command: list[str], place: Path, still_ours: Callable[[], None]) -> int:
    """The child's exit code: 0, or not 0 if it went beyond its limits; ChildLost if another hand ended it."""
    child = subprocess.Popen(  # noqa: S603  (our own interpreter and script; the file's name is ours)
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=place, env={}
    )
    deadline = time.monotonic() + settings.INTAKE_CHILD_SECONDS
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                code = child.wait(timeout=1)
                break
            if time.monotonic() > deadline:
                raise Refused(Refusal.TOO_COSTLY)
            still_ours()
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    if code in {0, OUT_OF_MEMORY} or -code in OUT_OF_LIMITS:
        return code
    raise ChildLost


def read_manifest(place: Path) -> dict[str, Any]:
    """What the child wrote; empty if it did not come to that."""
    path = place / "manifest.json"
    if not path.exists():
        return {}
    if path.stat().st_size > LARGEST_MANIFEST:
        raise Refused(Refusal.TOO_COSTLY)
    with suppress(ValueError):
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    return {}


def keep_page(place: Path, page: dict[str, Any]) -> DrawnPage:
    """Store one page's image under a name of our own."""
    drawn = place / Path(page["file"]).name
    stored = storage.keep_bytes(drawn.read_bytes(), folder="pages", ending=drawn.suffix)
    drawn.unlink()
    thumb = place / Path(page["thumb"]).name
    return DrawnPage(
        number=page["number"],
        width=page["width"],
        height=page["height"],
        image_name=stored.name,
        text=page["text"],
        thumb_name=storage.keep_bytes(thumb.read_bytes(), folder="thumbs", ending=thumb.suffix).name,
        ink=page["ink"],
        lines=Lines([Word(*word) for word in page["words"]], page["line_starts"]),
        belief=Belief(page["belief"]),
    )
