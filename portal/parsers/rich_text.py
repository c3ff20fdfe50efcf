"""RTF on pages: its words and the order they stand in; pictures and embedded files are counted, not shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from striprtf import striprtf

from portal.parsers.confine import Refused, reading
from portal.parsers.sheets import Sheets

PICTURE = re.compile(r"\\pict(?![a-z])")
OBJECT = re.compile(r"\\obj(?:data|emb|link|autlink)(?![a-z])")
FIELD = re.compile(r"\\fldinst(?![a-z])[^{}]{0,200}?\b(?:INCLUDETEXT|INCLUDEPICTURE|DDE|DDEAUTO|IMPORT|LINK)\b")
DEEPEST = 200  # groups within groups
TEMPLATE = "\\*\\template"
# striprtf's own tokens, the last of which is any one letter: here all up to the next sign of RTF.
TOKEN = re.compile(striprtf.PATTERN.pattern.removesuffix("(.)") + r"([^\\{}\r\n]+|\\)", striprtf.PATTERN.flags)


@dataclass(frozen=True)
class Letters:
    """Plain text in the form of a match of TOKEN."""

    text: str

    def groups(self) -> tuple[str | None, ...]:
        return (None, None, None, None, None, self.text)


class Tokens:
    """What striprtf reads a document by, text in one piece and not letter by letter: 20 MiB took half a minute.

    After a character by number some letters stand for readers that do not know it (\\uc says how many), and striprtf
    passes over so many tokens: these come one by one.
    """

    @staticmethod
    def finditer(content: str) -> Iterator[re.Match[str] | Letters]:
        instead, most = 0, 1
        for found in TOKEN.finditer(content):
            word, number, _, sign, brace, text = found.groups()
            if word == "uc":
                most = max(most, int(number or 0))
            if word or sign or brace:
                instead = most if word == "u" else 0
            if text is None or not instead:
                yield found
                continue
            yield from map(Letters, text[:instead])
            if rest := text[instead:]:
                yield Letters(rest)


striprtf.PATTERN = Tokens  # type: ignore[assignment]  # of which striprtf asks finditer alone


def set_document(source: Path, target: Path, page_limit: int) -> dict[str, int]:
    """Set the words; what cannot be shown is said on the first page."""
    with reading():
        content = source.read_bytes().decode("latin-1")
        if deepest(content) > DEEPEST:
            raise Refused("unsafe_document")
        if not content.rstrip("\x00 \r\n\t").endswith("}"):
            raise Refused("truncated")
        pictures, objects = len(PICTURE.findall(content)), len(OBJECT.findall(content))
        text = striprtf.rtf_to_text(content, encoding="cp1252", errors="replace")  # type: ignore[no-untyped-call]
    sheets = Sheets(page_limit)
    with reading():
        if pictures or objects:
            sheets.paragraph(f"[{pictures + objects} pictures or embedded files of this document are not shown]")
        for line in text.replace("\xa0", " ").split("\n"):
            cells = [cell.strip() for cell in line.split("|")]
            if len(cells) > 2 and not cells[-1]:  # noqa: PLR2004  (a row of a table, each cell closed by a bar)
                sheets.table([cells[:-1]])
            else:
                sheets.typed(line)
        for fact, count in (
            ("pictures_left_out", pictures),
            ("attachments", objects),
            ("external", len(FIELD.findall(content)) + content.count(TEMPLATE)),
        ):
            if count:
                sheets.note(fact, count)
        return sheets.save(target)


def deepest(content: str) -> int:
    """How deep groups stand in each other, as far as unescaped braces tell."""
    depth = most = 0
    for brace in re.finditer(r"(?<!\\)[{}]", content):
        depth += 1 if brace.group() == "{" else -1
        most = max(most, depth)
    return most
