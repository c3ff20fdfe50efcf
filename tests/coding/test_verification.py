"""Somebody else verifies: an own version, computed differences, a verdict that goes with them."""

import pytest

from coding.actions.findings import HardFindings
from coding.actions.holds import CommentMissing
from coding.actions.moves import AlreadyMoved
from coding.actions.queue import NotSuitable, take_next
from coding.actions.verification import VerdictContradicts, give_verdict
from coding.models import Assignment, Coding, Discrepancy, Encounter, QueueRank, Verdict, Verification
from coding.rules.check_reasons import CheckReason
from coding.rules.lifecycle import EncounterStatus, Stage
from coding.signals import encounter_finished
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import MINUTE, NOON, coded, load_codes, submitted, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(ann, bea):
    """Bea verifies Ann's 99214 for diabetes and hypertension."""
    load_codes()
    submitted(waiting(), ann, version=coded("E119 I10", "99214@1"))
    return take_next(by=bea, at=NOON)


def verdict(held, by, word, version=None, **more):
    return give_verdict(assignment=held, by=by, at=NOON + MINUTE, verdict=word, coded=version, **more)


def test_agreement_finishes_the_encounter(held, ann, bea):
    told = []

    def hear(*, encounter, **_):
        told.append(encounter.pk)

    encounter_finished.connect(hear)
    said = verdict(held, bea, Verdict.VERIFIED, coded("E11.9 I10", "99214@1"))
    encounter = Encounter.objects.get()
    held.refresh_from_db()
    assert (encounter.status, encounter.finished_at) == (EncounterStatus.VERIFIED, NOON + MINUTE)
    assert (said.coder, said.verifier, said.verifier_version) == (ann, bea, None)
    assert (held.end, told) == ("finished", [encounter.pk])
    assert Coding.objects.count() == 1


def test_agreement_needs_no_version_of_ones_own(held, bea):
    assert verdict(held, bea, Verdict.VERIFIED).verdict == Verdict.VERIFIED


def test_a_correction_keeps_both_versions_and_the_differences(held, bea):
    said = verdict(held, bea, Verdict.CORRECTED, coded("E119", "99213-25@1"))
    assert (said.verifier_version.version, said.verifier_version.author) == (2, bea)
    assert said.verifier_version.coded() == coded("E119", "99213-25@1")
    assert list(said.discrepancies.values_list("position", "kind", "coder_value", "verifier_value")) == [
        (1, "unsupported", "I10", ""),
        (2, "up_coded", "99214", "99213"),
        (3, "modifier", "99214", "99213-25"),
    ]
    assert Encounter.objects.get().status == EncounterStatus.VERIFIED


def test_a_verdict_that_contradicts_the_versions_is_refused(held, bea):
    with pytest.raises(VerdictContradicts):
        verdict(held, bea, Verdict.VERIFIED, coded("E119", "99214@1"))
    with pytest.raises(VerdictContradicts):
        verdict(held, bea, Verdict.CORRECTED, coded("E119 I10", "99214@1"))
    with pytest.raises(VerdictContradicts):
        verdict(held, bea, Verdict.CORRECTED)
    assert not Verification.objects.exists()
    assert not Discrepancy.objects.exists()
    assert Encounter.objects.get().status == EncounterStatus.VERIFYING


def test_a_verifiers_version_passes_the_edits_too(held, bea):
    with pytest.raises(HardFindings):
        verdict(held, bea, Verdict.CORRECTED, coded("E119", "99213@"))
    assert Coding.objects.count() == 1


def test_returned_work_goes_to_its_coder_ahead_of_the_queue(held, ann, bea):
    with pytest.raises(CommentMissing):
        verdict(held, bea, Verdict.RETURNED, comment="  ")
    verdict(held, bea, Verdict.RETURNED, comment="Which knee?")
    encounter = Encounter.objects.get()
    assert (encounter.status, encounter.queue_rank, encounter.reserved_for) == (
        EncounterStatus.TO_CODE, QueueRank.RETURNED, ann,
    )  # fmt: skip
    assert encounter.events.get(move="return_to_coder").comment == "Which knee?"
    assert take_next(by=ann, at=NOON + MINUTE).encounter == encounter


def test_a_verifier_may_return_with_a_version_to_show(held, bea):
    said = verdict(held, bea, Verdict.RETURNED, coded("E119", "99213@1"), comment="Please look at the level.")
    assert said.discrepancies.count() == 2


def test_the_verifier_who_returned_it_may_verify_the_new_version(held, ann, bea):
    verdict(held, bea, Verdict.RETURNED, coded("E119", "99213@1"), comment="Level?")
    from coding.actions.coding import submit_coding

    again = take_next(by=ann, at=NOON + MINUTE)
    submit_coding(
        assignment=again, by=ann, at=NOON + MINUTE, coded=coded("E119", "99213@1"), reason=CheckReason.DOCUMENTED
    )
    second = take_next(by=bea, at=NOON + MINUTE)
    said = verdict(second, bea, Verdict.VERIFIED, coded("E119", "99213@1"))
    assert said.coder_version.version == 3


def test_nobody_verifies_their_own_work_even_with_an_assignment_in_hand():
    load_codes()
    both = factories.UserFactory(roles=[Role.CODER, Role.VERIFIER])
    encounter = submitted(waiting(), both)
    Encounter.objects.update(status=EncounterStatus.VERIFYING)
    assignment = factories.AssignmentFactory(
        encounter=encounter, user=both, stage=Stage.VERIFICATION, lease_until=NOON + 5 * MINUTE
    )
    with pytest.raises(NotSuitable):
        verdict(assignment, both, Verdict.VERIFIED)


def test_there_is_no_verdict_without_a_version(bea):
    encounter = waiting(status=EncounterStatus.VERIFYING)
    assignment = factories.AssignmentFactory(
        encounter=encounter, user=bea, stage=Stage.VERIFICATION, lease_until=NOON + 5 * MINUTE
    )
    with pytest.raises(AlreadyMoved):
        verdict(assignment, bea, Verdict.VERIFIED)
    assert Assignment.objects.open().count() == 1
