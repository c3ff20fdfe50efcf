"""Why nothing is handed out: what waits at a person's stages, and what keeps each part of it from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from coding.actions.choosing import gates_of, hands_of
from coding.models import Encounter, WorkQueueVersion
from coding.rules.lifecycle import STAGE_OF, EncounterStatus, Stage
from coding.rules.queue import Hands, Unsuitable, why_unsuitable
from portal.models import Credential, User
from portal.rules.credentials import CredentialKind, Standing
from portal.rules.specialties import Specialty

# What a person reads about their own credential, by how it stands.
CREDENTIAL_WORDS = {
    Standing.ENDED: "ended on {day}",
    Standing.UNCHECKED: "was not checked yet",
    Standing.ENDING: "ends on {day}",
}


def why_nothing(user: User, stages: Iterable[Stage], *, at: datetime) -> list[str]:
    """A sentence for each reason why waiting work is not handed to the person; it counts, and names no chart."""
    hands = hands_of(user, at=at)
    groups = (
        Encounter.objects.waiting(stages)
        .originals()
        .values_list("practice", "specialty", "status")
        .annotate(number=Count("pk"), own=Count("pk", filter=Q(coded_by=user)))
        .order_by()
    )
    kept: Counter[tuple[Unsuitable | None, str]] = Counter()
    for practice, specialty, status, number, own in groups:
        stage = STAGE_OF[EncounterStatus(status)]
        reason = why_unsuitable(hands, stage=stage, specialty=specialty, practice_id=practice, wrote_it=False)
        if reason is None and stage is Stage.VERIFICATION:
            kept[Unsuitable.OWN_WORK, ""] += own
            number -= own  # noqa: PLW2901  (the rest of the group)
        kept[reason, detail(hands, reason, stage=stage, specialty=specialty, practice=practice)] += number
    closed = closed_queues(hands, stages, at=at)
    kept[None, ""] -= sum(number for _, number in closed)
    credentials = credential_words(user, on=timezone.localdate(at))
    queues = [f"{number} {'waits' if number == 1 else 'wait'} in the queue {what}." for what, number in closed]
    return queues + [sentence(reason, about, number, credentials) for (reason, about), number in kept.items() if number]


def closed_queues(hands: Hands, stages: Iterable[Stage], *, at: datetime) -> list[tuple[str, int]]:
    """The live queues from which the person gets nothing now although it would suit them: why, and how much waits."""
    gates = [gate for gate in gates_of(hands, WorkQueueVersion.objects.live(), at=at) if gate.refused]
    suiting = Encounter.objects.waiting(stages).suiting(hands, at=at)
    counts = [(gate, suiting.filter(gate.holds).count()) for gate in gates]
    return [(f"{gate.version.queue}, {gate.refused.words}", count) for gate, count in counts if count and gate.refused]


def detail(hands: Hands, reason: Unsuitable | None, *, stage: Stage, specialty: str, practice: int) -> str:
    """What the reason is about, as the sentence names it."""
    if reason is Unsuitable.NO_SKILL:
        return f"{Specialty(specialty).label} ({stage.label.lower()})"
    demand = hands.unmet_for(stage=stage, specialty=specialty, practice_id=practice)
    return demand.words if reason is Unsuitable.NO_CREDENTIAL and demand else ""


def sentence(reason: Unsuitable | None, about: str, number: int, credentials: str) -> str:
    waits = f"{number} {'waits' if number == 1 else 'wait'}"
    if reason is Unsuitable.NO_SKILL:
        return f"{waits} in {about}, which is not among your skills."
    if reason is Unsuitable.NO_CREDENTIAL:
        return f"{number} {'needs' if number == 1 else 'need'} {about}. {credentials}"
    if reason is Unsuitable.CLIENT_RULE:
        return f"{waits} of a practice that is kept away from you."
    if reason is Unsuitable.OWN_WORK:
        return f"{waits} that you coded yourself: somebody else verifies."
    return f"{waits} that {'is' if number == 1 else 'are'} kept for somebody, submitted just now, or skipped by you."


def credential_words(user: User, *, on: date) -> str:
    """What is wrong with the person's own credentials, or that there are none."""
    faults = [
        f"Your {CredentialKind(one.kind).label} {said(one, on=on)}."
        for one in Credential.objects.filter(user=user).order_by("expires_on", "pk")
        if not one.plain().counts(on)
    ]
    return " ".join(faults) or "The register has none of them in your name."


def said(one: Credential, *, on: date) -> str:
    return CREDENTIAL_WORDS[one.plain().standing(on)].format(day=f"{one.expires_on:%b %-d, %Y}")


def credential_warnings(user: User, *, at: datetime) -> list[dict[str, Any]]:
    """The person's own credentials that ended, are about to, or wait to be checked."""
    on = timezone.localdate(at)
    return [
        {
            "kind": CredentialKind(one.kind).label,
            "what": said(one, on=on),
            "ended": one.plain().standing(on) is Standing.ENDED,
        }
        for one in Credential.objects.needing_attention(on=on).filter(user=user).order_by("expires_on", "pk")
    ]
