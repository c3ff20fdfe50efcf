"""The line in a few words, for tests: an encounter brought to a stage by the real actions."""

import time
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from coding.actions.coding import submit_coding
from coding.actions.precoding import PreCodingFacts, finish_precoding
from coding.actions.queue import take_next
from coding.actions.verification import give_verdict
from coding.models import Code, Verdict
from coding.rules.check_reasons import CheckReason
from coding.rules.codings import System
from coding.rules.lifecycle import Stage
from tests import factories
from tests.coding.written import VISIT_DAY, coded

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def load_codes():
    """Three conditions and three services, valid since 2015-10-01; enough to code a visit."""
    for code, billable in (("E119", True), ("E11", False), ("I10", True), ("M1711", True), ("M1712", True)):
        factories.CodeFactory(system=System.ICD10CM, code=code, billable=billable)
    for code, weight in (("99213", "1.30"), ("99214", "1.92"), ("20610", "0.79"), ("71046", None)):
        factories.CodeFactory(system=System.PROCEDURE, code=code, weight=weight)
    return Code.objects.all()


def facts_for(encounter, **more):
    return PreCodingFacts(**{
        "patient_name": "Test Person",
        "birth_date": date(1960, 1, 1),
        "sex": "F",
        "date_from": VISIT_DAY,
        "date_to": VISIT_DAY,
        "rendering_provider": factories.ProviderFactory(practice=encounter.practice),
        "place_of_service": "11",
        "visit_type": "established",
        **more,
    })  # fmt: skip


def waiting(at=NOON, **fields):
    """An encounter that waits for pre-coding since `at`, due a day later."""
    return factories.EncounterFactory(
        **{"due_at": at + timedelta(hours=24), "waiting_since": at, "created_at": at, **fields}
    )


def pulled(by, at, stage):
    """What the person takes next; a worker beside the test may have it locked for a moment."""
    for _ in range(50):
        held = take_next(by=by, at=at, stages=[stage])
        if held is not None:
            return held
        time.sleep(0.05)
    raise AssertionError(f"nothing waits for {stage}")


def precoded(encounter, by, at=NOON):
    """The encounter, waiting for coding."""
    assignment = pulled(by, at, Stage.PRECODING)
    assert assignment.encounter_id == encounter.pk
    finish_precoding(assignment=assignment, by=by, at=at, facts=facts_for(encounter))
    encounter.refresh_from_db()
    return encounter


def submitted(encounter, by, at=NOON, version=None):
    """The encounter, waiting for verification of `version` by `by`."""
    precoded(encounter, by, at)
    assignment = pulled(by, at, Stage.CODING)
    assert assignment.encounter_id == encounter.pk
    submit_coding(assignment=assignment, by=by, at=at, coded=version or coded(), reason=CheckReason.DOCUMENTED)
    encounter.refresh_from_db()
    return encounter


def verified(practice, coder, verifier, mine="99214@1", theirs="99213@1", worksheet=None):
    """An encounter coded as `mine` and verified as `theirs`."""
    at = timezone.now()
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=practice))
    encounter = submitted(waiting(at=at, chart=chart), coder, at=at, version=coded(procedures=mine))
    held = take_next(by=verifier, at=at, stages=[Stage.VERIFICATION])
    verdict = Verdict.VERIFIED if mine == theirs else Verdict.CORRECTED
    give_verdict(
        assignment=held, by=verifier, at=at, verdict=verdict, coded=coded(procedures=theirs), worksheet=worksheet
    )
    return encounter
