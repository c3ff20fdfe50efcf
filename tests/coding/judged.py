"""A verdict without a bench: its discrepancy told to the coder, its score kept; and more of it for long lists."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from coding.actions.disputes import open_disputes
from coding.actions.scores import keep_score
from coding.models import Coding, Discrepancy, Dispute, Encounter, QualityTerms, Ruling, Verification
from coding.rules.lifecycle import Stage
from portal.models import User
from portal.rules.roles import Role
from tests import factories


def told(encounter: Encounter, *, coder: User, verifier: User, at: datetime) -> Dispute:
    """The coder missed hypertension in an encounter that both worked on."""
    for person, stage in ((coder, Stage.CODING), (verifier, Stage.VERIFICATION)):
        factories.AssignmentFactory(
            encounter=encounter, user=person, stage=stage, lease_until=at, ended_at=at, end="finished"
        )
    practice = encounter.practice
    coding = Coding.objects.create(
        practice=practice, encounter=encounter, version=1, stage=Stage.CODING, author=coder,
        date_of_service=at.date(), submitted_at=at,
    )  # fmt: skip
    verification = Verification.objects.create(
        practice=practice, encounter=encounter, coder_version=coding, coder=coder, verifier=verifier,
        verdict="corrected", at=at,
    )  # fmt: skip
    Discrepancy.objects.create(
        practice=practice, verification=verification, position=1, kind="missed", part="diagnosis",
        verifier_value="I10", verifier_place=1, reason="omission", severity="quality",
    )  # fmt: skip
    keep_score(verification=verification, at=at)
    return open_disputes(verification=verification, at=at)[0]


# -- one more row of each kind, for the guards --------------------------------------------------------


def more_disputes(world: Any, number: int) -> None:
    """Another discrepancy of Ann's, and a rebuttal that waits for Bea; with a manager's word and a month of its own."""
    at = timezone.now() - timedelta(days=5 * number)
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=world.river))
    for part, status in ((1, "told"), (2, "rebutted")):
        visit = factories.EncounterFactory(
            chart=chart, part=part, status="verified", finished_at=at, coded_by=world.ann
        )
        dispute = told(visit, coder=world.ann, verifier=world.bea, at=at)
        type(dispute).objects.filter(pk=dispute.pk).update(status=status)
    world.dispute.steps.create(
        practice=world.river, move="rebut", old_status="told", new_status="rebutted", at=at,
        user=factories.UserFactory(roles=[Role.CODER]),
    )  # fmt: skip


def more_rulings(world: Any, number: int) -> None:
    """Another ruling of another practice."""
    Ruling.objects.create(
        practice=factories.PracticeFactory(), pattern="99213", text="Count.", starts_on=date(2026, 1, 1),
        issued_by=factories.UserFactory(roles=[Role.MANAGER]), issued_at=timezone.now(),
    )  # fmt: skip


def more_terms(world: Any, number: int) -> None:
    """Another version of River's terms, set by somebody else."""
    QualityTerms.objects.create(
        practice=world.river, version=number + 1, name="Plain", starts_on=date(2026, 1, 1), set_at=timezone.now(),
        set_by=factories.UserFactory(roles=[Role.ADMIN]),
    )  # fmt: skip
