"""Hints: told once the rows are written, told once, and never in anybody's way."""

import time
from contextlib import suppress

import pytest
from django.db import transaction

from portal import news
from portal.news import Hint, tell
from tests import processes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ear():
    """What a listener at Redis hears; speaking begins anew whatever an earlier test did to Redis."""
    news.Silence.until = 0.0
    with processes.broker().pubsub() as ear:
        ear.subscribe(news.channel())
        assert ear.get_message(timeout=2)["type"] == "subscribe"
        yield lambda: heard(ear)


def heard(ear):
    found = []
    while message := ear.get_message(timeout=0.3):
        found.append(news.unpacked(message["data"]))
    return found


def told_and_rolled_back():
    with suppress(ZeroDivisionError), transaction.atomic():
        tell(practice_id=1, batch_id=2)
        raise ZeroDivisionError


def test_a_hint_is_told_when_the_rows_are_written_and_not_before(ear):
    with transaction.atomic():
        tell(practice_id=1, batch_id=2)
        assert ear() == []
    assert ear() == [Hint(practice=1, batch=2)]


def test_the_same_hint_of_one_transaction_is_told_once(ear):
    with transaction.atomic():
        for _ in range(300):
            tell(practice_id=1, batch_id=2)
        tell(practice_id=1, batch_id=2, thread_id=3)
    assert ear() == [Hint(practice=1, batch=2), Hint(practice=1, batch=2, thread=3)]


def test_what_is_rolled_back_is_not_told(ear):
    told_and_rolled_back()
    assert ear() == []


def test_a_hint_of_an_inner_step_that_is_rolled_back_does_not_swallow_a_later_one(ear):
    with transaction.atomic():
        told_and_rolled_back()
        tell(practice_id=1, batch_id=2)
    assert ear() == [Hint(practice=1, batch=2)]


def test_without_redis_nothing_fails_and_nobody_waits_twice(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    news.client.cache_clear()
    news.Silence.until = 0.0
    try:
        begun = time.monotonic()
        for _ in range(50):
            tell(practice_id=1, batch_id=2)
        assert time.monotonic() - begun < 2
        assert news.Silence.until > time.monotonic()
    finally:
        news.client.cache_clear()
        news.Silence.until = 0.0


@pytest.mark.parametrize("message", [b"", b"[]", b'{"practice": 1}', b'{"practice": 1, "batch": 2, "more": 3}'])
def test_a_message_of_another_version_is_no_hint(message):
    assert news.unpacked(message) is None
