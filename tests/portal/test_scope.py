"""Row-level security shows a practice's rows to that practice and to the service, to nobody else."""

import pytest

from portal import scope
from portal.models import Batch
from tests import factories


@pytest.fixture
def two_batches(river, lake):
    return factories.BatchFactory(practice=river), factories.BatchFactory(practice=lake)


def test_a_practice_sees_its_own_rows(two_batches, river):
    with scope.practice(river.pk):
        assert list(Batch.objects.all()) == [two_batches[0]]


def test_without_a_scope_there_are_no_rows(two_batches):
    with scope.opened(staff=False):
        assert not Batch.objects.exists()


def test_an_inner_scope_gives_way_to_the_outer_one(two_batches, river):
    with scope.practice(river.pk):
        with scope.service():
            assert Batch.objects.count() == 2
        assert Batch.objects.count() == 1


def test_the_site_does_not_run_with_a_powerful_role(db):
    scope.refuse_powerful_role()
