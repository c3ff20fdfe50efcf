"""What suggestions were worth, from the encounters that a verifier has finished."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db.models import QuerySet

from coding.models import Coding, Encounter, SuggestedCode, SuggestionSet, Verdict, Verification
from coding.rules.codings import System
from coding.rules.lifecycle import Stage
from coding.rules.suggestion_figures import Coded, Figures, Judged, figures


def suggestion_figures(*, start: datetime, end: datetime) -> Figures:
    """Figures over the encounters verified from `start` until before `end`; five queries however many there are."""
    verdicts = Verification.objects.filter(at__gte=start, at__lt=end, encounter__repeats=None).exclude(
        verdict=Verdict.RETURNED
    )
    verdicts = verdicts.exclude(submissions__taken_back_at__isnull=False)
    sets = {
        made.encounter_id: made.is_blind
        for made in SuggestionSet.objects.filter(encounter__in=verdicts.values("encounter"))
    }
    suggested: dict[int, dict[Coded, str]] = defaultdict(dict)
    for row in SuggestedCode.objects.filter(encounter__in=sets):
        suggested[row.encounter_id][row.system, row.code] = row.source
    encounters = [Encounter(pk=pk) for pk in sets]
    final = codes_of(Coding.objects.newest_of(encounters))
    first = codes_of(Coding.objects.filter(stage=Stage.CODING).newest_of(encounters))
    return figures(
        Judged(is_blind, suggested[pk], first.get(pk, frozenset()), final.get(pk, frozenset()))
        for pk, is_blind in sets.items()
    )


def codes_of(codings: QuerySet[Coding]) -> dict[int, frozenset[Coded]]:
    """System and code of each line of these versions, by encounter."""
    found: dict[int, frozenset[Coded]] = {}
    for coding in codings.prefetch_related("diagnoses", "procedures"):
        lines = {(row.system, row.code) for row in coding.diagnoses.all()}
        lines |= {(System.PROCEDURE.value, row.code) for row in coding.procedures.all()}
        found[coding.encounter_id] = frozenset(lines)
    return found
