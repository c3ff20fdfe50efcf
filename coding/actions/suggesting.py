"""Suggestions: asked of an engine once, kept, shown or not, and what was decided about them.

An engine is asked by a worker (the task of JOB), never by a web process: in each process it first reads its tables for
some seconds, and keeps tens of megabytes. It is asked as soon as pre-coding said the day and all words are read, which
is before anybody opens the visit for coding. What came later would count as seen and left: it is not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.db import transaction

from coding.actions.evidence import are_words_due
from coding.models import Assignment, Coding, Encounter, PreCoding, SuggestedCode, SuggestionDecision, SuggestionSet
from coding.rules.codings import System, bare
from coding.rules.evidence import Passage
from coding.rules.lifecycle import Stage
from coding.rules.suggested import BLIND_SEED, BLIND_SHARE, Decided, RejectReason, Suggestion, is_blind, outcome, ranked
from coding.suggesting import PhraseEngine
from portal import scope
from portal.actions.audit import record
from portal.actions.jobs import Claim, finish_job, queue_job
from portal.models import Chart

JOB = "coding.suggest_codes"


class Engine(Protocol):
    """Whatever suggests codes for an encounter from the words of its pages; `name` says which and which version."""

    name: str

    def suggest(self, encounter: Encounter) -> Sequence[Suggestion]: ...


# Engines that are asked, one after the other.
ENGINES: tuple[Engine, ...] = (PhraseEngine(),)


def suggestions_for(encounter: Encounter, engines: Sequence[Engine] = ENGINES) -> list[Suggestion]:
    """What the engines suggest, the surest first."""
    return ranked(one for engine in engines for one in engine.suggest(encounter))


# -- asking -------------------------------------------------------------------------------------------------
def queue_suggestions(*, encounter: Encounter, at: datetime) -> None:
    """Have a worker ask the engines, if it is time; inside the transaction of what made it time."""
    if is_time_to_ask(encounter):
        queue_job(kind=JOB, object_id=encounter.pk, practice=encounter.practice, at=at)


def queue_suggestions_of_chart(*, chart: Chart, at: datetime) -> None:
    """The words of a chart are read: the visits that stand on its pages may have waited for them."""
    for encounter in Encounter.objects.filter(placed__chart=chart).select_related("practice").distinct():
        queue_suggestions(encounter=encounter, at=at)


def is_time_to_ask(encounter: Encounter) -> bool:
    """Whether the day and all words are known, nobody was asked before, and nobody has coded it."""
    return (
        PreCoding.objects.filter(encounter=encounter).exists()
        and not SuggestionSet.objects.filter(encounter=encounter).exists()
        and not encounter.codings.exists()
        and not are_words_due(encounter)
    )


def make_suggestions(*, claim: Claim, at: datetime, engines: Sequence[Engine] = ENGINES) -> None:
    """Ask the engines about a visit, keep what they say, close the job; the engines hold no lock."""
    with scope.service():
        encounter = Encounter.objects.get(pk=claim.object_id)
        found = suggestions_for(encounter, engines) if is_time_to_ask(encounter) else None
    with scope.service():
        if found is not None and lock_unless_open(encounter):
            names = ", ".join(engine.name for engine in engines)
            keep_suggestions(encounter=encounter, found=found, engine=names, at=at)
        finish_job(claim=claim, at=at)


def lock_unless_open(encounter: Encounter) -> bool:
    """Keep everybody from opening the visit until the transaction ends; False if it is coded or open for coding.

    Assignments are locked before their encounter, as `hold_lease` does.
    """
    list(Assignment.objects.open().filter(encounter=encounter).select_for_update(no_key=True))
    Encounter.objects.select_for_update(no_key=True).get(pk=encounter.pk)
    coding = Assignment.objects.open().filter(encounter=encounter, stage=Stage.CODING, opened_at__isnull=False)
    return not coding.exists() and not encounter.codings.exists()


@transaction.atomic
def keep_suggestions(
    *, encounter: Encounter, found: Sequence[Suggestion], engine: str, at: datetime, share: int = BLIND_SHARE
) -> SuggestionSet:
    """Keep what was suggested, in its order; of two who come at once the first is taken.

    `share` percent of the encounters are drawn to be coded without seeing them.

    Passages on pages that are not the encounter's are left out.
    """
    made, is_new = SuggestionSet.objects.get_or_create(
        encounter=encounter,
        defaults={
            "practice_id": encounter.practice_id, "is_blind": is_blind(encounter.pk, share=share), "share": share,
            "seed": BLIND_SEED, "engine": engine[:60], "made_at": at,
        },
    )  # fmt: skip
    if not is_new:
        return made
    numbers = dict(encounter.placed.values_list("page_id", "page__number"))
    SuggestedCode.objects.bulk_create(
        SuggestedCode(
            practice_id=encounter.practice_id, encounter=encounter, position=place, system=System(one.system),
            code=bare(one.code), score=one.score, reason=one.reason, source=one.source[:40],
            evidence=[
                Passage(shown.page, numbers[shown.page], tuple(shown.boxes), shown.quote).as_json()
                for shown in one.evidence
                if shown.page in numbers
            ],
        )
        for place, one in enumerate(found, start=1)
    )  # fmt: skip
    record("encounter.suggested", at=at, about=encounter, codes=len(found), blind=made.is_blind)
    return made


def shown_suggestions(encounter: Encounter) -> list[SuggestedCode]:
    """What the coder of the encounter sees: all of it, or nothing if the encounter is in the blind sample."""
    return list(SuggestedCode.objects.filter(encounter=encounter, encounter__suggestion_set__is_blind=False))


def earlier_rejections(coding: Coding) -> dict[str, int]:
    """What a version rejected, as a body keeps it."""
    rows = SuggestionDecision.objects.filter(coding=coding, decision="rejected")
    numbers = {reason.value: number for number, reason in enumerate(RejectReason, 1)}
    return {str(row.suggested_id): numbers.get(row.reason, 0) for row in rows}


def record_decisions(*, coding: Coding, decided: Decided) -> None:
    """What became of each suggestion that was shown; inside the transaction of the submission."""
    diagnoses = frozenset(coding.diagnoses.values_list("code", flat=True))
    procedures = frozenset(coding.procedures.values_list("code", flat=True))
    rows = []
    for shown in shown_suggestions(coding.encounter):
        coded = procedures if shown.system == System.PROCEDURE else diagnoses
        became = outcome(shown.pk, shown.code, decided, coded)
        rows.append(
            SuggestionDecision(
                practice_id=coding.practice_id, suggested=shown, coding=coding, decision=became.decision,
                reason=became.reason, replaced_by=became.replaced_by,
            )
        )  # fmt: skip
    SuggestionDecision.objects.bulk_create(rows)
