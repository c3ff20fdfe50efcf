"""What a person is handed next: what suits them, by the queues that are live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils import timezone

from coding.models import Assignment, Encounter, QueueRank, WorkQueueVersion
from coding.models.encounter import EncounterQuerySet
from coding.models.work_queues import NOTHING, any_of, first_of, in_order, within
from coding.rules.lifecycle import SkipReason, Stage
from coding.rules.queue import SKIPPED_FOR, Hands
from coding.rules.work_queues import IN_DANGER, Refused, Taker, why_refused
from portal.models import ClientRule, Credential, CredentialDemand, Skill, User
from portal.rules.credentials import Demand, unmet


def hands_of(user: User, *, at: datetime) -> Hands:
    """What decides which work this person may be given."""
    return Hands(
        user_id=user.pk,
        active=user.is_active,
        permissions=user.permissions,
        skills=frozenset(
            (Stage(stage), specialty)
            for specialty, stages in Skill.objects.filter(user=user).values_list("specialty", "stages")
            for stage in stages
        ),
        barred=frozenset(ClientRule.objects.filter(user=user).values_list("practice_id", flat=True)),
        passed_over=frozenset(
            Assignment.objects.filter(user=user, end=Assignment.End.SKIPPED)
            .filter(Q(ended_at__gt=at - SKIPPED_FOR) | Q(skip_reason=SkipReason.CONFLICT))
            .values_list("encounter_id", flat=True)
        ),
        unmet=unmet_of(user, on=timezone.localdate(at)),
    )


def unmet_of(user: User, *, on: date) -> tuple[Demand, ...]:
    """The demands of credentials that the person does not meet on a day."""
    demands = [demand.plain() for demand in CredentialDemand.objects.order_by("pk")]
    held = [credential.plain() for credential in Credential.objects.filter(user=user)] if demands else []
    return unmet(demands, held, on=on)


@dataclass(frozen=True)
class Way:
    """One place to look for work, in its order; `queue` is the name of the queue it is, "" for none."""

    rows: EncounterQuerySet
    queue: str = ""
    in_danger: bool = False


def ways(*, hands: Hands, stages: Iterable[Stage], at: datetime, before: int | None = None) -> Iterator[Way]:
    """Where to look for a person's next encounter, one after the other; `before` is a rank to be ahead of.

    Without a live queue there is one way, in the order of turns. Otherwise what was returned or answered comes first,
    then what is about to miss its promise, then the queues in their order, then what no queue wants. What belongs to
    a queue that the person may not take from now stays there.
    """
    rows = Encounter.objects.waiting(stages).suiting(hands, at=at)
    live = list(WorkQueueVersion.objects.live())
    wanted = [(version.queue_id, within(version.said.conditions, at=at)) for version in live]
    if live:
        rows = rows.annotate(queue_found=first_of(wanted))
    if before is not None or not live:
        yield Way(rows.filter(queue_rank__lt=before).next_first() if before is not None else rows.next_first())
        return
    yield Way(rows.filter(queue_rank__lt=QueueRank.NORMAL).next_first())
    gates = gates_of(hands, live, at=at)
    mine = rows.filter(~any_of(gate.holds for gate in gates if gate.refused))
    yield Way(mine.filter(turn_at__lte=at + IN_DANGER).next_first(), in_danger=True)
    for gate in gates:
        if gate.refused is None:
            yield Way(in_order(mine.filter(gate.holds), gate.version.said.order), queue=gate.version.queue.name)
    yield Way(mine.next_first())


@dataclass(frozen=True)
class Gate:
    """A live queue before a person: what it holds (and no queue before it), and why they get nothing from it."""

    version: WorkQueueVersion
    holds: Q
    refused: Refused | None


def gates_of(hands: Hands, live: Iterable[WorkQueueVersion], *, at: datetime) -> list[Gate]:
    """The live queues in their order, as they stand for a person now."""
    taker, earlier, gates = taker_of(hands, at=at), NOTHING, []
    for version in live:
        wanted = within(version.said.conditions, at=at)
        gates.append(Gate(version, wanted & ~earlier, why_refused(version.said, version.queue_id, taker)))
        earlier = any_of([earlier, wanted])
    return gates


def taker_of(hands: Hands, *, at: datetime) -> Taker:
    """What decides from which queues the person may take now; a day is one of their own zone."""
    zone, languages = User.objects.values_list("time_zone", "languages").get(pk=hands.user_id)
    midnight = at.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    own = Assignment.objects.filter(user=hands.user_id, queue_number__isnull=False).order_by()
    held = Credential.objects.filter(user=hands.user_id)
    return Taker(
        credentials=frozenset(one.kind for one in held if one.plain().counts(timezone.localdate(at))),
        languages=frozenset(languages),
        open_of=dict(own.open().values_list("queue_number").annotate(number=Count("pk"))),
        today_of=dict(own.filter(started_at__gte=midnight).values_list("queue_number").annotate(number=Count("pk"))),
    )


def find_work(*, hands: Hands, stages: Iterable[Stage], at: datetime, before: int | None = None) -> Encounter | None:
    """The first waiting encounter that suits, found and locked in one statement (for each way that is looked at).

    `before` is a rank to be ahead of.
    """
    for way in ways(hands=hands, stages=stages, at=at, before=before):
        found = way.rows.select_for_update(skip_locked=True, of=("self",)).first()
        if found is not None:
            return found
    return None
