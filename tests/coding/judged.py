"""A verdict without a bench: its discrepancy told to the coder, its score kept."""

from datetime import datetime

from coding.actions.disputes import open_disputes
from coding.actions.scores import keep_score
from coding.models import Coding, Discrepancy, Dispute, Encounter, Verification
from coding.rules.lifecycle import Stage
from portal.models import User
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
