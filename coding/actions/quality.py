"""What the verified work of a person says: read for their own page, which managers see in the same form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from coding.models import Dispute, Encounter, Score
from coding.rules import scoring
from coding.rules.discrepancies import Kind
from coding.rules.disputes import FALLEN
from coding.rules.scoring_profiles import STANDARD
from portal.models import User

PERIOD = timedelta(days=183)
STANDARD_NAME = "Every difference"


@dataclass(frozen=True)
class Month:
    """The figures of the verdicts of one month, and how many discrepancies of each kind stand."""

    first: date
    score: scoring.Score
    kinds: Counter[Kind]


@dataclass(frozen=True)
class PersonQuality:
    """The figures of half a year; `profiles` are the measures its encounters were scored by, with their number."""

    score: scoring.Score
    profiles: tuple[tuple[str, int], ...]
    kinds: Counter[Kind]
    months: tuple[Month, ...]


def quality_of(person: User, *, seen_by: User, at: datetime) -> PersonQuality:
    """A coder's figures from the first scored verdict on each encounter.

    The first, because it judges what the coder sent; after a return everybody's second version is better.
    """
    scores = first_scores(person, seen_by=seen_by, since=at - PERIOD)
    kinds = standing_kinds(scores)
    by_month: dict[date, list[Score]] = {}
    for one in scores:
        by_month.setdefault(month_of(one.verification.at), []).append(one)
    return PersonQuality(
        score=scoring.score([one.figures() for one in scores]),
        profiles=tuple(Counter(measure_of(one) for one in scores).most_common()),
        kinds=added(kinds.values()),
        months=tuple(
            Month(
                first, scoring.score([one.figures() for one in own]), added(kinds[one.verification_id] for one in own)
            )
            for first, own in sorted(by_month.items())
        ),
    )


def measure_of(score: Score) -> str:
    """The name of the profile and what it divides by."""
    name, profile = (score.terms.name, score.terms.scoring_profile()) if score.terms else (STANDARD_NAME, STANDARD)
    return f"{name}, divided by {profile.denominator.label}"


def first_scores(person: User, *, seen_by: User, since: datetime) -> list[Score]:
    """The newest revision for the first scored verdict on each encounter, oldest verdict first; one query."""
    rows = (
        Score.objects.newest()
        .filter(
            verification__coder=person,
            verification__at__gte=since,
            verification__encounter__in=Encounter.objects.visible_to(seen_by),
        )
        .exclude(verification__submissions__taken_back_at__isnull=False)
        .select_related("verification", "terms")
    )
    first: dict[int, Score] = {}
    for one in sorted(rows, key=lambda row: (row.verification.at, row.verification_id)):
        first.setdefault(one.verification.encounter_id, one)
    return list(first.values())


def standing_kinds(scores: Sequence[Score]) -> dict[int, Counter[Kind]]:
    """By verification how many discrepancies of each kind were not withdrawn."""
    found: dict[int, Counter[Kind]] = {one.verification_id: Counter() for one in scores}
    rows = Dispute.objects.filter(verification__in=list(found)).exclude(status__in=sorted(FALLEN))
    for verification, kind in rows.values_list("verification_id", "kind"):
        found[verification][Kind(kind)] += 1
    return found


def added(counts: Iterable[Counter[Kind]]) -> Counter[Kind]:
    total: Counter[Kind] = Counter()
    for one in counts:
        total.update(one)
    return total


def month_of(at: datetime) -> date:
    """The first day of the month, in the reader's zone."""
    return timezone.localtime(at).date().replace(day=1)
