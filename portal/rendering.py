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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from portal import storage
from portal.children import ChildLost, Refused, ask_child, nobody_else, read_manifest
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
    pixels: str = ""  # SHA-256 of the image as it is shown; none of a page of one colour
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
        return draw_pages(source, media_type, folder, practice_id=practice_id, still_ours=still_ours)


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


def draw_pages(
    source: Path, media_type: str, folder: Path, *, practice_id: int, still_ours: Callable[[], None]
) -> list[DrawnPage]:
    """Slice after slice until the last page; each page is stored while the child draws the next."""
    deadline = time.monotonic() + CHART_SECONDS
    pages: list[DrawnPage] = []
    total = 1
    while len(pages) < total:
        if time.monotonic() > deadline:
            raise Refused(Refusal.TOO_COSTLY)
        with tempfile.TemporaryDirectory(dir=folder) as place:
            one = Slice(Path(place), practice_id=practice_id, first=len(pages) + 1)
            total = one.draw(source, media_type, still_ours)
        pages += one.pages
        still_ours()
    return pages


@dataclass
class Slice:
    """The pages of one child, stored in their order as it tells of them."""

    place: Path
    practice_id: int
    first: int
    pages: list[DrawnPage] = field(default_factory=list)

    def draw(self, source: Path, media_type: str, still_ours: Callable[[], None]) -> int:
        """The child's work from the first page on, at least one; how many pages the document has."""
        manifest = ask_child(
            "draw", source, self.place, media_type, place=self.place, still_ours=still_ours, meanwhile=self.take,
            first=self.first, count=SLICE_PAGES, page_limit=settings.INTAKE_PAGE_LIMIT, pause=SLICE_SECONDS,
        )  # fmt: skip
        while self.take():
            pass
        total: int = manifest["total"]
        if not self.pages or not self.pages[-1].number == manifest["last"] <= total:
            raise ChildLost
        return total

    def take(self) -> bool:
        """Store the next page if it is finished."""
        number = self.first + len(self.pages)
        page = read_manifest(self.place / f"{number}.json")
        if page:
            if page["number"] != number:
                raise ChildLost
            self.pages.append(keep_page(self.place, page, practice_id=self.practice_id))
        return bool(page)


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
        pixels="" if page["plain"] else stored.sha256,
        thumb_name=storage.keep_bytes(
            thumb.read_bytes(), practice_id=practice_id, folder="thumbs", ending=thumb.suffix
        ).name,
        ink=page["ink"],
        lines=Lines([Word(*word) for word in page["words"]], page["line_starts"]),
        belief=Belief(page["belief"]),
    )
