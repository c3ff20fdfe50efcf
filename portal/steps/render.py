"""Draw the pages at reading size, with the words of their text layer."""

from __future__ import annotations

from portal.rendering import all_slices, keep_page
from portal.rules.steps import StepName, StepOutcome
from portal.steps.document import Document


class Render:
    """The page images are stored afterwards; rows name them in the transaction that ends the walk."""

    name = StepName.RENDER

    def wanted(self, document: Document) -> bool:
        return not document.members

    def run(self, document: Document) -> StepOutcome:
        document.pages = [
            keep_page(place, page, practice_id=document.practice_id)
            for place, page in all_slices(document.source, document.media_type, document.folder, document.still_ours)
        ]
        return StepOutcome(facts={"pages": len(document.pages)})
