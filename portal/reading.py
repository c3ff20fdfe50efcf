"""The door to the process that reads words: a page's stored image in, words with boxes out.

The child (`portal.parsers.read_words`) sees only an image that we drew ourselves, never the file that was received.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from portal import storage
from portal.children import ChildLost, Refused, ask_child, nobody_else
from portal.rendering import work_folder
from portal.rules.words import NOTHING, READ_AGAIN, Lines, Word, better, weighed

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


def read_page(*, image_name: str, practice_id: int, still_ours: Callable[[], None] = nobody_else) -> Reading:
    """The words of a stored page image; Unreadable if the engine fails.

    A page that the fast engine is unsure of is read by the robust one too, and the better reading is taken; that the
    robust one fails costs nothing. `still_ours` is called about once a second and may raise to stop the work.
    """
    with work_folder() as folder:
        source = folder / "source"
        with storage.opened(image_name) as stored, source.open("wb") as copy:
            shutil.copyfileobj(stored, copy)
        found = run_engine(source, "first", still_ours, practice_id=practice_id)
        lines, engine = lines_in(found), FIRST
        if lines.confidence() < READ_AGAIN and settings.OCR_SECOND_ENGINE:
            second = NOTHING
            with suppress(Unreadable):
                known = {"turn": found["turn"], "skew": found["skew"]}
                second = lines_in(run_engine(source, "second", still_ours, practice_id=practice_id, **known))
            if better(lines, second):
                lines, engine = weighed(second, lines), SECOND
    return Reading(lines, engine, found["turn"], found["skew"], found.get("turned"))


def run_engine(  # noqa: PLR0913  (each is a thing of its own)
    source: Path, engine: str, still_ours: Callable[[], None], *, practice_id: int, turn: int = 0, skew: int = 0
) -> dict[str, Any]:
    """One child's manifest, with what it drew kept in the storage."""
    memory, seconds = settings.OCR_LIMITS[engine]
    with tempfile.TemporaryDirectory(dir=source.parent) as name:
        place = Path(name)
        try:
            manifest = ask_child(
                "read_words", source, place, engine, place=place, still_ours=still_ours, environment=ENVIRONMENT,
                memory=memory, seconds=seconds, turn=turn, skew=skew,
            )  # fmt: skip
        except Refused as refused:
            raise Unreadable(refused.reason.value) from None
        except ChildLost:
            raise Unreadable("child_lost") from None
        if "file" in manifest:
            manifest["turned"] = keep_turned(place, manifest, practice_id=practice_id)
        return manifest


def lines_in(manifest: dict[str, Any]) -> Lines:
    """The words of a manifest."""
    return Lines([Word(*word) for word in manifest["words"]], list(manifest["line_starts"]))


def keep_turned(place: Path, manifest: dict[str, Any], *, practice_id: int) -> Turned:
    """Store the upright image and its thumbnail."""
    image, thumb = (place / Path(manifest[name]).name for name in ("file", "thumb"))

    def kept(file: Path, folder: str) -> storage.Stored:
        return storage.keep_bytes(file.read_bytes(), practice_id=practice_id, folder=folder, ending=file.suffix)

    return Turned(
        image_name=storage.keep_bytes(
            image.read_bytes(), practice_id=practice_id, folder="pages", ending=image.suffix
        ).name,
        width=manifest["width"],
        height=manifest["height"],
        thumb_name=storage.keep_bytes(
            thumb.read_bytes(), practice_id=practice_id, folder="thumbs", ending=thumb.suffix
        ).name,
    )
