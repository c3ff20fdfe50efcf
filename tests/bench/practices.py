"""A practice that nobody knows yet: the benches' database is kept from run to run."""

import secrets

from portal import scope
from portal.models import Batch, Practice
from portal.rules.lifecycle import BatchStatus
from tests import factories


def fresh_practice() -> Practice:
    return factories.PracticeFactory(name=f"Bench {secrets.token_hex(4)}", code=secrets.token_hex(3).upper())


def open_batch() -> Batch:
    """An open batch of a fresh practice."""
    with scope.service():
        return factories.BatchFactory(practice=fresh_practice(), status=BatchStatus.OPEN, received_at=None, due_at=None)
