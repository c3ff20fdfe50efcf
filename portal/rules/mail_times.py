"""When an e-mail leaves, as its reader wishes: at once, with a daily digest, or not at all; never in quiet hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from portal.rules.roles import Role


class How(StrEnum):
    AT_ONCE = "at_once"
    DIGEST = "digest"
    OFF = "off"

    @property
    def label(self) -> str:
        return {How.AT_ONCE: "At once", How.DIGEST: "Daily digest", How.OFF: "Never"}[self]


@dataclass(frozen=True)
class Topic:
    """A kind of notice that people decide about: its name, who gets it, and whether they may do without."""

    kind: str
    label: str
    help: str
    roles: frozenset[Role]
    may_be_off: bool = False

    @property
    def ways(self) -> tuple[How, ...]:
        """What may be chosen for it."""
        return tuple(How) if self.may_be_off else (How.AT_ONCE, How.DIGEST)


TALKERS = frozenset({Role.PRACTICE, Role.CODER, Role.VERIFIER, Role.MANAGER})
TOPICS: tuple[Topic, ...] = (
    Topic("results_ready", "Results are ready", "A batch was delivered.", frozenset({Role.PRACTICE})),
    Topic(
        "delivery_trouble", "Results do not get through", "A channel to the practice's own system is in trouble.",
        frozenset({Role.PRACTICE, Role.MANAGER}),
    ),
    Topic(
        "report_ready", "A report is ready", "One of those that are made on a day of the month.",
        frozenset({Role.PRACTICE, Role.MANAGER}),
    ),
    Topic(
        "credential_ending", "A credential of yours ends", "Two months before, and once more in the last week.",
        frozenset({Role.CODER, Role.VERIFIER}),
    ),
    Topic("complaint_overdue", "A complaint is overdue", "Nobody answered it in time.", frozenset({Role.MANAGER})),
    Topic("answer_needed", "A question waits for you", "Somebody needs an answer before work goes on.", TALKERS),
    Topic("mention", "You were mentioned", "Somebody wrote your name in a thread.", TALKERS, may_be_off=True),
    Topic("comment_added", "New messages", "Something was said in a thread of yours.", TALKERS, may_be_off=True),
    Topic(
        "upload_unfinished", "Unfinished uploads", "A file that you sent did not arrive completely.",
        frozenset({Role.PRACTICE}), may_be_off=True,
    ),
)  # fmt: skip
TOPIC_OF: Mapping[str, Topic] = {topic.kind: topic for topic in TOPICS}


def topics_for(roles: Iterable[Role]) -> list[Topic]:
    """What a person with these roles decides about."""
    held = frozenset(roles)
    return [topic for topic in TOPICS if topic.roles & held]


@dataclass(frozen=True)
class Wishes:
    """What one reader wishes; hours are of their own day, from 0 to 23."""

    how: Mapping[str, str] = field(default_factory=dict)
    digest_hour: int = 8
    quiet_from: int | None = None
    quiet_until: int | None = None

    def how_of(self, kind: str) -> How:
        """How a kind of notice goes; what nobody may do without is never off, what is no topic goes at once."""
        topic, wanted = TOPIC_OF.get(kind), self.how.get(kind, How.AT_ONCE)
        return How(wanted) if topic is not None and wanted in topic.ways else How.AT_ONCE

    def is_quiet(self, hour: int) -> bool:
        if self.quiet_from is None or self.quiet_until is None:
            return False
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until


def leaves_at(wishes: Wishes, kind: str, local: datetime) -> datetime | None:
    """When a notice of this kind, due at a time of the reader's own zone, leaves; None: never."""
    how = wishes.how_of(kind)
    if how == How.OFF:
        return None
    return after_quiet(wishes, next_hour(local, wishes.digest_hour) if how == How.DIGEST else local)


def after_quiet(wishes: Wishes, local: datetime) -> datetime:
    """The same time, or the end of the quiet hours that it falls into."""
    if wishes.quiet_until is None or not wishes.is_quiet(local.hour):
        return local
    return next_hour(local, wishes.quiet_until)


def next_hour(local: datetime, hour: int) -> datetime:
    """The next time at which the reader's clock shows this full hour."""
    found = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return found if found > local else found + timedelta(days=1)
