"""What this app does when it is told of something below it."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from coding.models import DeliveryReview, Encounter, Query, Remark, SignedAddendum
from coding.rules.lifecycle import HoldReason, WhoseMove
from coding.signals import encounter_held, query_ended, query_reminded, query_sent, remark_ended, result_reopened
from feedback.actions.comments import ask_for_password, ask_practice, settle_password_question
from feedback.actions.queries import ask_query, end_query, remind_of_query
from feedback.actions.remarks import answer_remark
from feedback.actions.reviews import say_reopened
from feedback.actions.threads import ensure_thread
from portal.models import Batch, Chart, User
from portal.signals import batch_sent, chart_locked, chart_unlocked


@receiver(batch_sent)
def open_thread(sender: object, *, batch: Batch, at: datetime, **_more: Any) -> None:  # noqa: ARG001
    """A batch that was sent can be talked about."""
    ensure_thread(batch=batch, at=at)


@receiver(chart_locked, dispatch_uid="feedback.chart_locked")
def ask_what_opens_it(*, chart: Chart, at: datetime, **_more: Any) -> None:
    """A file that opens with a password only is a question to the practice."""
    ask_for_password(chart=chart, at=at)


@receiver(chart_unlocked, dispatch_uid="feedback.chart_unlocked")
def settle_what_opens_it(*, chart: Chart, by: User, at: datetime, **_more: Any) -> None:
    """The question is answered on the chart's page."""
    settle_password_question(chart=chart, by=by, at=at)


@receiver(encounter_held, dispatch_uid="feedback.encounter_held")
def ask_what_is_missing(
    *, encounter: Encounter, by: User, at: datetime, comment: str, whose_move: WhoseMove, **more: Any
) -> None:
    """A chart that waits for the practice is a question to it; a query says itself what it asks."""
    if whose_move == WhoseMove.PRACTICE and more["reason"] != HoldReason.QUERY:
        ask_practice(encounter=encounter, by=by, at=at, reason=HoldReason(more["reason"]), note=comment)


@receiver(query_sent, dispatch_uid="feedback.query_sent")
def ask_the_query(*, query: Query, at: datetime, **_more: Any) -> None:
    """A query is a question to the practice."""
    ask_query(query=query, at=at)


@receiver(query_reminded, dispatch_uid="feedback.query_reminded")
def remind_the_practice(*, query: Query, at: datetime, **_more: Any) -> None:
    """Somebody waits for the answer to a query."""
    remind_of_query(query=query, at=at)


@receiver(query_ended, dispatch_uid="feedback.query_ended")
def end_the_query(*, query: Query, reply: SignedAddendum | None, by: User, at: datetime, **_more: Any) -> None:
    """An answered, withdrawn or closed query is a settled question."""
    end_query(query=query, reply=reply, by=by, at=at)


@receiver(remark_ended, dispatch_uid="feedback.remark_ended")
def answer_the_remark(*, remark: Remark, by: User, at: datetime, reopened: bool, **_more: Any) -> None:
    """What a second look found, or that the practice does not object any more, is said in the thread."""
    answer_remark(remark=remark, by=by, at=at, reopened=reopened)


@receiver(result_reopened, dispatch_uid="feedback.result_reopened")
def say_why_it_is_reopened(*, review: DeliveryReview, by: User, at: datetime, **_more: Any) -> None:
    """What the practice finds wrong stands in the thread, where the service answers."""
    say_reopened(review=review, by=by, at=at)
