"""Set a document that has no pages of its own (DOCX, RTF, text, C-CDA) on pages: a PDF with a text layer."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from portal.parsers.answers import answer
from portal.parsers.confine import Refused
from portal.rules.file_types import CDA, DOCX, RTF, TEXT

SET = "set.pdf"
LARGEST = 24 * 1024**2  # bytes of a document of words: more is no chart
# The module that sets each type, loaded for it alone: a child reads one document and starts quickly.
SETTERS = {DOCX: "word_document", RTF: "rich_text", TEXT: "plain_text", CDA: "clinical_document"}


def set_on_pages(options: argparse.Namespace) -> dict[str, Any]:
    """The name of the PDF, how many pages, and what the practice should know; `type` if it is another than PDF."""
    if options.media_type != DOCX and options.source.stat().st_size > LARGEST:
        raise Refused("unpacks_too_large")
    module = import_module(f"portal.parsers.{SETTERS[options.media_type]}")
    setter: Callable[[Path, Path, int], dict[str, int]] = module.set_document
    facts = setter(options.source, options.directory / SET, options.page_limit)
    return {"file": SET, "pages": facts.pop("pages"), "facts": facts}


def main() -> None:
    """Set one document."""
    answer(set_on_pages, words=("media_type",), figures=("page_limit",))
