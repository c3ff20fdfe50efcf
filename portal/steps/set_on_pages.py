"""Set what has no pages of its own (DOCX, RTF, text, C-CDA) on pages, which are then drawn like any PDF's."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from portal.children import ask_child
from portal.rules.file_types import PDF, SET_ON_PAGES
from portal.rules.steps import StepName, StepOutcome, StepResult
from portal.steps.document import Document


class SetOnPages:
    """A PDF with a text layer in the work folder."""

    name = StepName.SET

    def wanted(self, document: Document) -> bool:
        return document.media_type in SET_ON_PAGES

    def run(self, document: Document) -> StepOutcome:
        place = document.place()
        found = ask_child(
            "set_on_pages", document.source, place, document.media_type, place=place,
            still_ours=document.still_ours, page_limit=settings.INTAKE_PAGE_LIMIT,
        )  # fmt: skip
        document.source, document.media_type = place / Path(found["file"]).name, PDF
        # A document may hold a PDF instead of words: that one is looked through like any other.
        document.page_total = found["pages"] or None
        noted = StepResult.NOTED if found["facts"] else StepResult.DONE
        return StepOutcome(noted, facts={**found["facts"], "peak": found["peak"]})
