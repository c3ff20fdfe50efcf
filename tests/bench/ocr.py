"""Reading scans: engines by kinds of page, by how much they get right, how long they take, and where words stand.

By hand: `python -m tests.bench.ocr` for the whole table, which takes some minutes; `make bench` runs the short one.
"""

import io
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from portal.parsers import draw, read_words, second_engine, tesseract
from portal.parsers.marks import THUMB
from portal.rules.words import Lines
from tests import scans

DOTS = (100, 200, 300)
SMALL_PRINT = 32  # of 7.7 points
Engine = Callable[[Image.Image, Path], Lines]


def edits(one: Sequence[Any], other: Sequence[Any]) -> int:
    """Insertions, removals and changes that lead from one sequence to the other (Levenshtein)."""
    wanted = np.array(list(other), dtype=object)
    places = np.arange(len(other) + 1)
    row = places.copy()
    for count, item in enumerate(one, start=1):
        changed = np.empty_like(row)
        changed[0] = count
        changed[1:] = np.minimum(row[:-1] + (wanted != item), row[1:] + 1)
        row = np.minimum.accumulate(changed - places) + places
    return int(row[-1])


def right(one: Sequence[Any], other: Sequence[Any]) -> float:
    """The share that is right, in per cent."""
    return max(0.0, 100 * (1 - edits(one, other) / len(one)))


def as_drawn(scan: Image.Image) -> Image.Image:
    """The page as intake keeps it: at reading size, in the form that was chosen for it."""
    with tempfile.TemporaryDirectory() as folder:
        name = draw.write(draw.upright(scan.convert("L")), Path(folder), 1)
        return Image.open(io.BytesIO((Path(folder) / name).read_bytes())).convert("L")


def tesseract_bare(page: Image.Image, folder: Path) -> Lines:
    return tesseract.read(page, folder, dots=150)


def tesseract_at_300(page: Image.Image, folder: Path) -> Lines:
    """Enlarged twice, not blurred, levelled."""
    lie = read_words.lie_of(page)
    scale = 2550 / page.width
    large = page.resize((2550, round(page.height * scale)), Image.Resampling.BICUBIC)
    return tesseract.read(
        large.rotate(-lie.skew, Image.Resampling.BICUBIC, fillcolor=read_words.paper_of(large)), folder, dots=300
    )


def ours(page: Image.Image, folder: Path) -> Lines:
    """What the first reader does: blurred, levelled, tesseract."""
    return read_words.read_first(page, folder)[0]


class Second:
    """The robust engine, its models loaded once."""

    def __init__(self) -> None:
        self.reader = second_engine.engine()

    def __call__(self, page: Image.Image, _folder: Path) -> Lines:
        level = read_words.levelled(page, 0)
        return read_words.as_shown(second_engine.read(level.image, reader=self.reader), level)


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union."""
    across, down = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    both = across * down
    return both / ((one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1]) - both)


def places(found: Lines, truth: Sequence[scans.Written], turn: float) -> float:
    """Mean overlap of the boxes of words that were read right."""
    best = []
    for written in truth:
        box = [place * 10_000 for place in scans.turned(written.box, turn)]
        same = [overlap(word[1:5], box) for word in found.words if word.text == written.text]
        if same and max(same) > 0:
            best.append(max(same))
    return sum(best) / max(1, len(best))


def rows(engines: dict[str, Engine], kinds: Sequence[str], dots: Sequence[int], sizes: Sequence[int]) -> Iterator[str]:
    """One line a page and engine."""
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            paper, truth = scans.paper(size=size)
            text, words = " ".join(word.text for word in truth), [word.text for word in truth]
            for kind in kinds:
                for resolution in dots:
                    page = as_drawn(scans.KINDS[kind](paper, resolution))
                    for name, engine in engines.items():
                        began = time.perf_counter()
                        try:
                            found = engine(page, Path(folder))
                        except tesseract.EngineFailed:
                            yield f"| {kind} | {resolution} | {size} | {name} | failed | | | | |"
                            continue
                        seconds = time.perf_counter() - began
                        read = [word.text for word in found.words]
                        yield (
                            f"| {kind} | {resolution} | {size * 72 / scans.DOTS:.1f} | {name} "
                            f"| {right(text, ' '.join(read)):.1f} | {right(words, read):.1f} | {found.confidence()} "
                            f"| {places(found, truth, scans.TURNED[kind]):.2f} | {len(read)} | {seconds:.1f} |"
                        )


HEAD = (
    "| page | dots/inch | points | engine | characters right % | words right % | its confidence | overlap of boxes "
    "| words with boxes | s |\n|---|---|---|---|---|---|---|---|---|---|"
)


def forms() -> Iterator[str]:
    """What a page and its thumbnail take in each form: bytes and milliseconds."""
    paper, _ = scans.paper()
    for kind in scans.KINDS:
        page = draw.upright(scans.KINDS[kind](paper, 200).convert("L"))
        small = page.copy()
        small.thumbnail((THUMB, 2 * THUMB), Image.Resampling.BICUBIC)
        for what, image in (("page", page), ("thumbnail", small)):
            for form, options in (
                ("JPEG", {"quality": 60}), ("WEBP", {"quality": 50, "method": 2}), ("PNG", {}),
                ("AVIF", {"quality": 50, "speed": 8}),
            ):  # fmt: skip
                out, began = io.BytesIO(), time.perf_counter()
                image.save(out, form, **options)
                took = 1000 * (time.perf_counter() - began)
                named = f"{form} {options.get('quality', '')}".strip()
                yield f"| {kind} | {what} | {named} | {out.tell() / 1000:.1f} | {took:.0f} |"


def report() -> Iterator[str]:
    """The short table: one resolution, both engines where each is used."""
    yield "Reading scans: a page of 282 words as it is drawn"
    yield HEAD
    yield from rows({"tesseract": ours}, ["clean", "skewed", "noisy", "fax"], [200], [scans.SIZE])
    yield from rows({"pp-ocr": Second()}, ["noisy"], [100], [scans.SIZE])


def main() -> None:
    """The whole table."""
    load = " ".join(f"{figure:.2f}" for figure in os.getloadavg())
    say = sys.stdout.write
    say(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, load {load}\n{HEAD}\n")
    engines: dict[str, Engine] = {"tesseract as it comes": tesseract_bare, "tesseract at 300": tesseract_at_300}
    engines |= {"tesseract, blurred and levelled": ours, "pp-ocr, levelled": Second()}
    for line in rows(engines, list(scans.KINDS), DOTS, [scans.SIZE]):
        say(f"{line}\n")
        sys.stdout.flush()
    for line in rows({"tesseract, blurred and levelled": ours}, list(scans.KINDS), [200], [SMALL_PRINT]):
        say(f"{line}\n")
    say("\n| page | what | form | kB | ms |\n|---|---|---|---|---|\n")
    for line in forms():
        say(f"{line}\n")


if __name__ == "__main__":
    main()
