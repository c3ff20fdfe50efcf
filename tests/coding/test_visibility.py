"""Coders and verifiers see what they hold or worked on, and nothing they must keep away from."""

import pytest
from django.urls import reverse

from coding.actions.leases import LeaseLost
from coding.actions.queue import NotSuitable, give, release, skip, take_back, take_next
from coding.models import Encounter
from coding.rules.lifecycle import SkipReason, Stage
from coding.rules.queue import SKIPPED_FOR, Unsuitable
from portal.models import ClientRule
from tests.coding.benches import to_precode
from tests.coding.lines import MINUTE, NOON, precoded, waiting

pytestmark = pytest.mark.django_db


def seen_by(user):
    return Encounter.objects.visible_to(user).exists()


def test_what_one_holds_gave_back_or_finished_stays_visible(ann):
    encounter = waiting()
    held = take_next(by=ann, at=NOON)
    assert seen_by(ann)
    release(assignment=held, by=ann, at=NOON)
    assert seen_by(ann)
    precoded(encounter, ann, at=NOON + MINUTE)
    assert seen_by(ann)


def test_what_one_only_skipped_is_not_visible(ann):
    waiting()
    skip(assignment=take_next(by=ann, at=NOON), reason=SkipReason.UNREADABLE, by=ann, at=NOON)
    assert not seen_by(ann)
    take_next(by=ann, at=NOON + SKIPPED_FOR)
    assert seen_by(ann)


def test_a_conflict_of_interest_ends_it_for_good(ann, max_):
    encounter = waiting()
    release(assignment=take_next(by=ann, at=NOON), by=ann, at=NOON)
    skip(assignment=take_next(by=ann, at=NOON), reason=SkipReason.CONFLICT, by=ann, at=NOON)
    encounter.refresh_from_db()
    assert not seen_by(ann)
    assert take_next(by=ann, at=NOON + 2 * SKIPPED_FOR) is None
    with pytest.raises(NotSuitable) as refused:
        give(encounter=encounter, to=ann, by=max_, at=NOON)
    assert refused.value.reason == Unsuitable.CONFLICT
    with pytest.raises((LeaseLost, NotSuitable)):
        take_back(encounter=encounter, stage=Stage.PRECODING, by=ann, at=NOON)


def test_a_barred_practice_is_not_visible_although_one_worked_for_it(river, lake, ann, as_user):
    held = to_precode(river, ann)
    addresses = [
        reverse("coding:page-image", args=[held.encounter_id, 1]), reverse("coding:encounter", args=[held.encounter_id])
    ]  # fmt: skip
    ClientRule.objects.create(practice=lake, user=ann, reason="A relative works there")
    assert [as_user(ann).get(address).status_code for address in addresses] == [200, 200]
    ClientRule.objects.create(practice=river, user=ann, reason="A relative works there")
    assert [as_user(ann).get(address).status_code for address in addresses] == [404, 404]
