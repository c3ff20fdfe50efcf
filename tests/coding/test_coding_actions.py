"""A coder's version is checked, kept for ever, and goes to verification or out, as the contract says."""

from datetime import UTC, date, datetime

import pytest
from django.db import InternalError, connection
from django.db.utils import IntegrityError

from coding.actions.coding import submit_coding
from coding.actions.drafts import save_draft
from coding.actions.findings import HardFindings, check_coding
from coding.actions.holds import reopen
from coding.actions.queue import take_next
from coding.models import Coding, Draft, Encounter
from coding.rules.check_reasons import CheckReason
from coding.rules.codings import CodedEncounter, System
from coding.rules.edits import Severity
from coding.rules.lifecycle import EncounterStatus, Stage
from coding.rules.sampling import is_selected
from coding.signals import encounter_finished
from portal.models import Contract
from tests import factories
from tests.coding.lines import MINUTE, NOON, VISIT_DAY, coded, load_codes, precoded, submitted, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def codes():
    load_codes()


@pytest.fixture
def held(ann):
    """Ann codes an encounter since noon."""
    precoded(waiting(), ann)
    return take_next(by=ann, at=NOON, stages=[Stage.CODING])


@pytest.fixture
def finished():
    told = []

    def hear(*, encounter, at, **_):
        told.append((encounter.pk, at))

    encounter_finished.connect(hear, weak=False)
    yield told
    encounter_finished.disconnect(hear)


def unverified(held):
    Contract.objects.filter(practice=held.practice).update(verification_share=0)


def test_a_submitted_version_has_all_its_lines(held, ann):
    version = coded("E11.9 I10", "99213-25@1,2 20610-RT-59x2@2")
    coding = submit_coding(
        assignment=held, by=ann, at=NOON + MINUTE, coded=version, comment="Clear note.", reason=CheckReason.DOCUMENTED
    )
    assert (coding.version, coding.author, coding.stage, coding.date_of_service) == (1, ann, "coding", VISIT_DAY)
    assert list(coding.diagnoses.values_list("position", "system", "code")) == [
        (1, System.ICD10CM, "E119"), (2, System.ICD10CM, "I10"),
    ]  # fmt: skip
    assert list(coding.procedures.values_list("code", "modifiers", "units", "pointers")) == [
        ("99213", ["25"], 1, [1, 2]), ("20610", ["RT", "59"], 2, [2]),
    ]  # fmt: skip
    assert coding.coded() == coded("E119 I10", "99213-25@1,2 20610-RT-59x2@2")


def test_a_submitted_encounter_waits_for_verification(held, ann, finished):
    save_draft(assignment=held, by=ann, version=0, body={"x": 1}, at=NOON)
    submit_coding(assignment=held, by=ann, at=NOON + MINUTE, coded=coded(), reason=CheckReason.DOCUMENTED)
    encounter = Encounter.objects.get()
    held.refresh_from_db()
    assert (encounter.status, encounter.coded_by, encounter.waiting_since) == (
        EncounterStatus.TO_VERIFY, ann, NOON + MINUTE,
    )  # fmt: skip
    assert held.end == "finished"
    assert not Draft.objects.exists()
    assert finished == []


def test_a_hard_finding_stops_the_submission(held, ann):
    with pytest.raises(HardFindings) as refused:
        submit_coding(assignment=held, by=ann, at=NOON, coded=coded("E11 I10", "99213@"), reason=CheckReason.DOCUMENTED)
    assert {finding.edit for finding in refused.value.findings} >= {"diagnosis_not_billable", "missing_pointer"}
    assert not Coding.objects.exists()
    assert Encounter.objects.get().status == EncounterStatus.CODING


def test_a_finding_to_check_does_not(held, ann):
    version = coded("E119 I10", "99213@1")
    findings = check_coding(encounter=held.encounter, coded=version)
    assert [finding.severity for finding in findings] == [Severity.CHECK]
    assert submit_coding(assignment=held, by=ann, at=NOON, coded=version, reason=CheckReason.DOCUMENTED).version == 1


def test_codes_are_looked_up_on_the_date_of_service(held):
    factories.CodeFactory(code="I10A", valid_from=VISIT_DAY.replace(day=31))
    factories.CodeFactory(code="I10B", valid_to=VISIT_DAY.replace(day=29))
    factories.CodeFactory(code="I10C", valid_from=VISIT_DAY, valid_to=VISIT_DAY)
    findings = check_coding(encounter=held.encounter, coded=coded("I10A I10B I10C", "99213@1,2,3"))
    assert [(f.edit, f.place.number) for f in findings] == [("unknown_diagnosis", 1), ("unknown_diagnosis", 2)]


def test_an_old_visit_is_coded_in_the_old_list(held, ann):
    factories.CodeFactory(system=System.ICD9CM, code="4019", valid_from=VISIT_DAY.replace(year=1990))
    factories.CodeFactory(system=System.PROCEDURE, code="99215", valid_from=VISIT_DAY.replace(year=1990))
    coding = submit_coding(
        assignment=held,
        by=ann,
        at=NOON,
        coded=coded("401.9", "99215@1", day=VISIT_DAY.replace(year=2014)),
        reason=CheckReason.DOCUMENTED,
    )
    assert coding.diagnoses.get().system == System.ICD9CM


def test_without_a_date_nothing_is_submitted(held, ann):
    with pytest.raises(HardFindings):
        submit_coding(
            assignment=held, by=ann, at=NOON, coded=CodedEncounter(date_of_service=None), reason=CheckReason.DOCUMENTED
        )


def test_what_the_contract_does_not_have_verified_is_finished(held, ann, finished):
    unverified(held)
    submit_coding(assignment=held, by=ann, at=NOON + MINUTE, coded=coded(), reason=CheckReason.DOCUMENTED)
    encounter = Encounter.objects.get()
    assert (encounter.status, encounter.finished_at) == (EncounterStatus.VERIFIED, NOON + MINUTE)
    assert finished == [(encounter.pk, NOON + MINUTE)]


def test_what_was_coded_before_is_verified_whatever_the_share(held, ann, max_):
    unverified(held)
    submit_coding(assignment=held, by=ann, at=NOON, coded=coded(), reason=CheckReason.DOCUMENTED)
    reopen(encounter=Encounter.objects.get(), by=max_, at=NOON, comment="The practice asks.")
    again = take_next(by=ann, at=NOON, stages=[Stage.CODING])
    assert submit_coding(assignment=again, by=ann, at=NOON, coded=coded(), reason=CheckReason.DOCUMENTED).version == 2
    assert Encounter.objects.get().status == EncounterStatus.TO_VERIFY


def test_without_a_contract_in_force_everything_is_verified(held, ann):
    unverified(held)
    Contract.objects.update(ends_on=VISIT_DAY)
    submit_coding(assignment=held, by=ann, at=NOON, coded=coded(), reason=CheckReason.DOCUMENTED)
    assert Encounter.objects.get().status == EncounterStatus.TO_VERIFY


@pytest.mark.parametrize(("hour", "status"), [(4, EncounterStatus.TO_VERIFY), (6, EncounterStatus.VERIFIED)])
def test_the_contract_of_the_practices_own_day_draws_the_sample(ann, hour, status):
    """New York's 2 November ends at 05:00 UTC of the third."""
    at = datetime(2026, 11, 3, hour, 0, tzinfo=UTC)
    precoded(waiting(at=at), ann, at=at)
    held = take_next(by=ann, at=at, stages=[Stage.CODING])
    Contract.objects.update(ends_on=date(2026, 11, 2), verification_share=100)
    Contract.objects.create(practice=held.practice, starts_on=date(2026, 11, 3), verification_share=0)
    submit_coding(assignment=held, by=ann, at=at, coded=coded(), reason=CheckReason.DOCUMENTED)
    assert Encounter.objects.get().status == status


@pytest.mark.parametrize("statement", ["UPDATE coding_coding SET version = 9", "DELETE FROM coding_procedureline"])
def test_a_submitted_version_cannot_be_changed(ann, statement):
    submitted(waiting(), ann)
    with pytest.raises((InternalError, IntegrityError), match="only added"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("share", [0, 5, 30, 100])
def test_the_sample_has_the_share_it_should_and_is_drawn_again_the_same(share):
    drawn = {number for number in range(10_000) if is_selected(seed="contract 1", number=number, share=share)}
    assert abs(len(drawn) - share * 100) < 150
    assert drawn == {number for number in range(10_000) if is_selected(seed="contract 1", number=number, share=share)}
    assert drawn <= {n for n in range(10_000) if is_selected(seed="contract 1", number=n, share=min(100, share + 10))}


def test_another_seed_draws_another_sample():
    one, other = ([n for n in range(1000) if is_selected(seed=s, number=n, share=20)] for s in ("a", "b"))
    assert one != other
