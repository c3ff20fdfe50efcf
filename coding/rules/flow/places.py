"""Where an encounter stands on the line, coarser than its status: one of the bands of a flow diagram."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from coding.rules.lifecycle import FINISHED, STAGE_OF, EncounterStatus, Stage


class Place(StrEnum):
    PRECODING = "precoding"
    CODING = "coding"
    VERIFICATION = "verification"
    HELD = "held"
    FINISHED = "finished"

    @property
    def label(self) -> str:
        return {"held": "On hold", "finished": "Finished"}.get(self.value) or Stage(self.value).label


# Where work is in progress, from the front of the line to its end.
IN_PROGRESS = (Place.PRECODING, Place.CODING, Place.HELD, Place.VERIFICATION)
PLACE_OF: Mapping[EncounterStatus, Place] = MappingProxyType(
    {
        **{status: Place(stage.value) for status, stage in STAGE_OF.items()},
        EncounterStatus.HELD: Place.HELD,
        **dict.fromkeys(sorted(FINISHED), Place.FINISHED),
    }
)
