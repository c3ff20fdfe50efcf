"""Whatever people and the clock do with queries, in any order: query, hold, question, promise and reply agree."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from coding.actions.holds import QueryPending, resume
from coding.actions.moves import AlreadyMoved
from coding.actions.queries import (
    NotForYou,
    QueryEnded,
    TooSoon,
    answer_query,
    close_without_answer,
    expire_queries,
    is_intact,
    remind_practice,
    withdraw_query,
)
from coding.actions.queue import release, sweep_assignments, take_next
from coding.models import Assignment, Encounter, Query, SignedAddendum
from coding.rules.lifecycle import EncounterStatus, HoldReason, WhoseMove
from coding.rules.queries.states import QueryStatus, SignerRole
from coding.rules.queries.wording import UNABLE
from feedback.models import Comment
from portal.models import Contract, User
from tests.coding.lines import NOON
from tests.coding.queries.asking import ask, to_code

GONE = (QueryEnded, NotForYou, TooSoon)


class Queries(RuleBasedStateMachine):
    """One visit, its coder, another coder, a manager and somebody of the practice."""

    house = None

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.now = self.house["at"]
        self.seen = None  # the query as somebody saw it last, stale or not

    def teardown(self):
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize(stops=st.booleans(), days=st.sampled_from([1, 3]))
    def agree(self, stops, days):
        Contract.objects.update(query_stops_clock=stops, query_days=days)
        self.stops = stops
        self.ann, self.cleo, self.max = (User.objects.get(pk=self.house[name].pk) for name in ("ann", "cleo", "max"))
        self.due = Encounter.objects.get().due_at
        self.batch_due = Encounter.objects.get().batch.due_at

    @rule(hours=st.sampled_from([1, 23, 30, 80]))
    def time_passes(self, hours):
        self.now += timedelta(hours=hours)

    @rule()
    def everything_is_swept(self):
        sweep_assignments(at=self.now)
        expire_queries(at=self.now)
        assert not Query.objects.overdue(at=self.now).exists()

    @rule()
    def ann_asks(self):
        held = take_next(by=self.ann, at=self.now)
        if held is not None:
            self.seen = ask(held, self.ann, self.now)

    @rule()
    def ann_gives_back(self):
        held = Assignment.objects.live(at=self.now).first()
        if held is not None:
            release(assignment=held, by=self.ann, at=self.now)

    @rule()
    def somebody_resumes_by_hand(self):
        encounter = Encounter.objects.get()
        with pytest.raises((QueryPending, AlreadyMoved)):
            resume(encounter=encounter, by=self.max, at=self.now)

    @rule()
    def a_page_is_opened(self):
        self.seen = Query.objects.order_by("?").first() or self.seen

    def attempt(self, legal, act, *, moves=True):
        """The act works exactly from the states in `legal`, whatever the actor had seen."""
        if self.seen is None:
            return
        before = Query.objects.values_list("status", flat=True).get(pk=self.seen.pk)
        pending = Query.objects.pending().first()
        try:
            act(self.seen)
        except GONE:
            assert before not in legal or not moves
            return
        assert before in legal
        if moves and pending is not None:
            self.move_promise(pending)

    def move_promise(self, query):
        query.refresh_from_db()
        waited = self.now > query.asked_at
        if self.stops and waited and query.status in {QueryStatus.ANSWERED, QueryStatus.CLOSED}:
            self.due += self.now - query.asked_at
            self.batch_due = max(self.batch_due, self.due)

    @rule()
    def cleo_answers(self):
        self.attempt(
            {"open", "expired"},
            lambda query: answer_query(
                query=query, by=self.cleo, at=self.now, option=UNABLE, text="", role=SignerRole.TREATING
            ),
        )

    @rule(manager=st.booleans())
    def withdrawn(self, manager):
        by = self.max if manager else self.ann
        self.attempt({"open", "expired"}, lambda query: withdraw_query(query=query, by=by, at=self.now))

    @rule()
    def max_closes(self):
        self.attempt({"expired"}, lambda query: close_without_answer(query=query, by=self.max, at=self.now))

    @rule()
    def ann_reminds(self):
        self.attempt(
            {"open", "expired"}, lambda query: remind_practice(query=query, by=self.ann, at=self.now), moves=False
        )

    # -- what holds after each step --------------------------------------------------------------
    @invariant()
    def query_and_hold_are_one(self):
        if not hasattr(self, "due"):
            return
        encounter, pending = Encounter.objects.get(), Query.objects.pending().first()
        assert (encounter.hold_reason == HoldReason.QUERY) == (encounter.status == EncounterStatus.HELD)
        assert (pending is not None) == (encounter.hold_reason == HoldReason.QUERY)
        if pending is not None:
            late = pending.status == QueryStatus.EXPIRED
            assert encounter.hold_move == (WhoseMove.SERVICE if late else WhoseMove.PRACTICE)
        assert (encounter.due_at, encounter.batch.due_at) == (self.due, self.batch_due)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    @invariant()
    def the_thread_asks_exactly_what_is_pending(self):
        asked = set(Comment.objects.unanswered().values_list("query", flat=True))
        assert asked == set(Query.objects.pending().values_list("pk", flat=True))

    @invariant()
    def what_was_answered_was_signed(self):
        answered = set(Query.objects.filter(status=QueryStatus.ANSWERED).values_list("pk", flat=True))
        replies = list(SignedAddendum.objects.all())
        assert {reply.query_id for reply in replies} == answered
        assert all(is_intact(reply) for reply in replies)


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_queries_in_any_order(monkeypatch, river, ann, cleo, max_):
    held = to_code(river, ann)
    release(assignment=held, by=ann, at=held.started_at)
    house = {"ann": ann, "cleo": cleo, "max": max_, "at": held.started_at}
    assert house["at"] > NOON
    monkeypatch.setattr(Queries, "house", house)
    run_state_machine_as_test(
        Queries,
        settings=settings(
            max_examples=20, stateful_step_count=16, deadline=None, suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )  # fmt: skip
