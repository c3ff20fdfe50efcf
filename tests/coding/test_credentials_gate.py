"""Nobody is handed what they may not code: skills by stage, demanded credentials, and why nothing is handed out."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from coding.actions.queue import NotSuitable, give, push_work, take_next
from coding.models import Assignment
from coding.rules.lifecycle import EncounterStatus, Stage
from coding.rules.queue import Unsuitable
from portal.models import Skill
from portal.rules.credentials import CredentialKind
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from tests import factories
from tests.coding.lines import MINUTE, NOON, precoded, waiting
from tests.people_factories import CredentialDemandFactory, CredentialFactory

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate(NOON)


def to_code(**fields):
    return waiting(status=EncounterStatus.TO_CODE, **fields)


def certified(person, *, days=400, **fields):
    return CredentialFactory(user=person, expires_on=TODAY + timedelta(days=days), **fields)


def test_a_skill_is_for_stages(ann):
    Skill.objects.filter(user=ann).update(stages=[Stage.PRECODING])
    to_code()
    assert take_next(by=ann, at=NOON) is None
    first = waiting()
    assert take_next(by=ann, at=NOON).encounter == first


def test_skills_may_differ_by_specialty(ann):
    Skill.objects.filter(user=ann, specialty=Specialty.CARDIOLOGY).update(stages=[Stage.CODING])
    to_code(specialty=Specialty.RADIOLOGY, due_at=NOON + 40 * MINUTE)
    waiting(specialty=Specialty.CARDIOLOGY, due_at=NOON + MINUTE)
    heart = to_code(specialty=Specialty.CARDIOLOGY, due_at=NOON + 2 * MINUTE)
    assert take_next(by=ann, at=NOON).encounter == heart


def test_without_a_demanded_credential_nothing_is_handed_out(ann):
    to_code()
    CredentialDemandFactory()
    assert take_next(by=ann, at=NOON) is None
    certified(ann)
    assert take_next(by=ann, at=NOON) is not None


@pytest.mark.parametrize(
    "worthless",
    [{"days": -1}, {"checked_at": None, "checked_by": None}, {"kind": CredentialKind.CRC}],
    ids=["ended", "unchecked", "another"],
)
def test_only_a_valid_checked_one_of_the_kinds_counts(ann, worthless):
    to_code()
    CredentialDemandFactory()
    certified(ann, **worthless)
    assert take_next(by=ann, at=NOON) is None


def test_precoding_needs_no_credential(ann):
    CredentialDemandFactory()
    assert precoded(waiting(), ann)
    assert take_next(by=ann, at=NOON) is None


def test_a_demand_may_be_of_one_practice_or_specialty(ann, river):
    batch = factories.BatchFactory(practice=river)
    mine = to_code(chart=factories.ChartFactory(batch=batch), due_at=NOON + 9 * MINUTE)
    to_code(due_at=NOON + MINUTE)
    CredentialDemandFactory(practice=mine.practice, specialty=Specialty.CARDIOLOGY)
    CredentialDemandFactory(practice=None, specialty=Specialty.RADIOLOGY)
    other = to_code(specialty=Specialty.RADIOLOGY, due_at=NOON)
    first = take_next(by=ann, at=NOON)
    assert first.encounter != other
    CredentialDemandFactory(practice=mine.practice)
    CredentialDemandFactory(practice=first.encounter.practice)
    assert take_next(by=factories.UserFactory(roles=[Role.CODER]), at=NOON) is None


def test_the_end_of_a_credential_gates_at_once_also_what_was_assigned(ann, settings):
    settings.PUSH_LEASE_SECONDS = 5 * 86400
    type(ann).objects.filter(pk=ann.pk).update(push_limit=1)
    encounter = to_code()
    CredentialDemandFactory()
    certified(ann, days=0)
    assert push_work(at=NOON) == 1
    assert take_next(by=ann, at=NOON + timedelta(days=1)) is None
    encounter.refresh_from_db()
    assert encounter.status == EncounterStatus.TO_CODE
    assert Assignment.objects.get().end == Assignment.End.RELEASED


def test_what_is_open_may_be_finished(ann):
    to_code()
    CredentialDemandFactory()
    certified(ann, days=0)
    open_one = take_next(by=ann, at=NOON)
    assert take_next(by=ann, at=NOON + MINUTE) == open_one


def test_a_manager_cannot_give_it_either(ann, max_):
    CredentialDemandFactory()
    with pytest.raises(NotSuitable) as refusal:
        give(encounter=to_code(), to=ann, by=max_, at=NOON)
    assert refusal.value.reason is Unsuitable.NO_CREDENTIAL


# -- what the person reads -------------------------------------------------------------------------


def queue_page(as_user, person):
    with time_machine.travel(NOON, tick=False):
        return " ".join(as_user(person).get("/work/").content.decode().split())


def test_the_queue_says_why_nothing_is_handed_out(as_user, ann, river):
    CredentialDemandFactory(specialty=Specialty.CARDIOLOGY)
    certified(ann, days=-3)
    Skill.objects.filter(user=ann, specialty=Specialty.RADIOLOGY).delete()
    to_code(specialty=Specialty.CARDIOLOGY), to_code(specialty=Specialty.CARDIOLOGY)
    to_code(specialty=Specialty.RADIOLOGY)
    page = queue_page(as_user, ann)
    assert "Nothing is due for you." in page
    assert "2 need CPC or CCS. Your CPC ended on Oct 30, 2026." in page
    assert "1 waits in Radiology (coding), which is not among your skills." in page


def test_a_verifier_reads_that_the_rest_is_their_own(as_user):
    both = factories.UserFactory(roles=[Role.CODER, Role.VERIFIER])
    waiting(status=EncounterStatus.TO_VERIFY, coded_by=both)
    assert "1 waits that you coded yourself: somebody else verifies." in queue_page(as_user, both)


def test_who_lacks_the_credential_reads_that(as_user, ann):
    to_code()
    CredentialDemandFactory()
    assert "1 needs CPC or CCS. The register has none of them in your name." in queue_page(as_user, ann)


def test_the_person_is_warned_sixty_days_before(as_user, ann):
    one = certified(ann, days=60)
    assert "Your CPC ends on Jan 1, 2027." in queue_page(as_user, ann)
    type(one).objects.update(expires_on=TODAY + timedelta(days=61))
    assert "Your CPC" not in queue_page(as_user, ann)
