"""Stop a document with more pages than a chart may have, or none, before any of them is drawn.

Frames of pictures, sizes of pages, memory and time are known while drawing only; what goes beyond those
limits stops here by name too.
"""

from __future__ import annotations

from django.conf import settings

from portal.children import Refused
from portal.rules.intake import Refusal
from portal.rules.steps import StepName, StepOutcome
from portal.steps.document import Document


class Limits:
    """The number of pages, as far as it is known."""

    name = StepName.LIMITS

    def wanted(self, document: Document) -> bool:
        return document.page_total is not None and not document.members

    def run(self, document: Document) -> StepOutcome:
        total = document.page_total or 0
        if not total:
            raise Refused(Refusal.NO_PAGES)
        if total > settings.INTAKE_PAGE_LIMIT:
            raise Refused(Refusal.TOO_MANY_PAGES)
        return StepOutcome(facts={"total": total})
