"""Visits with suggestions that a verifier has finished, by the real actions."""

from django.utils import timezone

from coding.actions.coding import submit_coding
from coding.actions.verification import give_verdict
from coding.models import Verdict
from coding.rules.lifecycle import Stage
from coding.rules.suggested import Decided
from portal.models import Contract
from tests.coding.lines import coded, precoded, pulled, waiting
from tests.coding.worded import FIVE, suggest, worded_chart


def verified_visit(practice, coder, verifier, *, is_blind=False):
    """Five are suggested: the coder takes E119 I10 99213 and rejects M1711, the verifier keeps E119 99213."""
    at = timezone.now()
    precoded(waiting(at=at, chart=worded_chart(practice)), coder, at=at)
    held = pulled(coder, at, Stage.CODING)
    Contract.objects.update(verification_share=100)
    rows = suggest(held.encounter, *FIVE, is_blind=is_blind)
    rejected = {one.pk: 1 for one in rows if one.code == "M1711"}
    submit_coding(
        assignment=held, by=coder, at=at, coded=coded("E119 I10", "99213@1"), reason="documented",
        decided=Decided(rejected=rejected),
    )  # fmt: skip
    judging = pulled(verifier, at, Stage.VERIFICATION)
    give_verdict(assignment=judging, by=verifier, at=at, verdict=Verdict.CORRECTED, coded=coded("E119", "99213@1"))
    return held.encounter
