"""When an e-mail leaves, reckoned on the reader's own clock."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.rules.mail_times import TOPICS, How, Wishes, leaves_at, topics_for
from portal.rules.roles import Role

NEW_YORK = ZoneInfo("America/New_York")
NIGHT = Wishes(quiet_from=22, quiet_until=7)


def clock(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=NEW_YORK)


@pytest.mark.parametrize(("wishes", "kind", "at", "leaves"), [
    (Wishes(), "mention", clock(2, 23, 30), clock(2, 23, 30)),
    (NIGHT, "mention", clock(2, 21, 59), clock(2, 21, 59)),
    (NIGHT, "mention", clock(2, 22), clock(3, 7)),
    (NIGHT, "mention", clock(3, 6, 59), clock(3, 7)),
    (NIGHT, "mention", clock(3, 7), clock(3, 7)),
    (Wishes(quiet_from=12, quiet_until=13), "mention", clock(2, 12, 1), clock(2, 13)),
    (Wishes({"mention": "digest"}), "mention", clock(2, 7, 59), clock(2, 8)),
    (Wishes({"mention": "digest"}), "mention", clock(2, 8), clock(3, 8)),
    (Wishes({"mention": "digest"}, digest_hour=23, quiet_from=22, quiet_until=7), "mention", clock(2, 9), clock(3, 7)),
    (Wishes({"mention": "off"}), "mention", clock(2, 9), None),
    (Wishes({"answer_needed": "off"}), "answer_needed", clock(2, 9), clock(2, 9)),
    (Wishes({"results_ready": "whatever"}), "results_ready", clock(2, 9), clock(2, 9)),
    (Wishes({"invitation": "off"}), "invitation", clock(2, 9), clock(2, 9)),
])  # fmt: skip
def test_when_it_leaves(wishes, kind, at, leaves):
    assert leaves_at(wishes, kind, at) == leaves


def test_a_night_in_which_the_clocks_change_ends_at_the_same_hour():
    evening = datetime(2026, 3, 7, 23, tzinfo=NEW_YORK)  # clocks go forward on March 8
    morning = leaves_at(NIGHT, "mention", evening)
    assert (morning.hour, morning.day) == (7, 8)
    assert morning.timestamp() - evening.timestamp() == timedelta(hours=7).total_seconds()


def test_everybody_decides_about_what_they_get_and_nobody_does_without_what_must_be_read():
    assert {topic.kind for topic in topics_for([Role.MANAGER])} == {
        "delivery_trouble", "answer_needed", "mention", "comment_added",
    }  # fmt: skip
    assert topics_for([Role.ADMIN]) == []
    assert {topic.kind for topic in TOPICS if How.OFF in topic.ways} == {
        "mention", "comment_added", "upload_unfinished",
    }  # fmt: skip
