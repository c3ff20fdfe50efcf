"""How near a promised time is: one wording for the practice and for the people who work on it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from coding.views import due
from portal.models import Batch
from portal.rules.promise import due_tag
from portal.views import tags

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "label", "tone"),
    [
        (-50, "Overdue 2 d", "danger"),
        (-47.9, "Overdue 47 h", "danger"),
        (-3, "Overdue 3 h", "danger"),
        (0, "Due in 0 min", "warn"),
        (0.5, "Due in 30 min", "warn"),
        (3, "Due in 3 h", "warn"),
        (4, "Due in 4 h", "neutral"),
        (20, "Due in 20 h", "neutral"),
        (24, "Due Tue Mar 3, 09:00", "neutral"),
        (48, "Due Wed Mar 4, 09:00", "neutral"),
    ],
)
def test_a_promise_says_how_near_it_is(hours, label, tone):
    tag = due_tag(due_at=AT + timedelta(hours=hours), at=AT)
    assert (tag.label, tag.tone) == (label, tone)


def test_the_time_is_said_in_the_zone_it_is_given_in():
    promised = datetime(2026, 3, 4, 18, tzinfo=ZoneInfo("America/New_York"))
    tag = due_tag(due_at=promised, at=AT)
    assert (tag.label, tag.exact, tag.at) == ("Due Wed Mar 4, 18:00", "Wed Mar 4, 2026, 18:00", promised)


def test_the_batch_and_the_visit_say_it_in_the_readers_zone_and_in_the_same_words():
    promised = AT + timedelta(days=3)
    with timezone.override(ZoneInfo("America/New_York")):
        visit = due.due_tag(promised, at=AT)
        batch = tags.promise(Batch(status="received", due_at=promised), at=AT)
    assert visit == batch
    assert visit.label == "Due Thu Mar 5, 04:00"
