"""What this app does when it is told of something below it, or by itself that work is finished."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from coding.actions.ahead import release_ahead
from coding.actions.code_index import queue_index_build
from coding.actions.delivery import queue_delivery_if_complete
from coding.actions.disputes import take_back_disputes
from coding.actions.encounters import ensure_encounter
from coding.actions.hours import hand_over
from coding.actions.queue import ring_for_push
from coding.actions.suggesting import queue_suggestions_of_chart
from coding.code_index import is_made_from
from coding.models import Edition, Encounter, Submission
from coding.rules.code_sets import CodeSet
from coding.signals import codes_loaded, encounter_finished, submission_taken_back
from portal.models import Batch, Chart, User
from portal.rules.intake import ChartStatus
from portal.signals import (
    batch_sent,
    chart_ready,
    chart_refused,
    chart_words_read,
    person_away,
    person_deactivated,
)


@receiver(chart_ready, dispatch_uid="coding.chart_ready")
def begin_encounter(*, chart: Chart, at: datetime, **_future: Any) -> None:
    if ensure_encounter(chart=chart, at=at) is not None:
        transaction.on_commit(ring_for_push, robust=True)


@receiver(chart_words_read, dispatch_uid="coding.chart_words_read")
def ask_for_suggestions(*, chart: Chart, at: datetime, **_future: Any) -> None:
    queue_suggestions_of_chart(chart=chart, at=at)


@receiver(batch_sent, dispatch_uid="coding.batch_sent")
def begin_encounters(*, batch: Batch, at: datetime, **_future: Any) -> None:
    for chart in Chart.objects.filter(batch=batch, status=ChartStatus.READY).in_order():
        ensure_encounter(chart=chart, at=at)
    transaction.on_commit(ring_for_push, robust=True)
    queue_delivery_if_complete(batch=batch, at=at)  # every file may have been refused before the batch was sent


@receiver(encounter_finished, dispatch_uid="coding.encounter_finished")
def look_at_batch(*, encounter: Encounter, at: datetime, **_future: Any) -> None:
    queue_delivery_if_complete(batch=encounter.batch, at=at)


@receiver(chart_refused, dispatch_uid="coding.chart_refused")
def look_at_batch_of_chart(*, chart: Chart, at: datetime, **_future: Any) -> None:
    queue_delivery_if_complete(batch=chart.batch, at=at)


@receiver(person_deactivated, dispatch_uid="coding.person_deactivated")
def hand_over_work(*, user: User, to: User | None, by: User, at: datetime, **_future: Any) -> None:
    hand_over(user=user, to=to, by=by, at=at)


@receiver(submission_taken_back, dispatch_uid="coding.submission_taken_back")
def nothing_of_it_stands(*, submission: Submission, by: User, at: datetime, **_future: Any) -> None:
    if submission.verification is not None:
        take_back_disputes(verification=submission.verification, by=by, at=at)


@receiver(person_away, dispatch_uid="coding.person_away")
def let_go_of_what_is_ahead(*, user: User, at: datetime, **_future: Any) -> None:
    release_ahead(user=user, by=user, at=at, reason="away")


@receiver(codes_loaded, dispatch_uid="coding.codes_loaded")
def bring_index_up_to_date(*, edition: Edition, code_set: CodeSet, at: datetime, **_future: Any) -> None:
    if is_made_from(code_set):
        queue_index_build(edition=edition, at=at)
