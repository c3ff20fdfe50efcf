"""Draw the pages at reading size, with the words of their text layer."""

from __future__ import annotations

from portal.rendering import draw_pages
from portal.rules.steps import StepName, StepOutcome
from portal.steps.document import Document


class Render:
    """The page images are stored afterwards; rows name them in the transaction that ends the walk."""

    name = StepName.RENDER

    def wanted(self, document: Document) -> bool:
        return not document.members

    def run(self, document: Document) -> StepOutcome:
        document.pages = draw_pages(
            document.source, document.media_type, document.folder,
            practice_id=document.practice_id, still_ours=document.still_ours,
        )  # fmt: skip
        return StepOutcome(facts={"pages": len(document.pages)})
