"""Look a PDF through: whether it opens, whether it is whole, what in it could act; repair what can be repaired."""

from __future__ import annotations

import argparse
import mmap
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

from portal.parsers.answers import answer
from portal.parsers.confine import Refused, reading
from portal.parsers.pdf_pages import ends_as_pdf

LOOKED_AT = 50_000  # objects searched for what could act
MENDED = "mended.pdf"
# What could act if a viewer let it (ISO 32000-1, 12.6.4), and what travels with the pages; no viewer sees the file.
ACTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("scripts", re.compile(r"/S\s*/JavaScript\b|/JS\b")),
    ("launches", re.compile(r"/S\s*/Launch\b")),
    ("submits", re.compile(r"/S\s*/(?:SubmitForm|ImportData)\b")),
    ("attachments", re.compile(r"/EF\b|/Type\s*/EmbeddedFile\b")),
    ("external", re.compile(r"/S\s*/(?:GoToR|GoToE|URI)\b")),
)
WRITTEN_REFERENCE = re.compile(rb"(?<![\w.])(\d{1,8}) (\d{1,5}) R(?![\w])")
REFERENCE = re.compile(r"\b(\d+) (\d+) R\b")
DAMAGED = "file is damaged"  # qpdf's words for a cross-reference table that leads nowhere
LOST = re.compile(r"unable to recover|treating stream as empty|loop detected")  # qpdf's words for what is gone


def opened(path: Path, password: str = "") -> pikepdf.Pdf:
    """The document; Refused if it asks for another password or is no document."""
    with reading():
        try:
            return pikepdf.open(path, password=password, suppress_warnings=True)
        except pikepdf.PasswordError:
            raise Refused("password_needed") from None


def look(options: argparse.Namespace) -> dict[str, Any]:
    """Pages and facts; `file` names a repaired copy if there had to be one."""
    with opened(options.source) as document, reading():
        ended = ends_as_pdf(options.source)
        damaged = not ended or any(DAMAGED in warning for warning in document.get_warnings())
        whole = not damaged or is_whole(document, options.source)
        if not ended and not whole:
            raise Refused("truncated")
        pages = len(document.pages)  # not before: qpdf takes lost pages out of the tree as it counts
        if pages > options.page_limit:
            raise Refused("too_many_pages")
        if not ended and not pages:  # what is left refers to nothing, so nothing seems to be missing
            raise Refused("truncated")
        facts = acts(document)
        if not damaged:
            return {"pages": pages, "facts": facts}
        if not whole:  # it ends as it should: what is missing was never there, and viewers pass over it
            return {"pages": pages, "facts": {**facts, "irregular": 1}}
        document.save(options.directory / MENDED)
        return {"pages": pages, "facts": {**facts, "repaired": 1}, "file": MENDED}


def is_whole(document: pikepdf.Pdf, path: Path) -> bool:
    """Whether a damaged document still holds everything that anything in it refers to, and all of each stream.

    A file cut short has lost objects from its end on. What refers to them is read from the file itself too:
    opening it, qpdf takes pages out of the tree that it can't find.
    """
    there, wanted = set(), references(path)
    for thing in document.objects:
        if not isinstance(thing, pikepdf.Object) or thing._type_code == pikepdf.ObjectType.null:
            continue
        there.add(thing.objgen)
        wanted |= {(int(number), int(generation)) for number, generation in REFERENCE.findall(spelled(thing))}
        if isinstance(thing, pikepdf.Stream):
            thing.read_raw_bytes()
    return wanted <= there and not any(LOST.search(warning) for warning in document.get_warnings())


def references(path: Path) -> set[tuple[int, int]]:
    """Every reference that is written in the file outside of compressed parts."""
    with path.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return {(int(found[1]), int(found[2])) for found in WRITTEN_REFERENCE.finditer(content)}


def spelled(thing: Any) -> str:
    """An object as it would be written, with a stream's dictionary for the stream."""
    written = thing.stream_dict.unparse() if isinstance(thing, pikepdf.Stream) else thing.unparse(resolved=True)
    text: str = written.decode("latin-1")
    return text


def acts(document: pikepdf.Pdf) -> dict[str, int]:
    """How many of each thing that could act, or that travels with the pages, of the first LOOKED_AT objects."""
    found = {name: 0 for name, _ in ACTS}
    for text in objects_spelled(document):
        for name, pattern in ACTS:
            found[name] += bool(pattern.search(text))
    return {name: count for name, count in found.items() if count}


def objects_spelled(document: pikepdf.Pdf) -> Iterator[str]:
    """The objects as text, no more than LOOKED_AT."""
    for place, thing in enumerate(document.objects):
        if place >= LOOKED_AT:
            return
        if isinstance(thing, pikepdf.Object):
            yield spelled(thing)


def unlock(options: argparse.Namespace) -> dict[str, Any]:
    """A copy that opens without a password; the password is the first line of standard input."""
    password = sys.stdin.readline().rstrip("\n")
    with opened(options.source, password) as document, reading():
        document.save(options.directory / MENDED)
    return {"file": MENDED}


def main() -> None:
    """Look through, or with `unlock` as the third argument take the password off."""
    answer(
        lambda options: unlock(options) if options.task == "unlock" else look(options),
        words=("task",),
        figures=("page_limit",),
    )
