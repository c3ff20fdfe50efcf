"""Quality terms: set by an admin from a day on, read by managers, and refused with a reason."""

import pytest
from django.urls import reverse

from coding.models import QualityTerms
from coding.rules.discrepancies import Kind
from coding.rules.reasons import Severity
from coding.rules.scoring_profiles import PRESETS
from tests.coding.lines import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def sent(**changes):
    costs = {f"cost_{word.value}": "1" for word in (*Kind, *Severity)}
    return {
        "starts_on": "2026-11-02", "name": "Payment only", "step_hours": "24", "double_coding_share": "5",
        "double_verifying_share": "10",
        "denominator": "all", "first_listed": "1", **costs, **changes,
    }  # fmt: skip


def test_an_admin_sets_a_preset_and_a_manager_reads_it(client, river, ada, max_):
    client.force_login(ada)
    answer = client.post(reverse("coding:set-quality-terms", args=[river.pk]), sent())
    assert answer.url == reverse("coding:quality-terms", args=[river.pk])
    terms = QualityTerms.objects.get()
    assert (terms.scoring_profile(), terms.step_hours) == (PRESETS["Payment only"], 24)
    assert (terms.double_coding_share, terms.double_verifying_share) == (5, 10)
    client.force_login(max_)
    shown = client.get(answer.url).content.decode()
    assert "Quality only 0" in shown
    assert "Set terms" not in shown
    assert client.post(reverse("coding:set-quality-terms", args=[river.pk]), sent()).status_code == 404


def test_own_weights_count_with_that_profile(client, river, ada):
    client.force_login(ada)
    weights = {"cost_pointer": "0", "cost_modifier": "0.75", "first_listed": "2", "denominator": "verifier"}
    client.post(reverse("coding:set-quality-terms", args=[river.pk]), sent(name="own", **weights))
    terms = QualityTerms.objects.get()
    profile = terms.scoring_profile()
    assert (terms.name, profile.kinds[Kind.POINTER], str(profile.kinds[Kind.MODIFIER])) == ("Own weights", 0, "0.75")
    assert (profile.denominator.value, profile.first_listed) == ("verifier", 2)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"starts_on": "2026-11-01"}, "Terms begin today or later"),
        ({"name": "own", "first_listed": ""}, "first-listed diagnosis must be a number"),
        ({"name": "own", **{f"cost_{word.value}": "0" for word in Severity}}, "At least one severity must count"),
        ({"name": "Whatever"}, "Select a valid choice"),
        ({"double_verifying_share": "101"}, "less than or equal to 100"),
        ({"double_coding_share": "101"}, "less than or equal to 100"),
    ],
)
def test_terms_that_do_not_do_are_refused_with_the_reason(client, river, ada, changes, words):
    client.force_login(ada)
    answer = client.post(reverse("coding:set-quality-terms", args=[river.pk]), sent(**changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not QualityTerms.objects.exists()
