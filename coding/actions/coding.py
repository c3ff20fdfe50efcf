"""Coding: a version of the codes is submitted and never changed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from coding.actions.drafts import drop_draft
from coding.actions.findings import explained_checks, refuse_hard_findings
from coding.actions.leases import end_assignment, hold_lease
from coding.actions.moves import move_encounter
from coding.actions.repeats import draw_second_coding
from coding.actions.samples import keep_sample, why_sampled
from coding.actions.suggesting import record_decisions
from coding.models import Assignment, Coding, Diagnosis, Encounter, QueueRank
from coding.models import ProcedureLine as ProcedureRow
from coding.rules.check_reasons import CheckReason
from coding.rules.codings import CodedEncounter, DiagnosisLine, ProcedureLine, bare, diagnosis_system
from coding.rules.lifecycle import Stage
from coding.rules.suggested import Decided
from coding.signals import encounter_finished
from portal.models import User


class DateMissing(Exception):
    """A coding without a date of service cannot be kept: no code list belongs to it."""


@transaction.atomic
def submit_coding(
    *,
    assignment: Assignment,
    by: User,
    at: datetime,
    coded: CodedEncounter,
    comment: str = "",
    worksheet: Mapping[str, Any] | None = None,
    reason: CheckReason | None = None,
    decided: Decided | None = None,
) -> Coding:
    """Keep the coder's version and send the encounter to verification, or finish it if it is not in the sample.

    HardFindings if the version breaks a hard edit; ReasonMissing if something is to be checked and there is no
    `reason` why it stays. `decided` is what the coder did with suggestions: what they left is recorded as not coded.
    """
    encounter = hold_lease(assignment=assignment, by=by, at=at)
    findings = refuse_hard_findings(encounter=encounter, coded=coded)
    checks = explained_checks(findings, reason, comment)
    sampled = None if encounter.is_repeat else why_sampled(encounter=encounter, coded=coded, by=by, at=at)
    coding = write_version(
        encounter=encounter,
        stage=Stage.CODING,
        author=by,
        coded=coded,
        comment=comment,
        at=at,
        worksheet=worksheet,
        checks=checks,
        reason=reason if checks else None,
    )
    record_decisions(coding=coding, decided=decided or Decided())
    if sampled:
        keep_sample(coding=coding, sampled=sampled, at=at)
    draw_second_coding(encounter=encounter, coding=coding, at=at)
    end_assignment(assignment=assignment, end=Assignment.End.FINISHED, at=at)
    move_encounter(
        encounter=encounter,
        move="submit_coding" if sampled else "submit_unsampled",
        by=by,
        at=at,
        coded_by=by,
        reserved_for=None,
        queue_rank=QueueRank.NORMAL,
    )
    drop_draft(encounter=encounter, stage=Stage.CODING, author=by)
    if not sampled and not encounter.is_repeat:
        encounter_finished.send(sender=Encounter, encounter=encounter, at=at)
    return coding


def passages_of(line: DiagnosisLine | ProcedureLine) -> list[dict[str, Any]]:
    return [passage.as_json() for passage in line.evidence or ()]


def write_version(
    *,
    encounter: Encounter,
    stage: Stage,
    author: User,
    coded: CodedEncounter,
    comment: str,
    at: datetime,
    worksheet: Mapping[str, Any] | None = None,
    checks: Sequence[str] = (),
    reason: CheckReason | None = None,
) -> Coding:
    """The next version with its lines; inside the transaction of whoever holds the encounter."""
    if coded.date_of_service is None:
        raise DateMissing
    last = encounter.codings.aggregate(last=Max("version"))["last"] or 0
    coding = Coding.objects.create(
        practice_id=encounter.practice_id,
        encounter=encounter,
        version=last + 1,
        stage=stage,
        author=author,
        date_of_service=coded.date_of_service,
        submitted_at=at,
        comment=comment,
        worksheet=dict(worksheet or {}),
        checks=list(checks),
        check_reason=reason or "",
        page_ids=list(encounter.placed.values_list("page_id", flat=True)),
    )
    system = diagnosis_system(coded.date_of_service)
    Diagnosis.objects.bulk_create(
        Diagnosis(
            practice_id=encounter.practice_id,
            coding=coding,
            position=place,
            system=system,
            code=bare(line.code),
            evidence=passages_of(line),
        )
        for place, line in enumerate(coded.diagnoses, start=1)
    )
    ProcedureRow.objects.bulk_create(
        ProcedureRow(
            practice_id=encounter.practice_id,
            coding=coding,
            position=place,
            code=bare(line.code),
            modifiers=list(line.modifiers),
            units=line.units,
            pointers=list(line.pointers),
            evidence=passages_of(line),
        )
        for place, line in enumerate(coded.procedures, start=1)
    )
    return coding
