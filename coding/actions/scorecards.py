"""What a coder's verified work says beside its scores, and what a verifier's says: read for their own pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from coding.actions.double_coding import finished_repeats, words_of
from coding.actions.quality import PERIOD, first_scores
from coding.models import Assignment, Discrepancy, Dispute, DisputeStep, Score, SuggestionDecision, Verification
from coding.rules.agreement import Kappa, cohen_kappa, percentile
from coding.rules.discrepancies import Kind, Part
from coding.rules.disputes import FALLEN, SETTLED, DisputeStatus
from coding.rules.lifecycle import Stage
from coding.rules.proportions import Proportion
from coding.rules.reasons import Reason, proposed_reason
from coding.rules.sampling import Sampled
from coding.rules.suggested import Decision
from coding.rules.topics import Found
from portal.models import User

AUDITS_SHOWN = 50


@dataclass(frozen=True)
class Turnaround:
    """Minutes from opening a visit to submitting it: the middle one, and the one below which 85 of 100 lie."""

    visits: int
    median: float
    most: float


@dataclass(frozen=True)
class Audit:
    """One verdict on the coder's work: why it was verified, what it said, and how far the coder has answered."""

    encounter: int
    label: str
    at: datetime
    why: str
    verdict: str
    discrepancies: int
    waiting: int


@dataclass(frozen=True)
class CoderCard:
    """A coder's half year beside the scores."""

    found: tuple[Found, ...]
    suggestions: Counter[Decision]
    turnaround: Turnaround | None
    audits: tuple[Audit, ...]
    audit_count: int


def coder_card(person: User, *, seen_by: User, at: datetime) -> CoderCard:
    """A constant number of queries."""
    scores = first_scores(person, seen_by=seen_by, since=at - PERIOD)
    return CoderCard(
        found=standing_discrepancies(scores),
        suggestions=suggestions_of(person, since=at - PERIOD),
        turnaround=turnaround_of(person, since=at - PERIOD),
        audits=audits_of(scores),
        audit_count=len(scores),
    )


def standing_discrepancies(scores: Sequence[Score]) -> tuple[Found, ...]:
    """The discrepancies of these verdicts that were not withdrawn; one query."""
    rows = (
        Discrepancy.objects.filter(verification__in=[one.verification_id for one in scores], dispute__isnull=False)
        .exclude(dispute__status__in=sorted(FALLEN))
        .select_related("dispute", "verification")
        .order_by("verification__at", "verification", "position")
    )
    return tuple(found_of(row) for row in rows)


def found_of(row: Discrepancy) -> Found:
    return Found(
        dispute=row.dispute.pk,
        encounter=row.verification.encounter_id,
        at=row.verification.at,
        reason=Reason(row.reason) if row.reason else proposed_reason(row.difference()),
        kind=Kind(row.kind),
        part=Part(row.part or Part.DIAGNOSIS),
        coder_value=row.coder_value,
        verifier_value=row.verifier_value,
    )


def suggestions_of(person: User, *, since: datetime) -> Counter[Decision]:
    """What became of the suggestions in the person's versions; one query."""
    rows = SuggestionDecision.objects.filter(
        coding__author=person, coding__stage=Stage.CODING, coding__submitted_at__gte=since,
        coding__encounter__repeats=None,
    ).exclude(coding__submissions__taken_back_at__isnull=False)  # fmt: skip
    counted = rows.order_by().values_list("decision").annotate(count=Count("pk"))
    return Counter({Decision(decision): count for decision, count in counted})


def turnaround_of(person: User, *, since: datetime) -> Turnaround | None:
    """Of the visits that the person coded to the end, without waiting on hold or in another's hands; one query."""
    rows = Assignment.objects.filter(
        user=person, stage=Stage.CODING, end=Assignment.End.FINISHED, ended_at__gte=since, opened_at__isnull=False
    )
    minutes = sorted(
        (ended - opened).total_seconds() / 60
        for opened, ended in rows.values_list("opened_at", "ended_at")
        if opened and ended
    )
    if not minutes:
        return None
    return Turnaround(len(minutes), percentile(minutes, 0.5), percentile(minutes, 0.85))


def audits_of(scores: Sequence[Score]) -> tuple[Audit, ...]:
    """The newest verdicts; one query."""
    newest = [one.verification_id for one in scores[::-1][:AUDITS_SHOWN]]
    turn = Q(disputes__status__in=[DisputeStatus.TOLD, DisputeStatus.UPHELD])
    rows = (
        Verification.objects.filter(pk__in=newest)
        .select_related("encounter", "coder_version", "coder_version__sample")
        .annotate(said=Count("disputes", distinct=True), waiting=Count("disputes", filter=turn, distinct=True))
        .order_by("-at", "-pk")
    )
    return tuple(
        Audit(row.encounter_id, row.encounter.label, row.at, why_of(row), row.get_verdict_display(), row.said,
              row.waiting)
        for row in rows
    )  # fmt: skip


def why_of(row: Verification) -> str:
    """Why the version was verified; nothing about a seed, which is not the coder's to know."""
    sample = getattr(row.coder_version, "sample", None)
    if sample is None:
        return ""
    sampled: Sampled = sample.sampled()
    return f"random {sampled.share} %" if sampled.source == "random" else sampled.words


# -- verifiers -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class VerifierCard:
    """A verifier's half year: what became of rebuttals and corrections, and agreement with who judged blindly too.

    `overturned` of the rebuttals that came to an end; `reversed_` of the corrected verdicts, those of which a part was
    withdrawn later. `kappa` is of let stand or not, `codes` the share of visits with the same codes.
    """

    verdicts: Counter[str]
    rebutted: Proportion
    overturned: Proportion
    open_rebuttals: int
    reversed_: Proportion
    blind: int
    kappa: Kappa
    codes: Proportion


def verifier_card(person: User, *, at: datetime) -> VerifierCard:
    """A constant number of queries."""
    since = at - PERIOD
    verdicts = Verification.objects.filter(verifier=person, at__gte=since, encounter__repeats=None)
    verdicts = verdicts.exclude(submissions__taken_back_at__isnull=False)
    rows = list(Dispute.objects.filter(verification__in=verdicts).values_list("pk", "status"))
    steps = DisputeStep.objects.filter(dispute__in=[pk for pk, _ in rows], move="rebut")
    rebutted = set(steps.values_list("dispute", flat=True))
    states = [DisputeStatus(status) for pk, status in rows if pk in rebutted]
    ended = [state for state in states if state in SETTLED]
    corrected = verdicts.filter(verdict="corrected").annotate(
        fallen=Count("disputes", filter=Q(disputes__status__in=sorted(FALLEN)), distinct=True)
    )
    fell = list(corrected.values_list("fallen", flat=True))
    labels, same = blind_words(person, at=at)
    return VerifierCard(
        verdicts=Counter(dict(verdicts.order_by().values_list("verdict").annotate(count=Count("pk")))),
        rebutted=Proportion(len(rebutted), len(rows)),
        overturned=Proportion(sum(state in FALLEN for state in ended), len(ended)),
        open_rebuttals=len(states) - len(ended),
        reversed_=Proportion(sum(count > 0 for count in fell), len(fell)),
        blind=len(labels),
        kappa=cohen_kappa(labels),
        codes=Proportion(sum(same), len(same)),
    )


def blind_words(person: User, *, at: datetime) -> tuple[list[tuple[bool, bool]], list[bool]]:
    """For each visit that the person and somebody else judged blindly: did each let it stand, and the codes alike."""
    labels, same = [], []
    for row in finished_repeats(Stage.VERIFICATION, at=at):
        pair = words_of(row)
        if pair is None or person.pk not in {word.person.pk for word in pair[1]}:
            continue
        mine, theirs = sorted(pair[1], key=lambda word: word.person.pk != person.pk)
        labels.append((mine.verdict == "verified", theirs.verdict == "verified"))
        same.append(mine.codes == theirs.codes)
    return labels, same
