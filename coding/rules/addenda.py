"""Documents that arrive later for a visit: how they came to belong to it."""

from enum import StrEnum


class AddendumSource(StrEnum):
    SENDER = "sender"
    PERSON = "person"

    @property
    def label(self) -> str:
        return {"sender": "Named by the sender", "person": "Attached at pre-coding"}[self.value]
