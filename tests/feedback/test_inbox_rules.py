"""Why something stands in an inbox, and until when it is put off."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from feedback.rules.inbox import ItemKind, kind_of, tomorrow_morning

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("mentioned", "asked", "answered", "kind"),
    [
        (True, True, True, ItemKind.MENTION),
        (False, True, True, ItemKind.QUESTION),
        (False, False, True, ItemKind.ANSWER),
        (False, False, False, ItemKind.COMMENT),
    ],
)
def test_the_strongest_reason_is_given(mentioned, asked, answered, kind):
    assert kind_of(mentioned=mentioned, asked=asked, answered=answered) == kind


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2026, 3, 2, 15, 0, tzinfo=UTC), datetime(2026, 3, 3, 13, 0, tzinfo=UTC)),
        (datetime(2026, 3, 3, 3, 0, tzinfo=UTC), datetime(2026, 3, 3, 13, 0, tzinfo=UTC)),  # still the 2nd there
        (datetime(2026, 3, 7, 15, 0, tzinfo=UTC), datetime(2026, 3, 8, 12, 0, tzinfo=UTC)),  # clocks go forward
        (datetime(2026, 10, 31, 15, 0, tzinfo=UTC), datetime(2026, 11, 1, 13, 0, tzinfo=UTC)),  # and back
    ],
)
def test_tomorrow_is_eight_in_the_morning_where_the_person_is(now, until):
    assert tomorrow_morning(now, NEW_YORK) == until
