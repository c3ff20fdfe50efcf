"""What suggestions were worth, from the encounters that a verifier has finished."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from coding.models import Coding, Encounter, SuggestedCode, SuggestionDecision, SuggestionSet, Verdict, Verification
from coding.rules.codings import System
from coding.rules.lifecycle import Stage
from coding.rules.suggested import Decision
from coding.rules.suggestion_figures import Coded, Figures, Judged, figures

COUNTED = 2000  # encounters, the newest


def suggestion_figures(*, start: datetime, end: datetime) -> Figures:
    """Figures over the encounters verified from `start` until before `end`; six queries however many there are."""
    return figures(judged_encounters(start=start, end=end).values())


def judged_encounters(*, start: datetime, end: datetime) -> dict[int, Judged]:
    """By encounter, the newest first: what was suggested, what its coder submitted first, what was kept. No repeats."""
    verdicts = Verification.objects.filter(at__gte=start, at__lt=end, encounter__repeats=None)
    verdicts = verdicts.exclude(verdict=Verdict.RETURNED).exclude(submissions__taken_back_at__isnull=False)
    made = SuggestionSet.objects.filter(encounter__in=verdicts.values("encounter")).order_by("-encounter")
    blind = dict(made.values_list("encounter", "is_blind")[:COUNTED])
    encounters = [Encounter(pk=pk) for pk in blind]
    suggested: dict[int, dict[Coded, str]] = defaultdict(dict)
    for row in SuggestedCode.objects.filter(encounter__in=blind):
        suggested[row.encounter_id][row.system, row.code] = row.source
    final = codes_of(Coding.objects.newest_of(encounters))
    first = codes_of(Coding.objects.filter(stage=Stage.CODING).first_of(encounters))
    decided = decisions_of(encounters)
    return {
        pk: Judged(is_blind, suggested[pk], first.get(pk, frozenset()), final.get(pk, frozenset()), decided.get(pk, {}))
        for pk, is_blind in blind.items()
    }


def codes_of(codings: QuerySet[Coding]) -> dict[int, frozenset[Coded]]:
    """System and code of each line of these versions, by encounter."""
    found: dict[int, frozenset[Coded]] = {}
    for coding in codings.prefetch_related("diagnoses", "procedures"):
        lines = {(row.system, row.code) for row in coding.diagnoses.all()}
        lines |= {(System.PROCEDURE.value, row.code) for row in coding.procedures.all()}
        found[coding.encounter_id] = frozenset(lines)
    return found


def decisions_of(encounters: list[Encounter]) -> dict[int, dict[Coded, Decision]]:
    """What coders decided in their first versions, by encounter."""
    first = Coding.objects.filter(stage=Stage.CODING).first_of(encounters)
    rows = SuggestionDecision.objects.filter(coding__in=first.values("pk"))
    found: dict[int, dict[Coded, Decision]] = defaultdict(dict)
    for encounter, system, code, decision in rows.values_list(
        "suggested__encounter", "suggested__system", "suggested__code", "decision"
    ):
        found[encounter][system, code] = Decision(decision)
    return found


# -- the rows behind a figure --------------------------------------------------------------------------


@dataclass(frozen=True)
class Which:
    """Which suggestions are meant; None of a field for any."""

    source: str | None = None
    is_blind: bool | None = None
    is_kept: bool | None = None
    is_taken: bool | None = None
    decision: Decision | None = None


@dataclass(frozen=True)
class SuggestedRow:
    """One suggestion and what became of it; `decision` is None where its coder did not see it."""

    encounter: int
    system: str
    code: str
    source: str
    is_blind: bool
    is_taken: bool
    is_kept: bool
    decision: Decision | None


def rows_behind(judged: Mapping[int, Judged], which: Which) -> list[SuggestedRow]:
    """The suggestions that a figure counts, those of the newest encounters first."""
    rows = [
        SuggestedRow(
            encounter, *coded, source, one.is_blind, coded in one.coder, coded in one.kept, one.decided.get(coded)
        )
        for encounter, one in judged.items()
        for coded, source in one.suggested.items()
    ]
    wanted = {name: value for name, value in vars(which).items() if value is not None}
    return [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]
