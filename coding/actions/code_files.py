"""Files sent through the site are kept, loaded by a worker, and reported on; a web request never waits for a load."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.db import transaction

from coding.actions.code_sets import BadEdition, EditionsClash, LoadReport, RowsRefused, load_code_file
from coding.models import CodeFile, FileOutcome
from coding.rules.code_sets import CodeSet
from coding.rules.layouts.shape import Refused, WrongFile
from portal import scope, storage
from portal.actions.audit import record
from portal.actions.jobs import ATTEMPTS, Claim, JobLost, finish_job, queue_job
from portal.models import User

JOB = "coding.load_code_file"
FOLDER = "code-files"


@transaction.atomic
def send_code_file(
    *,
    file: File[Any],
    code_set: CodeSet,
    edition: str,
    effective: date,
    ends_on: date | None,
    leave_out_refused: bool,
    by: User,
    at: datetime,
) -> CodeFile:
    """Keep the file and queue its load."""
    kept = storage.keep_for_service(file, folder=FOLDER)
    sent = CodeFile.objects.create(
        code_set=code_set, edition=edition, effective=effective, ends_on=ends_on, leave_out_refused=leave_out_refused,
        file_name=Path(file.name or "").name[-200:], stored=kept.name, sha256=kept.sha256, size=kept.size,
        sent_at=at, sent_by=by,
    )  # fmt: skip
    record("codes.sent", at=at, by=by, about=sent, code_set=code_set.value, edition=edition)
    queue_job(kind=JOB, object_id=sent.pk, practice=None, at=at)
    return sent


def load_sent_file(*, claim: Claim, at: datetime) -> None:
    """Load the claimed file and write down what became of it, in one transaction with the load; opens its own scopes.

    What is unexpected is raised for the job to be put off; on the last attempt the file ends as a fault of ours.
    """
    with scope.service():
        sent = CodeFile.objects.select_related("sent_by").get(pk=claim.object_id)
    if sent.outcome != FileOutcome.WAITING:
        with scope.service():
            finish_job(claim=claim, at=at)
        return
    try:
        outcome, report = load_or_say_why(sent, claim=claim, at=at)
    except JobLost:
        raise
    except Exception:
        if claim.attempt >= ATTEMPTS:
            with scope.service():
                finish_file(sent, FileOutcome.FAULT, report_of(), at=at)
        raise
    if outcome in (FileOutcome.REFUSED, FileOutcome.WRONG_FILE):
        with scope.service():
            finish_file(sent, outcome, report, at=at)
            finish_job(claim=claim, at=at)


def load_or_say_why(sent: CodeFile, *, claim: Claim, at: datetime) -> tuple[FileOutcome, dict[str, Any]]:
    """The outcome and the report; a load that succeeds is finished together with its file and its job."""
    try:
        with scope.service(), storage.opened(sent.stored) as source:
            report = load_code_file(
                code_set=CodeSet(sent.code_set), file=source, file_name=sent.file_name, name=sent.edition,
                effective=sent.effective, ends_on=sent.ends_on, by=sent.sent_by, at=at,
                leave_out_refused=sent.leave_out_refused,
            )  # fmt: skip
            outcome = FileOutcome.UNCHANGED if report.unchanged else FileOutcome.LOADED
            said = report_of(report)
            finish_file(sent, outcome, said, at=at)
            finish_job(claim=claim, at=at)
    except RowsRefused as refusal:
        return FileOutcome.REFUSED, report_of(refused=refusal.refused, count=refusal.count)
    except (WrongFile, EditionsClash, BadEdition) as wrong:
        return FileOutcome.WRONG_FILE, report_of(reason=str(wrong))
    return outcome, said


def report_of(
    report: LoadReport | None = None, *, refused: tuple[Refused, ...] = (), count: int = 0, reason: str = ""
) -> dict[str, Any]:
    """What a page shows: rows per table, rows removed, the rows refused by line and reason, how many, and why not."""
    if report is not None:
        refused, count = report.refused, report.left_out
    return {
        "rows": dict(report.rows) if report is not None else {},
        "removed": report.removed if report is not None else 0,
        "refused": [{"line": row.line, "reason": row.reason} for row in refused],
        "count": count,
        "reason": reason,
    }


def finish_file(sent: CodeFile, outcome: FileOutcome, report: dict[str, Any], *, at: datetime) -> None:
    """Write the outcome down; the kept bytes are no longer needed."""
    CodeFile.objects.filter(pk=sent.pk, outcome=FileOutcome.WAITING).update(
        outcome=outcome, report=report, finished_at=at
    )
    transaction.on_commit(partial(storage.discard, sent.stored), robust=True)
