"""What stands in somebody's inbox: why, in which order of strength, and until when it may be put off."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

MORNING = time(8)  # when what was put off to tomorrow is there again


class ItemKind(StrEnum):
    """Why something came to a person."""

    MENTION = "mention"
    QUESTION = "question"
    COMPLAINT = "complaint"
    REMARK = "remark"
    RULING = "ruling"
    ANSWER = "answer"
    COMMENT = "comment"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS: Mapping[ItemKind, str] = MappingProxyType(
    {
        ItemKind.MENTION: "Mentions you",
        ItemKind.QUESTION: "Question for you",
        ItemKind.COMPLAINT: "Complaint",
        ItemKind.REMARK: "Remark on a code",
        ItemKind.RULING: "Ruling to consider",
        ItemKind.ANSWER: "Answer",
        ItemKind.COMMENT: "Message",
    }
)


class Shelf(StrEnum):
    """Where an item is found."""

    OPEN = "open"
    SNOOZED = "snoozed"
    DONE = "done"


def kind_of(*, mentioned: bool, asked: bool, answered: bool, why: ItemKind | None = None) -> ItemKind:
    """The one reason given for a comment: the first that holds, the strongest first; `why` is one of its own."""
    if mentioned:
        return ItemKind.MENTION
    if why is not None:
        return why
    if asked:
        return ItemKind.QUESTION
    return ItemKind.ANSWER if answered else ItemKind.COMMENT


def tomorrow_morning(at: datetime, zone: ZoneInfo) -> datetime:
    """The next day's morning where the person is; the clock says the same on days when it is changed."""
    day = at.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, MORNING, tzinfo=zone)
