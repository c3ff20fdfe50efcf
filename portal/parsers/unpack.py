"""Unpack a ZIP of charts: each file under a number of ours, what it was called beside it."""

from __future__ import annotations

import argparse
import zipfile
from typing import Any

from portal.parsers import archive
from portal.parsers.answers import answer
from portal.parsers.confine import Refused, reading
from portal.rules.file_types import DOCX

# What archivers put in by themselves.
NOT_CHARTS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def unpack(options: argparse.Namespace) -> dict[str, Any]:
    """The files with their names; `type` alone if the archive turns out to be a document."""
    with reading(), archive.opened(options.source, largest=options.largest) as opened:
        if archive.is_office(opened):
            if "word/document.xml" not in opened.namelist():
                raise Refused("unknown_type")
            return {"type": DOCX}
        members = [member for member in opened.infolist() if not member.is_dir()]
        charts = [member for member in members if not is_litter(member)]
        if not charts:
            raise Refused("no_pages")
        if any(member.file_size > options.largest_member for member in charts):
            raise Refused("unpacks_too_large")
        for number, member in enumerate(charts):
            with (options.directory / str(number)).open("wb") as target:
                archive.write(opened, member, target)
        return {"names": [member.filename for member in charts], "left_aside": len(members) - len(charts)}


def is_litter(member: zipfile.ZipInfo) -> bool:
    """Whether the archiver and not a person put it there."""
    name = member.filename
    return name.startswith(NOT_CHARTS[0]) or name.rpartition("/")[2] in NOT_CHARTS


def main() -> None:
    """Unpack one archive."""
    answer(unpack, figures=("largest", "largest_member"))
