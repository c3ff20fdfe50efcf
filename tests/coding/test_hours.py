"""Hours and absences in the queue: who is assigned work, and what becomes of an absent person's."""

from datetime import date, time, timedelta

import pytest
import time_machine

from coding.actions.drafts import draft_of, save_draft
from coding.actions.hours import NotStanding, begin_absences, cancel_absence, record_absence, set_hours
from coding.actions.queue import NotSuitable, give, push_work, take_next
from coding.models import Absence, Assignment, QueueRank
from coding.rules.hours import AbsenceReason, Hours
from coding.rules.lifecycle import EncounterStatus, Stage
from coding.rules.queue import Unsuitable
from portal.models import AuditEvent
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from tests import factories
from tests.coding.lines import MINUTE, NOON, waiting

pytestmark = pytest.mark.django_db

MONDAY, DAY = date(2026, 11, 2), timedelta(days=1)  # NOON is 07:00 in New York


def coder(**more):
    return factories.UserFactory(roles=[Role.CODER], **more)


def away(user, by, *, starts_on=MONDAY, days=3, to=None, at=NOON):
    return record_absence(
        user=user, starts_on=starts_on, ends_on=starts_on + timedelta(days=days - 1), reason=AbsenceReason.SICK,
        hand_to=to, by=by, at=at,
    )  # fmt: skip


def open_holder(encounter):
    return Assignment.objects.open().get(encounter=encounter).user


def test_work_is_assigned_ahead_to_people_at_work_only(max_):
    early, late = coder(push_limit=1), coder(push_limit=1)
    set_hours(user=early, hours=[Hours(0, time(6), time(14))], by=max_, at=NOON)
    set_hours(user=late, hours=[Hours(0, time(8), time(16))], by=max_, at=NOON)
    waiting(), waiting()
    assert push_work(at=NOON) == 1
    assert Assignment.objects.get().user == early
    assert push_work(at=NOON + 60 * MINUTE) == 1


def test_nothing_is_assigned_or_given_to_who_is_away(max_):
    gone = coder(push_limit=1)
    away(gone, max_)
    encounter = waiting()
    assert push_work(at=NOON) == 0
    with pytest.raises(NotSuitable) as refusal:
        give(encounter=encounter, to=gone, by=max_, at=NOON)
    assert refusal.value.reason is Unsuitable.AWAY


def test_who_comes_nevertheless_may_take_work(max_):
    present = coder()
    away(present, max_)
    waiting()
    assert take_next(by=present, at=NOON) is not None


def test_open_work_goes_to_the_named_person_with_its_draft(ann, max_):
    encounter, other = waiting(), coder()
    held = take_next(by=ann, at=NOON)
    save_draft(assignment=held, by=ann, version=0, body={"patient_name": "Half typed"}, at=NOON)
    away(ann, max_, to=other)
    assert open_holder(encounter) == other
    handed = draft_of(encounter=encounter, stage=Stage.PRECODING, author=other)
    assert handed.body == {"patient_name": "Half typed"}
    assert draft_of(encounter=encounter, stage=Stage.PRECODING, author=ann).body == handed.body
    assert take_next(by=other, at=NOON + MINUTE).encounter == encounter
    event = AuditEvent.objects.get(action="person.handed_over")
    assert event.detail == {"to": other.pk, "given": 1, "released": 0, "no_longer_kept": 0}


def test_a_draft_of_their_own_is_not_written_over(ann, max_):
    encounter, other = waiting(), coder()
    first = take_next(by=other, at=NOON)
    save_draft(assignment=first, by=other, version=0, body={"patient_name": "Theirs"}, at=NOON)
    give(encounter=encounter, to=ann, by=max_, at=NOON)
    save_draft(assignment=take_next(by=ann, at=NOON), by=ann, version=0, body={"patient_name": "Mine"}, at=NOON)
    away(ann, max_, to=other)
    assert draft_of(encounter=encounter, stage=Stage.PRECODING, author=other).body == {"patient_name": "Theirs"}


def test_without_a_named_person_it_goes_back_to_the_queue_and_the_draft_stays(ann, max_):
    encounter = waiting()
    save_draft(assignment=take_next(by=ann, at=NOON), by=ann, version=0, body={"patient_name": "Half"}, at=NOON)
    away(ann, max_)
    encounter.refresh_from_db()
    assert encounter.status == EncounterStatus.TO_PRECODE
    assert draft_of(encounter=encounter, stage=Stage.PRECODING, author=ann) is not None


def test_what_the_named_person_may_not_have_is_released(ann, max_):
    encounter, other = waiting(), coder(specialties=[Specialty.RADIOLOGY])
    take_next(by=ann, at=NOON)
    away(ann, max_, to=other)
    encounter.refresh_from_db()
    assert encounter.status == EncounterStatus.TO_PRECODE
    assert not Assignment.objects.open().exists()


def test_returned_work_is_no_longer_kept_for_who_is_away(ann, max_):
    encounter = waiting(queue_rank=QueueRank.RETURNED, reserved_for=ann)
    away(ann, max_)
    assert take_next(by=coder(), at=NOON + MINUTE).encounter == encounter


def test_an_absence_to_come_begins_on_its_day_in_the_persons_zone(ann, max_):
    """Ann is in New York: her Tuesday begins at 05:00 UTC."""
    encounter = waiting()
    take_next(by=ann, at=NOON)
    away(ann, max_, starts_on=MONDAY + DAY)
    Assignment.objects.update(lease_until=NOON + 5 * DAY)
    before, midnight = NOON + timedelta(hours=16, minutes=59), NOON + timedelta(hours=17)
    assert begin_absences(at=before) == 0
    assert open_holder(encounter) == ann
    assert begin_absences(at=midnight) == 1
    assert not Assignment.objects.open().exists()
    assert begin_absences(at=midnight) == 0


def test_a_cancelled_absence_hands_nothing_over(ann, max_):
    absence = away(ann, max_, starts_on=MONDAY + DAY)
    cancel_absence(absence=absence, by=max_, at=NOON)
    assert begin_absences(at=NOON + 2 * DAY) == 0
    with pytest.raises(NotStanding):
        cancel_absence(absence=absence, by=max_, at=NOON)


def test_a_manager_keeps_hours_and_absences(as_user, max_, ann):
    other = coder(name="Nora Next")
    with time_machine.travel(NOON, tick=False):
        browser = as_user(max_)
        week = {f"{what}_{day}": clock for day in range(5) for what, clock in (("starts", "08:00"), ("ends", "16:00"))}
        assert browser.post(f"/work/operations/hours/{ann.pk}/week/", {**week, "ends_0": "07:00"}).status_code == 422
        assert browser.post(f"/work/operations/hours/{ann.pk}/week/", {**week, "ends_0": ""}).status_code == 422
        browser.post(f"/work/operations/hours/{ann.pk}/week/", week)
        page = " ".join(browser.get("/work/operations/hours/").content.decode().split())
        assert "Mon–Fri 08:00–16:00" in page
        assert "07:00 in America/New York" in page
        said = {"starts_on": "2026-11-03", "ends_on": "2026-11-02", "reason": "holiday", "hand_to": other.pk}
        assert browser.post(f"/work/operations/hours/{ann.pk}/absences/", said).status_code == 422
        browser.post(f"/work/operations/hours/{ann.pk}/absences/", {**said, "ends_on": "2026-11-06"})
        page = " ".join(browser.get(f"/work/operations/hours/{ann.pk}/").content.decode().split())
        assert "Open work goes to Nora Next" in page
        browser.post(f"/work/operations/absences/{Absence.objects.get().pk}/cancel/")
        assert "None now or to come." in browser.get(f"/work/operations/hours/{ann.pk}/").content.decode()
