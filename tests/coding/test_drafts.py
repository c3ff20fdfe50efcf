"""A draft is saved on each change, tells two windows apart, and outlives the lease."""

from datetime import timedelta

import pytest

from coding.actions.drafts import DraftChanged, draft_of, keep_late_draft, save_draft
from coding.actions.leases import LeaseLost
from coding.actions.precoding import finish_precoding
from coding.actions.queue import release, take_back, take_next
from coding.models import Draft
from coding.rules.lifecycle import Stage
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import MINUTE, NOON, facts_for, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(ann):
    waiting()
    return take_next(by=ann, at=NOON)


def saved(held, by, version, **body):
    return save_draft(assignment=held, by=by, version=version, body=body, at=NOON + MINUTE)


def test_each_save_is_the_next_version_and_renews_the_lease(held, ann, settings):
    assert saved(held, ann, 0, name="a").version == 1
    assert saved(held, ann, 1, name="ab").version == 2
    held.refresh_from_db()
    assert held.lease_until == NOON + MINUTE + timedelta(seconds=settings.LEASE_SECONDS)
    assert draft_of(encounter=held.encounter, stage=Stage.PRECODING, author=ann).body == {"name": "ab"}


def test_a_second_window_does_not_overwrite_the_first(held, ann):
    saved(held, ann, 0, name="first window")
    with pytest.raises(DraftChanged) as changed:
        saved(held, ann, 0, name="second window")
    assert changed.value.draft.body == {"name": "first window"}
    assert Draft.objects.get().version == 1


def test_a_version_that_never_was_is_refused(held, ann):
    with pytest.raises(DraftChanged) as changed:
        saved(held, ann, 3, name="x")
    assert changed.value.draft is None
    assert not Draft.objects.exists()


def test_a_draft_stays_when_the_work_is_given_back_and_is_there_again(held, ann):
    saved(held, ann, 0, name="half")
    release(assignment=held, by=ann, at=NOON + MINUTE)
    again = take_next(by=ann, at=NOON + 2 * MINUTE)
    assert saved(again, ann, 1, name="whole").version == 2


def test_a_late_save_is_refused_and_what_was_written_is_kept(held, ann, settings):
    saved(held, ann, 0, name="in time")
    late = NOON + MINUTE + timedelta(seconds=settings.LEASE_SECONDS)
    other = factories.UserFactory(roles=[Role.CODER])
    theirs = take_next(by=other, at=late)
    assert theirs.encounter_id == held.encounter_id
    save_draft(assignment=theirs, by=other, version=0, body={"name": "other"}, at=late)
    with pytest.raises(LeaseLost):
        save_draft(assignment=held, by=ann, version=1, body={"name": "late"}, at=late)
    kept = keep_late_draft(
        encounter=held.encounter, stage=Stage.PRECODING, by=ann, body={"name": "late"}, at=late, version=1
    )
    assert (kept.is_late, kept.version, kept.body) == (True, 2, {"name": "late"})
    assert draft_of(encounter=held.encounter, stage=Stage.PRECODING, author=other).body == {"name": "other"}


def test_a_late_draft_goes_on_as_work_once_the_encounter_is_taken_back(held, ann, settings):
    late = NOON + timedelta(seconds=settings.LEASE_SECONDS)
    keep_late_draft(encounter=held.encounter, stage=Stage.PRECODING, by=ann, body={"name": "late"}, at=late)
    again = take_back(encounter=held.encounter, stage=Stage.PRECODING, by=ann, at=late)
    draft = save_draft(assignment=again, by=ann, version=1, body={"name": "going on"}, at=late)
    assert not draft.is_late


def test_a_late_save_does_not_cover_something_newer(held, ann):
    saved(held, ann, 0, name="a")
    saved(held, ann, 1, name="ab")
    with pytest.raises(DraftChanged):
        keep_late_draft(
            encounter=held.encounter, stage=Stage.PRECODING, by=ann, body={"name": "old"}, at=NOON + MINUTE, version=1
        )
    assert Draft.objects.get().body == {"name": "ab"}


def test_somebody_who_never_held_it_keeps_no_draft_of_it(held, bea):
    with pytest.raises(LeaseLost):
        keep_late_draft(encounter=held.encounter, stage=Stage.PRECODING, by=bea, body={}, at=NOON)


def test_finished_work_needs_no_draft(held, ann):
    saved(held, ann, 0, name="a")
    finish_precoding(assignment=held, by=ann, at=NOON + MINUTE, facts=facts_for(held.encounter))
    assert not Draft.objects.exists()
