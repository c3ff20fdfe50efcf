"""The trail of a bench's actions: a repeated one is told from a new one, and none is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from coding.models import DraftAction, Encounter
from coding.rules.draft_actions import Last, Step, Taken, grown_from, misses
from coding.rules.lifecycle import Stage
from portal.models import User


def single_step() -> Step:
    """An action of a form without scripts: a series of its own."""
    return Step(series=uuid4(), place=1, since=1)


@dataclass(frozen=True)
class Sent:
    """What a bench says of an action besides its body; `digest` is the SHA-256 of the body as it was sent, in hex."""

    step: Step = field(default_factory=single_step)
    digest: str = ""


class AlreadyTaken(Exception):
    """The action was taken before; `action` says what became of it."""

    def __init__(self, action: DraftAction) -> None:
        super().__init__()
        self.action = action


class ActionsMissing(Exception):
    """Earlier actions of the series never came; `after` is the last place that did."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after


class OtherBench(Exception):
    """The series belongs to another encounter or stage."""


@dataclass(frozen=True)
class Trail:
    """The series of an action at one person's bench, as far as it was taken; its rows are locked by the caller."""

    encounter: Encounter
    stage: Stage
    author: User
    sent: Sent
    last: Last | None

    def grown_from(self, version: int) -> int:
        return grown_from(self.sent.step, self.last, version)

    def note(self, *, taken: Taken, version: int, at: datetime) -> None:
        """Write down the action, and those that it contains and that are not there yet."""
        step = self.sent.step
        first = max(step.since, self.last.place + 1 if self.last else 1)
        others = Taken.GIVEN_UP if taken is Taken.GIVEN_UP else Taken.CONTAINED
        DraftAction.objects.bulk_create(
            DraftAction(
                practice_id=self.encounter.practice_id, encounter=self.encounter, stage=self.stage, author=self.author,
                series=step.series, place=place, taken=taken if place == step.place else others, version=version,
                digest=self.sent.digest if place == step.place else "", at=at,
            )
            for place in range(first, step.place + 1)
        )  # fmt: skip


def trail_of(*, encounter: Encounter, stage: Stage, author: User, sent: Sent) -> Trail:
    """The trail before this action; AlreadyTaken, ActionsMissing, OtherBench. The caller holds the person's lease row.

    That row's lock lets two requests with one action come one after the other.
    """
    rows = DraftAction.objects.filter(author=author, series=sent.step.series)
    newest = rows.order_by("-place").first()
    if newest is None:
        if misses(sent.step, None):
            raise ActionsMissing(after=0)
        return Trail(encounter, stage, author, sent, None)
    if (newest.encounter_id, newest.stage) != (encounter.pk, stage):
        raise OtherBench
    last = Last(place=newest.place, version=newest.version)
    if sent.step.place <= last.place:
        raise AlreadyTaken(newest if sent.step.place == last.place else rows.get(place=sent.step.place))
    if misses(sent.step, last):
        raise ActionsMissing(after=last.place)
    return Trail(encounter, stage, author, sent, last)


def newest_version(*, encounter: Encounter, stage: Stage, author: User) -> int:
    """The highest version that a draft of this bench ever had; 0 for none. Versions are never used twice."""
    rows = DraftAction.objects.filter(encounter=encounter, stage=stage, author=author)
    newest = rows.order_by("-version").values_list("version", flat=True).first()
    return newest or 0


def series_named(text: str) -> UUID | None:
    """The series that a form names; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None
