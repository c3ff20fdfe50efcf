"""Taking the next encounter, with rights, skills, events and the trail, against the bare lock and update."""

from collections.abc import Callable
from itertools import count

from django.db import connection, transaction
from django.utils import timezone

from coding.actions.queue import release, take_next
from coding.models import Encounter
from coding.rules.lifecycle import Stage
from portal import scope
from portal.models import User
from portal.rules.roles import Role
from tests import factories

WAITING = 2000
CLAIMS = 100
BARE = """
UPDATE coding_encounter SET priority = priority WHERE id = (
  SELECT id FROM coding_encounter WHERE status = 'to_precode'
  ORDER BY queue_rank, turn_at, priority DESC, waiting_since, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
"""


def claims() -> tuple[str, str, Callable[[], int], str, Callable[[], int]]:
    """The benchmark's name, unit, our work, the peer's name and its work."""
    with scope.service():
        coder = User.objects.filter(email="bench@example.com").first() or factories.UserFactory(
            email="bench@example.com", roles=[Role.CODER]
        )
        fill()

    def ours() -> int:
        for _ in range(CLAIMS):
            with scope.service():
                taken = take_next(by=coder, at=timezone.now(), stages=[Stage.PRECODING])
                if taken is None:
                    raise RuntimeError("the queue is empty")
            with scope.service():
                release(assignment=taken, by=coder, at=timezone.now())
        return CLAIMS

    def bare() -> int:
        for _ in range(CLAIMS):
            with scope.service(), connection.cursor() as cursor:
                cursor.execute(BARE)
        return CLAIMS

    return f"Queue: take and give back, {WAITING} waiting", "claims", ours, "bare SKIP LOCKED", bare


@transaction.atomic
def fill() -> None:
    """As many waiting encounters as the benchmark wants; kept from run to run."""
    missing = WAITING - Encounter.objects.waiting([Stage.PRECODING]).count()
    if missing <= 0:
        return
    first = factories.EncounterFactory()
    numbers = count(2)
    Encounter.objects.bulk_create(
        factories.EncounterFactory.build(
            chart=first.chart, batch=first.batch, practice=first.practice, part=next(numbers)
        )
        for _ in range(missing - 1)
    )
