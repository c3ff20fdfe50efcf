"""One more row of each kind that a page about verification plans lists, for the guards."""

from typing import Any

from django.utils import timezone

from portal.rules.roles import Role
from tests import factories
from tests.coding.judged import more_disputes, more_rulings, told
from tests.coding.plan_constraints import alarm, audit, draw, lesson, plan, standing


def more_plans(world: Any, number: int) -> None:
    """Another version, another coder who stands somewhere and was judged, another audit of somebody else's."""
    of = plan(practice=world.river, version=number)
    coder = factories.UserFactory(roles=[Role.CODER])
    manager = factories.UserFactory(roles=[Role.MANAGER])
    standing(of=of, coder=coder, cause="placed", by=manager, note="Proven elsewhere.")
    audit(practice=world.river, coder=coder, opened_by=manager)
    visit = factories.EncounterFactory(
        chart=factories.ChartFactory(batch=factories.BatchFactory(practice=world.river)), status="verified",
        finished_at=timezone.now(), coded_by=coder,
    )  # fmt: skip
    told(visit, coder=coder, verifier=world.bea, at=timezone.now())


def more_draws(world: Any, number: int) -> None:
    draw(practice=world.river, coder=factories.UserFactory(roles=[Role.CODER]))


def more_verifiers(world: Any, number: int) -> None:
    """Another verifier to choose, and another discrepancy of Bea's."""
    more_disputes(world, number)
    factories.UserFactory(roles=[Role.VERIFIER])


def more_alarms(world: Any, number: int) -> None:
    """Another coder's alarm, and one that somebody else put away."""
    alarm()
    by = factories.UserFactory(roles=[Role.MANAGER])
    alarm(acknowledged_at=timezone.now(), acknowledged_by=by, note="Looked at.")


def more_lessons(world: Any, number: int) -> None:
    """Another discrepancy of Ann's, another ruling, another lesson by somebody else."""
    more_disputes(world, number)
    more_rulings(world, number)
    lesson(coder=world.ann, family=f"E{number}", given_by=factories.UserFactory(roles=[Role.MANAGER]))
