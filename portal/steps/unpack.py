"""Take a ZIP apart into its files; a DOCX, which is a ZIP too, goes on as what it is."""

from __future__ import annotations

from django.conf import settings

from portal.children import ChildLost, ask_child
from portal.rules.file_types import ZIP
from portal.rules.steps import StepName, StepOutcome
from portal.steps.document import Document, Member


class Unpack:
    """The files lie in the work folder afterwards, each to become a chart of its own."""

    name = StepName.UNPACK

    def wanted(self, document: Document) -> bool:
        return document.media_type == ZIP

    def run(self, document: Document) -> StepOutcome:
        place = document.place()
        found = ask_child(
            "unpack", document.source, place, place=place, still_ours=document.still_ours,
            largest=settings.INTAKE_UNPACKED_LIMIT, largest_member=settings.INTAKE_FILE_LIMIT,
        )  # fmt: skip
        if "type" in found:
            document.media_type = document.type_found = str(found["type"])
            return StepOutcome(facts={"peak": found["peak"]})
        document.members = [Member(place / str(number), name) for number, name in enumerate(found["names"])]
        if not document.members or not all(member.path.is_file() for member in document.members):
            raise ChildLost
        facts = {"files": len(document.members), "left_aside": found["left_aside"], "peak": found["peak"]}
        return StepOutcome(facts=facts)
