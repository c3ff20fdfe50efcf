"""Look a PDF through: ask for its password, repair what is damaged but whole, note what in it could act."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from portal.children import Refused, ask_child
from portal.rules.file_types import PDF
from portal.rules.intake import Refusal
from portal.rules.steps import StepName, StepOutcome, StepResult
from portal.steps.document import Document


class Mend:
    """What is drawn afterwards opens without a password and has all its pages."""

    name = StepName.MEND

    def wanted(self, document: Document) -> bool:
        return document.media_type == PDF and document.page_total is None

    def run(self, document: Document) -> StepOutcome:
        place = document.place()
        try:
            found = ask_child(
                "mend", document.source, place, "look", place=place,
                still_ours=document.still_ours, page_limit=settings.INTAKE_PAGE_LIMIT,
            )  # fmt: skip
        except Refused as refused:
            if refused.reason == Refusal.PASSWORD_NEEDED:
                return StepOutcome(StepResult.WAITING, Refusal.PASSWORD_NEEDED)
            raise
        document.page_total = found["pages"]
        if "file" in found:
            document.source = place / Path(found["file"]).name
        facts = {**({"unlocked": 1} if document.unlocked else {}), **found["facts"]}
        return StepOutcome(StepResult.NOTED if facts else StepResult.DONE, facts={**facts, "peak": found["peak"]})
