"""A coder's year, chart by chart, by the real actions: who codes well, drifts, and codes well again."""

from datetime import timedelta

from coding.actions.coding import submit_coding
from coding.actions.precoding import finish_precoding
from coding.actions.verification import give_verdict
from coding.models import Assignment, Encounter, Sample
from coding.rules.check_reasons import CheckReason
from coding.rules.lifecycle import EncounterStatus, Stage
from tests import factories
from tests.coding.lines import coded, facts_for

RIGHT, TOO_HIGH = ("E119 I10", "99213@1"), ("E119 I10", "99214@1")


def taken(encounter, by, stage, at):
    """The encounter in a person's hands, without the queue's turn."""
    Encounter.objects.filter(pk=encounter.pk).update(
        status={Stage.PRECODING: "precoding", Stage.CODING: "coding", Stage.VERIFICATION: "verifying"}[stage]
    )
    return Assignment.objects.create(
        practice=encounter.practice, encounter=encounter, stage=stage, user=by, started_at=at, opened_at=at,
        lease_until=at + timedelta(hours=1),
    )  # fmt: skip


def chart_of(practice, provider, at, *, pages=1):
    """A visit that waits for coding."""
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=practice))
    for number in range(1, pages + 1):
        factories.PageFactory(chart=chart, number=number)
    encounter = factories.EncounterFactory(
        chart=chart, due_at=at + timedelta(hours=24), waiting_since=at, created_at=at
    )
    held = taken(encounter, factories.UserFactory(), Stage.PRECODING, at)
    finish_precoding(assignment=held, by=held.user, at=at, facts=facts_for(encounter, rendering_provider=provider))
    encounter.refresh_from_db()
    return encounter


def chart_coded(encounter, by, at, *, right=True, version=None):
    """The coder's version; why it is verified, None if it is not."""
    held = taken(encounter, by, Stage.CODING, at)
    mine = version or coded(*(RIGHT if right else TOO_HIGH))
    coding = submit_coding(assignment=held, by=by, at=at, coded=mine, reason=CheckReason.DOCUMENTED)
    encounter.refresh_from_db()
    return Sample.objects.filter(coding=coding).first()


def chart_verified(encounter, by, at, *, right=True):
    """The verifier's word, where it waits for one."""
    assert encounter.status == EncounterStatus.TO_VERIFY
    held = taken(encounter, by, Stage.VERIFICATION, at)
    give_verdict(assignment=held, by=by, at=at, verdict="verified" if right else "corrected", coded=coded(*RIGHT))


def one_chart(practice, provider, coder, verifier, at, *, right=True, pages=1):
    """From arrival to verdict; the sample it was in, None if nobody verified it."""
    encounter = chart_of(practice, provider, at, pages=pages)
    sample = chart_coded(encounter, coder, at, right=right)
    if sample is not None:
        chart_verified(encounter, verifier, at + timedelta(hours=1), right=right)
    return sample
