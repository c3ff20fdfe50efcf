"""What a comment may be: its length, its files, whose answer it waits for, who is told of it."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from coding.rules.lifecycle import HoldReason
from coding.rules.queries.states import QueryStatus

BODY_LIMIT = 10_000  # characters
FILE_LIMIT = 20 * 1024**2  # bytes of one attachment
FILES_AT_ONCE = 10
MENTIONS_AT_ONCE = 20
# A person gets at most one e-mail about mere talk a thread in this time; what is said meanwhile makes the next one.
QUIET = timedelta(minutes=10)
# An e-mail still unsent after this time has failed and holds no other back.
GIVEN_UP = timedelta(days=1)


class Side(StrEnum):
    """The two who talk."""

    PRACTICE = "practice"
    SERVICE = "service"

    @property
    def other(self) -> "Side":
        return Side.SERVICE if self is Side.PRACTICE else Side.PRACTICE


class NoticeKind(StrEnum):
    """Why somebody gets an e-mail, the strongest reason first."""

    MENTION = "mention"
    ANSWER_NEEDED = "answer_needed"
    COMMENT_ADDED = "comment_added"
    COMPLAINT_OVERDUE = "complaint_overdue"


# What somebody has to do something about: an e-mail that only tells of talk holds these not back.
STRONG = frozenset({NoticeKind.MENTION, NoticeKind.ANSWER_NEEDED})
# What one e-mail may stand for another of; one about a complaint stands for itself.
GATHERED = frozenset(NoticeKind) - {NoticeKind.COMPLAINT_OVERDUE}


# What a practice says that reopens a result.
REOPENED_WORDS = "The result of {encounter} is reopened: {reason}"


def named_in(body: str, names: Mapping[int, str]) -> set[int]:
    """The ids of the people whom a text names as `@Full Name`; the longer of two names that begin alike wins."""
    text, found = body.casefold(), set()
    for pk, name in sorted(names.items(), key=lambda pair: -len(pair[1])):
        sign = f"@{name.casefold()}"
        if name and sign in text:
            found.add(pk)
            text = text.replace(sign, " ")
    return found


def reason_to_write(*, mentioned: bool, asked: bool) -> NoticeKind:
    """The one reason given in the e-mail."""
    if mentioned:
        return NoticeKind.MENTION
    return NoticeKind.ANSWER_NEEDED if asked else NoticeKind.COMMENT_ADDED


# What a chart on hold asks its practice when the holder wrote no note.
# Who speaks where no person does, and what it asks for; the password itself has no place in a thread.
SERVICE_NAME = "Chartline"
LOCKED_WORDS = (
    "The file {chart} opens with a password only. Please give the password on the page of {chart}, not here: "
    "there it is used once and not kept. Or say there that we go on without the file."
)
HOLD_WORDS: Mapping[HoldReason, str] = MappingProxyType(
    {
        HoldReason.MISSING_PAGE: "A page of this chart is missing. Please send it.",
        HoldReason.UNREADABLE_PAGE: "A page of this chart cannot be read. Please send it again.",
        HoldReason.PROVIDER_UNKNOWN: "The chart does not say who treated the patient. Please tell us.",
        HoldReason.DATE_UNCLEAR: "The date of service is not clear from the chart. Please tell us.",
        HoldReason.INSURANCE_MISSING: "The insurance is missing from the chart. Please tell us.",
        HoldReason.DOCUMENTATION_UNCLEAR: "The documentation is not clear. Please look at this chart.",
        HoldReason.SECOND_OPINION: "We need your opinion on this chart. Please look at it.",
    }
)
# How the thread tells of a remark on a code, and of its end.
REMARK_HEAD = "Remark on {code}"
REMARK_UPHELD = "We looked at it again: your remark is upheld."
REMARK_DECLINED = "We looked at it again: the code stands."
COMPLAINT_CLOSED = "We closed this complaint:"
COMPLAINT_AGAIN = "We are not content with how this complaint ended, and open it again."
REMARK_WITHDRAWN = "We do not pursue this remark."
RESULT_FOLLOWS = "The visit is coded and verified anew; a corrected result follows."
# How the thread tells that a query has ended.
QUERY_ENDED_WORDS: Mapping[QueryStatus, str] = MappingProxyType(
    {
        QueryStatus.ANSWERED: "Answered and signed as an addendum to the chart:",
        QueryStatus.WITHDRAWN: "We no longer need an answer to this.",
        QueryStatus.CLOSED: "There was no answer in time. The chart is coded as it is documented.",
    }
)
