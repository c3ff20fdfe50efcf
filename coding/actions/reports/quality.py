"""What verification found in a practice's work: accuracy three ways with intervals, kinds and reasons, disputes."""

from __future__ import annotations

from collections import Counter

from coding.actions.quality import added, standing_kinds
from coding.actions.reports.months import Month, before
from coding.models import Discrepancy, Dispute, Score
from coding.rules import scoring
from coding.rules.disputes import FALLEN, OPEN, DisputeStatus
from coding.rules.figure_words import proportion_words, ratio_words
from coding.rules.reasons import Reason
from coding.rules.reports.shape import Align, Column, Fact, Table

MONTHS = 6


def first_scores(month: Month) -> list[Score]:
    """The first scored verdict on each visit that was given in the month, by its newest revision; one query."""
    rows = (
        Score.objects.newest()
        .filter(practice=month.practice, verification__at__range=month.during, verification__encounter__repeats=None)
        .exclude(verification__submissions__taken_back_at__isnull=False)
        .select_related("verification")
    )
    first: dict[int, Score] = {}
    for one in sorted(rows, key=lambda row: (row.verification.at, row.verification_id)):
        first.setdefault(one.verification.encounter_id, one)
    return list(first.values())


def split(worded: str) -> tuple[str, str]:
    """The share as a fact: the percentage in front, what it rests on behind."""
    counts, _, percentage = worded.partition(" · ")
    return (
        (percentage.partition(" (")[0], f"{counts}; 95 % interval {percentage.partition(' (')[2][:-1]} %")
        if (percentage)
        else ("–", "nothing verified")
    )


def facts(scores: list[Score]) -> tuple[Fact, ...]:
    """The three accuracies, each with its numerator, denominator and interval."""
    total = scoring.score([one.figures() for one in scores])
    return (
        Fact("Accuracy by line", *split(ratio_words(total.lines))),
        Fact("Visits without any error", *split(proportion_words(total.records))),
        Fact("Visits that pay the same", *split(proportion_words(total.payment_records))),
    )


def trend(month: Month) -> Table:
    """The three accuracies of the last half year, month by month."""
    months, first = [], month.first
    for _ in range(MONTHS):
        months.append(Month(month.practice, first))
        first = before(first)
    rows = []
    for one in reversed(months):
        total = scoring.score([row.figures() for row in first_scores(one)])
        rows.append((
            f"{one.first:%B %Y}", total.records.of, ratio_words(total.lines), proportion_words(total.records),
            proportion_words(total.payment_records),
        ))  # fmt: skip
    return Table(
        title="Accuracy by month",
        columns=(
            Column("Month", width=16),
            Column("Visits verified", Align.NUMBER, 10),
            Column("By line", width=26),
            Column("Without any error", width=26),
            Column("Pays the same", width=26),
        ),
        rows=tuple(rows),
        note="The first verdict on each visit. Intervals are Wilson's, 95 %. Where only a sample is verified, the "
        "figures are of the sample.",
    )


def found(scores: list[Score]) -> Table:
    """Which differences stand, by kind, and of how many visits."""
    kinds = added(standing_kinds(scores).values())
    return Table(
        title="What was found",
        columns=(Column("Difference", width=24), Column("Number", Align.NUMBER, 10)),
        rows=tuple((kind.label, count) for kind, count in kinds.most_common()),
        note="Differences between coder and verifier that stand after rebuttals.",
        total=("Together", sum(kinds.values())) if kinds else None,
        empty="No difference stands in what was verified in this month.",
    )


def reasons(scores: list[Score]) -> Table:
    """The verifiers' reasons for what stands."""
    ids = [one.verification_id for one in scores]
    rows = Discrepancy.objects.filter(verification__in=ids).exclude(dispute__status__in=sorted(FALLEN))
    counts = Counter(reason for reason in rows.values_list("reason", flat=True) if reason)
    return Table(
        title="Reasons",
        columns=(Column("Reason", width=24), Column("Number", Align.NUMBER, 10), Column("Means", width=60)),
        rows=tuple((Reason(reason).label, count, Reason(reason).help) for reason, count in counts.most_common()),
        note="As the verifiers named them.",
        empty="No reason was given.",
    )


def disputes(month: Month) -> Table:
    """What became of the differences that were told in the month."""
    rows = Dispute.objects.filter(practice=month.practice, verification__at__range=month.during)
    counts = Counter(DisputeStatus(status) for status in rows.values_list("status", flat=True))
    return Table(
        title="Disputes",
        columns=(Column("State", width=36), Column("Number", Align.NUMBER, 10)),
        rows=tuple((status.label, counts[status]) for status in DisputeStatus if counts[status]),
        note=f"{sum(counts[status] for status in OPEN)} open, {sum(counts[status] for status in FALLEN)} withdrawn.",
        empty="Nothing was told to a coder.",
    )
