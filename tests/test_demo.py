"""The demo shows every page of quality alive, made by the actions that people use."""

from datetime import timedelta

import pytest
from django.db.models import Count
from django.utils import timezone

from coding.actions.carried_lists import load_carried_lists
from coding.actions.double_coding import double_coding_report
from coding.actions.suggestion_report import suggestion_figures
from coding.models import Dispute, Query, Ruling, Sample, Score
from coding.rules.disputes import DisputeStatus
from coding.rules.lifecycle import Stage
from config.demo.story import seed
from portal import scope
from portal.models import Dispatch

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(900)]


def test_quality_is_alive_in_the_demo():
    now = timezone.now()
    with scope.service():
        load_carried_lists(at=now)
        seed(now=now)

        assert set(Dispute.objects.values_list("status", flat=True)) == {status.value for status in DisputeStatus}
        assert set(Query.objects.values_list("status", flat=True)) == {"open", "answered", "expired"}
        assert Ruling.objects.count() == 2
        assert Sample.objects.filter(source="random").exists()
        assert Score.objects.aggregate(n=Count("pk"))["n"] > 20
        coders, verifiers = (double_coding_report(stage=stage, at=now) for stage in (Stage.CODING, Stage.VERIFICATION))
        for report in (coders, verifiers):
            assert report.codes.encounters >= 5
            assert 0 < report.codes.alpha < 1
            assert report.codes.alpha_band is not None
            assert report.codes.pairs[0].kappa.value is not None
        assert set(Dispatch.objects.values_list("state", flat=True)) == {"accepted", "rejected", "failed"}
        assert Dispatch.objects.troubled().count() == 1
        found = suggestion_figures(start=now - timedelta(days=60), end=now)
        assert len(found.sources) >= 5
        assert found.lead is not None
        assert len(found.decisions) >= 3
