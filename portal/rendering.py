"""The door to the process that draws pages: a chart's file in, stored page images out.

The child (`portal.parsers.draw`) has its own limits of memory and time and is started once for some
pages at a time, so that a long chart is not a slow one's excuse. What it says is checked.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from portal import storage
from portal.children import ChildLost, Refused, ask_child, nobody_else
from portal.failpoints import reached
from portal.rules.intake import Refusal
from portal.rules.words import NOTHING, Belief, Lines, Word

SLICE_PAGES = 25  # pages one child draws at most
SLICE_SECONDS = 12  # after which it hands over what it has
CHART_SECONDS = 780  # for all slices; below CELERY_TASK_SOFT_TIME_LIMIT, so that the outcome has a name
FOLDER = "chartline-render-"
FORGOTTEN = 3600  # seconds after which a work folder belongs to nobody: longer than any task lives


@dataclass(frozen=True)
class DrawnPage:
    """One page: number from 1, size in pixels, names of its stored images, its text layer and what to make of it."""

    number: int
    width: int
    height: int
    image_name: str
    text: str
    pixels: str = ""  # SHA-256 of what is seen; none of a page of one colour
    thumb_name: str = ""
    ink: int | None = None
    lines: Lines = NOTHING
    belief: Belief = Belief.NOT


def draw_chart(
    *,
    copies: Sequence[str],
    practice_id: int,
    sha256: str,
    media_type: str,
    still_ours: Callable[[], None] = nobody_else,
) -> list[DrawnPage]:
    """All pages of a stored file, their images stored; Refused or ChildLost otherwise."""
    with work_folder() as folder:
        source = folder / "source"
        fetch(copies, sha256, source)
        return [
            keep_page(place, page, practice_id=practice_id)
            for place, page in all_slices(source, media_type, folder, still_ours)
        ]


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder that is gone afterwards; what killed workers left is swept before."""
    sweep_work_folders()
    with tempfile.TemporaryDirectory(prefix=FOLDER) as folder:
        yield Path(folder)


def sweep_work_folders() -> None:
    """Remove what killed workers left: it holds charts."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > FORGOTTEN:
                shutil.rmtree(folder)


def fetch(copies: Sequence[str], sha256: str, target: Path) -> None:
    """Copy stored bytes beside the child that equal what was received.

    `copies` are the stored names under which the bytes may be found; the first sound one is taken.
    """
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
        except storage.Altered:
            continue
        if digest.hexdigest() == sha256:
            return
    if missing is not None:  # perhaps only away; a fault of ours, not of the file
        raise missing
    raise Refused(Refusal.CHANGED_AFTER_RECEIPT)


def all_slices(
    source: Path, media_type: str, folder: Path, still_ours: Callable[[], None]
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Slice after slice until the last page, each with its folder; it is stored before the next is drawn."""
    deadline = time.monotonic() + CHART_SECONDS
    first, total = 1, 1
    while first <= total:
        if time.monotonic() > deadline:
            raise Refused(Refusal.TOO_COSTLY)
        with tempfile.TemporaryDirectory(dir=folder) as place:
            manifest = draw_slice(source, media_type, Path(place), first, still_ours)
            total = manifest["total"]
            for page in manifest["pages"]:
                yield Path(place), page
                first = page["number"] + 1
        still_ours()


def draw_slice(
    source: Path, media_type: str, place: Path, first: int, still_ours: Callable[[], None]
) -> dict[str, Any]:
    """One child's work: its manifest, in which the next pages are at least one."""
    manifest = ask_child(
        "draw", source, place, media_type, place=place, still_ours=still_ours,
        first=first, count=SLICE_PAGES, page_limit=settings.INTAKE_PAGE_LIMIT, pause=SLICE_SECONDS,
    )  # fmt: skip
    numbers = [page["number"] for page in manifest["pages"]]
    if not numbers or numbers != list(range(first, first + len(numbers))) or manifest["total"] < numbers[-1]:
        raise ChildLost
    return manifest


def keep_page(place: Path, page: dict[str, Any], *, practice_id: int) -> DrawnPage:
    """Store one page's image under a name of our own."""
    drawn = place / Path(page["file"]).name
    stored = storage.keep_bytes(drawn.read_bytes(), practice_id=practice_id, folder="pages", ending=drawn.suffix)
    reached("render.page_kept")
    drawn.unlink()
    thumb = place / Path(page["thumb"]).name
    return DrawnPage(
        number=page["number"],
        width=page["width"],
        height=page["height"],
        image_name=stored.name,
        text=page["text"],
        pixels=page["pixels"],
        thumb_name=storage.keep_bytes(
            thumb.read_bytes(), practice_id=practice_id, folder="thumbs", ending=thumb.suffix
        ).name,
        ink=page["ink"],
        lines=Lines([Word(*word) for word in page["words"]], page["line_starts"]),
        belief=Belief(page["belief"]),
    )
