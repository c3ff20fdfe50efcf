"""Repeats: visits drawn to be coded, or judged, twice; put on the line once more as a visit like any other.

The copy has what its first coder (verifier) had before them: the same pages, the same facts, the same suggestions or
none, for a verifier the same version to judge. It has no history, so there is nothing that a bench would have to hide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model

from coding.actions.moves import move_encounter
from coding.actions.scores import terms_for
from coding.models import (
    Addendum,
    Coding,
    Diagnosis,
    Encounter,
    EncounterEvent,
    EncounterPage,
    FactOrigin,
    PreCoding,
    ProcedureLine,
    Query,
    Repeat,
    Sample,
    SuggestedCode,
    SuggestionSet,
    Verification,
)
from coding.rules.lifecycle import WAITING, Stage
from coding.rules.sampling import is_selected
from portal.actions.audit import record

Row = TypeVar("Row", bound=Model)

AT_ONCE = 50
SOONEST = timedelta(days=1)  # a copy's promise, where the original had less
WAITS = timedelta(days=30)  # for somebody who suits; then it is given up


# -- drawing -------------------------------------------------------------------------------------------
def draw_second_coding(*, encounter: Encounter, coding: Coding, at: datetime) -> Repeat | None:
    """Have a visit's first version coded again if the terms' own draw says so; inside the caller's transaction.

    A version that was taken back at once was none: what was drawn of it is about the one that follows.
    """
    standing = encounter.codings.exclude(pk=coding.pk).exclude(submissions__taken_back_at__isnull=False)
    if standing.exists():
        return None
    return draw(encounter=encounter, stage=Stage.CODING, at=at, coding=coding, verification=None)


def draw_second_verdict(*, verification: Verification, at: datetime) -> Repeat | None:
    """Have a visit's first verdict given again by another verifier; as `draw_second_coding`."""
    encounter = verification.encounter
    standing = encounter.verifications.exclude(pk=verification.pk).exclude(submissions__taken_back_at__isnull=False)
    if standing.exists():
        return None
    coding = verification.coder_version
    return draw(encounter=encounter, stage=Stage.VERIFICATION, at=at, coding=coding, verification=verification)


def draw(
    *, encounter: Encounter, stage: Stage, at: datetime, coding: Coding, verification: Verification | None
) -> Repeat | None:
    """The draw of one visit at one stage; None if it is not drawn, a repeat itself, or was asked about.

    A query tells what its author thought, and its answer is one to them: who comes after could not be blind.
    """
    terms = terms_for(encounter, at=at)
    if terms is None or encounter.is_repeat or Query.objects.filter(encounter=encounter).exists():
        return None
    drawn = Repeat.objects.of_stage(stage).filter(encounter=encounter, copy=None).first()
    if drawn is not None:
        drawn.coding, drawn.verification = coding, verification
        drawn.save(update_fields=["coding", "verification"])
        return drawn
    share = terms.double_coding_share if stage is Stage.CODING else terms.double_verifying_share
    seed = f"double {terms.pk}" if stage is Stage.CODING else f"double verdict {terms.pk}"
    if is_taken_up(encounter, stage) or not is_selected(seed=seed, number=encounter.pk, share=share):
        return None
    drawn = Repeat.objects.create(
        practice_id=encounter.practice_id, encounter=encounter, stage=stage, coding=coding, verification=verification,
        seed=seed, share=share, selected_at=at,
    )  # fmt: skip
    record("repeat.drawn", at=at, about=drawn, stage=stage, share=share)
    return drawn


def is_taken_up(encounter: Encounter, stage: Stage) -> bool:
    """Whether the visit was drawn before and its copy is on the line: what is coded anew then is not coded first."""
    return Repeat.objects.of_stage(stage).filter(encounter=encounter).exists()


# -- on the line ---------------------------------------------------------------------------------------
@transaction.atomic
def begin_repeats(*, at: datetime) -> int:
    """Put on the line what was drawn and can no longer be taken back; how many. Caller opens the scope."""
    rows = list(
        Repeat.objects.to_begin(at=at)
        .select_related("encounter", "coding")
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("selected_at", "pk")[:AT_ONCE]
    )
    for row in rows:
        put_on_line(row, at=at)
    return len(rows)


def put_on_line(row: Repeat, *, at: datetime) -> Encounter:
    """The visit once more, waiting for the stage, with its promise as if it had come now."""
    original, stage = row.encounter, Stage(row.stage)
    copy = Encounter.objects.create(
        practice_id=original.practice_id, chart_id=original.chart_id, batch_id=original.batch_id, part=original.part,
        specialty=original.specialty, priority=original.priority, status=WAITING[stage], repeats=original,
        repeat_stage=stage, coded_by_id=row.coding.author_id if stage is Stage.VERIFICATION else None,
        due_at=at + max(original.due_at - original.created_at, SOONEST), waiting_since=at, created_at=at,
    )  # fmt: skip
    EncounterEvent.objects.create(
        practice_id=copy.practice_id, encounter=copy, move="create", new_status=copy.status, at=at
    )
    copy_what_is_known(original, copy)
    if stage is Stage.VERIFICATION:
        copy_version(row.coding, copy)
    row.copy = copy
    row.save(update_fields=["copy"])
    record("repeat.begun", at=at, about=row, stage=stage)
    return copy


def copies(rows: Iterable[Row], **changes: Any) -> Iterator[Row]:
    """Unsaved copies of rows; `changes` by column."""
    for row in rows:
        fields = [field for field in row._meta.concrete_fields if not field.primary_key]
        yield type(row)(**{field.attname: getattr(row, field.attname) for field in fields} | changes)


def copied(row: Row, **changes: Any) -> Row:
    (one,) = copies([row], **changes)
    one.save()
    return one


def copy_what_is_known(original: Encounter, copy: Encounter) -> None:
    """Pages with the documents that came later, facts with where they are from, suggestions shown or not."""
    addenda = {row.pk: copied(row, encounter_id=copy.pk).pk for row in Addendum.objects.filter(encounter=original)}
    places = [
        place
        for row in original.placed.order_by("position")
        for place in copies([row], encounter_id=copy.pk, addendum_id=addenda.get(row.addendum_id or 0))
    ]
    EncounterPage.objects.bulk_create(places)
    facts = PreCoding.objects.get(encounter=original)
    known = copied(facts, encounter_id=copy.pk)
    FactOrigin.objects.bulk_create(copies(facts.origins.all(), precoding_id=known.pk))
    for made in SuggestionSet.objects.filter(encounter=original):
        copied(made, encounter_id=copy.pk)
    SuggestedCode.objects.bulk_create(copies(original.suggested.all(), encounter_id=copy.pk))


def copy_version(coding: Coding, copy: Encounter) -> None:
    """The version that both verifiers judge, and whether they do so blind."""
    judged = copied(coding, encounter_id=copy.pk, version=1)
    Diagnosis.objects.bulk_create(copies(coding.diagnoses.all(), coding_id=judged.pk))
    ProcedureLine.objects.bulk_create(copies(coding.procedures.all(), coding_id=judged.pk))
    for sample in Sample.objects.filter(coding=coding):
        copied(sample, encounter_id=copy.pk, coding_id=judged.pk)


@transaction.atomic
def give_up_repeats(*, at: datetime) -> int:
    """End what nobody has taken for long: there may be nobody who suits. Caller opens the scope."""
    waiting = Encounter.objects.filter(repeats__isnull=False, created_at__lte=at - WAITS).waiting()
    rows = list(waiting.select_for_update(no_key=True, skip_locked=True, of=("self",)).order_by("pk")[:AT_ONCE])
    for copy in rows:
        move_encounter(encounter=copy, move="give_up_repeat", by=None, at=at)
    return len(rows)
