"""The streams of news: a real uvicorn, a real Redis; who hears what, and what happens when a part goes."""

import time

import psutil
import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from feedback.actions.comments import add_comment
from feedback.actions.threads import ensure_thread
from portal import news
from portal.models import AuditEvent
from portal.news import tell
from tests import factories, processes, streams
from tests.streams import Stream

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]


def session_of(user) -> str:
    client = Client()
    client.force_login(user)
    return client.session.session_key


@pytest.fixture
def batch(river):
    return factories.BatchFactory(practice=river)


@pytest.fixture
def port(tmp_path):
    """A process of streams on the test's database and Redis."""
    news.Silence.until = 0.0
    port = streams.free_port()
    running = streams.start_events(tmp_path, port)
    yield port
    processes.stop(running)


def test_each_hears_what_is_theirs_and_nobody_else(port, batch, river, cleo, otto, max_):
    other = factories.BatchFactory(practice=river)
    with (
        Stream(port, f"?batch={batch.pk}", session=session_of(cleo)) as of_batch,
        Stream(port, session=session_of(cleo)) as of_all,
        Stream(port, session=session_of(otto)) as of_another_practice,
        Stream(port, f"?batch={batch.pk}", session=session_of(max_)) as of_manager,
    ):
        assert {one.status for one in (of_batch, of_all, of_another_practice, of_manager)} == {200}
        tell(practice_id=river.pk, batch_id=other.pk)
        tell(practice_id=river.pk, batch_id=batch.pk, thread_id=1)
        assert of_batch.next_event() == of_manager.next_event() == "thread"
        assert {of_all.next_event(), of_all.next_event()} == {"batch", "thread"}
        assert of_another_practice.next_event(seconds=1) == ""
        assert of_batch.next_event(seconds=0.5) == ""


def test_of_an_internal_note_no_practice_hears(port, batch, cleo, max_):
    about = f"?batch={batch.pk}"
    thread = ensure_thread(batch=batch, at=timezone.now())
    with Stream(port, about, session=session_of(cleo)) as theirs, Stream(port, about, session=session_of(max_)) as ours:
        add_comment(thread=thread, body="They are slow.", at=timezone.now(), by=max_, is_internal=True)
        assert ours.next_event() == "thread"
        assert theirs.next_event(seconds=1.5) == ""


def test_for_outsiders_a_batch_does_not_exist_and_that_is_noted(port, batch, otto, bill, ann):
    for person in (otto, ann):
        with Stream(port, f"?batch={batch.pk}", session=session_of(person)) as stream:
            assert stream.status == 404
    with Stream(port, session=session_of(bill)) as stream:
        assert stream.status == 404  # staff have no practices of their own
    refused = AuditEvent.objects.filter(action="access.refused", detail__route="events")
    assert set(refused.values_list("actor", flat=True)) == {otto.pk, ann.pk, bill.pk}


@pytest.mark.parametrize("query", ["?batch=x", "?batch=-1", "?batch=" + "9" * 40, "?batch=999999"])
def test_what_is_no_batch_does_not_exist(port, cleo, query):
    with Stream(port, query, session=session_of(cleo)) as stream:
        assert stream.status == 404


def test_without_a_session_nothing_is_told(port, batch, cleo):
    locked = session_of(cleo)
    client = Client()
    client.force_login(cleo)
    session = client.session
    session["locked"] = True
    session.save()
    for key in ("", "no-such-session", session.session_key):
        with Stream(port, f"?batch={batch.pk}", session=key) as stream:
            assert stream.status == 401, key
    with Stream(port, f"?batch={batch.pk}", session=locked) as stream:
        assert stream.status == 200


def test_a_stream_ends_with_its_session(port, batch, cleo):
    key = session_of(cleo)
    with Stream(port, f"?batch={batch.pk}", session=key) as stream:
        Session.objects.filter(session_key=key).delete()
        assert stream.next_event(seconds=45) == "end"


def test_only_the_sites_own_pages_may_read_it_from_another_port(port, cleo):
    key = session_of(cleo)
    with Stream(port, session=key, origin="http://127.0.0.1:8000") as ours:
        assert ours.response.getheader("Access-Control-Allow-Origin") == "http://127.0.0.1:8000"
    with Stream(port, session=key, origin="https://evil.example") as theirs:
        assert theirs.response.getheader("Access-Control-Allow-Origin") is None


def test_a_person_has_so_many_streams_and_a_closed_one_counts_no_more(tmp_path, cleo):
    port = streams.free_port()
    running = streams.start_events(tmp_path, port, EVENTS_PER_PERSON="2")
    key = session_of(cleo)
    try:
        with Stream(port, session=key), Stream(port, session=key):
            assert Stream(port, session=key).status == 429
        assert processes.wait_until(lambda: Stream(port, session=key).status == 200, seconds=10)
    finally:
        processes.stop(running)


def test_redis_that_is_killed_and_comes_back_makes_every_page_look_once(tmp_path, batch, cleo, settings):
    redis_port, port = streams.free_port(), streams.free_port()
    own = f"redis://127.0.0.1:{redis_port}/0"
    redis = streams.start_redis(tmp_path, redis_port)
    running = streams.start_events(tmp_path, port, REDIS_URL=own)
    settings.REDIS_URL = own
    news.client.cache_clear()
    news.Silence.until = 0.0
    try:
        with Stream(port, f"?batch={batch.pk}", session=session_of(cleo)) as stream:
            processes.kill(redis)
            tell(practice_id=batch.practice_id, batch_id=batch.pk)  # is lost
            redis = streams.start_redis(tmp_path, redis_port)
            assert stream.next_event(seconds=30) == "again"
            news.Silence.until = 0.0
            tell(practice_id=batch.practice_id, batch_id=batch.pk)
            assert stream.next_event() == "batch"
    finally:
        news.client.cache_clear()
        news.Silence.until = 0.0
        processes.stop(running)
        processes.stop(redis)


def test_two_hundred_open_streams_all_hear_at_once(tmp_path, batch, cleo, capsys):
    port = streams.free_port()
    running = streams.start_events(tmp_path, port, EVENTS_PER_PERSON="200")
    key = session_of(cleo)
    news.Silence.until = 0.0
    begun = time.monotonic()
    open_ones = [Stream(port, f"?batch={batch.pk}", session=key) for _ in range(200)]
    took = time.monotonic() - begun
    try:
        assert {one.status for one in open_ones} == {200}
        begun = time.monotonic()
        tell(practice_id=batch.practice_id, batch_id=batch.pk)
        assert {one.next_event() for one in open_ones} == {"batch"}
        told = time.monotonic() - begun
        memory = psutil.Process(running.pid).memory_info().rss / 1024**2
        with capsys.disabled():
            sys_line = f"200 streams: opened in {took:.1f} s, all told in {told:.2f} s, {memory:.0f} MiB"
            print(f"\n  {sys_line}")  # noqa: T201  (a figure for the reader)
        assert told < 5
        assert memory < 400
    finally:
        for one in open_ones:
            one.connection.close()
        processes.stop(running)
