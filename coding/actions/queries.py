"""Queries to the provider: sent from a bench, signed by the practice, reminded, withdrawn, expired, closed.

A query and the hold of its visit are one: sending holds the visit, and however the query ends, the visit goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.dispatch import Signal

from coding.actions.holds import hold, resume
from coding.actions.indicators import Cited, cite
from coding.models import Assignment, Encounter, EncounterEvent, PreCoding, Query, QueryIndicator, SignedAddendum
from coding.rules.lifecycle import HoldReason, WhoseMove
from coding.rules.queries.figures import moved_by
from coding.rules.queries.indicators import Indicator
from coding.rules.queries.linter import Fault, faults
from coding.rules.queries.signing import SignedReply, reply_fault, signature
from coding.rules.queries.states import QUERY_MOVES, REMIND_AFTER, SignerRole
from coding.rules.queries.wording import REPLY_LENGTH, WrittenQuery, all_options
from coding.signals import query_ended, query_reminded, query_sent
from portal.actions.audit import record
from portal.models import Batch, Contract, Page, Practice, Provider, User
from portal.rules.lifecycle import BatchStatus
from portal.rules.roles import Permission

SWEEP_AT_ONCE = 200
CODE_AS_IT_IS = "The query had no answer. Code what is documented."


class QueryRefused(Exception):
    """The query says what it may not, or lacks something; `faults` name it all."""

    def __init__(self, found: Sequence[Fault]) -> None:
        super().__init__("query refused")
        self.faults = list(found)


class QueryEnded(Exception):
    """The query is no longer in a state from which this can be done."""


class NotForYou(Exception):
    """A practice answers, its author or a manager reminds and withdraws, a manager closes."""


class TooSoon(Exception):
    """The practice was asked or reminded only a short while ago."""


class ReplyIncomplete(Exception):
    """The reply lacks something; the text says what."""


# -- asking --------------------------------------------------------------------------------------------
@transaction.atomic
def send_query(
    *, assignment: Assignment, by: User, at: datetime, written: WrittenQuery, indicators: Sequence[Indicator]
) -> Query:
    """Put the visit on hold and its question to the practice, in one; the draft stays.

    QueryRefused (with the faults), WordsNotFound, LeaseLost and AlreadyMoved leave nothing behind.
    """
    encounter = assignment.encounter
    cited = cite(encounter=encounter, indicators=indicators)
    found = faults(written, chart_of(encounter))
    if found:
        raise QueryRefused(found)
    contract = terms_of(encounter.practice, at=at)
    expires_at = at + timedelta(days=contract.query_days)
    encounter = hold(
        assignment=assignment, by=by, at=at, reason=HoldReason.QUERY, whose_move=WhoseMove.PRACTICE,
        return_at=expires_at, clock_stopped=contract.query_stops_clock,
    )  # fmt: skip
    facts = PreCoding.objects.filter(encounter=encounter).first()
    query = Query.objects.create(
        practice_id=encounter.practice_id,
        encounter=encounter,
        provider_id=facts.rendering_provider_id if facts is not None else None,
        stage=assignment.stage,
        purpose=written.purpose,
        form=written.form,
        title=written.title,
        question=written.question,
        options=list(all_options(written.form, written.options)),
        asked_at=at,
        asked_by=by,
        expires_at=expires_at,
        stops_clock=contract.query_stops_clock,
    )
    write_down(query, cited)
    record("query.sent", at=at, by=by, about=query, encounter=encounter.pk, purpose=query.purpose, form=query.form)
    tell(query_sent, query, at=at)
    return query


def tell(signal: Signal, query: Query, **more: Any) -> None:
    """Tell what became of a query. That of a repeat is asked of nobody: the practice was, or was not, asked once."""
    if not query.encounter.is_repeat:
        signal.send(sender=Query, query=query, **more)


def write_down(query: Query, cited: Sequence[Cited]) -> None:
    """The passages, in their order."""
    QueryIndicator.objects.bulk_create(
        QueryIndicator(
            practice_id=query.practice_id, query=query, position=position, page_id=one.page, quote=one.quote,
            boxes=[list(box) for box in one.boxes], by_eye=one.by_eye,
        )
        for position, one in enumerate(cited, start=1)
    )  # fmt: skip


def chart_of(encounter: Encounter) -> str:
    """The words of the visit's pages, those of later documents too, and of what the practice replied before."""
    pages = Page.objects.filter(placed__encounter=encounter).values_list("text", flat=True)
    replies = SignedAddendum.objects.filter(encounter=encounter).values_list("option", "text")
    return "\n".join([*pages, *(part for reply in replies for part in reply)])


def terms_of(practice: Practice, *, at: datetime) -> Contract:
    """The contract of the day in the practice's zone; between contracts what a new one would say."""
    day = at.astimezone(ZoneInfo(practice.time_zone)).date()
    return Contract.objects.filter(practice=practice).in_force(day).first() or Contract(practice=practice)


# -- how it goes on ------------------------------------------------------------------------------------
def move_query(query: Query, move: str, **fields: Any) -> None:
    """Make the move, if the query is where it starts; QueryEnded if it is not. The row is locked from then on."""
    legal = QUERY_MOVES[move]
    if not Query.objects.filter(pk=query.pk, status__in=legal.old).update(status=legal.new, **fields):
        raise QueryEnded
    query.refresh_from_db()


def move_promise(query: Query, *, at: datetime) -> None:
    """Add the waiting to the promised time of the visit, and of its batch, if the contract stops the clock for it."""
    delay = moved_by(stops_clock=query.stops_clock, asked_at=query.asked_at, until=at)
    encounter = Encounter.objects.select_for_update(no_key=True).get(pk=query.encounter_id)
    before, after = encounter.due_at, encounter.due_at + delay
    if delay:
        Encounter.objects.filter(pk=encounter.pk).update(due_at=F("due_at") + delay)
        Batch.objects.filter(pk=encounter.batch_id, status=BatchStatus.RECEIVED).update(
            due_at=Greatest("due_at", after)
        )
        record("encounter.promise_moved", at=at, about=encounter, seconds=int(delay.total_seconds()), query=query.pk)
    Query.objects.filter(pk=query.pk).update(due_before=before, due_after=after)
    query.due_before, query.due_after = before, after


def go_on(query: Query, *, by: User | None, at: datetime, answered: bool = False, comment: str = "") -> None:
    """Take the visit up again, first by who asked."""
    encounter = Encounter.objects.get(pk=query.encounter_id)
    resume(encounter=encounter, by=by, at=at, answered=answered, keep_for=query.asked_by, comment=comment)
    query.encounter = encounter


@transaction.atomic
def answer_query(
    *, query: Query, by: User, at: datetime, option: str, text: str, role: SignerRole, provider: Provider | None = None
) -> SignedAddendum:
    """The practice replies: a signed addendum of the chart; the visit goes to the top of its coder's queue.

    NotForYou for anybody else, ReplyIncomplete, QueryEnded.
    """
    if by.is_service_staff or query.practice_id not in by.practice_ids:
        raise NotForYou
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if problem := reply_fault(option=option, options=tuple(query.options), text=text):
        raise ReplyIncomplete(problem)
    if len(text) > REPLY_LENGTH:
        raise ReplyIncomplete(f"At most {REPLY_LENGTH} characters.")
    if role is SignerRole.ON_BEHALF and provider is None:
        raise ReplyIncomplete("Say for which provider you write.")
    move_query(query, "answer", ended_at=at, ended_by=by)
    reply = SignedAddendum.objects.create(
        practice_id=query.practice_id, query=query, encounter_id=query.encounter_id, option=option, text=text,
        signer_name=by.name, signer_role=role, provider=provider, signed_by=by, signed_at=at,
        sha256=signature(signed(query, by=by, at=at, option=option, text=text, role=role, provider=provider)),
    )  # fmt: skip
    move_promise(query, at=at)
    go_on(query, by=by, at=at, answered=True)
    note(query, "addendum", by=by, at=at, comment=f"A signed reply to {query.label}.")
    record("query.answered", at=at, by=by, about=query, addendum=reply.pk, sha256=reply.sha256, role=role)
    tell(query_ended, query, reply=reply, by=by, at=at)
    return reply


def signed(
    query: Query, *, by: User, at: datetime, option: str, text: str, role: str, provider: Provider | None
) -> SignedReply:
    """What the signature of a reply covers."""
    return SignedReply(
        query=query.pk, title=query.title, question=query.question, options=tuple(query.options),
        indicators=tuple(query.indicators.values_list("page", "quote")), option=option, text=text, name=by.name,
        role=str(role), provider=provider.pk if provider is not None else None, person=by.pk, at=at,
    )  # fmt: skip


def is_intact(reply: SignedAddendum) -> bool:
    """Whether question and reply are still what was signed."""
    query = reply.query
    said = SignedReply(
        query=query.pk, title=query.title, question=query.question, options=tuple(query.options),
        indicators=tuple(query.indicators.values_list("page", "quote")), option=reply.option, text=reply.text,
        name=reply.signer_name, role=reply.signer_role, provider=reply.provider_id, person=reply.signed_by_id,
        at=reply.signed_at,
    )  # fmt: skip
    return signature(said) == reply.sha256


@transaction.atomic
def withdraw_query(*, query: Query, by: User, at: datetime) -> None:
    """Its author or a manager no longer needs the answer; the visit goes on, the promise stays where it was."""
    require_author(query, by)
    move_query(query, "withdraw", ended_at=at, ended_by=by)
    go_on(query, by=by, at=at)
    record("query.withdrawn", at=at, by=by, about=query)
    tell(query_ended, query, reply=None, by=by, at=at)


@transaction.atomic
def remind_practice(*, query: Query, by: User, at: datetime) -> None:
    """Ask the practice for the answer once more, by mail; TooSoon, NotForYou, QueryEnded."""
    require_author(query, by)
    pending = Query.objects.pending().filter(pk=query.pk)
    row = pending.select_for_update(no_key=True, of=("self",)).first()
    if row is None:
        raise QueryEnded
    if at - (row.reminded_at or row.asked_at) < REMIND_AFTER:
        raise TooSoon
    pending.update(reminded_at=at, reminders=F("reminders") + 1)
    query.refresh_from_db()
    record("query.reminded", at=at, by=by, about=query, number=query.reminders)
    tell(query_reminded, query, at=at)


@transaction.atomic
def close_without_answer(*, query: Query, by: User, at: datetime, comment: str = "") -> None:
    """A manager ends an expired query: the coder codes what is documented. NotForYou, QueryEnded."""
    if not by.may(Permission.MANAGE_WORK):
        raise NotForYou
    move_query(query, "close", ended_at=at, ended_by=by, close_note=comment.strip())
    move_promise(query, at=at)
    go_on(query, by=by, at=at, answered=True, comment=f"{CODE_AS_IT_IS} {comment.strip()}".strip())
    record("query.closed", at=at, by=by, about=query)
    tell(query_ended, query, reply=None, by=by, at=at)


@transaction.atomic
def expire_queries(*, at: datetime) -> int:
    """Queries whose days are over are a manager's from now on; how many. Caller opens the scope.

    That of a repeat, which asked nobody, ends: its coder codes what is documented.
    """
    late = list(
        Query.objects.overdue(at=at)
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
        .order_by("expires_at", "pk")[:SWEEP_AT_ONCE]
    )
    for query in late:
        move_query(query, "expire", expired_at=at)
        Encounter.objects.filter(pk=query.encounter_id).update(hold_move=WhoseMove.SERVICE)
        note(query, "query_expired", by=None, at=at)
        record("query.expired", at=at, about=query)
        if query.encounter.is_repeat:
            move_query(query, "close", ended_at=at, ended_by=query.asked_by)
            go_on(query, by=None, at=at, answered=True, comment=CODE_AS_IT_IS)
    return len(late)


def require_author(query: Query, by: User) -> None:
    if by.pk != query.asked_by_id and not by.may(Permission.MANAGE_WORK):
        raise NotForYou


def note(query: Query, move: str, *, by: User | None, at: datetime, comment: str = "") -> None:
    """Write into the visit's history what does not change its status."""
    status = Encounter.objects.values_list("status", flat=True).get(pk=query.encounter_id)
    EncounterEvent.objects.create(
        practice_id=query.practice_id, encounter_id=query.encounter_id, move=move, old_status=status,
        new_status=status, user=by, comment=comment, at=at,
    )  # fmt: skip
