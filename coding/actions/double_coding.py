"""The report on double coding: how far two coders, and two verifiers, agree who knew nothing of each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch

from coding.models import Assignment, Coding, Encounter, Repeat, Verification
from coding.rules.agreement import LabelAgreement, label_agreement
from coding.rules.codings import bare
from coding.rules.double_coding import Agreement, DoubleCoded, agreement, category, grouped
from coding.rules.lifecycle import IN_WORK, WAITING, EncounterStatus, Stage
from portal.models import User

PERIOD = timedelta(days=180)
COUNTED = 500  # visits, the newest
TIMES = 500  # resamples for the intervals of the report
NO_CODES: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Word:
    """What one person said of a visit: the codes that they chose or let stand, and their verdict ("" of a coder)."""

    person: User
    codes: frozenset[str]
    verdict: str = ""


@dataclass(frozen=True)
class Progress:
    """Where the second times are: waiting for somebody, in hand or on hold, and ended without anything to compare."""

    waiting: int
    taken: int
    left: int


@dataclass(frozen=True)
class DoubleCodingReport:
    """Agreement on codes and on their three-character categories, verifiers' on the verdict too; people by id."""

    stage: Stage
    codes: Agreement
    categories: Agreement
    verdicts: LabelAgreement | None
    people: Mapping[int, str]
    seed: str
    progress: Progress


def double_coding_report(*, stage: Stage, at: datetime) -> DoubleCodingReport:
    """Over the second times that ended in the last 180 days. Managers only; the caller sees to it."""
    said = [pair for row in finished_repeats(stage, at=at) if (pair := words_of(row)) is not None]
    sample = [DoubleCoded(number, {word.person.pk: word.codes for word in words}) for number, words in said]
    seed = f"agreement {max((number for number, _ in said), default=0)}"
    verdicts = [[word.verdict for word in words] for _, words in said]
    return DoubleCodingReport(
        stage=stage,
        codes=agreement(sample, seed=seed, times=TIMES),
        categories=agreement(grouped(sample, category), seed=seed, times=TIMES),
        verdicts=label_agreement(verdicts, seed=seed, times=TIMES) if stage is Stage.VERIFICATION else None,
        people={word.person.pk: word.person.name for _, words in said for word in words},
        seed=seed,
        progress=progress_of(stage),
    )


def finished_repeats(stage: Stage, *, at: datetime) -> list[Repeat]:
    """The newest, with all that is compared; a constant number of queries."""
    lines = ("diagnoses", "procedures")
    versions = Coding.objects.exclude(submissions__taken_back_at__isnull=False).order_by("version")
    verdicts = Verification.objects.exclude(submissions__taken_back_at__isnull=False).order_by("at", "pk")
    kept = [f"{version}__{part}" for version in ("coder_version", "verifier_version") for part in lines]
    finished = Assignment.objects.filter(end=Assignment.End.FINISHED).order_by("ended_at", "pk")
    rows = Repeat.objects.of_stage(stage).finished(since=at - PERIOD)
    return list(
        rows.select_related(
            "copy", "coding__author", "verification__verifier", "verification__coder_version",
            "verification__verifier_version",
        ).prefetch_related(
            *(f"coding__{part}" for part in lines),
            *(f"verification__{version}" for version in kept),
            Prefetch("copy__codings", versions.select_related("author").prefetch_related(*lines)),
            Prefetch("copy__verifications", verdicts.select_related("verifier", "coder_version", "verifier_version")
                     .prefetch_related(*kept)),
            Prefetch("copy__assignments", finished.select_related("user")),
        )[:COUNTED]
    )  # fmt: skip


def words_of(row: Repeat) -> tuple[int, tuple[Word, Word]] | None:
    """The visit and what both people said of it, the first one first; None where the second time ended without."""
    copy = row.copy
    second = None if copy is None else second_word(row, copy)
    if second is None:
        return None
    first = Word(row.coding.author, codes_of(row.coding)) if row.verification is None else verdict_of(row.verification)
    return row.encounter_id, (first, second)


def second_word(row: Repeat, copy: Encounter) -> Word | None:
    if copy.status == EncounterStatus.NOT_BILLABLE:
        return Word(list(copy.assignments.all())[-1].user, NO_CODES, EncounterStatus.NOT_BILLABLE)
    if row.verification is not None:
        verdicts = list(copy.verifications.all())
        return verdict_of(verdicts[-1]) if verdicts else None
    versions = list(copy.codings.all())
    return Word(versions[-1].author, codes_of(versions[-1])) if versions else None


def verdict_of(verification: Verification) -> Word:
    """A verifier's word, with the codes that they let stand."""
    kept = verification.verifier_version or verification.coder_version
    return Word(verification.verifier, codes_of(kept), verification.verdict)


def codes_of(coding: Coding) -> frozenset[str]:
    """The codes of a version; modifiers, units and pointers aside."""
    return frozenset(
        bare(code)
        for code in (*(line.code for line in coding.diagnoses.all()), *(line.code for line in coding.procedures.all()))
    )


def progress_of(stage: Stage) -> Progress:
    drawn = Repeat.objects.of_stage(stage)
    counts: Counter[str | None] = Counter(drawn.values_list("copy__status", flat=True))
    ended = drawn.filter(copy__status=EncounterStatus.VERIFIED)
    left = ended.filter(copy__codings=None) if stage is Stage.CODING else ended.filter(copy__verifications=None)
    return Progress(
        waiting=counts[None] + counts[WAITING[stage]],
        taken=counts[IN_WORK[stage]] + counts[EncounterStatus.HELD],
        left=left.count(),
    )
