"""Queries as actions: the hold, the reply, the clock, and every end they can have."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from coding.actions.drafts import draft_of, save_draft
from coding.actions.holds import QueryPending, resume
from coding.actions.indicators import WordsNotFound
from coding.actions.leases import LeaseLost
from coding.actions.queries import (
    CODE_AS_IT_IS,
    NotForYou,
    QueryEnded,
    QueryRefused,
    ReplyIncomplete,
    TooSoon,
    answer_query,
    chart_of,
    close_without_answer,
    expire_queries,
    is_intact,
    remind_practice,
    withdraw_query,
)
from coding.actions.queue import release, sweep_assignments, take_next
from coding.models import Encounter, EncounterEvent, Query, QueryIndicator, QueueRank, SignedAddendum
from coding.rules.lifecycle import EncounterStatus, HoldReason, Stage, WhoseMove
from coding.rules.queries.indicators import Indicator
from coding.rules.queries.states import QueryStatus, SignerRole
from coding.rules.queries.wording import OTHER, REQUIRED, UNABLE, Purpose, QueryForm
from portal.models import AuditEvent, Batch, Contract
from tests import factories
from tests.coding.benches import visit
from tests.coding.lines import precoded
from tests.coding.queries.asking import DAY, ask, to_code, write_words

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def held(river, ann):
    return to_code(river, ann)


def reply(query, by, at, **more):
    return answer_query(**{
        "query": query, "by": by, "at": at, "option": OTHER, "text": "It was hemolysis of the sample.",
        "role": SignerRole.TREATING, **more,
    })  # fmt: skip


# -- asking --------------------------------------------------------------------------------------------
def test_a_query_holds_the_visit_and_keeps_the_draft(held, ann, now):
    save_draft(assignment=held, by=ann, version=0, body={"x": 1}, at=now)
    query = ask(held, ann, now)
    encounter = Encounter.objects.get()
    assert (encounter.status, encounter.hold_reason, encounter.hold_move, encounter.hold_stage) == (
        EncounterStatus.HELD, HoldReason.QUERY, WhoseMove.PRACTICE, Stage.CODING,
    )  # fmt: skip
    assert draft_of(encounter=encounter, stage=Stage.CODING, author=ann).body == {"x": 1}
    assert (query.status, query.asked_by, query.stage) == (QueryStatus.OPEN, ann, Stage.CODING)
    assert query.provider == encounter.precoding.rendering_provider
    assert query.expires_at == encounter.hold_return_at == now + timedelta(days=7)
    assert tuple(query.options) == REQUIRED
    assert AuditEvent.objects.filter(action="query.sent", object_id=query.pk).exists()
    assert "Potassium" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


def test_the_passage_is_kept_with_its_page_and_boxes(held, ann, now):
    query = ask(held, ann, now, [Indicator(2, "potassium 5.9, TODAY"), Indicator(1, "knee pain")])
    first, second = query.indicators.all()
    assert (first.page.number, first.quote, first.by_eye) == (2, "potassium 5.9, TODAY", False)
    assert first.boxes == [[1000, 1600, 1000 + 80 * 20, 1800]]
    assert (second.page.number, second.boxes) == (1, [[1480, 1000, 1480 + 80 * 9, 1200]])


def test_of_two_like_passages_the_one_pointed_at_is_cited(held, ann, now):
    write_words(held.encounter.pages()[0], ("knee pain left", "no change", "knee pain right"))
    query = ask(held, ann, now, [Indicator(1, "knee pain", ((1000, 1610, 1700, 1790),))])
    assert query.indicators.get().boxes == [[1000, 1600, 1720, 1800]]


def test_words_that_the_page_does_not_say_are_not_cited(held, ann, now):
    for indicator in (Indicator(1, "Potassium 6.1"), Indicator(1, "otassium 5.9"), Indicator(9, "Potassium 5.9")):
        with pytest.raises(WordsNotFound) as missing:
            ask(held, ann, now, [Indicator(1, "knee pain"), indicator])
        assert (missing.value.position, missing.value.no_page) == (2, indicator.place == 9)
    assert Encounter.objects.get().status == EncounterStatus.CODING
    assert not Query.objects.exists()


def test_a_page_without_words_is_cited_as_read_by_eye(river, ann, now):
    held = to_code(river, ann)
    page = held.encounter.pages()[0]
    page.words.delete()
    type(page).objects.filter(pk=page.pk).update(text="")
    query = ask(held, ann, now, [Indicator(1, "Scrawl of the doctor", ((10, 10, 50, 20), (50, 20, 10, 10)))])
    row = query.indicators.get()
    assert (row.by_eye, row.boxes) == (True, [[10, 10, 50, 20]])


def test_what_the_linter_refuses_is_not_sent(held, ann, now):
    with pytest.raises(QueryRefused) as refused:
        ask(held, ann, now, title="Sepsis", question="Please document sepsis so that we are reimbursed.")
    assert {fault.rule for fault in refused.value.faults} == {"title", "leading", "undocumented", "financial"}
    with pytest.raises(QueryRefused):
        ask(held, ann, now, indicators=[])
    assert (Encounter.objects.get().status, Query.objects.count()) == (EncounterStatus.CODING, 0)


def test_a_lost_lease_sends_nothing(held, ann, now):
    release(assignment=held, by=ann, at=now)
    with pytest.raises(LeaseLost):
        ask(held, ann, now)
    assert not Query.objects.exists()


def test_required_options_are_the_databases_word_too(held, ann, now):
    query = ask(held, ann, now, form=QueryForm.CHOICE, options=("Left", "Right"), purpose=Purpose.SIDE)
    assert query.options == ["Left", "Right", OTHER, UNABLE]
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Query.objects.update(options=["Left", "Right"])
    with pytest.raises(IntegrityError, match="coding_query_required_options"), transaction.atomic():
        Query.objects.create(**row_like(query, options=["Left", "Right"], status="withdrawn", ended_at=now))


def row_like(query, **more):
    names = ("practice", "encounter", "stage", "purpose", "form", "title", "question", "asked_at", "asked_by",
             "expires_at", "stops_clock")  # fmt: skip
    return {**{name: getattr(query, name) for name in names}, "ended_by": query.asked_by, **more}


# -- the reply -----------------------------------------------------------------------------------------
def test_the_reply_is_a_signed_addendum_and_the_visit_is_first_for_who_asked(river, held, ann, cleo, now):
    query = ask(held, ann, now)
    other = precoded(visit(river), ann, at=now)
    Encounter.objects.filter(pk=other.pk).update(due_at=now - DAY)
    signed = reply(query, cleo, now + DAY)
    encounter = held.encounter
    encounter.refresh_from_db()
    assert (encounter.status, encounter.queue_rank, encounter.reserved_for) == (
        EncounterStatus.TO_CODE, QueueRank.ANSWERED, ann,
    )  # fmt: skip
    assert (signed.signer_name, signed.signed_by, signed.signed_at, signed.signer_role) == (
        cleo.name, cleo, now + DAY, SignerRole.TREATING,
    )  # fmt: skip
    assert is_intact(signed)
    assert (query.status, query.ended_by, query.ended_at) == (QueryStatus.ANSWERED, cleo, now + DAY)
    event = AuditEvent.objects.get(action="query.answered")
    assert (event.actor, event.detail["sha256"]) == (cleo, signed.sha256)
    assert "hemolysis" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))
    assert EncounterEvent.objects.filter(encounter=encounter, move="addendum").exists()
    assert "hemolysis" in chart_of(encounter)
    assert take_next(by=ann, at=now + DAY).encounter == encounter


def test_a_signed_reply_never_changes(held, ann, cleo, now):
    signed = reply(ask(held, ann, now), cleo, now + DAY)
    for change in (
        lambda: SignedAddendum.objects.update(text="Nothing."),
        lambda: SignedAddendum.objects.all()._raw_delete("default"),
        lambda: QueryIndicator.objects.update(quote="Potassium 4.1"),
        lambda: Query.objects.update(question="Is all well?"),
    ):
        with pytest.raises(DatabaseError, match=r"only added|never changes"), transaction.atomic():
            change()
    signed.refresh_from_db()
    assert is_intact(signed)
    for name in ("option", "text", "signer_name", "signer_role"):
        other = SignedAddendum.objects.get()
        setattr(other, name, "changed")
        assert not is_intact(other), name
    other = SignedAddendum.objects.get()
    other.query.question = "Was it not hyperkalemia?"
    assert not is_intact(other)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"option": "Yes"}, "Choose one"),
        ({"text": "  "}, "Write what you would state"),
        ({"role": SignerRole.ON_BEHALF}, "for which provider"),
        ({"text": "x" * 4001}, "At most"),
    ],
)
def test_a_reply_is_complete(held, ann, cleo, now, more, said):
    query = ask(held, ann, now)
    with pytest.raises(ReplyIncomplete, match=said):
        reply(query, cleo, now, **more)
    query.refresh_from_db()
    assert query.status == QueryStatus.OPEN


def test_unable_to_determine_needs_no_words(held, ann, cleo, now):
    assert reply(ask(held, ann, now), cleo, now, option=UNABLE, text="").option == UNABLE


def test_staff_sign_for_a_provider(river, held, ann, cleo, now):
    provider = factories.ProviderFactory(practice=river)
    assert reply(ask(held, ann, now), cleo, now, role=SignerRole.ON_BEHALF, provider=provider).provider == provider


def test_only_the_practice_answers(held, ann, otto, max_, now):
    query = ask(held, ann, now)
    for person in (ann, otto, max_):
        with pytest.raises(NotForYou):
            reply(query, person, now)


def test_a_query_is_answered_once(held, ann, cleo, now):
    query = ask(held, ann, now)
    twin = Query.objects.get()
    reply(query, cleo, now)
    with pytest.raises(QueryEnded):
        reply(twin, cleo, now)
    with pytest.raises(QueryEnded):
        withdraw_query(query=twin, by=ann, at=now)
    assert SignedAddendum.objects.count() == 1


# -- the clock -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("stops", [True, False])
def test_the_promise_moves_by_the_waiting_if_the_contract_says_so(held, ann, cleo, now, stops):
    Contract.objects.update(query_stops_clock=stops, query_days=3)
    due, batch_due = held.encounter.due_at, held.encounter.batch.due_at
    query = ask(held, ann, now)
    assert (query.stops_clock, query.expires_at) == (stops, now + timedelta(days=3))
    late = due + DAY
    assert Encounter.objects.get().clock_stopped is stops
    assert Encounter.objects.overdue(at=late).exists() is not stops
    Contract.objects.update(query_stops_clock=not stops)  # what counts is the day on which it was asked
    wait = timedelta(hours=30, minutes=7)
    reply(query, cleo, now + wait)
    encounter = Encounter.objects.get()
    assert not encounter.clock_stopped
    moved = due + wait if stops else due
    assert (encounter.due_at, query.due_before, query.due_after) == (moved, due, moved)
    assert Batch.objects.get().due_at == (max(batch_due, moved) if stops else batch_due)


def test_a_withdrawn_query_moves_no_promise(held, ann, now):
    Contract.objects.update(query_stops_clock=True)
    due = held.encounter.due_at
    withdraw_query(query=ask(held, ann, now), by=ann, at=now + DAY)
    assert Encounter.objects.get().due_at == due


# -- other ends ----------------------------------------------------------------------------------------
def test_its_author_and_managers_withdraw(held, ann, bea, max_, now):
    query = ask(held, ann, now)
    with pytest.raises(NotForYou):
        withdraw_query(query=query, by=bea, at=now)
    withdraw_query(query=query, by=max_, at=now)
    encounter = Encounter.objects.get()
    assert (query.status, encounter.status, encounter.queue_rank, encounter.reserved_for) == (
        QueryStatus.WITHDRAWN, EncounterStatus.TO_CODE, QueueRank.NORMAL, ann,
    )  # fmt: skip


def test_a_reminder_at_most_once_a_day(held, ann, bea, now):
    query = ask(held, ann, now)
    with pytest.raises(TooSoon):
        remind_practice(query=query, by=ann, at=now + timedelta(hours=2))
    with pytest.raises(NotForYou):
        remind_practice(query=query, by=bea, at=now + DAY)
    remind_practice(query=query, by=ann, at=now + DAY)
    with pytest.raises(TooSoon):
        remind_practice(query=query, by=ann, at=now + DAY + timedelta(hours=2))
    assert (query.reminders, query.reminded_at) == (1, now + DAY)
    withdraw_query(query=query, by=ann, at=now + DAY)
    with pytest.raises(QueryEnded):
        remind_practice(query=query, by=ann, at=now + 3 * DAY)


def test_an_expired_query_is_the_managers_and_the_sweep_leaves_it_alone(held, ann, max_, cleo, now):
    query = ask(held, ann, now)
    late = now + timedelta(days=7, minutes=1)
    assert expire_queries(at=late - timedelta(minutes=2)) == 0
    assert sweep_assignments(at=late) == 0
    assert expire_queries(at=late) == 1
    assert expire_queries(at=late) == 0
    query.refresh_from_db()
    encounter = Encounter.objects.get()
    assert (query.status, encounter.status, encounter.hold_move) == (
        QueryStatus.EXPIRED, EncounterStatus.HELD, WhoseMove.SERVICE,
    )  # fmt: skip
    with pytest.raises(NotForYou):
        close_without_answer(query=query, by=ann, at=late)
    close_without_answer(query=query, by=max_, at=late, comment="Asked twice.")
    encounter.refresh_from_db()
    assert (encounter.status, encounter.queue_rank, encounter.reserved_for) == (
        EncounterStatus.TO_CODE, QueueRank.ANSWERED, ann,
    )  # fmt: skip
    assert encounter.events.get(move="resume_coding").comment == f"{CODE_AS_IT_IS} Asked twice."
    with pytest.raises(QueryEnded):
        reply(query, cleo, late)


def test_an_expired_query_can_still_be_answered(held, ann, cleo, now):
    query = ask(held, ann, now)
    expire_queries(at=now + 8 * DAY)
    query.refresh_from_db()
    reply(query, cleo, now + 9 * DAY)
    assert Encounter.objects.get().status == EncounterStatus.TO_CODE


def test_an_open_query_is_not_closed_before_its_time(held, ann, max_, now):
    with pytest.raises(QueryEnded):
        close_without_answer(query=ask(held, ann, now), by=max_, at=now)


def test_nothing_else_ends_the_hold(held, ann, max_, now):
    ask(held, ann, now)
    with pytest.raises(QueryPending):
        resume(encounter=Encounter.objects.get(), by=max_, at=now)


def test_one_query_at_a_time(held, ann, now):
    query = ask(held, ann, now)
    with pytest.raises(IntegrityError, match="coding_query_one_pending"), transaction.atomic():
        Query.objects.create(**row_like(query, options=query.options, ended_by=None))
