"""Blind double-coding: draw the visits, hand them to somebody else, keep their codes, and count the agreement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from coding.actions.findings import refuse_hard_findings
from coding.actions.moves import AlreadyMoved
from coding.actions.queue import hands_of, lock_person
from coding.actions.scores import terms_for
from coding.models import Coding, Encounter, SecondCoding, SecondCodingStatus
from coding.rules.codings import CodedEncounter, bare
from coding.rules.double_coding import Agreement, DoubleCoded, agreement, category, grouped
from coding.rules.sampling import is_selected
from portal.actions.audit import record
from portal.models import User

PERIOD = timedelta(days=180)
COUNTED = 500  # visits, the newest
TIMES = 500  # resamples for the intervals of the report


class NotInHand(Exception):
    """The person does not have this second coding in hand (any more)."""


def draw_second_coding(*, encounter: Encounter, coding: Coding, at: datetime) -> SecondCoding | None:
    """Have a visit's first version coded again if the terms' own draw says so; inside the caller's transaction.

    A version that was taken back at once was none: what was drawn of it is about the one that follows.
    """
    terms = terms_for(encounter, at=at)
    standing = encounter.codings.exclude(pk=coding.pk).exclude(submissions__taken_back_at__isnull=False)
    if terms is None or standing.exists():
        return None
    drawn = SecondCoding.objects.filter(encounter=encounter).exclude(coder=coding.author).first()
    if drawn is not None:
        drawn.first, drawn.first_coder = coding, coding.author
        drawn.save(update_fields=["first", "first_coder"])
        return drawn
    if coding.version != 1:
        return None
    seed = f"double {terms.pk}"
    if not is_selected(seed=seed, number=encounter.pk, share=terms.double_coding_share):
        return None
    drawn = SecondCoding.objects.create(
        practice_id=encounter.practice_id,
        encounter=encounter,
        first=coding,
        first_coder_id=coding.author_id,
        seed=seed,
        share=terms.double_coding_share,
        selected_at=at,
    )
    record("second_coding.drawn", at=at, about=drawn, share=drawn.share)
    return drawn


@transaction.atomic
def take_second_coding(*, by: User, at: datetime) -> SecondCoding | None:
    """What the person has in hand, else the oldest that suits them; None if there is none.

    What somebody left for hours is given to another, without what they had written.
    """
    if not lock_person(by):
        return None
    own = SecondCoding.objects.of(by).first()
    if own is not None:
        return own
    suiting = SecondCoding.objects.free(at=at).suiting(hands_of(by, at=at))
    found = suiting.select_for_update(skip_locked=True, of=("self",), no_key=True).order_by("selected_at", "pk").first()
    if found is None:
        return None
    found.status, found.coder, found.taken_at, found.touched_at = SecondCodingStatus.TAKEN, by, at, at
    found.body = {}
    found.save(update_fields=["status", "coder", "taken_at", "touched_at", "body"])
    record("second_coding.taken", at=at, by=by, about=found)
    return found


@transaction.atomic
def save_second_coding(*, second: SecondCoding, body: Mapping[str, Any], by: User, at: datetime) -> None:
    """Keep what there is so far; NotInHand if it is somebody else's by now."""
    if not SecondCoding.objects.of(by).filter(pk=second.pk).update(body=dict(body), touched_at=at):
        raise NotInHand


@transaction.atomic
def submit_second_coding(
    *, second: SecondCoding, coded: CodedEncounter, body: Mapping[str, Any], by: User, at: datetime
) -> None:
    """Keep the codes for good. NotInHand, or HardFindings as for any coding; nothing is delivered of it."""
    refuse_hard_findings(encounter=second.encounter, coded=coded)
    done = (
        SecondCoding.objects.of(by)
        .filter(pk=second.pk)
        .update(body=dict(body), touched_at=at, submitted_at=at, status=SecondCodingStatus.DONE)
    )
    if not done:
        raise NotInHand
    record("second_coding.submitted", at=at, by=by, about=second)


@transaction.atomic
def give_back_second_coding(*, second: SecondCoding, by: User, at: datetime) -> None:
    """Let somebody else have it; what was written goes. AlreadyMoved if it is not in hand."""
    changed = (
        SecondCoding.objects.of(by)
        .filter(pk=second.pk)
        .update(status=SecondCodingStatus.WAITING, coder=None, taken_at=None, touched_at=None, body={})
    )
    if not changed:
        raise AlreadyMoved
    record("second_coding.given_back", at=at, by=by, about=second)


# -- the report ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DoubleCodingReport:
    """Agreement on codes and on their three-character categories, the people by id, and what is still to be done."""

    codes: Agreement
    categories: Agreement
    people: Mapping[int, str]
    seed: str
    waiting: int
    taken: int


def double_coding_report(*, at: datetime) -> DoubleCodingReport:
    """Over the second codings of the last 180 days. Managers only; the caller sees to it."""
    rows = list(
        SecondCoding.objects.done()
        .filter(submitted_at__gte=at - PERIOD)
        .select_related("coder", "first_coder")
        .prefetch_related("first__diagnoses", "first__procedures")
        .order_by("-submitted_at", "-pk")[:COUNTED]
    )
    sample = [double_coded(row) for row in rows]
    seed = f"agreement {max((row.pk for row in rows), default=0)}"
    statuses = list(SecondCoding.objects.exclude(status=SecondCodingStatus.DONE).values_list("status", flat=True))
    return DoubleCodingReport(
        codes=agreement(sample, seed=seed, times=TIMES),
        categories=agreement(grouped(sample, category), seed=seed, times=TIMES),
        people={
            person.pk: person.name for row in rows for person in (row.first_coder, row.coder) if person is not None
        },
        seed=seed,
        waiting=statuses.count(SecondCodingStatus.WAITING),
        taken=statuses.count(SecondCodingStatus.TAKEN),
    )


def double_coded(row: SecondCoding) -> DoubleCoded:
    """Both people's codes of a visit; modifiers, units and pointers aside."""
    first = row.first.coded()
    mine = frozenset(bare(line.code) for line in first.diagnoses) | {bare(line.code) for line in first.procedures}
    lines = (*row.body.get("diagnoses", ()), *row.body.get("procedures", ()))
    theirs = frozenset(bare(line["code"]) for line in lines)
    assert row.coder_id is not None  # noqa: S101  (a constraint: it is done)
    return DoubleCoded(row.encounter_id, {row.first_coder_id: mine, row.coder_id: theirs})
