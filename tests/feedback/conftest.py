"""A batch of River's with one encounter that Ann works on, and its thread."""

from datetime import UTC, datetime

import pytest

from tests import factories

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def thread(river):
    return factories.ThreadFactory(batch=factories.BatchFactory(practice=river, name="March notes"))


@pytest.fixture
def encounter(thread, ann):
    encounter = factories.EncounterFactory(chart=factories.ChartFactory(batch=thread.batch))
    factories.AssignmentFactory(encounter=encounter, user=ann)
    return encounter
